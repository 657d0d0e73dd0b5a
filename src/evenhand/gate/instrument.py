"""What verdicts rest on, as hashes: principles, judges and panel; and what of it changed, in words."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from evenhand.calibration.categories import Categories
from evenhand.records.baseline import BaselineHead, JudgeMark, PanelMark, PrincipleMark
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.judge import Judge, ModelJudge
from evenhand.records.run import Manifest
from evenhand.records.scale import NumericScale, OrdinalScale

_COSMETIC: Final = frozenset({"title", "owner", "version", "price", "timeout_s", "attempts", "allow_alias"})
"""Fields of a judge that change no answer."""
_MOST_NAMED = 5


def mark_principle(
    constitution: Constitution, principle: Principle, counted: Categories, judges: tuple[Judge, ...]
) -> PrincipleMark:
    """Return what the verdicts on a principle rest on, for these judges."""
    return PrincipleMark(
        severity=principle.severity,
        binding=constitution.binding_hash(principle),
        shown=content_hash(_shown(constitution, principle, judges)),
        scale=content_hash({"scale": counted.scale.canonical(), "edges": list(counted.edges)}),
        readings=counted.readings,
        values=_values(counted),
    )


def mark_judge(manifest: Manifest, judge: Judge, served: tuple[str, ...]) -> JudgeMark:
    """Return what a judge of a run is; `served` names the models that answered for it."""
    content = {name: value for name, value in judge.canonical().items() if name not in _COSMETIC}
    recordings = sorted(file.sha256 for file in manifest.files if file.role == "recording")
    return JudgeMark(
        id=judge.id,
        version=judge.version,
        hash=content_hash(
            {
                "judge": content,
                "template": manifest.templates.get(judge.id, ""),
                "recordings": recordings if judge.kind == "recorded" else [],
            }
        ),
        model=judge.model if isinstance(judge, ModelJudge) else "",
        served=served,
    )


def mark_panel(manifest: Manifest) -> PanelMark:
    """Return what the panel of a run is, its judges aside."""
    panel, fit, maps = manifest.panel, manifest.fit, manifest.calibration
    return PanelMark(
        id=panel.id,
        rule=panel.rule,
        spares=bool(panel.cascade),
        hash=content_hash(
            {
                "panel": {
                    name: value for name, value in panel.canonical().items() if name not in {"id", "title"}
                },
                "fit": fit.canonical() if fit else None,
                "calibration": maps.canonical() if maps else None,
            }
        ),
    )


def _shown(constitution: Constitution, principle: Principle, judges: tuple[Judge, ...]) -> Mapping[str, Any]:
    """Return all that judges are shown of a principle, as plain JSON values."""
    models = [judge for judge in judges if isinstance(judge, ModelJudge)]
    seen = {sight for judge in models for sight in judge.sees}
    rationale = "principle.rationale" in seen and "judges" in principle.show_rationale_to
    shots = any(judge.shots.max and "shots" in judge.sees for judge in models)
    nearest = any(judge.kind == "nearest" for judge in judges)
    examples = [each.canonical() for each in principle.examples if nearest or (shots and each.use == "shot")]
    return {
        "binding": principle.binding(constitution.scale_of(principle)),
        "title": principle.title if "principle.title" in seen else "",
        "rationale": principle.rationale if rationale else "",
        "examples": examples,
    }


def _values(counted: Categories) -> tuple[float, ...]:
    """Return the number of each category on an ordered scale; nothing where one has none."""
    scale = counted.scale
    if isinstance(scale, NumericScale):
        limits = (scale.minimum, *counted.edges, scale.maximum)
        return tuple((low + high) / 2 for low, high in pairwise(limits))
    if not isinstance(scale, OrdinalScale):
        return ()
    numbers = [scale.score(label) for label in counted.labels]
    return tuple(number for number in numbers if number is not None) if None not in numbers else ()


# -- What changed ------------------------------------------------------------------------------------


def told_changes(then: BaselineHead, now: BaselineHead) -> Iterator[str]:
    """Yield what differs between two runs that could move a verdict, in words."""
    if then.constitution != now.constitution:
        yield f"constitution {then.constitution} became {now.constitution}"
    yield from _told_principles(then.principles, now.principles)
    if then.panel.rule != now.panel.rule:
        yield f"the panel's rule {then.panel.rule} became {now.panel.rule}"
    elif then.panel.hash != now.panel.hash:
        yield "the panel's settings changed"
    yield from _told_judges(then, now)


def _told_principles(then: Mapping[str, PrincipleMark], now: Mapping[str, PrincipleMark]) -> Iterator[str]:
    both = [name for name in then if name in now]
    reworded = [name for name in both if then[name].binding != now[name].binding]
    shown = [name for name in both if name not in reworded and then[name].shown != now[name].shown]
    for names, words in (
        (reworded, "reworded"),
        (shown, "shown to judges in another way"),
        ([name for name in now if name not in then], "new"),
        ([name for name in then if name not in now], "gone"),
    ):
        if names:
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            yield f"{words}: {', '.join(names[:_MOST_NAMED])}{more}"


def _told_judges(then: BaselineHead, now: BaselineHead) -> Iterator[str]:
    old, new = ({judge.id: judge for judge in head.judges} for head in (then, now))
    for name in dict.fromkeys([*old, *new]):
        if name not in new or name not in old:
            yield f"judge {name} {'left' if name in old else 'came'}"
        elif why := _told_judge(old[name], new[name]):
            yield f"judge {name}: {why}"


def _told_judge(then: JudgeMark, now: JudgeMark) -> str:
    if then.model != now.model:
        return f"model {then.model} became {now.model}"
    if then.served != now.served and then.served and now.served:
        return f"answered by {', '.join(then.served)} and now by {', '.join(now.served)}"
    if then.hash == now.hash:
        return ""
    if then.version == now.version:
        return f"changed without a new version ({now.version})"
    return f"version {then.version} became {now.version}"
