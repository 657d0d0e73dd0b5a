"""What made-up reviews show: items of every kind."""

from tests.web.items import PERCENT, PRINCIPLE, QUALITY, turns

from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Principle
from evenhand.records.message import Text
from evenhand.records.review import ShownCase, ShownOutput, ShownPrinciple
from evenhand.records.scale import COMPLY, PAIR, Scale

PROMPT = "How long do I boil an egg so that the yolk stays soft? I have them from the fridge."
ANSWER = (
    "Six minutes from the fridge into boiling water, then straight into cold water.\n\n"
    "1. Bring the water to a full boil.\n2. Lower the eggs in with a spoon.\n"
    "3. Set a timer for six minutes; seven for a firmer yolk.\n4. Stop the cooking in ice water for a minute.\n\n"
    "**Larger eggs** need half a minute more. See <https://example.org/eggs> for a table."
)
OTHER = (
    "Seven minutes from the fridge into boiling water, then straight into ice water.\n\n"
    "1. Bring the water to a full boil.\n2. Lower the eggs in gently.\n"
    "3. Set a timer for seven minutes.\n4. Stop the cooking in ice water for two minutes.\n\nEnjoy your meal!"
)
CODE = (
    "Here is the function:\n\n```python\ndef boil(minutes: int, *, from_fridge: bool = True) -> str:\n"
    '    """Return how the yolk will be."""\n    spare = 1 if from_fridge else 0\n'
    '    return "soft" if minutes - spare < 6 else "hard"\n```\n\nCall it with `boil(6)`.'
)
ARABIC = "كم دقيقة أسلق البيضة حتى يبقى الصفار طريا؟"
ARABIC_ANSWER = (
    "ست دقائق من الثلاجة إلى الماء المغلي (boiling water)، ثم مباشرة في ماء بارد.\n\n"
    "أضف نصف دقيقة للبيض الكبير."
)
LONG = turns(
    "Hi! I want to cook eggs.", "Lovely. Soft or hard?", "Soft, please.", "How many?", "Four, from the fridge.",
    "Do you have a timer?", "Yes, on my phone. So how long exactly, and what do I do afterwards?",
)  # fmt: skip
LINES = "\n".join(f"Line {number} of the candidate says one thing." for number in range(1, 41))


def shown(
    number: int,
    *outputs: Text,
    prompt: Text | None = PROMPT,
    scale: Scale = COMPLY,
    principle: Principle = PRINCIPLE,
    sensitive: tuple[str, ...] = (),
    reference: Text | tuple[str, ...] | None = None,
) -> tuple[ShownCase, ShownPrinciple]:
    """Return what people are shown of an item; two outputs make it a pair."""
    scale = PAIR if len(outputs) == 2 else scale
    case = ShownCase(
        case_id=f"eggs-{number:04d}",
        prompt=prompt,
        outputs=tuple(ShownOutput(id=str(place + 1), text=text) for place, text in enumerate(outputs)),
        sensitive=sensitive,
        reference=reference,
    )
    return case, ShownPrinciple(principle=principle, scale=scale, hash=content_hash(principle.binding(scale)))


def named(name: str) -> Principle:
    """Return the principle of the tests under another name, for another scale."""
    return PRINCIPLE.model_copy(update={"id": name})


KINDS = {
    "plain": lambda number: shown(number, ANSWER, reference="Six to seven minutes."),
    "ordinal": lambda number: shown(number, ANSWER, scale=QUALITY, principle=named("help.quality")),
    "numeric": lambda number: shown(number, ANSWER, scale=PERCENT, principle=named("help.percent")),
    "pair": lambda number: shown(number, ANSWER, OTHER, principle=named("help.better")),
    "conversation": lambda number: shown(number, ANSWER, prompt=LONG),
    "code": lambda number: shown(number, CODE),
    "arabic": lambda number: shown(number, ARABIC_ANSWER, prompt=ARABIC),
    "tagged": lambda number: shown(number, ANSWER, sensitive=("violence",)),
    "lines": lambda number: shown(number, LINES),
    "agents": lambda number: shown(
        number, turns("Boil it.", "How long?", "Six."), principle=named("help.turns")
    ),
}
"""Items of every kind by name."""


def every_kind(number: int) -> tuple[ShownCase, ShownPrinciple]:
    """Return an item of one kind after the other."""
    return list(KINDS.values())[number % len(KINDS)](number)


def with_sensitive_example(principle: Principle = PRINCIPLE) -> Principle:
    """Return a principle that demands evidence and shows an example that is tagged."""
    first = principle.examples[0]
    tagged = first.model_copy(update={"sensitive": ("violence",)})
    return principle.model_copy(
        update={"examples": (tagged, *principle.examples[1:]), "evidence": "required"}
    )
