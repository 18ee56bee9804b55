"""Optional files: which paths of the emitted service an answer leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

# Files that tools write into a working copy of the template, which are never emitted.
TOOL_FILES = ("__pycache__", "*.pyc", ".mypy_cache", ".ruff_cache", ".pytest_cache")

Features = Mapping[str, Mapping[Any, list[str]]]
"""Question or fact -> choice, or several separated by commas -> paths."""


def load_features(path: Path) -> Features:
    """Return the table in `features.yml`."""
    features: Features = yaml.safe_load(path.read_text(encoding="utf-8"))
    return features


def left_out(features: Features, answers_and_facts: Mapping[str, Any]) -> list[str]:
    """Return the paths that these answers do not ask for, sorted, relative to the service.

    A path is emitted if, for each question that lists it, the answer is a choice that lists it.
    A question that was not asked has no answer, so its paths are left out.
    """
    wanted: dict[str, dict[str, bool]] = {}
    for key, choice, path in _rows(features):
        by_question = wanted.setdefault(path, {})
        by_question[key] = by_question.get(key, False) or answers_and_facts.get(key) == choice
    return sorted(path for path, by_question in wanted.items() if not all(by_question.values()))


def _rows(features: Features) -> Iterator[tuple[str, Any, str]]:
    """Yield each question, choice and path that belong together."""
    for key, by_choice in features.items():
        for choices, paths in by_choice.items():
            for choice in choices.split(", ") if isinstance(choices, str) else [choices]:
                for path in paths:
                    yield key, choice, path
