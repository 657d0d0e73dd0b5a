from types import SimpleNamespace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.judging.template import (
    MAX_RENDERED_CHARS,
    PromptTemplate,
    PromptTooLongError,
    Slot,
    TemplateProblem,
    Untrusted,
    check_template,
    fill,
)
from evenhand.judging.template_check import MAX_TEMPLATE_CHARS
from evenhand.records.judge import Sight

EVERYTHING: tuple[str, ...] = get_args(Sight)
CASE = "{{ data('reply', case.response) }}"


def problems(
    text: str, *, mode: str = "absolute", sees: tuple[str, ...] = EVERYTHING
) -> tuple[TemplateProblem, ...]:
    return check_template(text, mode=mode, sees=sees)


CASE_TEXTS = {"prompt": "", "response": "{{ 7*7 }}{% raw %}", "reference": "ref"}


def render(
    text: str,
    *,
    case: dict[str, str] | None = None,
    laid_out_for: dict[str, str] | None = None,
    **context: Any,
) -> str:
    """Fill the outline that `laid_out_for`, else the case itself, gives."""
    texts = CASE_TEXTS if case is None else case
    laid_out_for = texts if laid_out_for is None else laid_out_for
    hostile = {field: Untrusted(value) for field, value in laid_out_for.items()}
    label = SimpleNamespace
    known = {
        "principle": SimpleNamespace(
            id="p", title="Title", text="Text {{ 7*7 }}", exceptions="", scope="", rationale="why"
        ),
        "scale": SimpleNamespace(
            kind="nominal",
            labels=[label(label="yes", description="It is."), label(label="no", description="")],
            minimum="",
            maximum="",
        ),
        "shots": [
            SimpleNamespace(prompt=Untrusted("sp"), response=Untrusted("sr"), label="yes", why="because")
        ],
        "case": SimpleNamespace(**hostile),
    }
    outline = PromptTemplate(text, mode="absolute", sees=EVERYTHING).outline(known | context, hostile)
    return fill(outline, texts, lambda name, inner: f"[{name}|{inner}]")


# -- What prompt authors need -----------------------------------------------------------------------------

ALLOWED = {
    "plain text": ("Just words, 100 %.", "Just words, 100 %."),
    "text of the principle, never read as a template": ("{{ principle.text }}", "Text {{ 7*7 }}"),
    "case text in a fence, never read as a template": (CASE, "[reply|{{ 7*7 }}{% raw %}]"),
    "a condition": ("{% if principle.exceptions %}E{% else %}none{% endif %}", "none"),
    "elif": ("{% if principle.exceptions %}E{% elif principle.scope %}S{% else %}-{% endif %}", "-"),
    "whether the case has a prompt": (
        "{% if case.prompt %}{{ data('p', case.prompt) }}{% else %}none{% endif %}",
        "none",
    ),
    "whether there are shots": ("{% if shots %}{{ shots|length }}{% endif %}", "1"),
    "and, or, not": ("{% if not principle.scope and (shots or scale.labels) %}x{% endif %}", "x"),
    "a fallback": ("{{ principle.exceptions or 'none' }}", "none"),
    "an if inside an expression": ("{{ 'x' if principle.scope else 'y' }}", "y"),
    "a fence or a word": ("{{ data('p', case.prompt) if case.prompt else '(none)' }}", "(none)"),
    "comparison of texts": ("{% if scale.kind == 'nominal' and principle.id != 'q' %}n{% endif %}", "n"),
    "a part of a text": ("{% if 'pri' in principle.id or 'p' in principle.id %}x{% endif %}", "x"),
    "a part that is not there": ("{% if 'z' not in principle.id %}x{% endif %}", "x"),
    "comparison of numbers": ("{% if scale.labels|length >= 2 %}many{% endif %}", "many"),
    "a loop over labels": (
        "{% for l in scale.labels %}{{ l.label }}: {{ l.description }};{% endfor %}",
        "yes: It is.;no: ;",
    ),
    "a loop over shots": (
        "{% for s in shots %}{{ data('r', s.response) }} {{ s.label }} {{ s.why }}{% endfor %}",
        "[r|sr] yes because",
    ),
    "numbers of a loop": (
        "{% for l in scale.labels %}{{ loop.index }}. {{ l.label }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "1. yes, 2. no",
    ),
    "the first of a loop": (
        "{% for l in scale.labels %}{{ 'first ' if loop.first else '' }}{% endfor %}",
        "first",
    ),
    "what a loop says when empty": ("{% for s in shots %}s{% else %}none{% endfor %}", "s"),
    "one name for two loops": (
        "{% for x in shots %}{{ x.why }}{% endfor %}{% for x in scale.labels %}{{ x.label }}{% endfor %}",
        "becauseyesno",
    ),
    "labels in one line": ("{{ scale.labels|join(', ', 'label') }}", "yes, no"),
    "labels in one line, named": ("{{ scale.labels|join(d=' | ', attribute='label') }}", "yes | no"),
    "letters": (
        "{{ principle.title|upper }} {{ principle.title|lower }} {{ principle.id|title|trim }}",
        "TITLE title P",
    ),
    "a comment": ("a{# {{ case.response }} #}b", "ab"),
    "braces that stay braces": ("{% raw %}{{ x }}{% endraw %}{{ '{{' }}", "{{ x }}{{"),
    "white space control": ("a  {%- if true -%}  b  {%- endif -%}  c", "abc"),
}


