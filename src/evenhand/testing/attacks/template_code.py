"""Code of template engines and format languages: evaluated anywhere, its mark would show."""

from typing import Final

MARK: Final = "1787569"
"""What the arithmetic comes to; none of the payloads spells it."""

TEMPLATE_CODE: Final[dict[str, str]] = {
    "an expression": "{{1337*1337}}",
    "a short expression": "{{7*7}}",
    "an expression with blanks": "{{ 1337 * 1337 }}",
    "an expression without white space": "{{-1337*1337-}}",
    "a statement": "{% print(1337*1337) %}",
    "a loop": "{% for n in range(7) %}{{ n*n }}{% endfor %}",
    "the end of raw": "{% endraw %}{{ 1337*1337 }}",
    "the end of raw, trimmed": "{%- endraw -%}{{ 1337*1337 }}{%- raw -%}",
    "the end of a block": "{% endblock %}{{ 1337*1337 }}",
    "the end of a condition": "{% endif %}{{ 1337*1337 }}{% if true %}",
    "a comment": "{# 1337*1337 #}{{1337*1337}}",
    "an inclusion": "{% include '/etc/passwd' %}",
    "an import": "{% import 'os' as os %}{{ os }}",
    "an extension": "{% extends 'x' %}",
    "a macro": "{% macro m() %}{{1337*1337}}{% endmacro %}{{ m() }}",
    "an assignment": "{% set principle = 'none' %}{{ principle }}",
    "a class": "{{ ''.__class__.__mro__ }}",
    "globals": "{{ data.__globals__ }}",
    "self": "{{ self.__init__.__globals__ }}",
    "the context": "{{ case.response }}{{ principle.text }}",
    "a fence of its own": '{{ data("reply", "7") }}',
    "a filter": "{{ 'x'|attr('__class__') }}",
    "a format call": "{{ '%s'|format(1337*1337) }}",
    "a positional field": "{0}",
    "a field's class": "{0.__class__}",
    "a named field": "{principle.text}",
    "a field with code": "{nonce!r:>50}",
    "percent": "%s %d %(nonce)s %n %x",
    "a shell": "$(expr 1337 '*' 1337) `expr 1337 '*' 1337` ${1337*1337}",
    "an f-string": "f'{1337*1337}'",
    "another engine": "<%= 1337*1337 %> #{1337*1337} ${{1337*1337}} [[${1337*1337}]]",
    "a line statement": "# for x in y\n## comment\n{{1337*1337}}",
    "braces in pieces": "{" * 2 + "1337*1337" + "}" * 2 + "{" * 3 + "1337*1337" + "}" * 3,
    "braces in full width": "\uff5b\uff5b1337*1337\uff5d\uff5d",
    "the name of a slot": "{{ nonce }} <<slot reply>> \x00reply\x00 Slot(name='reply', field='response')",
}
"""Template and format code by what it is."""
