"""A tuning from its candidates to its outcome, on a scripted judge whose prompt decides how good it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.workflows.tuning.tuning_kit import TEMPLATE, TuningWorkspace, tuning_workspace

from evenhand.catalog.judges import load_judge
from evenhand.errors import FileError, MeasureError, NothingSelectedError, UnknownNameError, UsageError
from evenhand.stats.estimate import Estimate
from evenhand.store.ledger import open_ledger
from evenhand.store.splits import split_uses
from evenhand.tuning.accept import Outcome
from evenhand.tuning.choices import TuningChoices
from evenhand.workflows.list_runs import list_runs
from evenhand.workflows.run_suite import RunOptions
from evenhand.workflows.tuning.few_shot import FewShot
from evenhand.workflows.tuning.proposal import EXAMPLES
from evenhand.workflows.tuning.write_report import write_tuning

CAREFUL = "Read carefully. " + TEMPLATE
HASTY = "Read hastily. " + TEMPLATE


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[TuningWorkspace]:
    with tuning_workspace(tmp_path, cases=400) as made:
        yield made


def uses(workspace: TuningWorkspace) -> list[tuple[str, str]]:
    ledger = open_ledger(workspace.folder / ".evenhand/ledger.sqlite")
    return [(use.split, use.purpose.partition(" sha256")[0]) for use in split_uses(ledger, "s")]


def test_a_better_prompt_is_accepted_and_its_sealed_gain_is_told(workspace: TuningWorkspace) -> None:
    result = workspace.tune(
        files=(workspace.judge("careful", CAREFUL), workspace.judge("hasty", HASTY))
    ).result
    assert (result.outcome, result.chosen.name) == (Outcome.ACCEPTED, "careful")
    assert [each.name for each in result.candidates] == ["reader", "careful", "hasty"]
    assert result.gate is not None
    assert result.gate.status == "passed"
    assert result.sealed is not None
    gain = result.sealed.gain
    assert isinstance(gain.difference, Estimate)
    assert gain.difference.interval.low < 0.35 < gain.difference.interval.high
    assert result.sealed.optimism == pytest.approx(result.chosen.score - gain.new)
    assert (result.tried_now, result.tried_ever, result.tunings_before) == (2, 2, 0)
    assert uses(workspace) == [
        ("optimise", "judge tune: compared"),
        ("optimise", "judge tune: compared"),
        ("gate", "evenhand judge tune s"),
        ("sealed", "judge tune: opened for"),
    ]


def test_the_judge_itself_and_its_folder_are_left_as_they_were(workspace: TuningWorkspace) -> None:
    better = workspace.judge("careful", CAREFUL)
    folder = workspace.folder / "judges"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    tuned = workspace.tune(files=(better,), proposers=(FewShot(counts=(4,)),))
    write_tuning(workspace.folder, tuned, ("md",))
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_nothing_better_opens_nothing(workspace: TuningWorkspace) -> None:
    result = workspace.tune(files=(workspace.judge("hasty", HASTY),)).result
    assert (result.outcome, result.gate, result.sealed) == (Outcome.NOTHING, None, None)
    assert {split for split, _ in uses(workspace)} == {"optimise"}


def test_a_candidate_that_is_better_by_luck_alone_is_not_accepted(tmp_path: Path) -> None:
    """Ten prompts that differ in words which mean nothing to the judge: their scores are equal, so none is chosen."""
    with tuning_workspace(tmp_path, cases=200) as workspace:
        files = tuple(workspace.judge(f"w{n}", f"Wording {n}. {TEMPLATE}") for n in range(3))
        result = workspace.tune(files=files).result
        assert result.outcome is Outcome.NOTHING
        assert len({each.score for each in result.candidates}) == 1


def test_a_slice_that_gets_worse_is_refused(tmp_path: Path) -> None:
    """The candidate is much better on most texts and wrong on every text of one topic."""
    with tuning_workspace(tmp_path, cases=600) as workspace:
        lines = [
            f'{{"case": "{case["id"]}", "principle": "keep", "label": "{_said(case)}"}}\n'
            for case in workspace.made
        ]
        workspace.put("judges/partial.jsonl", "".join(lines))
        partial = workspace.put(
            "judges/partial.yaml",
            "schema: judge/v1\nid: partial\nversion: 1.0.0\nkind: recorded\nratings: {path: partial.jsonl}\n",
        )
        result = workspace.tune(files=(partial,), slices=("topic",)).result
        assert result.gate is not None
        assert result.outcome is Outcome.REFUSED
        assert "topic even" in result.reason
        assert result.gate.gain is not None
        assert result.gate.gain.new > result.gate.gain.old
        assert result.sealed is None


def _said(case: dict[str, object]) -> str:
    bad = "BAD" in str(case["response"])
    odd = case["slice"] == {"topic": "odd"}
    return "violates" if bad == odd else "complies"


def test_too_few_labels_of_the_gate_split_leave_it_undecided(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=60) as workspace:
        result = workspace.tune(proposers=(FewShot(counts=(2,), draws=4),)).result
        assert result.outcome in {Outcome.UNDECIDED, Outcome.NOTHING}
        assert any("mostly luck" in note for note in result.notes)


def test_tuning_again_on_the_same_labels_is_counted_and_told(workspace: TuningWorkspace) -> None:
    workspace.tune(files=(workspace.judge("hasty", HASTY),))
    again = workspace.tune(files=(workspace.folder / "judges/hasty.yaml",)).result
    assert (again.tried_now, again.tried_ever, again.tunings_before) == (1, 1, 0), "it is the same tuning"
    other = workspace.tune(files=(workspace.judge("careful", CAREFUL),)).result
    assert (other.tried_now, other.tried_ever, other.tunings_before) == (1, 2, 1)
    assert any("1 other candidate." in note for note in other.notes)


def test_the_seal_is_opened_once_for_a_candidate_and_told_to_the_next(workspace: TuningWorkspace) -> None:
    careful = workspace.judge("careful", CAREFUL)
    first = workspace.tune(files=(careful,)).result
    same = workspace.tune(files=(careful,)).result
    assert first.sealed is not None
    assert same.sealed is not None
    assert (first.sealed.gain, first.sealed.opened_before) == (same.sealed.gain, same.sealed.opened_before)
    assert sum(split == "sealed" for split, _ in uses(workspace)) == 1
    other = workspace.tune(files=(workspace.judge("other", f"So carefully! {TEMPLATE}"),)).result
    assert other.sealed is not None
    assert other.sealed.opened_before == 1
    assert other.gate is not None
    assert other.gate.accesses >= 3


def test_a_closed_seal_stays_closed(workspace: TuningWorkspace) -> None:
    result = workspace.tune(files=(workspace.judge("careful", CAREFUL),), open_sealed=False).result
    assert (result.outcome, result.sealed) == (Outcome.ACCEPTED, None)
    assert any("left closed, as asked" in line for line in result.left_out)
    assert not workspace.derived("sealed")


def test_what_was_paid_for_is_never_asked_again(workspace: TuningWorkspace) -> None:
    careful = workspace.judge("careful", CAREFUL)
    first = workspace.tune(files=(careful,))
    before = len(workspace.server.ledger.calls)
    second = workspace.tune(files=(careful,))
    assert len(workspace.server.ledger.calls) == before
    assert second.result.sealed is not None
    assert first.result.sealed is not None
    assert second.result.sealed.gain == first.result.sealed.gain
    replayed = workspace.tune(RunOptions(replay=True), files=(careful,))
    assert replayed.result.chosen.score == first.result.chosen.score


def test_money_that_runs_out_stops_it_and_the_same_command_goes_on(tmp_path: Path) -> None:
    with tuning_workspace(tmp_path, cases=200, price=5.0) as workspace:
        careful = workspace.judge("careful", CAREFUL)
        with pytest.raises(MeasureError, match="not finished") as caught:
            workspace.tune(RunOptions(max_usd=0.02), files=(careful,))
        assert "give the same command again" in caught.value.hint
        calls = len(workspace.server.ledger.calls)
        assert workspace.tune(RunOptions(max_usd=100), files=(careful,)).result.outcome is Outcome.ACCEPTED
        whole = len(workspace.server.ledger.calls)
        assert whole > calls > 0
        assert len({call.request_hash for call in workspace.server.ledger.calls}) == whole


def test_every_run_of_a_tuning_is_an_ordinary_run_of_the_ledger(workspace: TuningWorkspace) -> None:
    tuned = workspace.tune(files=(workspace.judge("careful", CAREFUL),))
    listed = {each.id for each in list_runs(workspace.folder)}
    assert set(tuned.runs) <= listed
    assert len(tuned.runs) == 5, "one that chooses, two of the gate, two of the sealed labels"


def test_few_shot_candidates_are_the_judge_with_examples_and_are_written_as_a_proposal(
    workspace: TuningWorkspace,
) -> None:
    choices = TuningChoices(must="no-worse")
    tuned = workspace.tune(proposers=(FewShot(counts=(12,), draws=1),), choices=choices)
    name = tuned.result.candidates[1].name
    assert name == "few-shot-12-1"
    assert tuned.candidate is not None
    length = tuned.result.candidates[0].length
    assert length is not None
    assert (tuned.result.candidates[1].length or 0) > length
    accepted = replace(tuned, result=replace(tuned.result, outcome=Outcome.ACCEPTED))
    written = write_tuning(workspace.folder, accepted, ("json",))
    assert [path.name for path in written.proposal] == ["reader.yaml", "reader.j2", EXAMPLES]
    judge = load_judge(written.proposal[0], workspace.folder).judge
    assert (judge.id, judge.version) == ("reader", "1.1.0")
    with pytest.raises(UsageError, match="is there already"):
        write_tuning(workspace.folder, accepted, ("json",))


@pytest.mark.parametrize(
    ("template", "reason"),
    [("{{ principle.text }} {{ data('reply', case.response) }}", "no loop over shots")],
)
def test_a_judge_that_shows_no_examples_gets_none(tmp_path: Path, template: str, reason: str) -> None:
    with (
        tuning_workspace(tmp_path, cases=60, template=template) as workspace,
        pytest.raises(NothingSelectedError, match=reason),
    ):
        workspace.tune(proposers=(FewShot(counts=(2,)),))


def test_what_can_not_be_tuned_is_told(workspace: TuningWorkspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody proposes"):
        workspace.tune()
    with pytest.raises(FileError):
        workspace.tune(files=(workspace.folder / "judges/nobody.yaml",))
    pairs = workspace.judge(
        "pairs",
        "{{ data('a', case.response_a) }} {{ data('b', case.response_b) }}",
        more="mode: pairwise\n",
    )
    with pytest.raises(UsageError, match="is pairwise, and judge reader is absolute"):
        workspace.tune(files=(pairs,))
    outside = tmp_path.parent / "outside.yaml"
    outside.write_text("schema: judge/v1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="outside the workspace"):
        workspace.tune(files=(outside,))
    with pytest.raises(NothingSelectedError, match="no candidate is left"):
        workspace.tune(files=(workspace.judge("same", TEMPLATE),))
    assert not workspace.server.ledger.calls


def test_a_judge_that_the_panel_does_not_have_is_told_with_near_names(workspace: TuningWorkspace) -> None:
    from evenhand.workflows.tuning.tune import TuneWishes, tune_judge  # noqa: PLC0415 - another judge

    with pytest.raises(UnknownNameError, match="readr"):
        tune_judge(
            workspace.folder,
            workspace.folder / "suites/s.yaml",
            TuneWishes(judge="readr", files=(workspace.folder / "judges/reader.yaml",)),
            RunOptions(),
            lambda _run, _progress: None,
        )
