"""Write proposed amendments: what people fail that no principle sees, and what reviewers say the text does not say."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evenhand.calibration.table import NONE, PrincipleAnswers, Split
from evenhand.catalog.files import read_utf8, shown_path
from evenhand.catalog.record_files import read_record
from evenhand.catalog.settings import find_workspace
from evenhand.catalog.source import refuse
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.constitution.amendments import (
    GuidelineEvidence,
    add_proposals,
    coverage_proposals,
    guideline_proposals,
    missed_proposals,
    quoted,
)
from evenhand.constitution.lint.evidence import Said
from evenhand.constitution.lint.gaps import gap_rows
from evenhand.errors import UsageError
from evenhand.records.amendments import Amendments, EvidenceItem, EvidenceSaid, Proposal
from evenhand.records.constitution import Constitution
from evenhand.records.message import flatten
from evenhand.records.suite import Case
from evenhand.reporting.constitution.amendments import render_amendments
from evenhand.review.guideline_gaps import GapItem, GuidelineGap, proposed_place
from evenhand.workflows.constitution_lint.read import ReadEvidence, read_evidence
from evenhand.workflows.constitution_lint.whole_replies import WholeReplies
from evenhand.workflows.review.adjudicate import open_adjudication
from evenhand.workflows.write_lines import write_lines

_HEAD: Final = (
    "# Proposals for people; nothing applies them. Decide each one: decision: accepted or declined, and because: why.\n"
    "# Whoever decides writes the change into the constitution. What is decided is never written over.\n"
)
_MARKDOWN_HEAD: Final = "# Proposed amendments of "
_NOT_SAID: Final = "its text is tagged as sensitive"
_SETTLED: Final = "settled label"
_NOT_THERE: Final = "the case files have changed since the run, or do not hold it"
_CHANGES: Final = {
    "the exceptions": "exceptions",
    "the text": "text",
    "where it applies": "when",
    "what reviewers": "shown",
    "the descriptors": "scale",
}
"""Which part a place of a guideline gap is about, by how it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAmendments:
    """Proposals on disk."""

    file: str
    added: int
    """Proposals that were not in the file before."""
    decided: int
    """Proposals of it that people decided; these are as they were."""
    amendments: Amendments
    closed: int = 0
    """Adjudicated replies of the sealed split; nothing is quoted of them, nor is a proposal made of them."""


def amend_constitution(
    start: Path,
    run: str,
    out: Path,
    *,
    humans: Sequence[Path] = (),
    overall: Path | None = None,
    review: bool = True,
    design: str | None = None,
) -> WrittenAmendments:
    """Write proposals for people, with the evidence; the constitution is not touched.

    Args:
        start: Folder from which the workspace is looked for.
        run: The run.
        out: YAML, to which proposals are added, or Markdown (.md), which is written anew.
        humans: Files of human labels beside those of the suite.
        overall: A file of what people say of whole replies.
        review: Whether labels and guideline gaps of the workspace's review are read.
        design: Design of the review whose gaps are read; by default the newest.

    Raises:
        UnknownNameError: There is no such run or design.
        FileError: A file of labels, or what stands at `out`, has findings.
        UsageError: Something else stands at `out`, or it can not be written.
        MeasureError: The run has not ended, or the ledger can not be read.
    """
    before = _before(out)
    read = read_evidence(start, [run], humans=humans, overall=overall, review=review)
    constitution = read.stored.manifest.constitution
    gaps, closed = _gaps(start, read, design) if review else ((), 0)
    proposals = [*_from_replies(read), *_from_gaps(read, gaps)]
    return replace(_add(out, before, constitution, proposals), closed=closed)


def add_to_amendments(
    out: Path, constitution: Constitution, proposals: Iterable[Proposal]
) -> WrittenAmendments:
    """Add proposals to a file of them, or begin one; what people decided in it stays as it is.

    Args:
        out: YAML, to which proposals are added, or Markdown (.md), which is written anew.
        constitution: What they are for.
        proposals: The new ones.

    Raises:
        FileError: What stands at `out` has findings.
        UsageError: Something else stands at `out`, or it can not be written.
    """
    return _add(out, _before(out), constitution, proposals)


