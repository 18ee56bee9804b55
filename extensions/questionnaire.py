"""The questionnaire's rules: what an answer may be, and the one sentence that refuses it.

Copier calls them through the `problem` filter for an answer typed at the prompt. `facts.FactsHook`
calls them for one that was scripted or recorded, where Copier by itself would print a traceback.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from .naming import SLUG_LENGTH, class_name, plural, slug

FIELD_TYPES = (
    "str",
    "text",
    "int",
    "decimal",
    "float",
    "bool",
    "date",
    "datetime",
    "uuid",
    "email",
)
MODIFIERS = ("optional", "unique")
NOT_UNIQUE = {
    "bool": "a boolean has only two values",
    "text": "long text cannot be indexed on every database",
}

NAME_LENGTH = 28
MAX_MODULES = 50
MAX_ENTITIES = 200
MAX_FIELDS = 60
MAX_COVERAGE_TARGET = 95
MAX_RETENTION_DAYS = 3650

RESERVED_MODULES = {
    "identity": "users and credentials live there",
    "base": "the migrations give it a meaning of their own",
    "head": "the migrations give it a meaning of their own",
    "heads": "the migrations give it a meaning of their own",
    "build": "pytest and ruff pass over folders of that name",
    "dist": "pytest and ruff pass over folders of that name",
    "node_modules": "pytest and ruff pass over folders of that name",
    "venv": "pytest and ruff pass over folders of that name",
}
RESERVED_MODULE_PREFIXES = {
    "identity_": "its tables could be mistaken for those of identity",
    "sqlite": "SQLite keeps table names that begin with 'sqlite' for itself",
}
RESERVED_PLURALS = frozenset({"auth", "me", "users"})
COMMON_FIELDS = frozenset({"id", "owner_id", "created_at", "updated_at", "version"})
# fmt: off
RESERVED_FIELDS = frozenset({
    # Types and helpers that the emitted classes name in their own bodies.
    "str", "int", "float", "bool", "dt", "sa", "types", "asdict", "dataclass", "replace",
    # Parameters and methods of the emitted classes.
    "self", "cls", "now", "new", "check", "revised", "details",
    # Attributes of Pydantic's BaseModel, beside those that begin with `model_`.
    "construct", "copy", "dict", "from_orm", "json", "mro", "parse_file", "parse_obj", "parse_raw",
    "register", "schema", "schema_json", "update_forward_refs", "validate",
})
# A project cannot depend on itself, neither directly nor through what its dependencies need.
RESERVED_SLUGS = frozenset({
    "aiosqlite", "alembic", "annotated-doc", "annotated-types", "anyio", "argon2-cffi",
    "argon2-cffi-bindings", "ast-serialize", "asyncmy", "asyncpg", "cachetools", "certifi", "cffi",
    "click", "colorama", "coverage", "cryptography", "deprecated", "dnspython", "email-validator",
    "faker", "fastapi", "greenlet", "grimp", "h11", "hiredis", "httpcore", "httptools", "httpx",
    "idna", "import-linter", "iniconfig", "librt", "limits", "mako", "markdown-it-py", "markupsafe",
    "mdurl", "mypy", "mypy-extensions", "opentelemetry-api", "packaging", "pathspec", "pluggy",
    "prometheus-client", "pycparser", "pydantic", "pydantic-core", "pydantic-settings", "pygments",
    "pyjwt", "pytest", "pytest-cov", "python-dotenv", "pyyaml", "redis", "rich", "ruff",
    "setuptools", "sqlalchemy", "starlette", "structlog", "types-cachetools", "types-zxcvbn",
    "typing-extensions", "typing-inspection", "tzdata", "uuid-utils", "uv", "uvicorn", "uvloop",
    "watchfiles", "websockets", "wrapt", "zxcvbn",
})
# fmt: on

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_RATE = re.compile(r"([1-9][0-9]{0,6})/(second|minute|hour|day)")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_YES = frozenset({"y", "yes", "t", "true", "on", "1"})
_NO = frozenset({"n", "no", "f", "false", "off", "0"})


class RefusalError(ValueError):
    """An answer that is not accepted; its text is one sentence for the person who gave it."""


# --- The questions, as copier.yml has them -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """What `copier.yml` says of one question, as far as an answer is judged by it."""

    key: str
    type: str
    default: Any
    choices: tuple[Any, ...]
    conditional: bool


def load_template_config(path: Path) -> dict[str, Any]:
    """Return what a `copier.yml` says, the files it includes in place."""

    class Loader(yaml.SafeLoader):
        """A loader that knows the tag `!include`."""

    def include(_: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
        return yaml.safe_load((path.parent / node.value).read_text(encoding="utf-8"))

    Loader.add_constructor("!include", include)
    config: dict[str, Any] = {}
    for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader):
        config |= document or {}
    return config


def load_questions(path: Path) -> dict[str, Question]:
    """Return the questions of a `copier.yml`, by key, in the order in which they are asked."""
    config = load_template_config(path)
    return {
        key: Question(
            key=key,
            type=details["type"],
            default=details.get("default"),
            choices=_choice_values(details.get("choices", ())),
            conditional="when" in details,
        )
        for key, details in config.items()
        if not key.startswith("_")
    }


def _choice_values(choices: Mapping[str, Any] | Iterable[Any]) -> tuple[Any, ...]:
    values = choices.values() if isinstance(choices, Mapping) else choices
    return tuple(value["value"] if isinstance(value, Mapping) else value for value in values)


def unknown_key(key: str, questions: Iterable[str]) -> str:
    """Return the sentence for a scripted answer to a question that does not exist."""
    known = list(questions)
    advice = _advice(key, known, f"the questions are {', '.join(known)}")
    return f"There is no question {key!r}; {advice}"


def read_answer(question: Question, raw: object) -> Any:
    """Return a scripted or recorded answer as its type.

    Raises:
        RefusalError: it is not of the question's type, none of its choices, or breaks its rules.
    """
    value = _CASTS.get(question.type, _as_it_is)(raw)
    if question.choices and value not in question.choices:
        choices = [str(choice) for choice in question.choices]
        raise RefusalError(f"{value!r} is not a choice; choose {_alternatives(choices)}.")
    CHECKS.get(question.key, _as_it_is)(value)
    return value


def problem(value: object, key: str) -> str:
    """Return the sentence that refuses `value` as the answer to `key`, or "" if it is accepted."""
    try:
        CHECKS[key](value)
    except RefusalError as refusal:
        return str(refusal)
    return ""


def _short(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _as_it_is(raw: object) -> object:
    return raw


def _as_text(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    if raw is None:
        raise RefusalError('The answer is missing; write "" for an empty text.')
    raise RefusalError(f"{_short(raw)} is not a text; put it in quotes.")


def _as_integer(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and _INTEGER.fullmatch(raw.strip()):
        return int(raw)
    raise RefusalError(f"{_short(raw)} is not a whole number; write digits alone, such as 90.")


def _as_boolean(raw: object) -> bool:
    word = str(raw).strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise RefusalError(f"{_short(raw)} is neither yes nor no; write true or false.")


def _as_yaml(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return yaml.safe_load(raw)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise RefusalError(
            f"This is not valid YAML{place} ({error.problem or error.context}); correct it there."
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise RefusalError(f"This is not valid YAML ({reason}); correct it.") from error


_CASTS: dict[str, Callable[[object], Any]] = {
    "str": _as_text,
    "int": _as_integer,
    "bool": _as_boolean,
    "yaml": _as_yaml,
}


# --- Names and numbers ---------------------------------------------------------------------------


def service_slug(project_name: str) -> str:
    """Return the slug to propose for a project: always one that `check_project_slug` accepts."""
    proposal = slug(project_name)
    if proposal in RESERVED_SLUGS:
        return f"{proposal}-service"
    return proposal


def check_project_name(value: str) -> None:
    """Refuse a name that is blank or that cannot be written into every emitted file."""
    if not value.strip():
        raise RefusalError("A project needs a name; write one, such as My Service.")
    _check_text(value, "The project name", 100)


def check_description(value: str) -> None:
    """Refuse a description that cannot be written into every emitted file."""
    _check_text(value, "The description", 200)


def check_author_name(value: str) -> None:
    """Refuse an author's name that cannot be written into every emitted file."""
    _check_text(value, "The author's name", 100)


