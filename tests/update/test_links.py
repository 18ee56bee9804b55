"""Templates cloned without symbolic links (`core.symlinks=false`), and releases with other code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support import commit, git, run

WITHOUT_LINKS = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.symlinks",
    "GIT_CONFIG_VALUE_0": "false",
}
OPTIONS = ("--trust", "--defaults", "--quiet")
# Something of each optional folder behind a link.
DATA = ("--data", "backup=daily", "--data", "project_name=Linked")
LINKS = ("template/python/deploy", "template/python/docs")


def copier(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "copier", *arguments, check=False, variables=variables)


def contents(folder: Path) -> dict[str, bytes]:
    """Return each file below a folder with what it holds, links and `.git` left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts
    }


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def releases(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with two releases, which differ in a shared file and in a module of its code."""
    repository = tmp_path_factory.mktemp("releases") / "template"
    shutil.copytree(template, repository, symlinks=True)
    (repository / "template/shared/docs/added.md").write_text("An added document.\n")
    replace(repository / "template/shared/docs/backups.md.jinja", "# Backups", "# All backups")
    dependencies = repository / "extensions/facts/dependencies.py"
    replace(dependencies, 'TESTED_ON = "', 'TESTED_ON = "2031-01-31"  # "')
    commit(repository, "Change a shared document, add another, move the day")
    git(repository, "tag", "v2.0.0")
    return repository


@pytest.fixture(scope="module")
def linked(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service of the first release, generated where git makes links, committed."""
    service = tmp_path_factory.mktemp("linked") / "service"
    outcome = copier("copy", *OPTIONS, *DATA, "--vcs-ref", "v1.0.0", releases, service)
    assert outcome.returncode == 0, outcome.stderr
    commit(service, "Create the service")
    return service


@pytest.fixture
def service(linked: Path, tmp_path: Path) -> Path:
    return shutil.copytree(linked, tmp_path / "service", symlinks=True)


def as_path(repository: Path) -> str:
    return str(repository)


def as_address(repository: Path) -> str:
    return f"git+file://{repository}"


def test_git_writes_text_files_in_place_of_links(releases: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", releases, clone, variables=WITHOUT_LINKS)

    for link in LINKS:
        assert (releases / link).is_symlink()
        assert (clone / link).is_file()


@pytest.mark.parametrize("source", [as_path, as_address])
def test_copy_without_links_gives_the_same_files(
    releases: Path, linked: Path, tmp_path: Path, source: Callable[[Path], str]
) -> None:
    folder, cache = tmp_path / "service", {"COPIER_CACHE_DIR": str(tmp_path / "cache")}
    origin = source(releases)

    outcome = copier(
        *("copy", *OPTIONS, *DATA, "--vcs-ref", "v1.0.0", origin, folder),
        **WITHOUT_LINKS,
        **cache,
    )

    assert outcome.returncode == 0, outcome.stderr
    found, expected = contents(folder), contents(linked)
    answers = expected[".copier-answers.yml"].replace(as_path(releases).encode(), origin.encode())
    assert found == expected | {".copier-answers.yml": answers}
    assert {"deploy/crontab", "docs/decisions/modular-monolith.md"} <= found.keys()


def test_update_without_links_gives_the_same_files(service: Path, tmp_path: Path) -> None:
    other = shutil.copytree(service, tmp_path / "other", symlinks=True)
    for folder, variables in ((service, {}), (other, WITHOUT_LINKS)):
        replace(folder / "docs/runbook.md", "# ", "# Our ")
        git(folder, "commit", "--all", "--message", "Edit the runbook")
        outcome = copier("update", *OPTIONS, folder, **variables)
        assert outcome.returncode == 0, outcome.stderr

    assert contents(other) == contents(service)
    assert git(other, "status", "--porcelain") == git(service, "status", "--porcelain")
    assert (other / "docs/added.md").read_text() == "An added document.\n"
    assert (other / "docs/backups.md").read_text().startswith("# All backups\n")
    assert (other / "docs/runbook.md").read_text().startswith("# Our ")


def test_update_renders_each_release_with_its_own_code(service: Path) -> None:
    before = (service / "pyproject.toml").read_text()

    outcome = copier("update", *OPTIONS, service)

    assert outcome.returncode == 0, outcome.stderr
    after = (service / "pyproject.toml").read_text()
    # Code of the second release for both would have made the day of the first an edit of the team;
    # code of the first for both would have changed nothing.
    assert after != before
    assert 'exclude-newer = "2031-01-31T23:59:59Z"' in after


def test_update_without_changes_writes_nothing(service: Path) -> None:
    outcome = copier("update", *OPTIONS, "--vcs-ref", "v1.0.0", service, **WITHOUT_LINKS)

    assert outcome.returncode == 0, outcome.stderr
    assert git(service, "status", "--porcelain") == ""


def test_copy_of_uncommitted_changes_without_links(releases: Path, tmp_path: Path) -> None:
    clone, folder = tmp_path / "clone", tmp_path / "service"
    run("git", "clone", "--quiet", releases, clone, variables=WITHOUT_LINKS)
    (clone / "template/shared/docs/draft.md").write_text("A draft.\n")

    outcome = copier("copy", *OPTIONS, "--vcs-ref", "HEAD", clone, folder, **WITHOUT_LINKS)

    assert outcome.returncode == 0, outcome.stderr
    assert (folder / "docs/draft.md").read_text() == "A draft.\n"


def plain_folder(releases: Path, tmp_path: Path, variables: dict[str, str]) -> Path:
    folder = tmp_path / "plain"
    run("git", "clone", "--quiet", releases, folder, variables=variables)
    shutil.rmtree(folder / ".git")
    return folder


def test_plain_folder_without_links_is_refused(releases: Path, tmp_path: Path) -> None:
    template, service = plain_folder(releases, tmp_path, WITHOUT_LINKS), tmp_path / "service"
    before = contents(template)

    outcome = copier("copy", *OPTIONS, template, service)

    assert outcome.returncode == 1
    assert outcome.stderr == (
        f"The template folder {os.path.realpath(template)} has a text file in place of the link "
        "template/python/deploy; generate from a git repository of the template, not from a plain "
        "copy of its files.\n"
    )
    assert not service.exists()
    assert {
        path: text for path, text in contents(template).items() if "__pycache__" not in path
    } == before


def test_plain_folder_with_links_is_rendered(releases: Path, linked: Path, tmp_path: Path) -> None:
    template, service = plain_folder(releases, tmp_path, {}), tmp_path / "service"

    outcome = copier("copy", *OPTIONS, *DATA, template, service)

    assert outcome.returncode == 0, outcome.stderr
    assert contents(linked).keys() <= contents(service).keys()
