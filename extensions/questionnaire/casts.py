"""Conversion of scripted and recorded answers to the type of their question."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from .refusals import RefusalError, shortened

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_YES = frozenset({"y", "yes", "t", "true", "on", "1"})
_NO = frozenset({"n", "no", "f", "false", "off", "0"})


def cast(kind: str, raw: object) -> Any:
    """Return `raw` as the type of a question.

    Raises:
        RefusalError: `raw` is not of that type.
    """
    return _CASTS[kind](raw)


def _text(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    if raw is None:
        raise RefusalError('The answer is missing; write "" for an empty text.')
    raise RefusalError(f"{shortened(raw)} is not a text; put it in quotes.")


def _integer(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and _INTEGER.fullmatch(raw.strip()):
        return int(raw)
    raise RefusalError(f"{shortened(raw)} is not a whole number; write only digits, such as 90.")


def _boolean(raw: object) -> bool:
    word = str(raw).strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise RefusalError(f"{shortened(raw)} is neither yes nor no; write true or false.")


def _yaml(raw: object) -> object:
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
    "str": _text,
    "int": _integer,
    "bool": _boolean,
    "yaml": _yaml,
}
