"""The pattern judge: weighted patterns are added up, and the softmax of the scores is its answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from evenhand.errors import UsageError
from evenhand.judging.offline.expression import Expression, matchable
from evenhand.judging.offline.settle import not_covered, settle, softmax
from evenhand.records.judge import Pattern, PatternJudge, PatternRules
from evenhand.records.message import flatten
from evenhand.records.patterns import fits
from evenhand.records.rating import Outcome
from evenhand.records.run import Unit

MAX_QUOTES = 10
MAX_QUOTE_CHARS = 200
MAX_MATCHES = 1000
"""Most matches of one pattern in one text that are counted."""


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: Pattern
    expression: Expression


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: PatternRules
    compiled: tuple[_Rule, ...]


class PatternRater:
    """Rates by the patterns of one judge file."""

    def __init__(self, judge: PatternJudge, renamed: Mapping[str, str] | None = None) -> None:
        """Compile every pattern.

        Args:
            judge: The judge.
            renamed: Ids of principles by their earlier names, for which it may have rules.

        Raises:
            UsageError: A pattern is not RE2 syntax, or speaks for a label without a prior.
        """
        self._judge = judge
        self._rules: dict[str, _Rules] = {}
        for glob, rules in judge.principles.items():
            made = _Rules(rules, tuple(_compiled(judge, glob, rules)))
            self._rules.setdefault((renamed or {}).get(glob, glob), made)

    def rate(self, unit: Unit) -> Outcome:
        """Return the rating of `unit`; not covered without rules for its principle, or without its text."""
        item = unit.item
        rules = self._rules_for(item.principle_id)
        if rules is None:
            return not_covered(f"no rules for the principle {item.principle_id}")
        if item.is_pair:
            return not_covered("patterns read one candidate at a time")
        if off_scale := [label for label in rules.rules.prior if label not in item.scale.labels]:
            return not_covered(f"the rules speak of {off_scale[0]!r}, which is not on the scale")
        texts = self._texts(unit)
        if texts is None:
            return not_covered("the suite does not hold the text")
        return self._judged(texts, rules, unit)

    def _judged(self, texts: Sequence[str], rules: _Rules, unit: Unit) -> Outcome:
        scores = dict(rules.rules.prior)
        reasons: dict[str, None] = {}
        quotes: dict[str, None] = {}
        for rule in rules.compiled:
            found = list(_found(rule, texts))
            if not found:
                continue
            scores[rule.pattern.label] += rule.pattern.weight * (1 if rule.pattern.once else len(found))
            reasons[rule.pattern.why or rule.pattern.pattern] = None
            quotes.update(dict.fromkeys(passage[:MAX_QUOTE_CHARS] for passage in found if passage.strip()))
        return settle(
            softmax(scores),
            unit.item.scale,
            reason="; ".join(reasons) or "no pattern matched",
            quotes=tuple(quotes)[:MAX_QUOTES],
        )

    def _rules_for(self, principle_id: str) -> _Rules | None:
        return next((rules for glob, rules in self._rules.items() if fits(principle_id, [glob])), None)

    def _texts(self, unit: Unit) -> Sequence[str] | None:
        response, prompt = unit.item.candidates[0].text, unit.item.case.prompt
        read = {"response": (response,), "prompt": (prompt,), "both": (prompt, response)}[self._judge.reads]
        texts = [matchable(flatten(text)) for text in read if text is not None]
        return texts if len(texts) == len(read) else None


def _compiled(judge: PatternJudge, glob: str, rules: PatternRules) -> Iterator[_Rule]:
    for number, pattern in enumerate(rules.patterns, start=1):
        owner = f"judge {judge.id}, principles {glob!r}, pattern {number}"
        if pattern.label not in rules.prior:
            known = ", ".join(rules.prior)
            raise UsageError(f"{owner}: the label {pattern.label!r} has no prior", hint=f"priors: {known}")
        yield _Rule(pattern, Expression(pattern.pattern, owner=owner))


def _found(rule: _Rule, texts: Sequence[str]) -> Iterator[str]:
    """Yield the passages that count: each match, or the first one where a pattern counts once."""
    for text in texts:
        seen = text[: rule.pattern.within]
        if rule.pattern.once or rule.pattern.at == "start":
            match = rule.expression.first(seen, anchored=rule.pattern.at == "start")
            matches = [match] if match else []
        else:
            matches = list(islice(rule.expression.all(seen), MAX_MATCHES))
        yield from (match.group() or "" for match in matches)