def check_author_email(value: str) -> None:
    """Refuse what is neither empty nor an address."""
    if value and (len(value) > 254 or not _EMAIL.fullmatch(value)):
        raise RefusalError(
            f"{value!r} is not an email address; write one such as ana@example.com, or nothing."
        )


def check_project_slug(value: str) -> None:
    """Refuse what is not kebab-case, too long, or the name of something the project needs."""
    if not _SLUG.fullmatch(value):
        raise RefusalError(
            f"{value!r} is not a slug; write lowercase letters, digits and single hyphens, "
            f"beginning with a letter, such as {service_slug(value)}."
        )
    if len(value) > SLUG_LENGTH:
        raise RefusalError(f"The slug has {len(value)} characters; shorten it to {SLUG_LENGTH}.")
    if value in RESERVED_SLUGS:
        raise RefusalError(
            f"The project cannot be called {value!r} because it needs the package of that name; "
            f"take another slug, such as {value}-service."
        )


def check_backup_retention_days(value: int) -> None:
    """Refuse what is no number of days, or more than ten years."""
    if not 1 <= value <= MAX_RETENTION_DAYS:
        raise RefusalError(
            f"Backups cannot be kept for {value} days; "
            f"write a whole number from 1 to {MAX_RETENTION_DAYS}."
        )


