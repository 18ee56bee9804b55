"""The questions as `copier.yml` and the files that it includes define them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Question:
    """The properties of a question by which its answer is checked."""

    key: str
    type: str
    default: Any
    choices: tuple[Any, ...]
    conditional: bool


def load_template_config(path: Path) -> dict[str, Any]:
    """Return the contents of a `copier.yml`, with the files that it includes."""

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
    """Return the questions of a `copier.yml` by key, in the order in which they are asked."""
    return {
        key: Question(
            key=key,
            type=details["type"],
            default=details.get("default"),
            choices=_choice_values(details.get("choices", ())),
            conditional="when" in details,
        )
        for key, details in load_template_config(path).items()
        if not key.startswith("_")
    }


def _choice_values(choices: Mapping[str, Any] | Iterable[Any]) -> tuple[Any, ...]:
    values = choices.values() if isinstance(choices, Mapping) else choices
    return tuple(value["value"] if isinstance(value, Mapping) else value for value in values)