def _add(
    out: Path, before: Amendments | None, constitution: Constitution, proposals: Iterable[Proposal]
) -> WrittenAmendments:
    _refuse_another_constitution(before, constitution, out)
    found = add_proposals(constitution, before, proposals)
    _write(out, found)
    known = {each.id for each in before.proposals} if before else set()
    return WrittenAmendments(
        file=shown_path(out),
        added=sum(each.id not in known for each in found.proposals),
        decided=sum(each.decision != "open" for each in found.proposals),
        amendments=found,
    )


def _from_replies(read: ReadEvidence) -> Iterator[Proposal]:
    """Yield proposals for the replies that people fail and no principle fires on."""
    evidence = read.evidence
    rows, failed = gap_rows(evidence)
    people = _people(read)
    names = [evidence.names[row] for row in rows]
    cases = read.stored.cases(frozenset(name.case_id for name in names))
    sources: dict[int, list[EvidenceItem]] = defaultdict(list)
    missed: dict[str, list[EvidenceItem]] = defaultdict(list)
    for row, name, beyond in zip(rows.tolist(), names, failed, strict=True):
        under = [
            principle.id
            for column, principle in enumerate(evidence.principles)
            if evidence.human[row, column] == Said.FAIL
        ]
        for principle in under:
            said = people.get((principle, row), ())
            missed[principle].append(_item(cases, name.case_id, name.candidate_id, said))
        if beyond and not under:
            said = _whole(read.whole, name.case_id, name.candidate_id)
            sources[int(evidence.cluster[row])].append(_item(cases, name.case_id, name.candidate_id, said))
    yield from coverage_proposals(tuple(items) for items in sources.values())
    yield from missed_proposals(read.constitution, missed.items())


def _item(
    cases: Mapping[str, Case], case_id: str, candidate_id: str, said: tuple[EvidenceSaid, ...]
) -> EvidenceItem:
    case = cases.get(case_id)
    output = next((each for each in case.outputs if each.id == candidate_id), None) if case else None
    why = "" if case else _NOT_THERE
    if case and case.sensitive:
        why, case, output = _NOT_SAID, None, None
        said = tuple(each.model_copy(update={"note": ""}) for each in said)
    return EvidenceItem(
        case=quoted(case_id),
        candidate=quoted(candidate_id),
        prompt=quoted(flatten(case.prompt)) if case and case.prompt else "",
        response=quoted(flatten(output.text)) if output and output.text else "",
        not_quoted=why,
        said=said,
    )


def _people(read: ReadEvidence) -> Mapping[tuple[str, int], tuple[EvidenceSaid, ...]]:
    """Return what was said under each principle of each reply, by its row; a settled label where no person is known."""
    found: dict[tuple[str, int], list[EvidenceSaid]] = defaultdict(list)
    for answers in read.table.principles:
        rows = read.reply_of_item[answers.seq].tolist()
        for place, by, label in _labels(answers):
            found[answers.principle, rows[place]].append(EvidenceSaid(by=quoted(by), label=label))
        for place, code in enumerate(answers.reference.label.tolist()):
            key = (answers.principle, rows[place])
            if code != NONE and key not in found:
                found[key].append(EvidenceSaid(by=_SETTLED, label=answers.categories[code]))
    return {key: tuple(said) for key, said in found.items()}


def _labels(answers: PrincipleAnswers) -> Iterator[tuple[int, str, str]]:
    people = answers.people
    for item, who, label in zip(people.item, people.annotator, people.label, strict=True):
        if label != NONE:
            yield int(item), people.annotators[who], answers.categories[label]


def _whole(whole: WholeReplies | None, case_id: str, candidate_id: str) -> tuple[EvidenceSaid, ...]:
    said = whole.of(case_id, candidate_id) if whole else ()
    return tuple(
        EvidenceSaid(
            by=quoted(each.annotator), label="fail" if each.fails else "pass", note=quoted(each.note)
        )
        for each in said
    )


# -- The review ------------------------------------------------------------------------------------


