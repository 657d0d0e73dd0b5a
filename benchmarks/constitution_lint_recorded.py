"""What the lint of constitutions finds in recorded judges and people, where that makes sense.

python -m benchmarks.constitution_lint_recorded

Nobody wrote these criteria as a constitution, and nobody knows what is wrong with them: no recall follows from this.
A score of 4 or more of 5 passes; the panel is the majority of the judges.
"""

import csv
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from evenhand.constitution.lint.ambiguous import interpretive_entropies  # noqa: E402 - needs the line above
from evenhand.constitution.lint.check import lint_evidence  # noqa: E402 - needs the line above
from evenhand.constitution.lint.evidence import (  # noqa: E402 - needs the line above
    Opinions,
    PeopleTable,
    PrincipleFacts,
    RunEvidence,
    Said,
    Verdicts,
)
from evenhand.constitution.lint.results import TITLES, EvidenceLint, ReplyName  # noqa: E402 - needs the line above
from evenhand.stats.arrays import Integers  # noqa: E402 - needs the line above

DATA = ROOT.parent / "shared" / "data"
_GOOD = 7
Scores = Mapping[tuple[str, str], Mapping[str, float]]
"""What each rater gave, by item and criterion."""


def read_scores(path: Path, rater: str, keep: Callable[[Mapping[str, str]], bool] = lambda _: True) -> Scores:
    """Return the scores of a table."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["score"] and keep(row):
                found[row["item_id"], row["criterion"]][row[rater]] = float(row["score"])
    return found


def evidence_of(
    name: str, judged: Scores, people: Scores, *, passes: float, case_of: Callable[[str], str]
) -> RunEvidence:
    """Return recorded scores as evidence: items are replies, criteria are principles."""
    items = sorted({item for item, _ in judged})
    criteria = sorted({criterion for _, criterion in judged})
    cases = {case: number for number, case in enumerate(dict.fromkeys(map(case_of, items)))}
    case = np.array([cases[case_of(item)] for item in items], dtype=np.int64)
    return RunEvidence(
        runs=(name,),
        judges=len({judge for row in judged.values() for judge in row}),
        principles=tuple(
            PrincipleFacts(id=criterion, text="recorded without a text", language="und")
            for criterion in criteria
        ),
        names=tuple(ReplyName(case_id=case_of(item), candidate_id=item) for item in items),
        case=case,
        cluster=case,
        verdict=_passing(judged, items, criteria, passes),
        human=_passing(people, items, criteria, passes),
        overall=_all(_passing(people, items, criteria, passes)),
        opinions=(None,) * len(criteria),
        people=tuple(_people(people, items, criterion, case) for criterion in criteria),
    )


def _passing(scores: Scores, items: Sequence[str], criteria: Sequence[str], passes: float) -> Verdicts:
    """Return whether most raters pass each item under each criterion."""
    found = np.full((len(items), len(criteria)), Said.NOT_ASKED, dtype=np.int8)
    for row, item in enumerate(items):
        for column, criterion in enumerate(criteria):
            given = scores.get((item, criterion), {})
            votes = sum(1 if score >= passes else -1 for score in given.values())
            if given:
                found[row, column] = Said.UNDECIDED if votes == 0 else Said.PASS if votes > 0 else Said.FAIL
    return found


def _all(labels: Verdicts) -> NDArray[np.int8]:
    """Return whether an item passes every criterion, where all are labelled."""
    complete = (labels >= Said.PASS).all(axis=1)
    fails = (labels == Said.FAIL).any(axis=1)
    return np.where(complete, np.where(fails, Said.FAIL, Said.PASS), Said.UNDECIDED).astype(np.int8)


def _people(scores: Scores, items: Sequence[str], criterion: str, case: Integers) -> PeopleTable:
    given = [list(scores.get((item, criterion), {}).values()) for item in items]
    values = sorted({score for row in given for score in row})
    width = max(map(len, given))
    table = np.full((len(items), width), -1, dtype=np.int64)
    for at, row in enumerate(given):
        table[at, : len(row)] = [values.index(score) for score in row]
    return PeopleTable(
        labels=table, categories=len(values), level="ordinal", values=np.array(values), clusters=case
    )


def summeval() -> RunEvidence:
    """Return four criteria of summaries: 100 documents x 16 systems, six judges, three experts."""
    folder = DATA / "alttest" / "summeval"
    return evidence_of(
        "summeval",
        read_scores(folder / "verdicts.csv.gz", "judge"),
        read_scores(folder / "humans.csv.gz", "annotator"),
        passes=4,
        case_of=lambda item: item.split("__")[0],
    )


def humanebench() -> RunEvidence:
    """Return eight principles of how an assistant should treat people: few items, one principle each."""
    folder = DATA / "humanebench"
    return evidence_of(
        "humanebench",
        read_scores(folder / "verdicts.csv.gz", "judge", lambda row: row["run"] == "human_slice"),
        read_scores(folder / "humans.csv.gz", "annotator"),
        passes=0.5,
        case_of=lambda item: item.split("|")[0],
    )


def repeats() -> Iterator[str]:
    """Yield the interpretive entropy of 6,892 answers rated eight times by five judges, by subset."""
    folder = DATA / "rb2_repeats"
    subsets = _subsets(folder / "items.jsonl.gz")
    counts: dict[str, dict[str, dict[str, list[int]]]] = defaultdict(lambda: defaultdict(dict))
    with gzip.open(folder / "verdicts.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["label"]:
                answers = counts[subsets[row["item_id"]]][row["item_id"]].setdefault(row["judge"], [0, 0])
                answers[float(row["label"]) >= _GOOD] += 1
    yield f"rb2_repeats: 5 judges, 8 answers each; interpretive entropy of whether a rating is {_GOOD} or more"
    for subset, items in sorted(counts.items()):
        judges = sorted({judge for row in items.values() for judge in row})
        table = np.array([[row.get(judge, [0, 0]) for judge in judges] for row in items.values()])
        opinions = Opinions(counts=table, draws=8, clusters=np.arange(len(table)))
        found = interpretive_entropies(opinions)
        known = found[~np.isnan(found)]
        groups = np.array([item.split("#")[0] for item in items])[~np.isnan(found)]
        means = [known[groups == group].mean() for group in dict.fromkeys(groups)]
        error = np.std(means, ddof=1) / len(means) ** 0.5
        yield f"  {subset}: {known.mean():.3f} nat (standard error {error:.3f}) on {len(known):,} answers"


def _subsets(path: Path) -> Mapping[str, str]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return {row["item_id"]: row["meta"]["subset"] for row in map(json.loads, stream)}


def told(found: EvidenceLint) -> Iterator[str]:
    """Yield everything the lint says, in lines."""
    yield f"{found.runs[0]}: {found.replies:,} replies, {found.judges} judges"
    for check in found.checks:
        title = f"  {check.check.value} {TITLES[check.check]}"
        if check.needs:
            yield f"{title}: not computed; it needs {check.needs}"
            continue
        counts = f"{len(check.findings)} findings, {len(check.unsure)} too little to say"
        yield f"{title}: {counts}, {check.looked_at:,} {check.of}"
        yield from (f"    found: {finding.message}" for finding in check.findings)
        yield from (f"    unsure: {' and '.join(each.principles)} {each.reason}" for each in check.unsure)


def main() -> int:
    """Print what is found in each set."""
    for read in (summeval, humanebench):
        print("\n".join(told(lint_evidence(read()))), end="\n\n")
    print("\n".join(repeats()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