def check_rate_limit(value: str) -> None:
    """Refuse what is neither empty nor `N/second|minute|hour|day` with N up to a million."""
    match = _RATE.fullmatch(value)
    if value and (match is None or int(match[1]) > 1_000_000):
        raise RefusalError(
            f"{value!r} is not a rate limit; write a number from 1 to 1000000 per second, minute, "
            "hour or day, such as 100/minute, or nothing for no limit."
        )


def check_coverage_target(value: int) -> None:
    """Refuse what is not a percentage that the emitted tests reach for any modules."""
    if not 0 <= value <= MAX_COVERAGE_TARGET:
        raise RefusalError(
            f"{value} is not a target that the service reaches from the start; "
            f"write a whole number from 0 to {MAX_COVERAGE_TARGET}."
        )


def _check_text(value: str, what: str, longest: int) -> None:
    if len(value) > longest:
        raise RefusalError(f"{what} has {len(value)} characters; shorten it to {longest}.")
    if not value.isprintable():
        raise RefusalError(f"{what} contains a line break or an invisible character; remove it.")
    if '"' in value or "\\" in value:
        raise RefusalError(f"{what} contains a double quote or a backslash; write it without.")
    if value != value.strip():
        raise RefusalError(f"{what} begins or ends with a space; remove it.")


# --- Modules -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What `"decimal optional"` says."""

    type: str
    optional: bool
    unique: bool


def check_modules(value: object) -> None:
    """Refuse what is not `{module: {entity: {field: "type [optional] [unique]"}}}`.

    Raises:
        RefusalError: with a sentence that names the offender as module.entity.field.
    """
    modules = _mapping(value, "'modules'", "module", "{catalog: {product: {name: str}}}")
    if len(modules) > MAX_MODULES:
        raise RefusalError(
            f"There are {len(modules)} modules; keep to {MAX_MODULES} in one service."
        )
    for module in modules:
        _check_module_name(module)
    entities: list[tuple[str, str]] = []
    for module, content in modules.items():
        example = f"{{{module}: {{product: {{name: str}}}}}}"
        for entity, fields in _mapping(
            content, f"The module '{module}'", "entity", example
        ).items():
            _check_entity(module, entity, fields)
            entities.append((module, entity))
    if len(entities) > MAX_ENTITIES:
        raise RefusalError(
            f"There are {len(entities)} entities; keep to {MAX_ENTITIES} in one service."
        )
    _check_collisions(entities)


def read_field(path: str, value: object) -> FieldSpec:
    """Return what a field's text says; `path` is its module.entity.field.

    Raises:
        RefusalError: the type is unknown or missing, or a modifier is unknown, repeated or unfit.
    """
    words = value.split() if isinstance(value, str) else []
    if not words:
        given = (
            "has no type" if value in (None, "") else f"has {_short(value)} where a type belongs"
        )
        raise RefusalError(f"The field '{path}' {given}; write {_alternatives(FIELD_TYPES)}.")
    kind, *modifiers = words
    if kind not in FIELD_TYPES:
        advice = _advice(kind.lower(), FIELD_TYPES, "write one of them")
        raise RefusalError(
            f"The field '{path}' has the unknown type {kind!r} "
            f"(the types are {', '.join(FIELD_TYPES)}); {advice}"
        )
    for position, modifier in enumerate(modifiers):
        if modifier not in MODIFIERS:
            otherwise = f"after the type, write {_alternatives(MODIFIERS)}"
            raise RefusalError(
                f"The field '{path}' has the unknown modifier {modifier!r}; "
                f"{_advice(modifier.lower(), MODIFIERS, otherwise)}"
            )
        if modifier in modifiers[:position]:
            raise RefusalError(f"The field '{path}' says {modifier!r} twice; say it once.")
    spec = FieldSpec(kind, optional="optional" in modifiers, unique="unique" in modifiers)
    if spec.unique and kind in NOT_UNIQUE:
        raise RefusalError(
            f"The field '{path}' cannot be unique because {NOT_UNIQUE[kind]}; "
            f"remove 'unique'{' or use str' if kind == 'text' else ''}."
        )
    return spec