@pytest.mark.parametrize(("text", "expected"), ALLOWED.values(), ids=ALLOWED)
def test_what_prompt_authors_need_is_allowed_and_renders(text: str, expected: str) -> None:
    assert problems(text) == ()
    assert render(text) == expected


# -- What is refused --------------------------------------------------------------------------------------

REFUSED_CONSTRUCTS = {
    "set": "{% set x = 1 %}",
    "set block": "{% set x %}a{% endset %}",
    "set on a field": "{% set principle.text = 'x' %}",
    "with": "{% with a = 1 %}a{% endwith %}",
    "include": "{% include 'x' %}",
    "import": "{% import 'x' as x %}",
    "from import": "{% from 'x' import y %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block b %}a{% endblock %}",
    "macro": "{% macro m() %}a{% endmacro %}",
    "call block": "{% call principle.text() %}a{% endcall %}",
    "filter block": "{% filter upper %}a{% endfilter %}",
    "autoescape": "{% autoescape false %}a{% endautoescape %}",
    "addition": "{{ 1 + 1 }}",
    "multiplication": "{{ 'a' * 1000000000 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "division": "{{ 1 / 0 }}",
    "modulo": "{{ '%999999999d' % 1 }}",
    "negation": "{{ -1 }}",
    "joining with ~": "{{ principle.id ~ principle.text }}",
    "subscript": "{{ case['response'] }}",
    "subscript of an attribute": "{{ principle['__class__'] }}",
    "slice": "{{ principle.text[0:5] }}",
    "list": "{{ [1, 2] }}",
    "tuple": "{{ (1, 2) }}",
    "dict": "{{ {'a': 1} }}",
    "test": "{% if principle.text is string %}a{% endif %}",
    "test for defined": "{% if nothing is defined %}a{% endif %}",
    "attribute of a result": "{{ (principle.text|upper).x }}",
    "attribute of a constant": "{{ ''.__class__ }}",
    "call of a method": "{{ principle.text.upper() }}",
    "call of a global": "{{ range(1000000000) }}",
    "call of lipsum": "{{ lipsum.__globals__ }}",
    "call of cycler": "{{ cycler('a') }}",
    "call of namespace": "{{ namespace(a=1) }}",
    "self": "{{ self }}",
    "blocks of self": "{{ self.b() }}",
    "caller": "{{ caller() }}",
    "unknown filter": "{{ principle.text|center(1000000000) }}",
    "attr": "{{ principle|attr('text') }}",
    "map": "{{ shots|map(attribute='label')|join }}",
    "selectattr": "{{ shots|selectattr('label')|list }}",
    "format": "{{ '%s'|format(principle.text) }}",
    "replace": "{{ principle.text|replace('a', 'aaaaaaaaaaaaaaaa') }}",
    "safe": "{{ principle.text|safe }}",
    "xmlattr": "{{ principle|xmlattr }}",
    "loop variable out of a loop": "{{ loop.index }}",
    "loop variable after its loop": "{% for s in shots %}{% endfor %}{{ s.label }}",
    "loop variable in the else of its loop": "{% for s in shots %}{% else %}{{ s.label }}{% endfor %}",
    "cycle": "{% for s in shots %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "entries beside": "{% for s in shots %}{{ loop.previtem }}{% endfor %}",
    "depth of a loop": "{% for s in shots %}{{ loop.__class__ }}{% endfor %}",
    "loop over text": "{% for c in principle.text %}{{ c }}{% endfor %}",
    "loop over a number": "{% for c in 10 %}{{ c }}{% endfor %}",
    "loop over a call": "{% for c in range(9) %}{{ c }}{% endfor %}",
    "loop over data": "{% for c in data('r', case.response) %}{{ c }}{% endfor %}",
    "loop in a loop": "{% for a in shots %}{% for b in shots %}x{% endfor %}{% endfor %}",
    "recursive loop": "{% for a in shots recursive %}{{ loop(shots) }}{% endfor %}",
    "loop with a condition": "{% for a in shots if a.label %}x{% endfor %}",
    "two loop variables": "{% for a, b in shots %}x{% endfor %}",
    "a loop that hides case": "{% for case in shots %}{{ data('r', case.response) }}{% endfor %}",
    "a loop that hides data": "{% for data in shots %}x{% endfor %}",
    "a loop that hides scale": "{% for scale in shots %}x{% endfor %}",
    "a list printed": "{{ shots }}",
    "labels printed": "{{ scale.labels }}",
    "an entry printed": "{% for s in shots %}{{ s }}{% endfor %}",
    "a truth printed": "{{ not principle.text }}",
    "a comparison printed": "{{ principle.text == 'a' }}",
    "none printed": "{{ none }}",
    "a list as a fallback": "{{ principle.text or shots }}",
    "an if without else": "{{ 'a' if principle.text }}",
    "join without a field": "{{ scale.labels|join(', ') }}",
    "join on text": "{{ principle.text|join(', ', 'label') }}",
    "join on a hidden field": "{{ scale.labels|join(', ', '__class__') }}",
    "join on a field of a field": "{{ scale.labels|join(', ', 'label.__class__') }}",
    "join on hostile text": "{{ shots|join(', ', 'response') }}",
    "join with an unknown separator": "{{ scale.labels|join(case.response, 'label') }}",
    "join with too much": "{{ scale.labels|join(', ', 'label', 'x') }}",
    "join with more names": "{{ scale.labels|join(d=', ', attribute='label', eval_ctx=1) }}",
    "join with a star": "{{ scale.labels|join(*shots) }}",
    "filter with arguments": "{{ principle.text|trim('x') }}",
    "ordering of texts": "{% if principle.text < 'a' %}x{% endif %}",
    "text beside number": "{% if principle.text == 1 %}x{% endif %}",
    "an entry of a list asked for": "{% if principle.text in shots %}x{% endif %}",
    "a list compared": "{% if shots == shots %}x{% endif %}",
    "text with stars": "{{ principle.text|upper(*shots) }}",
    "text with two stars": "{{ principle.text|upper(**shots) }}",
    "a scale printed": "{{ scale }}",
    "a principle printed": "{{ principle }}",
    "a case printed": "{{ case }}",
    "data printed": "{{ data }}",
    "producer": "{{ case.producer }}",
    "id of a candidate": "{{ case.candidates }}",
    "deep nesting": "{% if shots %}" * 60 + "{% endif %}" * 60,
    "deep expression": "{{ " + "not " * 200 + "shots }}",
    "long chain": "{{ " + "principle.id or " * 300 + "principle.id }}",
    "deep brackets": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "huge number": "{{ " + "9" * 5_000 + " }}",
    "huge template": "a" * (MAX_TEMPLATE_CHARS + 1),
    "unclosed block": "{% if shots %}",
    "unclosed print": "{{ principle.text",
    "unknown tag": "{% do shots.clear() %}",
    "bad escape": r"{{ '\N{nothing}' }}",
}


