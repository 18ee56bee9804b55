"""Sets of answers that between them show whatever a template could get wrong."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

from extensions.questionnaire import FIELD_TYPES, NAME_LENGTH, NOT_UNIQUE

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


DEFAULT_MODULES: Modules = {
    "catalog": {"product": {"name": "str", "price": "decimal", "in_stock": "bool"}}
}
MODULES: dict[str, Modules] = {
    "default": DEFAULT_MODULES,
    "types": {
        "plain": {"a_thing": _every_type()},
        "optional": {"b_thing": _every_type("optional")},
        "unique": {"c_thing": _every_type("unique")},
        "both": {"d_thing": _every_type("unique optional")},
    },
    "single fields": {
        "single": {f"only_{kind}": {"value": kind} for kind in FIELD_TYPES},
        "maybe": {f"maybe_{kind}": {"value": f"{kind} optional"} for kind in FIELD_TYPES},
    },
    "only flags": {"switchboard": {"switch": {"on": "bool"}}, "other": {"lamp": {"lit": "bool"}}},
    "many modules": {
        f"module_{m}": {
            f"entity_{m}_x{e}": {"name": "str", "amount": "decimal", "day": "date optional"}
            for e in range(3)
        }
        for m in range(12)
    },
    "longest names": {
        _longest("m"): {
            _longest("a"): {_longest("f"): "datetime unique", _longest("g"): "str optional"},
            _longest("s", "s"): {_longest("d"): "decimal unique", _longest("y", "y"): "text"},
        },
        _longest("long_", "_name"): {
            _longest("b_", "_y"): _every_type() | {_longest("h_"): "email"},
            _longest("c_", "_c"): {_longest("u"): "uuid", _longest("v"): "bool optional"},
        },
    },
    "shortest names": {
        "m": {"b": {"a": "str"}, "s": {"x": "int"}, "x": {"y": "float unique"}},
        "x": {"y": {"m": "bool"}, "z": {"i": "date optional", "k": "email", "o": "uuid"}},
    },
    "numbered names": {
        "box10": {"box10": {"f10": "str", "f2": "int"}, "box2": {"a1": "str"}, "box": {"a": "str"}},
        "box2": {"item_10": {"a": "str"}, "item_2": {"a": "str"}, "item3": {"a": "str"}},
        "box_a": {"slot_1st": {"a": "str"}, "slot01": {"a": "str"}, "slot1": {"b": "str"}},
        "boxa": {"x100": {"a": "str"}, "x_8": {"a": "str"}, "x9": {"a": "str"}},
        "box": {"b2b": {"x_1": "int", "x1": "int"}},
    },
    "modules named like the service's parts": _one_entity_each(
        "cache auth settings app platform kernel main tests migrations wiring modules module env "
        "domain application infrastructure presentation subscriptions cli persistence http unit "
        "sqlalchemy fastapi pydantic coverage var scripts docs conftest database postgresql"
    ),
    "modules named like Python's": _one_entity_each(
        "typing asyncio datetime types json logging match case type email test os re sys ast"
    ),
    "entities named like the service's parts": {
        "parts": _entities(
            "router role path table event problem wiring subscription response caller note action "
            "transaction clock repository platform cursor limit email number amount flag day "
            "instant principal page entity service settings problem_detail use_case seen_version "
            "not_found page_output access_policy id_generator base_model config_dict api_router "
            "if_match optional_if_match short_text long_text integer conflict"
        ),
        "rest": _entities(
            "check step api_client api_error item registration token credential account client "
            "database migration setting cache metric rate_limit health key session login"
        ),
    },
    "entities named like Python's": {
        "python": _entities(
            "type match case name value class_name object_name uuid date datetime decimal module "
            "var byte local ab credit sum set map string integer_list test conftest init main "
            "warning exception value_error property annotated self any protocol enum field "
            "type_var u_u_i_d generic literal"
        ),
    },
    "fields named like the service's parts": {
        "fields_a": {
            "first": _fields(
                "type match limit cursor caller body name label date uuid email entity_id use_cases "
                "seen response router created found path prefix tags status status_code page "
                "access clock transaction repository kind action"
            ),
            "second": _fields(
                "key value items item table tables column row count index order group user role "
                "password token secret host port url hash input list set filter format object "
                "property classmethod staticmethod super sum min max any all uuid4 datetime decimal"
            ),
        },
        "fields_b": {
            "third": _fields(
                "case test tests request client headers etag location problem detail title instance "
                "request_id event handler module entity field annotation sample owner revision now_at "
                "next_cursor event_loop metadata require_not_blank fields paging problems "
                "preconditions asyncio json_text primary_key unique nullable description"
            ),
        },
    },
    "irregular plurals": {
        "people": {
            "person": {"name": "str"},
            "child": {"name": "str"},
            "sales_person": {"name": "str"},
            "quiz": {"title": "str"},
        },
        "words": {
            "category": {"label": "str"},
            "analysis": {"label": "str"},
            "news": {"label": "str"},
            "bus": {"label": "str"},
            "hour": {"label": "str"},
            "unit": {"label": "str"},
            "data": {"label": "str"},
        },
    },
    "names that end alike": {
        "ends": _entities(
            "order order_item order_route order_detail order_details_x order_input order_output "
            "order_page order_table order_router new_order orders_x create_order test_order"
        ),
        "ends_order": _entities("delivery delivery_route delivery_use_case delivery_log"),
    },
}

# What people call things; each must survive Python, TOML, YAML, Markdown and Jinja.
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

DATABASES = ("sqlite", "postgresql")
CACHES = ("memory", "none")
METRICS = ("prometheus", "none")
RATE_LIMITS = ("100/minute", "")
COVERAGE_TARGETS = (90, 0, 100)

TECHNICAL = [
    {"database": database, "cache": cache, "metrics": metrics, "rate_limit": rate_limit}
    for database, cache, metrics, rate_limit in product(DATABASES, CACHES, METRICS, RATE_LIMITS)
]


def _combinations() -> list[Case]:
    """Return four cases for each variant of the modules: two technical sets and their opposites.

    So every module variant meets every technical answer, and every set of them occurs.
    """
    cases: list[Case] = []
    half = len(TECHNICAL) // 2
    for variant, (name, modules) in enumerate(MODULES.items()):
        for number in (variant % half, (variant + 3) % half):
            for technical in (number, -1 - number):
                position = len(cases)
                answers = {
                    **TECHNICAL[technical],
                    "modules": modules,
                    "coverage_target": COVERAGE_TARGETS[position % len(COVERAGE_TARGETS)],
                    # The step is coprime to the number of texts.
                    **TEXTS[position * 5 % len(TEXTS)],
                }
                cases.append(Case(f"{position + 1} {name}", answers))
    return cases


CASES = _combinations()
