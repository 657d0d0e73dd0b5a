"""Merging a constitution with those it extends, as plain data that still knows where each value stands.

The merged data is checked as a file of its own would be, so that a wrong override, or a conflict with a principle that
was left out, is told at the line that is wrong, in whichever file.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from evenhand.catalog.compose_head import merge_head
from evenhand.catalog.joined_source import Joiner
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Document, Json, Place
from evenhand.errors import Finding
from evenhand.records.constitution import Constitution
from evenhand.records.extension import Extension, LeftOut, Origin, Overridden
from evenhand.records.patterns import fits


@dataclass(frozen=True, kw_only=True)
class Part:
    """A constitution that goes into another one, with where it is written."""

    path: Path
    constitution: Constitution
    """The effective one of a base; the own one as it is written."""
    document: Document
    """Where its values stand."""
    origins: Mapping[str, Origin]
    """Where its principles are written, by id."""
    left_out: tuple[LeftOut, ...] = ()
    """Principles of its own bases that it does not take."""

    @cached_property
    def content(self) -> dict[str, Json]:
        """The constitution as plain data."""
        return self.constitution.canonical()

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where in its list of principles each one stands."""
        return {principle.id: index for index, principle in enumerate(self.constitution.principles)}

    def principle(self, name: str) -> dict[str, Json]:
        """Return a principle as plain data."""
        return self.constitution.by_id[name].canonical()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What came of merging."""

    document: Document
    """The effective constitution as plain data, with its places in all files."""
    findings: tuple[Finding, ...]
    """What stands in the way."""
    origins: Mapping[str, Origin]
    """Where each principle is written, by id."""
    left_out: tuple[LeftOut, ...]
    """Principles of bases that are not taken."""


def compose(own: Part, bases: Sequence[Part]) -> Composed:
    """Merge a constitution with its bases.

    Args:
        own: The constitution as its file spells it.
        bases: The effective constitutions it extends, in the order of its `extends`.
    """
    return _Composer(own, bases).compose()


class _Composer:
    """Takes principles base by base, and then the own ones."""

    def __init__(self, own: Part, bases: Sequence[Part]) -> None:
        self._own = own
        self._bases = bases
        self._joiner = Joiner(own.document.source)
        self._findings: list[Finding] = []
        self._principles: list[dict[str, Json]] = []
        self._origins: dict[str, Origin] = {}
        self._left_out: dict[str, LeftOut] = {}
        self._brought: dict[str, int] = {}

    def compose(self) -> Composed:
        for index, base in enumerate(self._bases):
            self._take(index, base)
        self._add_own()
        merged = merge_head(
            (self._own.content, self._own.document.source),
            [(base.content, base.document.source) for base in self._bases],
            self._joiner,
        )
        self._findings += merged.findings
        self._mend_conflicts()
        principles: Json = list(self._principles)
        data: dict[str, Json] = {**merged.data, "principles": principles}
        return Composed(
            document=Document(data=data, source=self._joiner.joined()),
            findings=tuple(self._findings),
            origins=self._origins,
            left_out=tuple(self._told_left_out(data)),
        )

    def _take(self, index: int, base: Part) -> None:
        """Take what is wanted of a base."""
        extension, place = self._own.constitution.extends[index], ("extends", index)
        self._findings += self._unmet(extension, base, place)
        for name in base.positions:
            if (extension.only and not fits(name, extension.only)) or fits(name, extension.except_):
                self._left_out[name] = LeftOut(
                    id=name,
                    constitution=base.constitution.id,
                    file=base.origins[name].file,
                    by=self._own.constitution.id,
                    tombstone=False,
                )
            elif name in self._brought:
                other = self._bases[self._brought[name]].constitution.id
                message = f"both {other} and {base.constitution.id} bring the principle {quoted(name)}"
                hint = f"leave it out of one of them: except: [{name}]"
                self._report("C015", message, (*place, "ref"), hint)
            else:
                self._brought[name] = index
                self._inherit(name, base, extension, place)

    def _inherit(self, name: str, base: Part, extension: Extension, place: Place) -> None:
        """Take one principle, with what is said differently of it."""
        source, before, after = base.document.source, base.positions[name], len(self._principles)
        self._joiner.copy(source, ("principles", before), ("principles", after))
        principle = base.principle(name)
        if tests := principle.get("tests"):
            principle["tests"] = [self._from_here(base.path, str(test)) for test in _items(tests)]
        origin = replace(base.origins[name], own=False)
        if override := extension.override.get(name):
            fields = {key: value for key, value in override.canonical().items() if key != "because"}
            principle |= fields
            for key in fields:
                spot = (*place, "override", name, key)
                self._joiner.copy(self._own.document.source, spot, ("principles", after, key))
            said = Overridden(
                by=self._own.constitution.id,
                file=self._own.document.source.path,
                fields=tuple(fields),
                because=override.because,
            )
            origin = replace(origin, overridden=(*origin.overridden, said))
        self._principles.append(principle)
        self._origins[name] = origin

    def _from_here(self, base: Path, pattern: str) -> str:
        """Return a path, written in a base, as it would be written in the own file."""
        there, here = base.resolve().parent, self._own.path.resolve().parent
        return pattern if there == here else Path(os.path.relpath(there / pattern, here)).as_posix()

    def _unmet(self, extension: Extension, base: Part, place: Place) -> Iterator[Finding]:
        """Yield what `only`, `except` and `override` say of principles that are not there."""
        ids, name = tuple(base.positions), base.constitution.id
        for key, patterns in (("only", extension.only), ("except", extension.except_)):
            for number, pattern in enumerate(patterns):
                if not any(fits(each, [pattern]) for each in ids):
                    message = f"{quoted(pattern)} matches no principle of {name}"
                    hint = self._known(pattern, base)
                    yield self._finding("C016", message, (*place, key, number), hint)
        for each in extension.override:
            spot = (*place, "override", each)
            if each not in ids:
                message = f"{name} has no principle {quoted(each)} to override"
                yield self._finding("C016", message, spot, self._known(each, base), on_key=True)
            elif (extension.only and not fits(each, extension.only)) or fits(each, extension.except_):
                message = f"{quoted(each)} is left out of {name}, and overridden"
                yield self._finding("C016", message, spot, "take it, or remove the override", on_key=True)

    def _known(self, name: str, base: Part) -> str:
        now = base.constitution.renamed.get(name)
        return f"it is called {now} now" if now else did_you_mean(name, base.positions)

    def _add_own(self) -> None:
        for index, principle in enumerate(self._own.constitution.principles):
            name, spot = principle.id, ("principles", index, "id")
            if name in self._origins:
                brought = self._bases[self._brought[name]].constitution.id
                message = f"{quoted(name)} is a principle of {brought}, which is extended"
                self._report("C015", message, spot, "override it there, or give this one an id of its own")
                continue
            if name in self._left_out:
                brought = self._left_out[name].constitution
                message = f"{quoted(name)} is left out of {brought} and written anew, without a reason"
                self._report("C015", message, spot, "take it and override it, or give this one a new id")
            self._joiner.copy(
                self._own.document.source, ("principles", index), ("principles", len(self._principles))
            )
            self._principles.append(principle.canonical())
            self._origins[name] = self._own.origins[name]

    def _mend_conflicts(self) -> None:
        """Let declared conflicts name principles as they are called now, and forget those with what was left out."""
        renamed = {
            str(alias): str(principle["id"])
            for principle in self._principles
            for alias in _items(principle.get("aliases"))
        }
        for position, principle in enumerate(self._principles):
            declared = list(self._conflicts(principle, renamed))
            if not declared:
                continue
            kept = [number for number, now in declared if now in self._origins or now not in self._left_out]
            if len(kept) < len(declared):
                self._joiner.keep(("principles", position, "conflicts_with"), kept)
            old = _items(principle.pop("conflicts_with"))
            said = [{**_mapping(old[number]), "id": declared[number][1]} for number in kept]
            if said:
                principle["conflicts_with"] = list(said)

    def _conflicts(
        self, principle: Mapping[str, Json], renamed: Mapping[str, str]
    ) -> Iterator[tuple[int, str]]:
        """Yield each declared conflict by its position, with what the other principle is called now."""
        for number, conflict in enumerate(_items(principle.get("conflicts_with"))):
            other = str(_mapping(conflict)["id"])
            yield number, other if other in self._origins else renamed.get(other, other)

    def _told_left_out(self, data: Mapping[str, Json]) -> Iterator[LeftOut]:
        """Yield what was left out, with whether something goes on speaking for it."""
        told = {str(each["id"]) for each in _items(data.get("tombstones")) if isinstance(each, dict)}
        told |= {str(alias) for each in self._principles for alias in _items(each.get("aliases"))}
        earlier = {each.id: each for base in self._bases for each in base.left_out}
        for name, each in {**earlier, **self._left_out}.items():
            if name not in self._origins:
                yield replace(each, tombstone=name in told)

    def _report(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self._findings.append(self._finding(code, message, place, hint))

    def _finding(
        self, code: str, message: str, place: Place, hint: str = "", *, on_key: bool = False
    ) -> Finding:
        source = self._own.document.source
        span = source.key_span(place) if on_key else source.value_span(place)
        return source.finding(code, message, span, suggestion=hint)


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