@pytest.mark.parametrize("text", REFUSED_CONSTRUCTS.values(), ids=REFUSED_CONSTRUCTS)
def test_everything_else_is_refused(text: str) -> None:
    found = problems(text)
    assert found
    assert all(problem.line == 1 and problem.message for problem in found)
    with pytest.raises(UsageError, match=r"^line 1 of the template: "):
        PromptTemplate(text, mode="absolute", sees=EVERYTHING)


HOSTILE_TEXT_OUT_OF_A_FENCE = {
    "printed": "{{ case.response }}",
    "printed from a shot": "{% for s in shots %}{{ s.response }}{% endfor %}",
    "filtered": "{{ case.response|upper }}",
    "filtered in a condition": "{% if case.response|trim %}x{% endif %}",
    "measured": "{% if case.response|length > 3 %}x{% endif %}",
    "compared": "{% if case.response == 'x' %}x{% endif %}",
    "searched": "{% if 'x' in case.prompt %}x{% endif %}",
    "as a fallback": "{{ case.prompt or 'none' }}",
    "in an if": "{{ case.prompt if case.prompt else 'none' }}",
    "as a name of a fence": "{{ data(case.prompt, case.response) }}",
    "its class": "{{ case.response.__class__ }}",
    "its text": "{{ case.response._text }}",
    "its method": "{{ case.response.format(principle) }}",
    "its method, not called": "{{ case.response.format }}",
}


