"""Wrong answers from the command line, a data file or the answers file: one sentence each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support import copier, git
from .cases import Refused
from .conftest import assert_refused

COPY = ("copy", "--trust", "--defaults", "--vcs-ref", "HEAD")

FROM_THE_COMMAND_LINE = [
    ("databse=sqlite", "There is no question 'databse'; did you mean 'database'?"),
    ("project_name=", "project_name: A project needs a name"),
    ("project_slug=My Service", "project_slug: 'My Service' is not a slug"),
    ("project_slug=uvicorn", "project_slug: The project cannot be called 'uvicorn'"),
    ("author_email=ana", "author_email: 'ana' is not an email address"),
    ("database=oracle", "database: 'oracle' is not a choice"),
    ("backup_retention_days=0", "backup_retention_days: Backups cannot be stored for 0 days"),
    ("auth_provider=okta", "auth_provider: 'okta' is not a choice"),
    ("authorization=acl", "authorization: 'acl' is not a choice"),
    ("rate_limit=0/minute", "rate_limit: '0/minute' is not a rate limit"),
    ("coverage_target=ninety", "coverage_target: 'ninety' is not a whole number"),
    ("coverage_target=101", "coverage_target: 101 is not a coverage target"),
    ("modules={shop: {thing", "modules: This is not valid YAML at line 1"),
    ("modules={identity: {thing: {a: str}}}", "modules: The module 'identity' has a reserved"),
    ("modules={shop: {user: {a: str}}}", "modules: The entity 'shop.user' has a reserved"),
    (
        "modules={shop: {thing: {version: int}}}",
        "modules: The field 'shop.thing.version' is a field",
    ),
    ("modules={shop: {thing: {no: str}}}", "modules: The entity 'shop.thing' has a name that"),
    ("modules={a: {thing: {a: str}}, b: {thing: {a: str}}}", "modules: The entities 'a.thing'"),
]


@pytest.mark.parametrize(("answer", "beginning"), FROM_THE_COMMAND_LINE)
def test_wrong_answer_on_the_command_line_is_refused(
    template: Path, tmp_path: Path, answer: str, beginning: str
) -> None:
    service = tmp_path / "service"

    outcome = copier(*COPY, "--data", answer, template, service)

    assert_refused(outcome, beginning)
    assert not service.exists()


@pytest.mark.parametrize("answer", ["backup_retention_days=30", "auth_provider=keycloak"])
def test_answer_to_a_skipped_question_is_not_recorded(
    template: Path, tmp_path: Path, answer: str
) -> None:
    service = tmp_path / "service"

    outcome = copier(*COPY, "--data", answer, template, service)

    assert outcome.returncode == 0, outcome.stderr
    assert answer.partition("=")[0] not in (service / ".copier-answers.yml").read_text()


@pytest.mark.parametrize(
    ("options", "provider"),
    [((), "custom"), (("--data", "auth_provider=firebase"), "firebase")],
)
def test_oauth2_has_a_provider(
    template: Path, tmp_path: Path, options: tuple[str, ...], provider: str
) -> None:
    service = tmp_path / "service"

    outcome = copier(*COPY, "--data", "auth=oauth2", *options, template, service)

    assert outcome.returncode == 0, outcome.stderr
    answers = yaml.safe_load((service / ".copier-answers.yml").read_text())
    assert answers["auth_provider"] == provider


FROM_A_FILE = [
    Refused("cache", None, "missing"),
    Refused("coverage_target", 89.5, "not a whole number"),
    Refused("project_name", dt.date(2026, 1, 1), "not a text"),
    Refused("modules", dt.date(2026, 1, 1), "must map each module"),
    Refused("modules", {"shop": {"thing": {True: "str"}}}, "YAML reads as true"),
]


@pytest.mark.parametrize("case", FROM_A_FILE, ids=lambda case: f"{case.key}: {case.says[:40]}")
def test_wrong_answer_in_a_data_file_is_refused(
    template: Path, tmp_path: Path, case: Refused
) -> None:
    service, data = tmp_path / "service", tmp_path / "data.yml"
    data.write_text(yaml.safe_dump({case.key: case.answer}))

    outcome = copier(*COPY, "--data-file", data, template, service)

    assert_refused(outcome, f"{case.key}: ")
    assert case.says in outcome.stderr
    assert not service.exists()


def test_refused_copy_leaves_an_existing_folder_unchanged(template: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    outcome = copier(*COPY, "--data", "auth=basic", template, tmp_path)

    assert_refused(
        outcome, "auth: 'basic' is not a choice; choose jwt, session, api_key or oauth2."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def edit_answer(service: Path, key: str, answer: Any) -> None:
    """Edit the answers file by hand and commit it."""
    path = service / ".copier-answers.yml"
    answers = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(answers | {key: answer}, sort_keys=False))
    git(service, "commit", "--all", "--message", "Edit the answers")


@pytest.mark.parametrize(
    ("command", "options"), [("update", ("--defaults",)), ("recopy", ("--defaults", "--overwrite"))]
)
@pytest.mark.parametrize(
    ("key", "answer", "beginning"),
    [
        (
            "modules",
            {"shop": {"thing": {"size": "integer"}}},
            "modules: The field 'shop.thing.size",
        ),
        ("modules", "{shop: {", "modules: This is not valid YAML at line 1"),
        ("cache", "valkey", "cache: 'valkey' is not a choice"),
        ("coverage_target", 900, "coverage_target: 900 is not a coverage target"),
    ],
)
def test_wrong_answer_in_the_answers_file_is_refused(
    service: Path, command: str, options: tuple[str, ...], key: str, answer: Any, beginning: str
) -> None:
    edit_answer(service, key, answer)

    outcome = copier(command, "--trust", "--quiet", *options, service)

    assert_refused(outcome, beginning)
    assert git(service, "status", "--porcelain") == ""


def test_recorded_date_is_refused(service: Path) -> None:
    path = service / ".copier-answers.yml"
    path.write_text(
        path.read_text().replace("project_name: My Service", "project_name: 2026-01-01")
    )

    outcome = copier("recopy", "--trust", "--quiet", "--defaults", "--overwrite", service)

    assert_refused(outcome, "project_name: datetime.date(2026, 1, 1) is not a text")


def test_update_drops_the_answer_to_a_removed_question(service: Path) -> None:
    edit_answer(service, "colour_of_the_shed", "green")

    outcome = copier("update", "--trust", "--quiet", "--defaults", service)

    assert outcome.returncode == 0, outcome.stderr
    assert "colour_of_the_shed" not in (service / ".copier-answers.yml").read_text()


def test_update_with_recorded_answers_changes_no_file(service: Path) -> None:
    outcome = copier("update", "--trust", "--quiet", "--defaults", service)

    assert outcome.returncode == 0, outcome.stderr
    assert git(service, "status", "--porcelain") == ""


def test_update_with_an_unknown_key_is_refused(service: Path) -> None:
    outcome = copier("update", "--trust", "--quiet", "--defaults", "--data", "metric=none", service)

    assert outcome.returncode == 1
    assert outcome.stderr == "There is no question 'metric'; did you mean 'metrics'?\n"
    assert git(service, "status", "--porcelain") == ""