def _gaps(start: Path, read: ReadEvidence, design: str | None) -> tuple[tuple[GuidelineGap, ...], int]:
    """Return what adjudicators found missing, but for replies of the sealed split, and how many of those there are."""
    if not find_workspace(start).review_path.exists():
        return (), 0
    sealed = _sealed(read)
    found, closed = [], 0
    for gap in open_adjudication(start).gaps(design):
        left = tuple(item for item in gap.items if (item.case_id, item.candidate_id) not in sealed)
        closed += len(gap.items) - len(left)
        if left:
            found.append(replace(gap, items=left))
    return tuple(found), closed


def _sealed(read: ReadEvidence) -> frozenset[tuple[str, str]]:
    """Return the replies of the sealed split, as case and candidate."""
    names = read.evidence.names
    return frozenset(
        (names[row].case_id, names[row].candidate_id)
        for answers in read.table.principles
        for row in read.reply_of_item[answers.seq[answers.split == Split.SEALED]].tolist()
    )


def _from_gaps(read: ReadEvidence, gaps: Sequence[GuidelineGap]) -> Iterator[Proposal]:
    """Yield proposals for what adjudicators found missing in the principles."""
    names = frozenset(item.case_id for gap in gaps for item in gap.items)
    cases = read.stored.cases(names)
    yield from guideline_proposals(read.constitution, (_guideline(gap, cases) for gap in gaps))


def _guideline(gap: GuidelineGap, cases: Mapping[str, Case]) -> GuidelineEvidence:
    scale = gap.principle.scale
    places = Counter(proposed_place(item.opinions, item.decision, scale) for item in gap.items)
    place = places.most_common(1)[0][0]
    return GuidelineEvidence(
        principle=gap.principle.principle.id,
        change=next(change for begins, change in _CHANGES.items() if place.startswith(begins)),
        place=place,
        items=tuple(_gap_item(item, cases) for item in gap.items),
    )


def _gap_item(item: GapItem, cases: Mapping[str, Case]) -> EvidenceItem:
    said = tuple(
        EvidenceSaid(by=f"reviewer {each.number}", label=each.label, note=_note(each.comment, item.sensitive))
        for each in item.opinions
    )
    shown = _item({} if item.sensitive else cases, item.case_id, item.candidate_id, said)
    why = _NOT_SAID if item.sensitive else shown.not_quoted
    return shown.model_copy(
        update={"not_quoted": why, "decided": item.decision, "note": _note(item.note, item.sensitive)}
    )


def _note(text: str, sensitive: bool) -> str:  # noqa: FBT001 - it says what the text is about
    """Return what a person wrote about a reply; nothing where the reply is not quoted, for it may quote it."""
    return "" if sensitive else quoted(text)


# -- The file --------------------------------------------------------------------------------------


def _before(out: Path) -> Amendments | None:
    """Return the proposals that stand in the file; None where it does not exist, or is Markdown of ours.

    Raises:
        FileError: Its proposals have findings.
        UsageError: Something else stands there, or the name has another ending.
    """
    if out.suffix not in {".yaml", ".yml", ".md"}:
        raise UsageError(
            f"{out.name} is no name of proposals", hint="end it in .yaml, or in .md to read them"
        )
    if not out.exists():
        return None
    if out.suffix == ".md":
        if not (out.is_file() and read_utf8(out).startswith(_MARKDOWN_HEAD)):
            raise UsageError(f"{shown_path(out)} is there and holds no proposals", hint="name another file")
        return None
    file = read_record(out, Amendments, "amendments/v1")
    refuse(file.findings)
    held: Amendments | None = file.record
    return held


def _refuse_another_constitution(before: Amendments | None, now: Constitution, out: Path) -> None:
    if before is not None and before.constitution != now.id:
        raise UsageError(
            f"{shown_path(out)} holds proposals for {before.constitution}, and the run judged by {now.id}",
            hint="name another file with --out",
        )


def _write(out: Path, found: Amendments) -> None:
    text = render_amendments(found) if out.suffix == ".md" else _HEAD + dump_yaml(found.canonical())
    write_lines(out, [text.encode()], hint="name another file with --out")