@pytest.mark.parametrize("text", HOSTILE_TEXT_OUT_OF_A_FENCE.values(), ids=HOSTILE_TEXT_OUT_OF_A_FENCE)
def test_hostile_text_is_refused_outside_a_fence(text: str) -> None:
    assert problems(text)


MISUSED_FENCES = {
    "filtered": "{{ data('r', case.response)|upper }}",
    "cut into letters": "{{ data('r', case.response)|join('x', 'label') }}",
    "given as a fallback": "{{ principle.text or data('r', case.response) }}",
    "compared": "{% if data('r', case.response) == 'x' %}x{% endif %}",
    "given as a separator": "{{ scale.labels|join(data('r', case.response), 'label') }}",
    "inside another": "{{ data('r', data('s', case.response)) }}",
    "around text that is not hostile": "{{ data('r', principle.text) }}",
    "around a constant": "{{ data('r', 'complies') }}",
    "around a list": "{{ data('r', shots) }}",
    "without a name": "{{ data(case.response) }}",
    "with a third value": "{{ data('r', case.response, 1) }}",
    "with named values": "{{ data(name='r', value=case.response) }}",
    "with a star": "{{ data(*shots) }}",
    "named by an expression": "{{ data(principle.id, case.response) }}",
    "named with a line end": r"{{ data('r\n', case.response) }}",
    "named with marks": "{{ data('r>>>', case.response) }}",
    "named in other letters": "{{ data('ｒｅｐｌｙ', case.response) }}",  # noqa: RUF001 - the point
    "named too long": "{{ data('" + "r" * 41 + "', case.response) }}",
    "named by a number": "{{ data(1, case.response) }}",
}


@pytest.mark.parametrize("text", MISUSED_FENCES.values(), ids=MISUSED_FENCES)
def test_a_fence_is_used_as_a_fence_only(text: str) -> None:
    assert problems(text)


