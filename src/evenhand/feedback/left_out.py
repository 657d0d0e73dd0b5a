"""Why a record does not become a row: every record that goes in is a row or has one of these reasons."""

from enum import StrEnum


class LeftOut(StrEnum):
    """A reason, by the name it has in files."""

    TIE = "tie"
    ABSTAINED = "abstained"
    INCONSISTENT = "inconsistent"
    UNDECIDED = "undecided"
    UNMEASURED = "unmeasured"
    NEUTRAL = "neutral"
    FAILED = "failed"
    UNWRITTEN = "unwritten"
    UNCHANGED = "unchanged"
    NOT_BETTER = "not_better"
    HELD_BACK = "held_back"
    NO_PROMPT = "no_prompt"
    NO_TEXT = "no_text"
    CONVERSATION = "conversation"
    BROKEN_TEXT = "broken_text"
    SAME_TEXTS = "same_texts"
    NOT_TRUSTED = "not_trusted"
    DUPLICATE = "duplicate"
    CONTRADICTORY = "contradictory"

    @property
    def words(self) -> str:
        """The reason for people."""
        return _WORDS[self]


_WORDS = {
    LeftOut.TIE: "neither of the two is better",
    LeftOut.ABSTAINED: "the judges can not tell",
    LeftOut.INCONSISTENT: "the answer changed with the order in which the two were shown",
    LeftOut.UNDECIDED: "the panel is undecided, or its principles contradict each other",
    LeftOut.UNMEASURED: "ratings failed or are open",
    LeftOut.NEUTRAL: "no principle's answer says pass or fail",
    LeftOut.FAILED: "the text fails, and completions are texts that pass",
    LeftOut.UNWRITTEN: "the generator did not come to its end",
    LeftOut.UNCHANGED: "the revision is the first reply",
    LeftOut.NOT_BETTER: "the panel does not find the revision better than the first reply",
    LeftOut.HELD_BACK: "people's labels on its source, or on the same texts elsewhere, are kept to certify with",
    LeftOut.NO_PROMPT: "the case has no prompt",
    LeftOut.NO_TEXT: "a text is empty, a conversation, or not there any more",
    LeftOut.CONVERSATION: "its prompt is a conversation of several turns, which a plain text can not hold",
    LeftOut.BROKEN_TEXT: "a text holds half of a surrogate pair, which strict readers refuse",
    LeftOut.SAME_TEXTS: "the two texts are the same",
    LeftOut.NOT_TRUSTED: "neither people nor a calibrated panel settled it; --untrusted exports it marked",
    LeftOut.DUPLICATE: "the same prompt and texts with the same label stand in another row",
    LeftOut.CONTRADICTORY: "the same prompt and texts have the opposite label elsewhere, believed as much or more",
}

__all__ = ["LeftOut"]
