"""Code of template engines and format languages: evaluated anywhere, its mark would show."""

from typing import Final

MARK: Final = "49"
"""What the arithmetic comes to; none of the payloads spells it."""

TEMPLATE_CODE: Final[dict[str, str]] = {
    "an expression": "{{7*7}}",
    "an expression with blanks": "{{ 7 * 7 }}",
    "an expression without white space": "{{-7*7-}}",
    "a statement": "{% print(7*7) %}",
    "a loop": "{% for n in range(7) %}{{ n*n }}{% endfor %}",
    "the end of raw": "{% endraw %}{{ 7*7 }}",
    "the end of raw, trimmed": "{%- endraw -%}{{ 7*7 }}{%- raw -%}",
    "the end of a block": "{% endblock %}{{ 7*7 }}",
    "the end of a condition": "{% endif %}{{ 7*7 }}{% if true %}",
    "a comment": "{# 7*7 #}{{7*7}}",
    "an inclusion": "{% include '/etc/passwd' %}",
    "an import": "{% import 'os' as os %}{{ os }}",
    "an extension": "{% extends 'x' %}",
    "a macro": "{% macro m() %}{{7*7}}{% endmacro %}{{ m() }}",
    "an assignment": "{% set principle = 'none' %}{{ principle }}",
    "a class": "{{ ''.__class__.__mro__ }}",
    "globals": "{{ data.__globals__ }}",
    "self": "{{ self.__init__.__globals__ }}",
    "the context": "{{ case.response }}{{ principle.text }}",
    "a fence of its own": '{{ data("reply", "7") }}',
    "a filter": "{{ 'x'|attr('__class__') }}",
    "a format call": "{{ '%s'|format(7*7) }}",
    "a positional field": "{0}",
    "a field's class": "{0.__class__}",
    "a named field": "{principle.text}",
    "a field with code": "{nonce!r:>50}",
    "percent": "%s %d %(nonce)s %n %x",
    "a shell": "$(expr 7 '*' 7) `expr 7 '*' 7` ${7*7}",
    "an f-string": "f'{7*7}'",
    "another engine": "<%= 7*7 %> #{7*7} ${{7*7}} [[${7*7}]]",
    "a line statement": "# for x in y\n## comment\n{{7*7}}",
    "braces in pieces": "{" * 2 + "7*7" + "}" * 2 + "{" * 3 + "7*7" + "}" * 3,
    "braces in full width": "\uff5b\uff5b7*7\uff5d\uff5d",
    "the name of a slot": "{{ nonce }} <<slot reply>> \x00reply\x00 Slot(name='reply', field='response')",
}
"""Template and format code by what it is."""
