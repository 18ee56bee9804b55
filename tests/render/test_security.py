"""No known weakness in the code of any service, and none in its dependencies."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from extensions.facts.dependencies import ALL_REQUIREMENTS, TESTED_ON

from ..support import run
from .conftest import Service

ADVISORIES = "https://api.osv.dev"
# An import of `subprocess` does no harm; each of its calls is judged.
SKIPPED = "B404"


@pytest.fixture(scope="session")
def judged() -> set[str]:
    """Digests of the files that this worker has judged: most are the same in every service."""
    return set()


def findings(paths: list[Path]) -> list[dict[str, Any]]:
    """Return the findings of bandit, without those that a `noqa` for Ruff explains."""
    if not paths:
        return []
    command = ("-m", "bandit", "--quiet", "--format", "json", "--skip", SKIPPED, "--exit-zero")
    report = json.loads(run(sys.executable, *command, *paths).stdout)
    assert report["errors"] == []
    found: list[dict[str, Any]] = report["results"]
    return [each for each in found if not _is_explained(each)]


def _is_explained(finding: dict[str, Any]) -> bool:
    """Ruff's `S105` is bandit's `B105`; the reason stands in parentheses."""
    lines = Path(finding["filename"]).read_text(encoding="utf-8").splitlines()
    marked = [lines[number - 1] for number in finding["line_range"]]
    return any(re.search(rf"# noqa: S{finding['test_id'][1:]} \(", line) for line in marked)


def test_bandit_finds_no_weakness(service: Service, judged: set[str]) -> None:
    new = []
    for path in service.files("*.py"):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if not service.relative(path).startswith("tests/") and digest not in judged:
            judged.add(digest)
            new.append(path)
    assert [_told(each) for each in findings(new)] == []


def _told(finding: dict[str, Any]) -> str:
    return f"{finding['filename']}:{finding['line_number']}: {finding['issue_text']}"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import random\nx = random.random()\n", ["B311"]),
        ("import random\nx = random.random()  # noqa: S311\n", ["B311"]),
        ("import random\nx = random.random()  # noqa: S311 (no secret)\n", []),
        ("import random\nx = random.random()  # noqa: S105 (no secret)\n", ["B311"]),
        ("import hashlib\nx = hashlib.md5(b'x')\n", ["B324"]),
    ],
)
def test_weak_code_is_reported(tmp_path: Path, code: str, found: list[str]) -> None:
    path = tmp_path / "weak.py"
    path.write_text(code, encoding="utf-8")
    assert [each["test_id"] for each in findings([path])] == found


def audit(folder: Path, *dependencies: str) -> tuple[int, str]:
    """Lock these dependencies as a service does; returns exit code and output of `uv audit`."""
    listed = "".join(f"    {json.dumps(each)},\n" for each in dependencies)
    text = (
        '[project]\nname = "audited"\nversion = "1"\nrequires-python = ">=3.11"\n'
        f'dependencies = [\n{listed}]\n[tool.uv]\nexclude-newer = "{TESTED_ON}T23:59:59Z"\n'
    )
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    outcome = run("uv", "audit", cwd=folder, check=False)
    return outcome.returncode, outcome.stdout + outcome.stderr


@pytest.fixture
def advisories() -> None:
    """The database of advisories answers."""
    place = urlsplit(ADVISORIES)
    try:
        socket.create_connection((place.hostname, 443), timeout=5).close()
    except OSError:
        pytest.skip(f"no advisories can be had from {ADVISORIES}")


@pytest.mark.usefixtures("advisories")
def test_dependencies_have_no_known_vulnerability(tmp_path: Path) -> None:
    code, said = audit(tmp_path, *ALL_REQUIREMENTS)
    assert code == 0, said


@pytest.mark.usefixtures("advisories")
def test_known_vulnerability_is_reported(tmp_path: Path) -> None:
    code, said = audit(tmp_path, "jinja2==3.1.2")
    assert code != 0
    assert "jinja2" in said