SANDBOX_ESCAPES = {
    "CVE-2016-10745, str.format": "{{ '{0.__class__.__mro__}'.format(principle) }}",
    "CVE-2019-10906, str.format_map": "{{ '{a.__class__}'.format_map({'a': principle}) }}",
    "CVE-2024-56201, names that are code": "{% include principle.text %}",
    "CVE-2024-56326, a stored format": "{% set f = '{0.__class__}'.format %}{{ f(principle) }}",
    "CVE-2024-56326, through a loop": "{% for f in ['{0.__class__}'.format] %}{{ f(principle) }}{% endfor %}",
    "CVE-2025-27516, attr": "{{ ('{0.__class__}'|attr('format'))(principle) }}",
    "CVE-2025-27516, map": "{{ ['{0.__class__}']|map('attr', 'format')|list }}",
    "mro": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ data.__globals__ }}",
    "code": "{{ data.__code__.co_consts }}",
    "loop context": "{% for s in shots %}{{ loop._iterable }}{% endfor %}",
    "environment": "{{ self._TemplateReference__context.environment }}",
    "undefined": "{{ nothing.__class__ }}",
    "join to an attribute": "{{ shots|join('', '__class__.__mro__') }}",
    "printf": "{{ '%s' % principle }}",
}


@pytest.mark.parametrize("text", SANDBOX_ESCAPES.values(), ids=SANDBOX_ESCAPES)
def test_published_escapes_from_the_sandbox_are_refused_before_anything_runs(text: str) -> None:
    assert problems(text)


# -- Messages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "offending", "suggestion"),
    [
        ("a\n{{ principle.txt }}", 2, "principle.txt", 'did you mean "principle.text"?'),
        ("\n\n{{ principle.text|uper }}", 3, "uper", 'did you mean "upper"?'),
        ("{% for s in shots %}\n{{ s.lable }}{% endfor %}", 2, "s.lable", 'did you mean "s.label"?'),
        ("{{ case.respons }}", 1, "case.respons", 'did you mean "case.response"?'),
        ("\n{{ case.response }}", 2, "case.response", 'write {{ data("response", case.response) }}'),
        ("{{ case['response'] }}", 1, "[...]", "write a field with a dot, such as case.response"),
        (
            "{{ scale.labels }}",
            1,
            "scale.labels",
            'loop over it, or join a field: scale.labels|join(", ", "label")',
        ),
        ("{% for case in shots %}{% endfor %}", 1, "case", "call it case_"),
        ("{{ data }}", 1, "data", 'write {{ data("reply", case.response) }}'),
    ],
)
def test_a_problem_names_its_line_its_text_and_the_way_out(
    text: str, line: int, offending: str, suggestion: str
) -> None:
    (problem,) = problems(text)
    assert (problem.line, problem.text, problem.suggestion) == (line, offending, suggestion)


def test_all_problems_are_found_at_once_in_the_order_of_their_lines() -> None:
    text = "{{ a }}\n{% set x = 1 %}\n{% if b %}\n{{ case.response }}{% else %}\n{{ c|d }}{% endif %}"
    assert [problem.line for problem in problems(text)] == [1, 2, 3, 4, 5]


def test_problems_inside_a_refused_block_are_found_too() -> None:
    found = problems("{% block b %}\n{{ case.response }}\n{% endblock %}")
    assert [problem.line for problem in found] == [1, 2]


def test_a_field_the_judge_does_not_see_names_the_setting() -> None:
    (problem,) = problems(f"{CASE}{{{{ data('ref', case.reference) }}}}", sees=("case.response",))[:1]
    assert problem.suggestion == "add case.reference to `sees`"


def test_the_scale_needs_to_be_seen() -> None:
    assert "add scale to `sees`" in [problem.suggestion for problem in problems("{{ scale.kind }}", sees=())]


@pytest.mark.parametrize(
    ("mode", "field", "other"),
    [("pairwise", "case.response", "absolute"), ("absolute", "case.response_b", "pairwise")],
)
def test_a_field_of_the_other_mode_says_so(mode: str, field: str, other: str) -> None:
    found = problems(f"{{{{ data('r', {field}) }}}}", mode=mode)
    assert f"{field} is there for judges with mode: {other} only" in [problem.message for problem in found]


@pytest.mark.parametrize("field", ["case.response_a", "case.response_b", "case.prompt"])
def test_a_pairwise_template_shows_both_candidates(field: str) -> None:
    assert problems(f"{{{{ data('r', {field}) }}}}", mode="pairwise") == ()


