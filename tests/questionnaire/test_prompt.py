"""The questionnaire at the prompt of a terminal, with mistakes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte
import pytest
import yaml

from ..support import ENVIRONMENT, git

ROWS, COLUMNS = 60, 250
TIMEOUT_SECONDS = 30

CLEAR_LINE = "\x15"
ENTER = "\r"
ESCAPE = "\x1b"
DOWN = "\x1b[B"
ERASE = "\x7f"


class Conversation:
    """A run of Copier in an emulated terminal."""

    def __init__(self, *arguments: str | Path) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self._screen)
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", "copier", *map(str, arguments)],
            env={**ENVIRONMENT, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"},
            dimensions=(ROWS, COLUMNS),
            encoding="utf-8",
        )

    def sees(self, text: str) -> None:
        """Wait until `text` is on the screen."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while text not in self._text():
            assert time.monotonic() < deadline, f"{text!r} is not on the screen:\n{self._text()}"
            try:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=0.2))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                pytest.fail(f"Copier ended before {text!r} was on the screen:\n{self._text()}")

    def types(self, *keys: str) -> None:
        """Send the keys in order."""
        for text in keys:
            self._child.send(text)

    def answers(self, *questions: str) -> None:
        """Accept the default of each question."""
        for question in questions:
            self.sees(question)
            self.types(ENTER)

    def ends(self) -> None:
        """Wait for the process to end with exit code 0."""
        self._stream.feed(self._child.read())
        self._child.close()
        assert self._child.exitstatus == 0, self._text()

    def close(self) -> None:
        """Kill the process if it still runs."""
        self._child.close(force=True)

    def _text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).strip()


@pytest.fixture
def copier(request: pytest.FixtureRequest) -> Callable[..., Conversation]:
    """A function that starts the `copier` command in a terminal."""

    def begin(*arguments: str | Path) -> Conversation:
        conversation = Conversation(*arguments)
        request.addfinalizer(conversation.close)
        return conversation

    return begin


def test_wrong_answer_is_explained_and_asked_again(
    copier: Callable[..., Conversation], template: Path, tmp_path: Path
) -> None:
    service = tmp_path / "service"
    copy = copier("copy", "--trust", "--vcs-ref", "HEAD", template, service)
    copy.sees("Project name")
    copy.types(CLEAR_LINE, "Café Central", ENTER)

    copy.sees("Project slug")
    copy.sees("cafe-central")
    copy.types(CLEAR_LINE, "Bad Slug", ENTER)
    copy.sees("'Bad Slug' is not a slug; write lowercase letters")
    copy.types(CLEAR_LINE, "central", ENTER)

    copy.answers("Description")
    copy.sees("Author")
    copy.types("Ana", ENTER)
    copy.sees("Author's email")
    copy.types("ana", ENTER)
    copy.sees("'ana' is not an email address")
    copy.types("@example.com", ENTER)

    copy.sees("High-level structure (Estructura de Alto Nivel)")
    copy.types(ERASE * 100, "{shop: {order: {label: str", ESCAPE + ENTER)
    copy.sees("Invalid input")
    copy.types(ERASE * 100, "{shop: {order: {label: string}}}", ESCAPE + ENTER)
    copy.sees("The field 'shop.order.label' has the unknown type 'string'")
    copy.types(ERASE * 100, "{shop: {order: {label: str unique, at: date optional}}}")
    copy.types(ESCAPE + ENTER)

    _answer_about_data(copy)
    copy.sees("Rate limiting (Seguridad de Datos)")
    copy.types(CLEAR_LINE, "5/fortnight", ENTER)
    copy.sees("'5/fortnight' is not a rate limit")
    copy.types(CLEAR_LINE, "5/second", ENTER)
    copy.sees("Coverage target")
    copy.types(CLEAR_LINE, "101", ENTER)
    copy.sees("101 is not a coverage target")
    copy.types(CLEAR_LINE, "85", ENTER)
    copy.sees("Database of the tests (Integration Tests)")
    copy.types(DOWN, ENTER)
    copy.sees("Metrics (Monitoring)")
    copy.types(DOWN, ENTER)
    copy.ends()

    answers = yaml.safe_load((service / ".copier-answers.yml").read_text())
    assert {key: value for key, value in answers.items() if not key.startswith("_")} == {
        "project_name": "Café Central",
        "project_slug": "central",
        "description": "A modular monolith in Clean Architecture.",
        "author_name": "Ana",
        "author_email": "ana@example.com",
        "modules": {"shop": {"order": {"label": "str unique", "at": "date optional"}}},
        "database": "postgresql",
        "seed_data": True,
        "backup": "daily",
        "backup_retention_days": 30,
        "cache": "redis",
        "cache_strategy": "read-through",
        "auth": "jwt",
        "authorization": "rbac",
        "rate_limit": "5/second",
        "coverage_target": 85,
        "test_database": "sqlite",
        "metrics": "none",
    }


def _answer_about_data(copy: Conversation) -> None:
    copy.sees("Main database (Base de Datos Principal)")
    copy.types(DOWN, ENTER)
    copy.answers("Seed data (Modelo de Datos)")
    copy.sees("Backup (Backup y Recovery)")
    copy.types(DOWN, ENTER)
    copy.sees("Backup retention in days")
    copy.types(CLEAR_LINE, "0", ENTER)
    copy.sees("Backups cannot be stored for 0 days")
    copy.types(CLEAR_LINE, "30", ENTER)
    copy.sees("Cache (Caché y Performance)")
    copy.types(DOWN, DOWN, ENTER)
    copy.sees("Cache strategy (Caché y Performance)")
    copy.types(DOWN, ENTER)
    copy.answers("Authentication", "Authorization")


def test_update_without_changed_answers_changes_no_file(
    copier: Callable[..., Conversation], service: Path
) -> None:
    update = copier("update", "--trust", service)
    update.answers("Project name", "Project slug", "Description", "Author", "Author's email")
    update.sees("High-level structure")
    update.types(ESCAPE + ENTER)
    update.answers("Main database", "Seed data", "Backup", "Cache (", "Cache strategy")
    update.answers("Authentication", "Authorization")
    update.answers("Rate limiting", "Coverage target", "Metrics")
    update.ends()

    assert git(service, "diff") == ""
