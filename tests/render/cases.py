"""Sets of answers to render: every pair of choices, every variant of the modules, every text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice, product
from typing import Any, NamedTuple

from extensions.questionnaire import FIELD_TYPES, NAME_LENGTH, NOT_UNIQUE

from ..covering import COVERING

Modules = dict[str, dict[str, dict[str, str]]]


class Case(NamedTuple):
    """One service to render."""

    name: str
    answers: dict[str, Any]


def _one_entity_each(modules: str) -> Modules:
    return {module: {f"thing_{n}": {"label": "str"}} for n, module in enumerate(modules.split())}


def _entities(entities: str) -> dict[str, dict[str, str]]:
    return {entity: {"label": "str unique", "size": "int"} for entity in entities.split()}


def _fields(fields: str) -> dict[str, str]:
    modified = product(FIELD_TYPES, ("", " optional"))
    types = [kind + modifier for kind, modifier in modified]
    return {field: types[n % len(types)] for n, field in enumerate(fields.split())}


def _every_type(modifiers: str = "") -> dict[str, str]:
    return {
        f"a_{kind}": f"{kind} {modifiers}".strip()
        for kind in FIELD_TYPES
        if "unique" not in modifiers or kind not in NOT_UNIQUE
    }


def _longest(beginning: str, end: str = "") -> str:
    return beginning + "x" * (NAME_LENGTH - len(beginning) - len(end)) + end


LIGHT: dict[str, Modules] = {
    "default": {"catalog": {"product": {"name": "str", "price": "decimal", "in_stock": "bool"}}},
    "types": {
        "plain": {"a_thing": _every_type()},
        "optional": {"b_thing": _every_type("optional")},
        "unique": {"c_thing": _every_type("unique"), "d_thing": _every_type("unique optional")},
    },
    "flags": {
        "switchboard": {"switch": {"on": "bool"}},
        "other": {"lamp": {"lit": "bool optional"}},
    },
    "longest names": {
        _longest("m"): {
            _longest("a"): {_longest("f"): "datetime unique", _longest("g"): "str optional"},
            _longest("s", "s"): {_longest("d"): "decimal unique", _longest("y", "y"): "text"},
        },
        _longest("long_", "_name"): {
            _longest("b_", "_y"): _every_type() | {_longest("h_"): "email"},
        },
    },
    "shortest names": {
        "m": {"b": {"a": "str"}, "s": {"x": "int"}, "x": {"y": "float unique"}},
        "x": {"y": {"m": "bool"}, "z": {"i": "date optional", "k": "email", "o": "uuid"}},
    },
    "numbered names": {
        "box10": {"box10": {"f10": "str", "f2": "int"}, "box2": {"a1": "str"}},
        "box2": {"item_10": {"a": "str"}, "item_2": {"a": "str"}, "item3": {"a": "str"}},
        "box_a": {"slot_1st": {"a": "str"}, "slot01": {"a": "str"}, "slot1": {"b": "str"}},
        "boxa": {"b2b": {"x_1": "int", "x1": "int"}},
        "box": {"box": {"a": "str"}},
    },
    "irregular plurals": {
        "people": {"person": {"name": "str"}, "sales_woman": {"name": "str"}},
        "words": _entities("category analysis quiz news bus data hour unit"),
    },
    "fields named like other things": {
        "parts": {
            "part": _fields(
                "type match limit cursor caller body name label date uuid email entity_id "
                "use_cases seen response router created found path prefix tags status page access "
                "clock transaction repository kind action fields paging problems preconditions"
            ),
            "word": _fields(
                "key value items table column row count index order user role password token "
                "secret hash input list set filter object property classmethod super any all "
                "datetime decimal case test request headers etag location problem revised_at"
            ),
        },
    },
    "names that end alike": {
        "sales": _entities("order order_route order_detail order_page order_table test_order"),
        "sales_order": _entities("view page_view delivery delivery_route"),
    },
}
HEAVY: dict[str, Modules] = {
    "single fields": {
        "single": {f"only_{kind}": {"value": kind} for kind in FIELD_TYPES},
        "maybe": {f"maybe_{kind}": {"value": f"{kind} optional"} for kind in ("str", "decimal")},
    },
    "many modules": {
        f"module_{m}": {
            f"entity_{m}_x{e}": {"name": "str", "amount": "decimal", "day": "date optional"}
            for e in range(3)
        }
        for m in range(12)
    },
    "modules named like other things": _one_entity_each(
        "cache auth settings app platform kernel main tests migrations wiring env domain "
        "application conftest unit var typing types json match test sys sqlalchemy"
    ),
    "entities named like other things": {
        "parts": _entities(
            "router role path table event problem wiring subscription response caller note action "
            "transaction limit email page setting account session key"
        ),
        "python": _entities("type match name uuid decimal var byte local credit test warning init"),
    },
}
MODULES = LIGHT | HEAVY

# Names and descriptions; each must survive Python, TOML, YAML, Markdown and Jinja.
TEXTS: list[dict[str, str]] = [
    {},
    {
        "project_name": "O'Neil's 'Café'",
        "description": "It's what the team's own.",
        "author_name": "Núria O'Neil, Jr.",
        "author_email": "o'neil+x@mail.example.org",
    },
    {
        "project_name": "Ana’s – “Best” Shop…",
        "description": "Für Größe—und “mehr”: ‘alles’ × 2 ＝ ４",
        "author_name": "‘Ana’ Łukasz–Ørsted",
    },
    {
        "project_name": "Сервис заказов 订单 🚀",
        "description": "Учёт товаров на складе; 订单与库存管理 👩 ✅",
        "author_name": "Ольга Ρ. 王",
        "author_email": "olga@example.com",
    },
    {
        "project_name": "x" * 100,
        "project_slug": "x" * 50,
        "description": "y" * 200,
        "author_name": "z" * 100,
        "author_email": f"{'e' * 64}@{'d' * 60}.example.com",
    },
    {
        "project_name": "long name " * 9 + "ten chars.",
        "description": "A long sentence of words. " * 7 + "It ends at last",
        "author_email": "only@example.com",
    },
    {"project_name": "订" * 100, "description": "说" * 200, "author_name": "王" * 100},
    {
        "project_name": "{x} and {{ y }}",
        "description": "{% if z %} {# c #} ${HOME} %(a)s {{ '{{' }} {0}",
        "author_name": "{{ author }}",
    },
    {
        "project_name": "#1 <b>100%</b> & $x `y`",
        "description": "# [a](b) | *c* _d_ <script>alert(1)</script> ~ --- ```",
        "author_name": "<me> & #co",
    },
    {"project_name": "- null: 'true'", "description": "@a !b &c *d ? e: [f, {g}] # h 1.0"},
    {"project_name": "2026", "project_slug": "y2026", "description": "'''", "author_name": "7"},
    {"project_name": "%", "project_slug": "a", "description": "", "author_name": "'"},
]

COVERAGE_TARGETS = (90, 0, 95)
RETENTIONS = (14, 1, 3650)
# How many technical sets each variant of the modules meets; it touches other files than they do.
SETS_FOR_LIGHT, SETS_FOR_HEAVY = 6, 2


def _combinations() -> Iterator[Case]:
    """Yield cases in two rounds; the first has every technical set and every variant once."""
    names = cycle(LIGHT)
    number = SETS_FOR_LIGHT * len(LIGHT) + SETS_FOR_HEAVY * len(HEAVY)
    later = number - len(COVERING)
    first_round = [*islice(names, len(COVERING) - len(HEAVY)), *HEAVY]
    second_round = [*HEAVY, *islice(names, later - len(HEAVY))]
    for name, technical in zip([*first_round, *second_round], cycle(COVERING), strict=False):
        yield Case(name, technical | {"modules": MODULES[name]})


def _with_texts(position: int, case: Case) -> Case:
    retention = {"backup_retention_days": RETENTIONS[position % len(RETENTIONS)]}
    answers = {
        **case.answers,
        **(retention if case.answers["backup"] != "none" else {}),
        "coverage_target": COVERAGE_TARGETS[position % len(COVERAGE_TARGETS)],
        # 5 and the number of texts have no common divisor.
        **TEXTS[position * 5 % len(TEXTS)],
    }
    return Case(f"{position + 1} {case.name}", answers)


CASES = [_with_texts(*numbered) for numbered in enumerate(_combinations())]
# Rendered and judged daily: every pair of choices, every variant of the modules and every text.
FEW = CASES[: len(COVERING)]
# Every variant of the modules on a database that needs no server.
ON_SQLITE = [Case(f"{name} on sqlite", {"modules": modules}) for name, modules in MODULES.items()]
