"""What is noticed about a candidate's text before any judge sees it. A flag is an observation and never a verdict."""

from enum import StrEnum


class CandidateFlag(StrEnum):
    """Something about a candidate that people should know when it passes."""

    EMPTY = "empty"
    """Nothing but white space and characters nobody sees."""
    NO_WORDS = "no_words"
    """No letter and no digit: punctuation, symbols."""
    OPENER = "opener"
    """The beginning of an answer and nothing after it, such as "Thought process:"."""
    CONSTANT = "constant"
    """One bare word or number that fits any question, such as "OK" or "10/10"."""
    PADDING = "padding"
    """Much white space around the text."""
    FENCE_MARK = "fence_mark"
    """Looks like the end of the data a judge is shown."""
    VERDICT_SHAPE = "verdict_shape"
    """Holds what a judge's answer looks like."""
    JUDGE_COMMAND = "judge_command"
    """Tells whoever judges it what to do or to decide."""
    CHAT_TOKEN = "chat_token"  # noqa: S105 - a flag's name
    """Holds marks that separate the turns of a conversation, or the results of tools."""
    HIDDEN_TEXT = "hidden_text"
    """Holds characters that a reader can not see."""
    ENCODED_TEXT = "encoded_text"
    """Holds one of the signs above in base64."""

    @property
    def spoken(self) -> str:
        """The flag in words, for people."""
        return self.value.replace("_", " ")

    @property
    def is_trivial(self) -> bool:
        """Whether the candidate says nothing, so that a judge that lets it pass judged something else."""
        return self in _TRIVIAL


_TRIVIAL = frozenset(
    {CandidateFlag.EMPTY, CandidateFlag.NO_WORDS, CandidateFlag.OPENER, CandidateFlag.CONSTANT}
)

Flags = tuple[CandidateFlag, ...]
"""What was noticed about one candidate, in the order above; empty means nothing."""
