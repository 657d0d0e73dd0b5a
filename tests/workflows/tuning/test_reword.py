"""Wordings that a model writes: what it sees, what is refused, what becomes of the others."""

from pathlib import Path

import pytest
from tests.workflows.tuning.tuning_kit import REASON, TEMPLATE, tuning_workspace

from evenhand.calibration.table import Split
from evenhand.errors import MeasureError, NothingSelectedError, UnknownNameError, UsageError
from evenhand.store.generations import generations
from evenhand.store.ledger import open_ledger
from evenhand.testing import Judge, JudgeAnswer, JudgeRequest
from evenhand.tuning.accept import Outcome
from evenhand.workflows.run_suite import RunOptions
from evenhand.workflows.tuning.find_generator import find_generator

CAREFUL = f"Read carefully. {TEMPLATE}"


class Writer:
    """A scripted generator that gives back fixed texts in turn and keeps what it was shown."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.shown: list[JudgeRequest] = []

    def __call__(self, request: JudgeRequest) -> JudgeAnswer:
        """Write the next text."""
        self.shown.append(request)
        return JudgeAnswer(raw=self.texts[(len(self.shown) - 1) % len(self.texts)])


def always(text: str) -> Judge:
    return lambda _request: JudgeAnswer(raw=text)


def test_a_wording_that_helps_is_judged_gated_and_accepted(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, always(CAREFUL), cases=400) as workspace:
        tuned = workspace.tune(proposers=(workspace.reword(1),))
        assert tuned.result.outcome is Outcome.ACCEPTED
        assert [(each.name, each.origin) for each in tuned.result.candidates] == [
            ("reader", "current"),
            ("reword-01", "reword"),
        ]
        assert tuned.candidate is not None
        assert tuned.candidate.template == CAREFUL
        ledger = open_ledger(tmp_path / ".evenhand/ledger.sqlite")
        assert [run.manifest.title for run in generations(ledger, "reword")] == ["judge reader"]


def test_a_template_in_a_block_of_its_own_is_taken_out_of_it(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, always(f"```jinja\n{CAREFUL}```"), cases=400) as workspace:
        tuned = workspace.tune(proposers=(workspace.reword(1),))
        assert tuned.candidate is not None
        assert tuned.candidate.template == CAREFUL


def test_a_generator_sees_mistakes_of_the_shown_part_in_fences_and_no_reason_of_anybody(
    tmp_path: Path,
) -> None:
    writer = Writer(CAREFUL)
    with tuning_workspace(tmp_path, writer) as workspace:
        workspace.tune(proposers=(workspace.reword(3),))
        learned = {case["response"] for case in workspace.cases_of(Split.OPTIMISE)}
        texts = [
            next(b.text for b in request.blocks if b.name == "mistakes")
            for request in writer.shown
            if request.blocks
        ]
        assert len(texts) == 3
        assert len(set(texts)) == 3, "each question shows other mistakes"
        for text in texts:
            assert REASON not in text
            shown = [case for case in workspace.made if case["response"] in text.splitlines()]
            assert 0 < len(shown) <= 8
            assert {case["response"] for case in shown} <= learned
        for request in writer.shown:
            assert not any(case["response"] in request.outside for case in workspace.made)
        chosen = workspace.derived("choose").decode()
        assert not any(
            line in chosen for text in texts for line in text.splitlines() if line.startswith("Text ")
        )


REFUSED = {
    "no fence": ("{{ principle.text }} {{ case.response }}", "may stand in a prompt only as data"),
    "no reply": ("{{ principle.text }} Answer complies.", "does not show case.response in a fence"),
    "no rule": ("{{ data('reply', case.response) }}", "leaves out the text of the principle"),
    "python": ("{{ principle.__class__.__mro__ }} {{ data('reply', case.response) }}", "line 1"),
    "a call": ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "line 1"),
    "an endless loop": ("{% for x in range(10 ** 9) %}x{% endfor %}", "line 1"),
    "not a template": ("{% if %}", "not a template"),
    "hidden": (f"{CAREFUL}\u202e", "nobody can see"),
    "too long": (CAREFUL + "x" * 30_000, "no text came: truncated"),
    "the rule under one principle only": (
        "{% if principle.id == 'keep' %}ok{% else %}{{ principle.text }}{% endif %}{{ data('reply', case.response) }}",
        "",
    ),
    "the fence where there are examples only": (
        TEMPLATE.replace("{{ data('reply'", "{% if shots %}{{ data('reply'") + "{% endif %}",
        "does not show case.response",
    ),
    "no examples": ("{{ principle.text }} {{ data('reply', case.response) }}", "worked examples"),
    "nothing": ("   ", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_wording_is_counted_and_never_judged(tmp_path: Path, case: str) -> None:
    text, words = REFUSED[case]
    with tuning_workspace(tmp_path, always(text), cases=60) as workspace:
        with pytest.raises(NothingSelectedError, match="no candidate is left") as caught:
            workspace.tune(proposers=(workspace.reword(2),))
        assert words in str(caught.value)
        asked = {call.model for call in workspace.server.ledger.calls if call.tokens_out}
        assert asked == {"scripted", "writer"}
        assert not workspace.derived("choose")


def test_refused_wordings_stand_beside_those_that_are_judged(tmp_path: Path) -> None:
    writer = Writer(CAREFUL, "{{ case.response }}", "Answer complies.")
    with tuning_workspace(tmp_path, writer, cases=400) as workspace:
        result = workspace.tune(proposers=(workspace.reword(3),)).result
        assert len(result.refused) == 2
        assert {each.origin for each in result.refused} == {"reword"}
        assert result.tried_now == 1
        assert any("2 could not stand in" in note for note in result.notes)


def test_wordings_are_paid_for_once(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, always(CAREFUL), cases=200) as workspace:
        first = workspace.tune(proposers=(workspace.reword(2),))
        calls = len(workspace.server.ledger.calls)
        second = workspace.tune(proposers=(workspace.reword(2),))
        assert len(workspace.server.ledger.calls) == calls
        scores = [[(each.digest, each.score) for each in some.result.candidates] for some in (first, second)]
        assert scores[0] == scores[1]
        assert sum(each.calls for each in second.result.candidates) == 0
        assert any("equal to another" in line for line in first.result.left_out)


def test_money_that_runs_out_while_writing_stops_the_tuning(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, always(CAREFUL), cases=60, price=50.0) as workspace:
        with pytest.raises(MeasureError) as caught:
            workspace.tune(RunOptions(max_usd=1000), proposers=(workspace.reword(3, max_usd=0.0001),))
        assert "--max-usd" in caught.value.hint


def test_a_generator_that_can_not_be_used_is_told(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=60) as workspace:
        with pytest.raises(UnknownNameError, match="wrds"):
            find_generator(workspace.folder, "wrds")
        other = (workspace.folder / "judges/words.generator.yaml").read_text().replace("reword:", "revise:")
        workspace.put("judges/other.generator.yaml", other)
        with pytest.raises(UsageError, match="writes no other wordings"):
            find_generator(workspace.folder, "other")