def _mapping(value: object, what: str, of: str, example: str) -> dict[str, Any]:
    """Return `value` if it is a mapping that is not empty and has only texts for keys."""
    if not isinstance(value, dict):
        raise RefusalError(f"{what} must map each {of} to its content, such as {example}.")
    if not value:
        raise RefusalError(f"{what} is empty; give it at least one {of}, such as {example}.")
    for key in value:
        if not isinstance(key, str):
            read_as = yaml.safe_dump(key).split("\n")[0]
            raise RefusalError(
                f"{what} has a name that YAML reads as {read_as}, not as text; "
                "put the name in quotes or choose another."
            )
    return value


def _check_name(name: str, what: str) -> None:
    if not _NAME.fullmatch(name):
        raise RefusalError(
            f"{what} is not a valid name; write lowercase letters, digits and single underscores, "
            "beginning with a letter."
        )
    if len(name) > NAME_LENGTH:
        raise RefusalError(f"{what} has {len(name)} characters; shorten it to {NAME_LENGTH}.")
    if keyword.iskeyword(name):
        raise RefusalError(f"{what} is a Python keyword; choose another name.")


def _check_module_name(module: str) -> None:
    what = f"The module {module!r}"
    _check_name(module, what)
    reason = RESERVED_MODULES.get(module) or next(
        (why for prefix, why in RESERVED_MODULE_PREFIXES.items() if module.startswith(prefix)), None
    )
    if reason:
        raise RefusalError(f"{what} has a reserved name because {reason}; choose another name.")


def _check_entity(module: str, entity: str, fields: object) -> None:
    path = f"{module}.{entity}"
    what = f"The entity {path!r}"
    _check_name(entity, what)
    if plural(entity) in RESERVED_PLURALS:
        raise RefusalError(
            f"{what} has a reserved name because /api/v1/{plural(entity)} belongs to identity; "
            "choose another name."
        )
    if keyword.iskeyword(plural(entity)):
        raise RefusalError(
            f"{what} has the plural {plural(entity)!r}, a Python keyword; choose another name."
        )
    content = _mapping(fields, what, "field", f"{{{entity}: {{name: str}}}}")
    if len(content) > MAX_FIELDS:
        raise RefusalError(f"{what} has {len(content)} fields; keep to {MAX_FIELDS}.")
    for field, text in content.items():
        _check_field_name(f"{path}.{field}", field)
        read_field(f"{path}.{field}", text)


def _check_field_name(path: str, field: str) -> None:
    what = f"The field {path!r}"
    _check_name(field, what)
    if field in COMMON_FIELDS:
        raise RefusalError(f"{what} is one that every entity has already; remove or rename it.")
    if field == "l":
        raise RefusalError(f"{what} looks like the number 1; choose another name.")
    if field in RESERVED_FIELDS or field.startswith("model_"):
        raise RefusalError(
            f"{what} has a name that the emitted classes use themselves; choose another name."
        )


def _check_collisions(entities: list[tuple[str, str]]) -> None:
    """Refuse entities, of any modules, that would share a class, an address or a table."""
    classes: dict[str, str] = {}
    tables: dict[str, str] = {}
    for module, entity in entities:
        path = f"{module}.{entity}"
        names = {class_name(entity): classes, class_name(plural(entity)): classes}
        for name, owners in (names | {f"{module}_{plural(entity)}": tables}).items():
            if other := owners.get(name):
                raise RefusalError(
                    f"The entities '{other}' and '{path}' would both need the name {name!r}; "
                    "rename one of them."
                )
        classes |= dict.fromkeys(names, path)
        tables[f"{module}_{plural(entity)}"] = path


def _alternatives(words: Iterable[str]) -> str:
    """Return "a", or "a or b", or "a, b or c"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _advice(word: str, known: Sequence[str], otherwise: str) -> str:
    """Return the end of a sentence: the known word that was probably meant, or what to do."""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"{otherwise}."


CHECKS: dict[str, Callable[[Any], None]] = {
    "project_name": check_project_name,
    "project_slug": check_project_slug,
    "description": check_description,
    "author_name": check_author_name,
    "author_email": check_author_email,
    "modules": check_modules,
    "backup_retention_days": check_backup_retention_days,
    "rate_limit": check_rate_limit,
    "coverage_target": check_coverage_target,
}
