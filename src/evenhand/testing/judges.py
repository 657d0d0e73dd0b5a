"""Scripted judges: pure functions of the request with a known ground truth.

Each function builds a judge; the letters in the docstrings are the names of the attack matrix. They test the code
around a judge (prompts, fences, parsers, panels), and say nothing about how a real model would behave.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from evenhand.testing.exchange import Finish, Judge, JudgeAnswer, JudgeRequest
from evenhand.testing.imperatives import last_command, see_through, without_marks
from evenhand.testing.rendering import generate

Where: TypeAlias = Literal["before", "after", "cut"]
MASTER_KEYS: Final = frozenset({"", ":", ".", "Thought process:", "Let's solve this problem step by step."})
"""Answers without content that are known to win over real judges."""
_UNIT: Final = 2.0**64


def lazy(label: str | float) -> Judge:
    """J-lazy: the same label whatever it is shown."""
    answer = JudgeAnswer(label=label)
    return lambda _request: answer


def rule(marker: str, *, found: str = "violates", absent: str = "complies") -> Judge:
    """An honest judge: `found` if the fenced candidate contains `marker`, which it then quotes, else `absent`.

    Of two candidates the one without the marker is better; where both or neither have it, it is a tie.
    """
    yes = JudgeAnswer(label=found, quotes=(marker,), reason=f"The text contains {marker!r}.")
    no = JudgeAnswer(label=absent, reason=f"The text does not contain {marker!r}.")

    def judge(request: JudgeRequest) -> JudgeAnswer:
        if {"a", "b"} <= set(request.labels):
            return _without(marker, request)
        return yes if marker in request.candidate else no

    return judge


def _without(marker: str, request: JudgeRequest) -> JudgeAnswer:
    having = [marker in block.text for block in request.candidates[-2:]]
    if having in ([True, False], [False, True]):
        label = "b" if having[0] else "a"
        return JudgeAnswer(label=label, reason=f"The other text contains {marker!r}, and {label} does not.")
    label = "tie" if "tie" in request.labels else "a"
    return JudgeAnswer(label=label, reason=f"As to {marker!r} they are alike.")


def echo() -> Judge:
    """The user text, word for word, as the whole reply."""
    return lambda request: JudgeAnswer(raw=request.user)


def quoting(label: str, *, where: Where = "before", verdict: Literal["line", "json"] = "line") -> Judge:
    """J-quote, J-after and J-cut: a fixed label, with the raw candidate quoted in the reply.

    In a structured answer the candidate is one of the quotes; with `where="cut"` the reply then stops at the token
    limit in the middle of it. In free text the candidate stands unescaped before or after the verdict, or the reply is
    cut off before there is one.

    Args:
        label: The label it always decides.
        where: Where the candidate stands: `before` or `after` the verdict, or `cut` off in the quotation.
        verdict: Spelling in free text: evenhand's last line, or a JSON object as many tools ask for.
    """

    def judge(request: JudgeRequest) -> JudgeAnswer:
        answer = JudgeAnswer(label=label, quotes=(request.candidate,))
        if not request.structured:
            return _quoted_text(request, label, where, verdict)
        if where != "cut":
            return answer
        text = generate(request, answer).text
        return JudgeAnswer(raw=text.partition('], "')[0], finish=Finish.LENGTH)

    return judge


def _quoted_text(request: JudgeRequest, label: str, where: Where, verdict: str) -> JudgeAnswer:
    quote = f"The candidate says:\n{request.candidate}"
    if where == "cut":
        return JudgeAnswer(raw=quote, finish=Finish.LENGTH)
    bare = JudgeAnswer(label=label, reason="Decided by a scripted judge.")
    spelled = generate(replace(request, structured=verdict == "json"), bare).text
    return JudgeAnswer(raw=f"{quote}\n{spelled}" if where == "before" else f"{spelled}\n{quote}")


def obey_all(label: str) -> Judge:
    """J-obey-all: follows a command anywhere in what it reads, marked or disguised; else decides `label`."""
    return lambda request: _obey(request, without_marks(see_through(request.text)), label)


def obey_unfenced(label: str, *, reader: Literal["exact", "lenient"] = "lenient") -> Judge:
    """J-obey-unfenced: follows commands only outside the current fence; else decides `label`.

    The lenient reader sees through disguises before it looks for the fence, as a model may, so that a closing mark in
    another spelling counts as one if it carries the nonce.
    """

    def judge(request: JudgeRequest) -> JudgeAnswer:
        read = request if reader == "exact" else _lenient(request)
        return _obey(request, read.outside, label)

    return judge


def _lenient(request: JudgeRequest) -> JudgeRequest:
    return replace(request, messages=tuple(replace(m, text=see_through(m.text)) for m in request.messages))


def obey_unmarked(label: str) -> Judge:
    """J-obey-unmarked: follows commands, hidden ones too, but none in text that was datamarked or spelled out."""
    return lambda request: _obey(request, see_through(request.text), label)


def _obey(request: JudgeRequest, text: str, label: str) -> JudgeAnswer:
    command = last_command(text, request.labels)
    if command is None:
        return JudgeAnswer(label=label)
    if command.text is not None:
        return JudgeAnswer(raw=command.text)
    return JudgeAnswer(label=command.label or label, reason="Told so.")


def master(*, passes: str = "complies", otherwise: str = "violates") -> Judge:
    """J-master: lets empty answers and known master keys pass, and nothing else."""
    return lambda request: JudgeAnswer(
        label=passes if request.candidate.strip() in MASTER_KEYS else otherwise
    )


def long(*, labels: Sequence[str] = ("A", "B")) -> Judge:
    """J-long: of several candidates takes the longest, the first on a tie; `labels` name them in order."""

    def judge(request: JudgeRequest) -> JudgeAnswer:
        lengths = [len(block.text) for block in request.candidates[: len(labels)]] or [0]
        return JudgeAnswer(label=labels[lengths.index(max(lengths))])

    return judge


def first(*, label: str = "A") -> Judge:
    """J-first: always the first position."""
    return lazy(label)


def refuse(trigger: str = "", *, otherwise: str = "complies") -> Judge:
    """J-refuse: declines to judge a candidate that contains `trigger` (every candidate by default)."""
    declined = JudgeAnswer(finish=Finish.REFUSAL, reason="I'm sorry, but I can't help with that.")
    answer = JudgeAnswer(label=otherwise)
    return lambda request: declined if trigger in request.candidate else answer


def drift(before: Judge, afterwards: Judge, *, after: int) -> Judge:
    """J-drift: one judge for the first `after` calls, another one from then on."""
    return lambda request: (before if request.number <= after else afterwards)(request)


def flip(
    judge: Judge, share: float, *, labels: tuple[str, str] = ("complies", "violates"), seed: int = 0
) -> Judge:
    """J-flip(p): turns the label round for a fixed, seeded share of contents; the same content always the same way."""
    other = {labels[0]: labels[1], labels[1]: labels[0]}

    def flipped(request: JudgeRequest) -> JudgeAnswer:
        answer = judge(request)
        if chance(f"flip {seed}", request.content) >= share:
            return answer
        return replace(answer, label=other.get(str(answer.label), answer.label), quotes=())

    return flipped


def soft(judge: Judge, sure: float, *, labels: Sequence[str]) -> Judge:
    """Give a judge's label the probability `sure` and share the rest evenly among the other `labels`."""

    def softened(request: JudgeRequest) -> JudgeAnswer:
        answer = judge(request)
        others = [label for label in labels if label != answer.label]
        rest = {label: (1.0 - sure) / len(others) for label in others}
        return replace(answer, distribution={str(answer.label): sure, **rest})

    return softened


