"""Open items of every kind that the page has to show."""

from dataclasses import replace

from evenhand.records.constitution import Example, Principle
from evenhand.records.message import Message, Text
from evenhand.records.review import Draft, OpenItem, ShownCase, ShownOutput, ShownPrinciple, Spent
from evenhand.records.scale import COMPLY, PAIR, NumericScale, OrdinalScale, Scale

PRINCIPLE = Principle(
    id="help.answer-asked",
    title="Answer what was asked",
    text="The reply must answer the question that was asked, fully enough that the person can act on it.",
    exceptions="A reply may ask one question back where the request can be read in two ways.",
    when="The person asks for something that can be answered.",
    scope={"language": ("en", "ar"), "setting": ("chat",)},
    severity="high",
    rationale="People leave when they have to ask twice.",
    examples=(
        Example(
            id="asks", kind="violates", prompt="How do I boil rice?", response="Which?", why="It asks back."
        ),
        Example(id="answers", kind="complies", prompt="How do I boil rice?", response="Two cups to one."),
    ),
)
QUALITY = OrdinalScale(
    type="ordinal",
    values=("1", "2", "3", "4", "5", "cannot_tell"),
    describe={
        "1": "Does not answer.",
        "2": "Answers a part.",
        "3": "Answers, with gaps.",
        "4": "Answers well.",
        "5": "Nothing is missing.",
        "cannot_tell": "What is shown is not enough to decide.",
    },
    abstain=("cannot_tell",),
)
PERCENT = NumericScale(
    type="numeric", minimum=0, maximum=100, describe={"0": "None of it.", "100": "All of it."}
)


def make_item(
    *,
    prompt: Text | None = "How long do I boil an egg so that the yolk stays soft?",
    outputs: tuple[Text, ...] = (
        "Six minutes from the fridge into boiling water, then straight into cold water.",
    ),
    scale: Scale = COMPLY,
    draft: Draft | None = None,
    reference: Text | tuple[str, ...] | None = None,
    sensitive: tuple[str, ...] = (),
    principle: Principle = PRINCIPLE,
    session_active_ms: int = 1_120_000,
    session_done: int = 11,
) -> OpenItem:
    """Return an open item; two outputs make it a pair."""
    shown = tuple(ShownOutput(id=f"output-{place}", text=text) for place, text in enumerate(outputs))
    return OpenItem(
        assignment="a7Kq2",
        turn=3,
        suite="pr-gate",
        case=ShownCase(
            case_id="core-0412", prompt=prompt, outputs=shown, reference=reference, sensitive=sensitive
        ),
        principle=ShownPrinciple(
            principle=principle, scale=PAIR if len(outputs) == 2 else scale, hash="sha256:00"
        ),
        draft=draft or Draft(),
        spent=Spent(active_ms=42_000, idle_ms=3_000),
        done=11,
        left=49,
        session_done=session_done,
        session_active_ms=session_active_ms,
        can_undo=True,
    )


def make_words_of_the_file_plain(item: OpenItem) -> OpenItem:
    """Return the item with digits instead of everything that the suite and the constitution say."""
    shown = item.principle
    example = Example(
        id="1", kind="borderline", prompt="2", response="3", expect="4", why="5", sensitive=("6",)
    )
    principle = Principle(
        id="1",
        title="2",
        text="3",
        exceptions="4",
        when="5",
        scope={"6": ("7",)},
        rationale="8",
        evidence="required",
        examples=(
            example,
            PRINCIPLE.examples[0].model_copy(update={"prompt": "1", "response": "2", "why": "3"}),
        ),
    )
    described = dict.fromkeys(shown.scale.describe, "9")
    scale = shown.scale.model_copy(update={"describe": described})
    return replace(item, suite="0", principle=replace(shown, principle=principle, scale=scale))


def turns(*said: str) -> tuple[Message, ...]:
    """Return a conversation in which a user begins and both speak in turn."""
    return tuple(
        Message(role="assistant" if place % 2 else "user", content=text) for place, text in enumerate(said)
    )
