#!/usr/bin/env python3
"""Renders small templates with Jinja, set up as transformers sets it up, and writes what came out
to tests/Nunchi.Tests/Text/jinja-cases.json.

    python3 eng/generate-jinja-cases.py      (needs the jinja2 package)

A case whose "rendered" is null must fail.
"""
import json
import pathlib

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(lineno)

    def _render(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


ENVIRONMENT = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals["raise_exception"] = raise_exception

VARIABLES = {
    "s": "  안녕, World! 😀\n", "t": "a-b-c-d", "n": 7, "z": 0, "f": 2.5, "big": 1e16, "tiny": 1e-05, "yes": True, "nothing": None, "empty": "",
    "list": [3, 1, 2], "words": ["판교", "정자", "Apple", "apple"], "pair": [[1, "a"], [2, "b"]],
    "d": {"name": "역", "exit": 3, "deep": {"x": [1, {"y": "z"}]}, "items": "own", "quote": "it's \"q\" \\ \t\n"},
    "people": [{"name": "b", "age": 2, "role": "user"}, {"name": "a", "age": 1, "role": "tool"}, {"name": "c", "age": None}],
    "messages": [{"role": "system", "content": "sys"}, {"role": "user", "content": "하나"}, {"role": "assistant", "content": "둘"}],
    "code": "  first\n  second\n\n  third\n", "num": "12", "nul": "x\x00y\x1fz\u2028",
}

TEMPLATES = r"""
plain
{{ s }}|{{ s.strip() }}|{{ s.lstrip() }}|{{ s|trim }}
{{ t.split('-') }}|{{ t.split('-', 1) }}|{{ t.rsplit('-', 1) }}|{{ 'a  b '.split() }}|{{ ' a  b c '.split(None, 1) }}
{{ t.split('-')[-1] }}{{ t.split('-')[0] }}{{ t[0] }}{{ t[-1] }}{{ t[1:3] }}{{ t[::-1] }}{{ t[::2] }}{{ t[-3:] }}{{ t[10:] }}
{{ s[10:12] }}|{{ s|length }}|{{ s[::-1] }}|{{ s|list|length }}
{{ t.startswith('a') }} {{ t.endswith(('x', 'd')) }} {{ t.upper() }} {{ 'hello world'.title() }} {{ 'hELLO'.capitalize() }}
{{ t.replace('-', '+') }} {{ t.replace('-', '+', 1) }} {{ t|replace('-', '') }} {{ 'abc'.replace('', '.') }}
{{ t.find('b') }} {{ t.rfind('-') }} {{ t.count('-') }} {{ '7'.zfill(3) }} {{ 'x'.rjust(3) }}|{{ 'x'.ljust(3, '.') }}|{{ 'x'|center(5) }}|
{{ '-'.join(words) }} {{ words|join(', ') }} {{ list|join }} {{ people|join('|', attribute='name') }}
{{ 'a' 'b' ~ 1 ~ none ~ true }} {{ 'x' * 3 }} {{ [1] * 2 }} {{ [1] + [2, 'b'] }} {{ (1, 2) + (3,) }} {{ (1,) }} {{ () }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 1 + 2 * 3 - -4 }} {{ 4 / 2 }} {{ 7.5 // 2 }}
{{ big }} {{ tiny }} {{ f }} {{ 1.0 }} {{ 100000.0 * 10 }} {{ 0.1 + 0.2 }} {{ 1e100 }} {{ 123456789012345.0 * 10 }} {{ 1.5e300 * 1e10 }} {{ 0.0001 }}
{{ n == 7 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ n in list }} {{ 'b' in t }} {{ 'name' in d }} {{ 5 not in list }}
{{ n and 'yes' }} {{ z or 'no' }} {{ not z }} {{ empty or nothing }} {{ 'a' if n > 5 else 'b' }} {{ 'a' if z }}|
{{ not n == 7 }} {{ not n in list }} {{ 1 if 0 else 2 if 0 else 3 }} {{ -n }} {{ +f }} {{ -2 ** 2 }} {{ 2 * 'ab' }}
{{ missing }}|{{ missing|default('d') }}|{{ empty|default('e') }}|{{ empty|default('e', true) }}|{{ missing is defined }}|{{ n is defined }}|{{ d.nope is undefined }}
{{ missing.attribute }}
{{ missing + 'a' }}
{{ missing() }}
{{ d.nope.deeper }}
{{ missing|length }}|{% for x in missing %}x{% endfor %}|{{ missing|list }}|{{ 1 in missing }}
{{ nothing }} {{ yes }} {{ list }} {{ d.deep }} {{ words }} {{ d.quote }} {{ [d.quote] }} {{ ["it's", 'q"q', 'both\'"'] }}
{{ d.name }}{{ d['exit'] }}{{ d.deep.x[1].y }}{{ d.deep['x'][0] }}{{ d['items'] }}{{ d.get('zzz', 'fallback') }}{{ d.get('zzz') }}{{ pair.0.1 }}
{{ d.keys()|list }}|{{ d.deep.items()|list }}|{{ d.deep|items|list }}|{{ d.deep.values()|list }}
{{ d|tojson }}
{{ d|tojson(indent=2) }}
{{ d.deep|tojson(separators=(',', ':')) }} {{ s|tojson }} {{ s|tojson(ensure_ascii=true) }} {{ [1, 2.0, none, true, 'a', 1e16]|tojson }} {{ {}|tojson(indent=1) }}{{ []|tojson }}
{{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }} {{ {1: 'x', true: 'y'}|tojson }} {{ nul|tojson }}
{{ list|sort }} {{ list|sort(reverse=true) }} {{ words|sort }} {{ words|unique|list }} {{ list|min }} {{ list|max }} {{ list|sum }} {{ list|first }} {{ list|last }}
{{ people|map(attribute='name')|list }} {{ people|map(attribute='role', default='none')|list }} {{ words|map('upper')|join(',') }} {{ list|map('string')|list }}
{{ people|selectattr('age')|map(attribute='name')|list }} {{ people|rejectattr('age')|map(attribute='name')|list }} {{ people|selectattr('role', 'defined')|list|length }}
{{ people|selectattr('role', 'equalto', 'tool')|map(attribute='name')|first }} {{ people|selectattr('age', 'ne', none)|sort(attribute='age')|map(attribute='name')|list }}
{{ list|select('odd')|list }} {{ list|reject('odd')|list }} {{ list|select('gt', 1)|list }} {{ list|select('in', [1, 5])|list }} {{ [0, 1]|select|list }}
{{ list|reverse|list }} {{ 'abc'|reverse }} {{ [1, 2, 3, 4, 5]|batch(2)|list }} {{ [1, 2, 3]|batch(2, 'x')|list }} {{ d.deep|dictsort }} {{ {'b': 1, 'A': 2}|dictsort }}
{% for g in people|selectattr('age')|groupby('age') %}{{ g[0] }}:{{ g[1]|length }};{% endfor %}
{{ '12'|int }} {{ '1.9'|int }} {{ 'x'|int }} {{ 'x'|int(5) }} {{ num|float }} {{ 2.567|round(2) }} {{ 2.5|round }} {{ 3.5|round }} {{ 2.1|round(0, 'ceil') }} {{ -3|abs }} {{ -2.5|abs }} {{ 3.99|int }}
{{ code|indent }}|{{ code|indent(2, true) }}|{{ code|indent(2, blank=true) }}|{{ ''|indent(2, true) }}|
{{ '<a href="x">\'&'|escape }} {{ 'x'|safe }} {{ 'one two  three'|wordcount }} {{ 'a%sb%d'|format('X', 3) }} {{ '%s=%s' % ('a', 1) }} {{ '100%%' % () }} {{ '{} {x} {{}}'.format(1, x='y') }}
{{ 'ABC'|lower }} {{ 'abc'|upper }} {{ 'abc def'|title }} {{ 'abc'|capitalize }} {{ 5|string }} {{ words|length }} {{ words|count }} {{ d|attr('get')('name') }}
{{ n is number }} {{ n is integer }} {{ f is float }} {{ yes is number }} {{ yes is boolean }} {{ yes is true }} {{ 1 is true }} {{ z is false }} {{ nothing is none }} {{ s is string }} {{ d is mapping }} {{ list is sequence }} {{ d is sequence }} {{ s is iterable }} {{ n is iterable }} {{ missing is iterable }} {{ range is callable }}
{{ n is odd }} {{ n is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 'a' is in ['a'] }} {{ 'a' is eq 'a' }} {{ n is gt 3 }} {{ n is lt(3) }} {{ n is not none }} {{ 'A' is upper }} {{ n is sameas 7 }} {{ not n is odd }} {{ n is odd and n is number }} {{ 'x' is string and true }}
{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ m.role }};{% endfor %}
{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined }}>{{ loop.nextitem.role if not loop.last }}{{ loop.cycle('a', 'b') }}{{ loop.changed(m.role) }};{% endfor %}
{% for x in [] %}x{% else %}none{% endfor %}|{% for x in list if x > 1 %}{{ x }}{{ loop.length }}{% else %}no{% endfor %}|{% for x in list if x > 5 %}{{ x }}{% else %}no{% endfor %}
{% for k, v in d.deep.items() %}{{ k }}={{ v }}{% endfor %}{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}{% for c in '가😀' %}[{{ c }}]{% endfor %}{% for k in {'p': 1, 'q': 2} %}{{ k }}{% endfor %}
{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %} {{ range(3)|list }} {{ range(5, 1, -2)|list }} {{ range(1, 4)|list }}
{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 5 %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=1, y='a') %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}{{ ns.y }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = (1, 2) %}{{ c }}{% set c = 1, 2 %}{{ c }}{% if true %}{% set inner = 3 %}{% endif %}{{ inner }}
{% set block %} hi {{ n }} {% endset %}[{{ block }}]{% set up | upper %}abc{% endset %}{{ up }}
{% macro hello(name, greeting='Hi') %}{{ greeting }} {{ name }}{{ varargs }}{{ kwargs }}!{% endmacro %}{{ hello('A') }} {{ hello('B', greeting='Yo') }} {{ hello(name='C') }} {{ hello('D', 'E', 'F', z=1) }} {{ hello() }}
{% macro outer() %}[{{ caller() }}]{% endmacro %}{% call outer() %}in{% endcall %}{% macro each(items) %}{% for i in items %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(x) each([1, 2]) %}<{{ x }}>{% endcall %}
{% macro fact(n) %}{% if n <= 1 %}1{% else %}{{ n * fact(n - 1)|int }}{% endif %}{% endmacro %}{{ fact(5) }}
{% macro sees() %}{{ n }}{{ later }}{% endmacro %}{% set later = 9 %}{{ sees() }}
{% for item in [{'v': 1, 'c': [{'v': 2, 'c': []}]}] recursive %}{{ item.v }}({{ loop.depth }}{{ loop(item.c) }}){% endfor %}
{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}|{% filter upper %}abc{{ n }}{% endfilter %}|{% raw %}{{ raw }} {% x %}{% endraw %}|{# comment #}|
{% generation %}{{ n }}{% endgeneration %}|{% print n %}
{% if n > 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}{% if z %}a{% elif n > 3 %}b{% else %}c{% endif %}{% if z %}a{% elif z %}b{% else %}c{% endif %}
{{ namespace(a=1).a }} {{ dict(a=1, b=2) }} {{ dict({'x': 1}, y=2) }} {% set cy = cycler('a', 'b') %}{{ cy.next() }}{{ cy.next() }}{{ cy.next() }}{{ cy.current }} {% set j = joiner('|') %}{{ j() }}a{{ j() }}b
{{ raise_exception('no') }}
{{ list.append(4) }}
{{ d.update({'a': 1}) }}
{{ 1 / 0 }}
{{ 'a' + 1 }}
{{ 1 < 'a' }}
{{ nothing|length }}
{% for x in 5 %}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
{{ undefined_filter|nope }}
{{ 1 is nope }}
{% nope %}
{% if %}{% endif %}
{{ 'unclosed }}
{{ (1 }}
{% for x in list %}
{{ "a\tb\nc\\d\"e\x41\u00e9\'" }} {{ 'a\qb' }} {{ "\101" }}
  {% if true %}
    x
  {% endif %}
y
{%- if true -%}   trimmed   {%- endif -%}  z
a   {{- ' b ' -}}   c  {#- comment -#}  d
{% if true +%}
kept newline{% endif %}
    {%+ if true %}kept blanks{% endif %}
line
   {# comment #}
   {{ n }}
   {% set q = 1 %}   {% set r = 2 %}
end
{{ 1_000 }} {{ 0.5e1 }} {{ 1e3 }} {{ [1, 2,] }} {{ {'a': 1,} }} {{ true and True }} {{ none == None }} {{ [1, 2][1:] }} {{ (1, 2, 3)[::-1] }} {{ list[5] is defined }}
{{ messages[0].role == 'system' and messages[1:]|length }} {{ messages[::-1][0].content }} {{ (messages|length - 1) - 0 }} {{ messages[-1]['content'] }}
{{ t is string and t | upper == 'A-B-C-D' }} {{ 'a' ~ 'b' | upper }} {{ 1 ~ 2 | string }} {{ -1 | abs }} {{ (n, 1)|max }} {{ list|map('abs')|sum }} {{ [[1, 2], [3]]|map('first')|list }}
{{ 'Hello'.lower().startswith('he') }} {{ 'a,b'.split(',')|map('trim')|list }} {{ 'x\ny'.splitlines() }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'ab1'.isalnum() }} {{ '12'.isdigit() }} {{ ' '.isspace() }} {{ 'abc'.index('c') }}
""".strip("\n")


def main():
    lines = TEMPLATES.split("\n")
    # Templates of one line each, then the multi-line ones about white space.
    start = lines.index("  {% if true %}")
    end = next(i for i, line in enumerate(lines) if line.startswith("{{ 1_000"))
    sources = lines[:start] + lines[end:]
    block = lines[start:end]
    sources += ["\n".join(block), "\n".join(block[:3]) + "\n", "\n".join(block[:3]) + "\n\n", "{% if true %}\r\na\r\n{% endif %}\r\nb"]
    sources += ["{{ x }}\n{%- for x in list %}\n  {{ x }}\n{%- endfor %}\n", "{{ '\n' }}|{{ 'a\r\nb' }}", "  {%- set x = 1 %}\n\n  {{- x }}\n"]
    sources += [f"{{% raw %}}\n {{{{ x }}}} {{% endraw %}}\n b", "{%- raw -%}  x  {%- endraw -%}  y", "a {{ 1 }}{% if true %}\nb{% endif %}\n c"]
    cases = []
    for source in sources:
        try:
            rendered = ENVIRONMENT.from_string(source).render(**VARIABLES)
        except Exception as problem:
            rendered = None
            print(f"{source[:60]!r}: {type(problem).__name__}: {problem}")
        cases.append({"template": source, "rendered": rendered})
    target = pathlib.Path(__file__).resolve().parent.parent / "tests" / "Nunchi.Tests" / "Text" / "jinja-cases.json"
    data = {"jinja": jinja2.__version__, "variables": VARIABLES, "cases": cases}
    target.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
