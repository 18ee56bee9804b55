"""Text of rendered files: syntax, tidiness, links, and words of selected choices only."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..covering import QUESTIONS, asked
from ..support import git, run
from .cases import CASES
from .conftest import Render, Service, render_anew

Answers = Mapping[str, Any]

JINJA = re.compile(r"\{\{|\{%|\{#")
# Markdown link to a file of the service.
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
# Unescaped border between the cells of a Markdown table.
CELL_BORDER = re.compile(r"(?<!\\)\|")
RECORD_HEADINGS = ("Decision", "Context", "Options considered", "Consequences")


def _has_accounts(its: Answers) -> bool:
    """Return True if users have passwords."""
    return its["auth"] in ("jwt", "session")


# Words that a service must not contain unless its answers select them.
WORDS: dict[str, Callable[[Answers], bool]] = {
    r"sqlite": lambda its: "sqlite" in (its["database"], its.get("test_database")),
    r"stand.?in|stands in": lambda its: its.get("test_database") == "sqlite",
    r"postgres|asyncpg": lambda its: its["database"] == "postgresql",
    r"mysql|maria|asyncmy": lambda its: its["database"] == "mysql",
    r"\bseed|faker|sample record": lambda its: its["seed_data"],
    r"backup|retention|app restore": lambda its: its["backup"] != "none",
    r"cache": lambda its: its["cache"] != "none",
    r"redis": lambda its: its["cache"] == "redis",
    r"memcached": lambda its: its["cache"] == "memcached",
    r"circuit": lambda its: its["cache"] in ("redis", "memcached"),
    r"cachetools|MemoryCache": lambda its: its["cache"] == "memory",
    r"cache.?aside": lambda its: its.get("cache_strategy") == "cache-aside",
    r"read.?through": lambda its: its.get("cache_strategy") in ("read-through", "write-through"),
    r"write.?through|tombstone": lambda its: its.get("cache_strategy") == "write-through",
    r"metric|prometheus": lambda its: its["metrics"] == "prometheus",
    r"rate.?limit|from limits\b": lambda its: its["rate_limit"] != "",
    r"\b429\b|too many": lambda its: its["rate_limit"] != "" or _has_accounts(its),
    r"\bjwt|json web token|pyjwt": lambda its: its["auth"] in ("jwt", "oauth2"),
    r"secret.?key|refresh.?token|/refresh": lambda its: its["auth"] == "jwt",
    r"\bbearer\b|access.?token": lambda its: its["auth"] in ("jwt", "oauth2"),
    r"passwords\b|argon2|zxcvbn|registration|failed.?login": _has_accounts,
    r"cookie|csrf|\bsession\.py|SessionSettings": lambda its: its["auth"] == "session",
    r"api.?key": lambda its: its["auth"] == "api_key",
    r"scopes": lambda its: its["auth"] == "api_key",
    r"\bissuer|_issuer": lambda its: its["auth"] in ("jwt", "oauth2"),
    r"oidc|openid|sign.?in\b": lambda its: its["auth"] == "oauth2",
    r"auth0": lambda its: its.get("auth_provider") == "auth0",
    r"firebase": lambda its: its.get("auth_provider") == "firebase",
    r"keycloak": lambda its: its.get("auth_provider") == "keycloak",
    r"\brbac\b|role.?based|viewer|\beditor\b": lambda its: its["authorization"] == "rbac",
    r"\babac\b|attribute.?based|policies": lambda its: its["authorization"] == "abac",
    # Auth0 has permissions of its own.
    r"permission": lambda its: (
        its["authorization"] == "permissions" or its.get("auth_provider") == "auth0"
    ),
}
# Text with such a word in another meaning.
ALLOWED = re.compile(
    r"[Cc]ache-[Cc]ontrol|cache_ok|cache_logger_on_first_use"  # of HTTP, SQLAlchemy and structlog
    r"|functools import cache|@cache$|= cache\(self\.|cached_property|asymmetric"  # of Python
    r"|APIKeyCookie|\"apiKey\""  # of FastAPI and OpenAPI
    r"|USES_COOKIES|# Cookies are only"  # of the middleware stack, for every authentication method
    r"|tests/\S+|_cache\b|__pycache__|--no-cache"  # names of files, folders and options
)
# Places to search. Other documents name the options that were considered, and the kernel is the
# same for all answers.
PLACES = ("app", "README.md", "pyproject.toml", ".env.example", "Makefile", "docs/runbook.md")


def problems_of(text: str) -> list[str]:
    """Return the defects in the text of a file."""
    lines = text.split("\n")
    checks = {
        "a carriage return": "\r" in text,
        "space at the end of a line": any(line != line.rstrip() for line in lines),
        "no newline at the end": text != "" and lines[-1] != "",
        "an empty line at the end": text == "\n" or text.endswith("\n\n"),
        "an empty line at the beginning": text.startswith("\n"),
    }
    return [problem for problem, found in checks.items() if found]


@pytest.mark.parametrize("text", ["a\r\n", "a \n", "a\t\nb\n", "a", "a\n\n", "\na\n"])
def test_untidy_text_is_reported(text: str) -> None:
    assert len(problems_of(text)) >= 1


def test_text_is_tidy(service: Service) -> None:
    problems = {service.relative(path): problems_of(service.text(path)) for path in service.files()}
    assert {path: found for path, found in problems.items() if found} == {}


def test_rendered_files_contain_no_jinja(service: Service) -> None:
    unrendered = []
    # The answers file holds the answers as YAML writes them; another test reads them back.
    for path in service.files():
        if path.suffix == ".mako" or path.name == ".copier-answers.yml":
            continue
        text = service.text(path)
        for key in ("project_name", "description", "author_name"):
            text = text.replace(service.case.answers.get(key) or "\0", "")
        unrendered += [service.relative(path)] if JINJA.search(text) else []
    assert unrendered == []


def test_files_are_valid_python_toml_and_yaml(service: Service) -> None:
    for path in service.files("*.py"):
        compile(service.text(path), service.relative(path), "exec", dont_inherit=True)
    for path in service.files("*.toml"):
        tomllib.loads(service.text(path))
    for path in [*service.files("*.yml"), *service.files("*.yaml")]:
        list(yaml.safe_load_all(service.text(path)))


def test_markdown_links_resolve(service: Service) -> None:
    documents = service.files("*.md")
    broken = [
        f"{service.relative(document)}: {target}"
        for document in documents
        for target in LINK.findall(service.text(document).replace(_description(service), ""))
        if not (document.parent / target).exists()
    ]
    assert documents
    assert broken == []


def markdown_problems(text: str) -> list[str]:
    """Return the defects of Markdown: doubled blank lines, tables with ragged rows."""
    prose = re.sub(r"^```.*?^```$", "```", text, flags=re.MULTILINE | re.DOTALL)
    tables: list[str] = re.findall(r"(?:^\|.*\n)+", prose, re.MULTILINE)
    problems = ["two blank lines"] if "\n\n\n" in prose else []
    for table in tables:
        first, rule, *rows = [*table.splitlines(), ""]
        if not re.fullmatch(r"\|( --- \|)+", rule):
            problems.append(f"a table without a header: {first}")
        columns = len(CELL_BORDER.findall(first))
        problems += [row for row in rows if row and len(CELL_BORDER.findall(row)) != columns]
    return problems


@pytest.mark.parametrize(
    "text", ["a\n\n\nb\n", "| a |\n| b |\n", "| a | b |\n| --- | --- |\n| c |\n"]
)
def test_untidy_markdown_is_reported(text: str) -> None:
    assert markdown_problems(text) != []


def test_markdown_is_tidy(service: Service) -> None:
    problems = {
        service.relative(document): markdown_problems(service.text(document))
        for document in service.files("*.md")
    }
    assert {path: found for path, found in problems.items() if found} == {}


def test_decision_records_have_the_same_headings(service: Service) -> None:
    records = [path for path in service.files("*.md") if path.parent.name == "decisions"]
    headings = {
        service.relative(path): tuple(re.findall(r"^## (.*)$", service.text(path), re.MULTILINE))
        for path in records
    }
    assert {path: found for path, found in headings.items() if found != RECORD_HEADINGS} == {}


def _description(service: Service) -> str:
    return service.case.answers.get("description") or "\0"


def test_answers_file_contains_asked_questions(service: Service) -> None:
    recorded = yaml.safe_load(service.text(Path(".copier-answers.yml")))

    asked_for = {key for key in QUESTIONS if asked(key, recorded)}
    assert recorded.keys() == {"_commit", "_src_path", *asked_for}
    assert service.case.answers.items() <= recorded.items()
    assert list(recorded["modules"]) == list(service.case.answers["modules"])


def test_free_text_answers_are_rendered_verbatim(service: Service) -> None:
    answers = yaml.safe_load(service.text(Path(".copier-answers.yml")))
    project = tomllib.loads(service.text(Path("pyproject.toml")))["project"]
    constants = [
        node.value
        for node in ast.walk(ast.parse(service.text(Path("app/main.py"))))
        if isinstance(node, ast.Constant)
    ]
    author = {"name": answers["author_name"], "email": answers["author_email"]}
    given = {key: text for key, text in author.items() if text}

    assert project["name"] == answers["project_slug"]
    assert project["description"] == answers["description"]
    assert project.get("authors", []) == ([given] if given else [])
    assert answers["project_name"] in constants
    assert answers["description"] in constants
    assert service.text(Path("README.md")).startswith(f"# {answers['project_name']}\n")


FIRST_WITH_EACH_TEXT = {case.answers.get("project_name"): case for case in reversed(CASES)}.values()


@pytest.mark.parametrize(
    "service", list(FIRST_WITH_EACH_TEXT), indirect=True, ids=lambda case: case.name
)
def test_uv_builds_wheel_with_free_text_answers(service: Service, tmp_path: Path) -> None:
    run("uv", "build", "--quiet", "--wheel", "--out-dir", tmp_path, service.path)

    assert len(list(tmp_path.glob("*.whl"))) == 1


def test_service_does_not_mention_unselected_choices(service: Service) -> None:
    answers = service.case.answers
    places = [service.path / name for name in PLACES]
    kernel = service.path / "app/kernel"
    files = [
        path
        for path in service.files()
        if any(path.is_relative_to(each) for each in places) and not path.is_relative_to(kernel)
    ]
    assert all(place.exists() for place in places)
    given = str([answers["modules"], answers.get("project_name"), answers.get("description")])
    mentions = [
        f"{service.relative(path)}: {line.strip()}"
        for words, is_selected in WORDS.items()
        # A module or project may have such a word in its name.
        if not is_selected(answers) and not re.search(words, given, re.IGNORECASE)
        for path in files
        for line in service.text(path).splitlines()
        if re.search(words, ALLOWED.sub("", line), re.IGNORECASE)
    ]
    assert mentions == []


@pytest.mark.parametrize("words", WORDS)
def test_selected_choice_is_mentioned_in_code(render: Render, words: str) -> None:
    """The template uses the words, without which the test above would prove nothing."""
    service = render(next(case for case in CASES if WORDS[words](case.answers)))
    found = re.compile(words, re.IGNORECASE)
    assert any(found.search(ALLOWED.sub("", service.text(path))) for path in service.files("*.py"))


def test_gitignore_excludes_no_rendered_file(service: Service, tmp_path: Path) -> None:
    repository = ("--git-dir", str(tmp_path / "repository"), "--work-tree", ".")
    git(service.path, *repository, "init", "--quiet")

    ignored = git(service.path, *repository, "status", "--porcelain", "--ignored=matching")

    assert "?? app/\n" in ignored
    assert [line for line in ignored.splitlines() if line.startswith("!!")] == []


def test_rendering_is_reproducible(template: Path, tmp_path: Path) -> None:
    first, again = (Service(CASES[6], tmp_path / name) for name in ("first", "again"))
    for service in (first, again):
        render_anew(template, service.case, service.path)

    assert {again.relative(path): path.read_bytes() for path in again.files()} == {
        first.relative(path): path.read_bytes() for path in first.files()
    }
    assert [path.stat().st_mode for path in again.files()] == [
        path.stat().st_mode for path in first.files()
    ]