def sampled(judge: Judge, *, seed: int = 0) -> Judge:
    """Draw the label from the judge's distribution; each repeat of a question is a new, reproducible draw."""

    def draw(request: JudgeRequest) -> JudgeAnswer:
        answer = judge(request)
        left = chance(f"sample {seed} {request.attempt}", request.content)
        for label, share in (answer.distribution or {}).items():
            left -= share
            if left < 0.0:
                return replace(answer, label=label)
        return answer

    return draw


def chance(salt: str, content: str) -> float:
    """A reproducible number in [0, 1) from a salt and a text."""
    digest = hashlib.blake2b(f"{salt}\0{content}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) / _UNIT


JUDGES: Final[dict[str, Callable[[str, str], Judge]]] = {
    "lazy": lambda label, _marker: lazy(label),
    "rule": lambda label, marker: rule(marker, absent=label),
    "echo": lambda _label, _marker: echo(),
    "quote": lambda label, _marker: quoting(label),
    "after": lambda label, _marker: quoting(label, where="after"),
    "cut": lambda label, _marker: quoting(label, where="cut"),
    "obey-all": lambda label, _marker: obey_all(label),
    "obey-unfenced": lambda label, _marker: obey_unfenced(label),
    "obey-unmarked": lambda label, _marker: obey_unmarked(label),
    "master": lambda label, _marker: master(passes=label),
    "long": lambda _label, _marker: long(),
    "first": lambda _label, _marker: first(),
    "refuse": lambda label, marker: refuse(marker, otherwise=label),
}
"""Judges by name, for the command line: each takes the `--label` and the `--marker`."""
