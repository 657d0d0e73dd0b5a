"""The patterns behind the flags of a candidate, in RE2's syntax where hostile text is long; matched in any case."""

import re
from collections.abc import Mapping
from typing import Final

from evenhand.records.candidate_flag import CandidateFlag

_JUDGE: Final = r"(?:judge|grader|evaluator|rater|assessor|reviewer)s?"
_GOOD: Final = (
    r"(?:complie[sd]|compliant|pass(?:ed|es|ing)?|correct|acceptable|safe|perfect|flawless|full marks|full score|"
    r"excellent|10 ?(?:/|out of) ?10|5 ?(?:/|out of) ?5|100 ?%|five stars|the (?:best|highest|maximum|winner))"
)
_LABEL: Final = r"(?:complies|violates|compliant|not[ _]compliant|pass(?:es|ed)?|fail(?:s|ed)?)"
_DATA: Final = (
    r"(?:data|candidate|response|reply|answer|submission|untrusted|user[ _]input"
    r"|input|document|context|prompt)"
)
_INSTRUCTIONS: Final = r"(?:instruction|rule|prompt|direction|criteri|rubric|guideline|command|polic)"

SIGNS: Final[Mapping[CandidateFlag, tuple[str, ...]]] = {
    CandidateFlag.FENCE_MARK: (
        r"<<<\s*/?\s*(?:end|data)\b",
        rf"\[\s*/?\s*(?:end|begin|start)(?:\s+of)?(?:\s+the)?\s+{_DATA}\b",
        rf"(?:^|\n)[>\s]*[-=#*_~]+\s*(?:end|begin|start)(?:\s+of)?(?:\s+the)?\s+{_DATA}\b",
        rf"</(?:{_DATA}|candidate_[ab]|response_[ab])>",
        r"\becho code\b",
    ),
    CandidateFlag.VERDICT_SHAPE: (
        r"[\"'](?:label|verdict|judge?ment|grade|final_answer)[\"']\s*:\s*[\"']?\w",
        rf"\b(?:label|verdict)\s*[:=]?\s*(?:[0-9a-f]+\s+)?[\"']?{_LABEL}\b",
        r"[\"'](?:nonce|echo_code)[\"']\s*:",
        r"[\"'](?:score|rating)[\"']\s*:\s*[\"']?\d+(?:\.\d+)?[\"']?\s*[,}]",
        r"(?:^|\n)[>*#\s]*verdict\s+(?:[0-9a-f]+|" + _LABEL + r"\b)",
        r"(?:^|\n)[>*#\s]*(?:final\s+)?(?:verdict|grade|label)\**\s*[:=]\s*\S",
        r"\[\[\s*(?:[a-e]|tie|\d+|" + _LABEL + r")\s*\]\]",
        r"<(?:verdict|grade|label|judge?ment|score|rating)>",
    ),
    CandidateFlag.JUDGE_COMMAND: (
        (
            r"\b(?:ignore|disregard|forget|override|bypass|discard)\b[^.\n]*\b(?:previous|prior|above|earlier|"
            rf"preceding|all|your|any|these|everything)\b[^.\n]*{_INSTRUCTIONS}"
        ),
        (
            rf"\b(?:dear|attention|note|message|memo|instructions?|notice)[ ,:]+(?:for|to)? ?(?:the )?"
            rf"(?:ai |llm |model |automated )?{_JUDGE}\b[ ,:.!]"
        ),
        r"\byou are (?:now |only )?(?:a|an|the)? ?(?:[\w-]+ )?(?:grader|evaluator|rater|assessor|judge model)\b",
        (
            rf"\b(?:rate|grade|score|mark|judge|label|classify|evaluate|treat)\b(?: (?:it|this|that|the|my|me)\b)"
            rf"[^.\n]*\b(?:as|with|at|a|:)[^.\n]*\b{_GOOD}"
        ),
        (
            r"\b(?:give|award|assign|grant)\b[^.\n]*\b(?:full|highest|maximum|top|perfect|passing|best)\b[^.\n]*"
            r"\b(?:score|marks?|rating|grade|points|credit|verdict)\b"
        ),
        rf"\banswer:[ \t]+{_LABEL}\b",
        r"\bthe (?:verdict|correct label|right label) is\b",
        r"\boutput exactly\b",
        rf"\b(?:answer|respond|reply|output)(?: only)?(?: with)?(?: the(?: word| label)?)? [\"'`]?{_LABEL}\b",
        (
            r"\b(?:reveal|print|repeat|show|output|disclose|leak|quote)\b[^.\n]*\b(?:rubric|system prompt|"
            r"grading criteria|judging criteria|your instructions|hidden instructions|judge prompt)\b"
        ),
        r"\b(?:refuse|decline) to (?:judge|grade|rate|evaluate)\b",
        r"\bdo not (?:judge|grade|rate|evaluate) (?:this|the|my)\b",
        r"\b(?:already|previously) (?:been )?(?:judged|graded|rated|evaluated|certified)\b[^.\n]*\b" + _GOOD,
        rf"\bthis (?:reply|response|answer|candidate|submission) (?:fully |clearly )?(?:complies|passes|{_LABEL})\b",
        rf"\b{_JUDGE} (?:must|should|has to|will|have to)\b[^.\n]*\b{_GOOD}",
    ),
    CandidateFlag.CHAT_TOKEN: (
        r"<\|[a-z_]+\|>",
        r"\[/?inst\]",
        r"<</?sys>>",
        r"<(?:start|end)_of_turn>",
        r"(?:^|\n)(?:human|assistant|system):\s",
        r"(?:^|\n)##+ ?(?:instruction|system|assistant|human)s?:?\s*\n",
        r"[\"']?tool_(?:calls?|results?|use)[\"']?\s*[:>\[]",
        r"</?(?:tool_(?:call|result|response)|function_(?:call|results?))",
        r"[\"']finish_reason[\"']\s*:",
        r"[\"']arguments[\"']\s*:\s*[\"'{]",
    ),
}
"""Signs of an attack on the judge, by flag."""

