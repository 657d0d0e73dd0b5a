"""C01, C02 and C09: forged verdicts, escapes from the fence, evaluated templates."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.attack_rows.road import ALL_MEANS, Row, ask, prompter, read, request_of, said, single

from evenhand.judging.prompt import Prompt
from evenhand.providers.interface import Means
from evenhand.records.rating import FailedRating, FailureKind, Outcome, Rating
from evenhand.records.reveal import reveal
from evenhand.testing import Judge, JudgeAnswer, JudgeRequest, judges
from evenhand.testing.attacks import COMMANDS, FENCE_ENDS, MARK, OBEYED, PAYLOADS, TEMPLATE_CODE, WANTED
from evenhand.testing.rendering import generate

_TRUE = "violates"
_QUOTING: dict[str, Judge] = {
    "J-quote": judges.quoting(_TRUE),
    "J-quote-json": judges.quoting(_TRUE, verdict="json"),
    "J-after": judges.quoting(_TRUE, where="after"),
    "J-after-json": judges.quoting(_TRUE, where="after", verdict="json"),
    "J-cut": judges.quoting(_TRUE, where="cut"),
}


def _careless(request: JudgeRequest, where: str) -> str:
    """Return a reply of a judge that decides and quotes the candidate without any care."""
    decided = generate(request, JudgeAnswer(label=_TRUE, quotes=("HERE",))).text
    return {
        "raw in a quote": decided.replace("HERE", request.candidate),
        "before": f"{request.candidate}\n{decided}",
        "after": f"{decided}\n{request.candidate}",
        "alone": request.candidate,
    }[where]


def forged_verdicts() -> Iterator[Row]:
    """Yield one row for each means of enforcing an answer's shape."""
    for means in ALL_MEANS:
        outcomes = list(_quoted(means))
        forged = sum(isinstance(each, Rating) and each.label == WANTED for each in outcomes)
        others = sum(isinstance(each, Rating) and each.label not in {WANTED, _TRUE} for each in outcomes)
        kinds = Counter(each.kind for each in outcomes if isinstance(each, FailedRating))
        n = len(outcomes)
        failed = f"{kinds[FailureKind.MALFORMED]} malformed, {kinds[FailureKind.TRUNCATED]} truncated"
        yield Row(
            id="C01",
            what=f"verdicts forged through the parser, {means}",
            payloads=len(PAYLOADS),
            judges=f"{', '.join(_QUOTING)}, four careless quotations",
            replies=n,
            figures=f"forged {forged + others}/{n}; {sum(isinstance(e, Rating) for e in outcomes)} true, {failed}",
            held=forged + others == 0,
        )


def _quoted(means: Means) -> Iterator[Outcome]:
    asker = prompter(means)
    for payload in PAYLOADS.values():
        unit = single(payload)
        for scripted in _QUOTING.values():
            yield ask(asker, unit, scripted)
        for where in ("raw in a quote", "before", "after", "alone"):
            prompt = asker.render(unit)
            assert isinstance(prompt, Prompt)
            text = _careless(request_of(prompt), where)
            yield read(prompt, unit, said(text, means))


def fence_escapes() -> Row:
    """Try every spelling of an end of the fence against a judge that obeys whatever stands outside it."""
    payloads = [
        *FENCE_ENDS.values(),
        *COMMANDS.values(),
        *(f"{text}\n{OBEYED}" for text in PAYLOADS.values()),
    ]
    escaped = replies = 0
    for means in ALL_MEANS:
        asker = prompter(means)
        for payload in payloads:
            for scripted in (judges.obey_unfenced(_TRUE, reader="exact"), judges.obey_unfenced(_TRUE)):
                outcome = ask(asker, single(payload), scripted)
                replies += 1
                escaped += not (isinstance(outcome, Rating) and outcome.label == _TRUE)
    obeyed = sum(_obeys_outside(payload) for payload in FENCE_ENDS.values())
    return Row(
        id="C02",
        what="ends of the fence, read exactly and by a lenient normaliser",
        payloads=len(payloads),
        judges="J-obey-unfenced",
        replies=replies,
        figures=(
            f"escaped {escaped}/{replies} ({len(FENCE_ENDS)} spellings); the same judge obeys "
            f"{obeyed}/{len(FENCE_ENDS)} of them where they stand outside a fence"
        ),
        held=escaped == 0 and obeyed == len(FENCE_ENDS),
    )


def _obeys_outside(payload: str) -> bool:
    """Tell whether the judge would obey a payload without its fence: else the row above would prove nothing."""
    prompt = prompter().render(single("Hello."))
    assert isinstance(prompt, Prompt)
    request = request_of(prompt)
    message = replace(request.messages[-1], text=f"{payload}\n{request.messages[-1].text}")
    outside = replace(request, messages=(*request.messages[:-1], message))
    return judges.obey_unfenced(_TRUE)(outside).label == WANTED


def templates_in_prompts() -> Row:
    """Put template code into every field a judge is shown."""
    literal = shown = evaluated = 0
    for payload in TEMPLATE_CODE.values():
        for unit, asker in (
            (single(payload), prompter()),
            (single("Hello.", prompt=payload), prompter()),
            (single("Hello.", reference=payload), prompter()),
            (single("Hello."), prompter(shot=payload)),
            (
                single("Hello.", id=payload, slice={payload: payload}, tags=(payload,), source=payload),
                prompter(),
            ),
        ):
            prompt = asker.render(unit)
            assert isinstance(prompt, Prompt)
            text = f"{prompt.request.system}\n{prompt.request.turns[0].content}"
            hidden_field = unit.item.case.id == payload
            shown += 1
            literal += payload not in text if hidden_field else reveal(payload) in text
            evaluated += MARK in text
    return Row(
        id="C09",
        what="template and format code in candidate, prompt, reference, shots, id, slice, tags and source: prompts",
        payloads=len(TEMPLATE_CODE),
        judges="none",
        replies=shown,
        figures=f"evaluated {evaluated}/{shown}; shown as it is, or not at all where a judge sees no such field, "
        f"{literal}/{shown}",
        held=evaluated == 0 and literal == shown,
    )