# -- Bounds and defence in depth --------------------------------------------------------------------------


def test_a_prompt_is_built_no_further_than_its_limit() -> None:
    filled: list[str] = []

    def fence(name: str, body: str) -> str:
        filled.append(name)
        return body

    outline = tuple(Slot("reply", "response", "") for _ in range(2_000))
    with pytest.raises(PromptTooLongError, match="longer than 2,000,000 characters"):
        fill(outline, {"response": "x" * 100_000}, fence)
    assert len(filled) * 100_000 == MAX_RENDERED_CHARS + 100_000 == 2_100_000


@pytest.mark.parametrize("use", [str, repr, "{}".format, "{:>9}".format, lambda text: f"{text}"])
def test_case_text_has_no_form_of_its_own(use: Any) -> None:
    with pytest.raises(UsageError, match="only as data"):
        use(Untrusted("secret"))


@pytest.mark.parametrize(
    "use", [len, list, iter, lambda text: text + "a", lambda text: "a" in text, lambda text: text[0]]
)
def test_case_text_is_no_string(use: Any) -> None:
    with pytest.raises(TypeError):
        use(Untrusted("secret"))


def test_text_that_looks_like_a_template_is_shown_as_it_is() -> None:
    for code in ("{{7*7}}", "{% endraw %}", "{0.__class__}", "{# #}", "%(x)s", "${x}", "<%= 1 %>"):
        assert render(CASE, case={"response": code}) == f"[reply|{code}]"


def test_a_prompt_is_plain_text_and_no_markup() -> None:
    text = """<b> & "quoted" 'single' `code` </b>"""
    principle = SimpleNamespace(text=text)
    assert render("{{ principle.text }} {{ '<&>' }}", principle=principle) == f"{text} <&>"
    assert render(CASE, case={"response": text}) == f"[reply|{text}]"


# -- Whatever passes the check can be rendered ------------------------------------------------------------

names = st.sampled_from(
    [
        "principle.text",
        "principle.id",
        "scale.kind",
        "scale.minimum",
        "scale.labels",
        "shots",
        "case.response",
        "case.prompt",
        "s.label",
        "s.response",
        "l.label",
        "loop.index",
        "loop.first",
        "'a'",
        "1",
        "true",
        "none",
    ]
)
expressions = st.recursive(
    names,
    lambda inner: st.one_of(
        st.builds("({} or {})".format, inner, inner),
        st.builds("({} and {})".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds(
            "({} {} {})".format, inner, st.sampled_from(["==", "!=", "<", ">=", "in", "not in"]), inner
        ),
        st.builds(
            "({}|{})".format, inner, st.sampled_from(["upper", "title", "length", "join(', ', 'label')"])
        ),
        st.builds("data('r', {})".format, inner),
    ),
    max_leaves=5,
)
statements = st.recursive(
    st.builds("{{{{ {} }}}}".format, expressions),
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, expressions, inner, inner),
        st.builds("{{% for s in shots %}}{}{{% endfor %}}".format, inner),
        st.builds("{{% for l in scale.labels %}}{}{{% endfor %}}".format, inner),
    ),
    max_leaves=4,
)


@settings(max_examples=400)
@given(statements)
def test_a_template_without_problems_renders(text: str) -> None:
    if not problems(text):
        assert "secret" not in render(text)


@settings(max_examples=400)
@given(statements, st.booleans(), st.booleans())
def test_one_outline_serves_every_case_with_the_same_texts(text: str, prompted: bool, replied: bool) -> None:  # noqa: FBT001 - hypothesis gives them by place
    if problems(text):
        return
    one, other = (
        {"prompt": word * prompted, "response": word * replied, "reference": word}
        for word in ("one", "{{ 1 }}\n")
    )
    assert render(text, case=other, laid_out_for=one) == render(text, case=other)


@given(st.text(alphabet="{}%#()'\"|.,ab \n", max_size=60))
def test_any_text_is_checked_without_error(text: str) -> None:
    problems(text)