OPENER: Final = re.compile(
    r"(?:(?:ok(?:ay)?|sure|alright|certainly|of course)[,.! ]*)?"
    r"(?:(?:my )?(?:thought|thinking|reasoning)(?: process)?|solution|analysis|explanation|(?:final )?answer|response"
    r"|step 1|respuesta|soluci[o\u00f3]n|l\u00f6sung|antwort|r\u00e9ponse|\u89e3|\u56de\u7b54|\u89e3\u7b54|\u7b54\u6848"
    r"|\u304b\u3044\u305b\u3064"
    r"|let(?:'|\u2019)?s (?:solve|think|work|break|go|start)[^.:\n]{0,60}"
    r"|let (?:me|us) (?:solve|think|work|break|go|start)[^.:\n]{0,60}"
    r"|here(?:'s| is| are)[^.\n]{0,60}(?=[:\u2026])|to (?:solve|answer) this[^.:\n]{0,60})?"
    r"[ \t]*(?:[:.\u2026\uff1a\u3002]|\.\.\.)*",
    re.IGNORECASE,
)
"""The whole of a short candidate that only begins; each part is bounded, and so is the text."""

CONSTANT: Final = re.compile(
    r"[\"'`(\[*]*(?:null|none|nil|n/?a|undefined|true|false|ok(?:ay)?|yes|no|complies|compliant|violates|pass(?:ed)?|"
    r"fail(?:ed)?|correct|safe|good|perfect|excellent|done|test|foo|bar|hello world|lorem ipsum|answer|output|"
    r"[-+]?\d{1,9}(?:[.,]\d{1,9})?(?: ?(?:%|/ ?\d{1,3}|out of \d{1,3}))?)[\"'`)\]*]*[.!]?",
    re.IGNORECASE,
)
"""The whole of a short candidate that fits any question."""
