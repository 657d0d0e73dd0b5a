"""Answering from store: replies that were paid for before are found by unit key, many units at a time.

What is found is read again, strictly, as if it had just come. A reply that does not read as a rating (a refusal, a
cut-off or malformed reply) is never used as an answer, whoever recorded it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from evenhand.judging.offline.key import OfflineKeys
from evenhand.judging.ports import Ledger
from evenhand.judging.prompt import Prompt
from evenhand.judging.reader import Reader, served_by
from evenhand.records.attempt import Served, Settled, StoredReply
from evenhand.records.rating import FailedRating, FailureKind, Outcome, TerminalState
from evenhand.records.run import Unit

Find = Callable[[Sequence[tuple[Unit, bytes]]], Mapping[int, Sequence[StoredReply]]]
"""Finds replies to the keys of units, by the place of the unit in the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a look into the store came to."""

    settled: tuple[Settled, ...]
    """Units that need no call."""
    prompts: Mapping[int, Prompt]
    """The others, by their place in the plan, with what they would be asked."""


def seek_replies(
    units: Sequence[Unit], readers: Mapping[str, Reader], find: Find, keys: OfflineKeys
) -> Sought:
    """Settle the units that a reply of an earlier run or an imported recording answers.

    Units whose text can not be shown are settled too. A unit this run has a reply of already is left to `own_reply`.
    """
    rendered = [(unit, readers[unit.judge.id].prompter.render(unit)) for unit in units]
    settled = [
        Settled(unit=unit, key=keys.key(unit), outcome=prompt)
        for unit, prompt in rendered
        if isinstance(prompt, FailedRating)
    ]
    open_ones = [(unit, prompt) for unit, prompt in rendered if isinstance(prompt, Prompt)]
    found = find([(unit, prompt.key) for unit, prompt in open_ones])
    prompts: dict[int, Prompt] = {}
    for unit, prompt in open_ones:
        answer = _first_readable(unit, prompt, readers[unit.judge.id], found.get(unit.seq, ()))
        if answer is None:
            prompts[unit.seq] = prompt
        else:
            settled.append(answer)
    return Sought(settled=tuple(settled), prompts=prompts)


def _first_readable(
    unit: Unit, prompt: Prompt, reader: Reader, replies: Sequence[StoredReply]
) -> Settled | None:
    for stored in replies:
        read = reader.read(stored.body, stored.nonce, unit, prompt)
        if not isinstance(read.outcome, FailedRating):
            return Settled(unit=unit, key=prompt.key, outcome=read.outcome, reused=stored.attempt)
    return None


def own_reply(unit: Unit, prompt: Prompt, reader: Reader, ledger: Ledger) -> Settled | None:
    """Read the replies that this run has of `unit` and that wait to be read.

    The first readable one decides; where there is none, the last one does.
    """
    served: list[Served] = []
    outcome: Outcome | None = None
    for stored in ledger.own_replies(unit):
        if stored.key == prompt.key:
            read = reader.read(stored.body, stored.nonce, unit, prompt)
            price = reader.price.in_batch() if reader.price and stored.batched else reader.price
            each = served_by(stored.attempt, read.reply, stored.body, prompt.request, price)
            served.append(replace(each, reserved_nanousd=stored.reserved_nanousd))
            if outcome is None or wants_another(outcome):
                outcome = read.outcome
    return (
        None if outcome is None else Settled(unit=unit, key=prompt.key, outcome=outcome, served=tuple(served))
    )


def wants_another(outcome: TerminalState) -> bool:
    """Tell whether a reply is worth asking the same question again."""
    return isinstance(outcome, FailedRating) and outcome.kind is FailureKind.MALFORMED
