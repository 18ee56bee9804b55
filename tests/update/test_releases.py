"""A new release of the template arrives in a service that a team has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ..support import ROOT, commit, copier, copy_repository, git, render, run
from .services import (
    ANSWERS_FILE,
    Tools,
    answers_of,
    assert_no_conflict,
    changes,
    conflicts,
    contents,
    edit_as_a_team,
    release,
    replace,
    say_who_may_use_the_route,
    update,
)

SENTINEL = '\n\nclass Gone(ApplicationError):\n    """It was there once."""\n'
TIME_TO_LIVE = (
    '    cache_ttl_seconds: float = Field(default={}, ge=0, description="0 keeps nothing.")\n'
)

# What was released under each number; a tag may not have come along.
RELEASES = {
    "v0.1.0": "d58496d46d6ab56edb687b7b4758019072d1bfdc",
    "v0.2.0": "52b6d4848652ace10aca2c96c6eaa1f8a8a6f290",
}
# Made with the rest of the database once, and never again, though the template's own has changed.
FIRST_MIGRATION_OF_IDENTITY = "app/modules/identity/migrations/create_users.py"

# All tests but the last few look at one update.
pytestmark = pytest.mark.xdist_group("release")

# As `inside.py` has them.
CREDENTIALS = ("--email", "ann@example.com", "--password", "a long enough password")

# One place for each thing that can happen.
ARRIVES = "app/kernel/errors.py"
IS_NEW = "docs/new.md"
IN_CONFLICT = "app/settings.py"
BOTH_ADDED = "docs/glossary.md"
TEAM_DELETED = ("Makefile", "app/platform/http/security_headers.py")
TEAM_DELETED_MIGRATION = "app/modules/catalog/migrations/create_products.py"
WITHDRAWN = "docs/runbook.md"


def make_release(template: Path) -> None:
    """Change something in all of these places."""
    tree = template / "template"
    with (tree / ARRIVES).open("a", encoding="utf-8") as file:
        file.write(SENTINEL)
    (tree / IS_NEW).write_text("# New\n", encoding="utf-8")
    (tree / BOTH_ADDED).write_text("# Their words\n", encoding="utf-8")
    replace(tree, f"{IN_CONFLICT}.jinja", TIME_TO_LIVE.format(60), TIME_TO_LIVE.format(20))
    replace(tree, f"{IN_CONFLICT}.jinja", "default=5, ge=1", "default=8, ge=1")
    for name in TEAM_DELETED:
        with (tree / name).open("a", encoding="utf-8") as file:
            file.write("# Changed by the release.\n")
    (tree / f"{WITHDRAWN}.jinja").unlink()
    release(template, "v1.1.0")


def change_as_a_team(service: Path) -> None:
    """Change something in all of these places, and elsewhere."""
    edit_as_a_team(service)
    replace(service, IN_CONFLICT, TIME_TO_LIVE.format(60), TIME_TO_LIVE.format(45))
    (service / BOTH_ADDED).write_text("# Our words\n", encoding="utf-8")
    with (service / WITHDRAWN).open("a", encoding="utf-8") as file:
        file.write("\nCall Ann first.\n")
    for name in (*TEAM_DELETED, TEAM_DELETED_MIGRATION):
        (service / name).unlink()


@pytest.fixture(scope="module")
def next_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with a release after the one that services are made from."""
    path = tmp_path_factory.mktemp("next") / "template"
    shutil.copytree(template, path, symlinks=True)
    return path


@pytest.fixture(scope="module")
def before(next_template: Path) -> Path:
    """A service of the first release that a team has changed, all committed."""
    service = render(next_template, next_template.with_name("before"))
    commit(service, "Create the service")
    change_as_a_team(service)
    commit(service, "Make it ours")
    return service


@pytest.fixture(scope="module")
def updated(next_template: Path, before: Path) -> Path:
    """The service after the update to the release, nothing resolved or committed."""
    service = shutil.copytree(before, before.with_name("updated"), symlinks=True)
    make_release(next_template)
    update(service)
    return service


def read(service: Path, name: str) -> str:
    """Return the text of a file."""
    return (service / name).read_text(encoding="utf-8")


def test_a_release_arrives(updated: Path) -> None:
    assert answers_of(updated)["_commit"] == "v1.1.0"
    assert read(updated, ARRIVES).endswith(SENTINEL)
    assert read(updated, IS_NEW) == "# New\n"
    assert "database_pool_size: int = Field(default=8, ge=1, le=100)" in read(updated, IN_CONFLICT)


def test_changes_of_the_same_lines_are_conflicts(updated: Path) -> None:
    assert conflicts(updated) == sorted([BOTH_ADDED, IN_CONFLICT])
    ours, theirs = TIME_TO_LIVE.format(45), TIME_TO_LIVE.format(20)
    settings = read(updated, IN_CONFLICT)
    assert f"<<<<<<< before updating\n{ours}" in settings
    assert f"{theirs}>>>>>>> after updating\n" in settings
    glossary = read(updated, BOTH_ADDED)
    assert "<<<<<<< before updating\n# Our words\n" in glossary
    assert "# Their words\n>>>>>>> after updating\n" in glossary


def test_what_the_team_deleted_stays_deleted_except_a_migration(updated: Path) -> None:
    assert not [name for name in TEAM_DELETED if (updated / name).exists()]
    # Copier writes again what `_skip_if_exists` names. Whoever joins several migrations into one
    # keeps the emitted file, and in it the revision that databases know.
    assert (updated / TEAM_DELETED_MIGRATION).exists()


def test_a_withdrawn_file_is_deleted_though_edited_and_git_shows_it(
    updated: Path, tmp_path: Path
) -> None:
    """Copier asks nobody; `make update` and the documentation say where to look."""
    assert not (updated / WITHDRAWN).exists()
    gone = git(updated, "diff", "--diff-filter=D", "--name-only", "HEAD").split()
    assert gone == [WITHDRAWN]

    # Taken back and committed, it is the team's own, and later updates leave it alone.
    service = shutil.copytree(updated, tmp_path / "service", symlinks=True)
    git(service, "checkout", "HEAD", "--", WITHDRAWN)
    assert read(service, WITHDRAWN).endswith("\nCall Ann first.\n")
    commit(service, "Keep our runbook")
    update(service)
    assert changes(service) == {"A": set(), "M": set(), "D": set()}


def test_everything_else_is_a_fresh_copy_with_the_edits(
    next_template: Path, updated: Path, tmp_path: Path
) -> None:
    fresh = render(next_template, tmp_path / "fresh")
    edit_as_a_team(fresh)
    commit(fresh, "As if it had begun with this release")
    apart = {IN_CONFLICT, BOTH_ADDED, *TEAM_DELETED}

    assert {name: text for name, text in contents(updated).items() if name not in apart} == {
        name: text for name, text in contents(fresh).items() if name not in apart
    }


def test_a_line_is_not_put_under_the_wrong_neighbour(template: Path, tmp_path: Path) -> None:
    """With few lines of context, git takes any place that looks right nearby for the one meant."""
    name = "app/kernel/limits.py"
    own = shutil.copytree(template, tmp_path / "template", symlinks=True)

    def limits(*products: str) -> str:
        same = "    1,\n    2,\n    3,\n    4,\n    5,\n    6,\n"
        return "LIMITS = (\n" + "".join(f'    "{product}",\n{same}' for product in products) + ")\n"

    (own / "template" / name).write_text(limits("a", "b", "c"), encoding="utf-8")
    release(own, "v1.1.0")
    service = render(own, tmp_path / "service")
    before, meant = limits("a", "b", "c").split('"b",\n')
    edited = meant.replace("    3,\n", "    3,\n    3.5,\n", 1)
    (service / name).write_text(f'{before}"b",\n{edited}', encoding="utf-8")
    commit(service, "Allow more of b")
    (own / "template" / name).write_text(limits("new", "a", "b", "c"), encoding="utf-8")
    release(own, "v1.2.0")

    update(service)

    assert_no_conflict(service)
    before, _ = limits("new", "a", "b", "c").split('"b",\n')
    assert read(service, name) == f'{before}"b",\n{edited}'
    assert changes(service)["M"] == {ANSWERS_FILE, name}


@pytest.fixture
def since_the_first(tmp_path: Path) -> Path:
    """A template with the history of this one, in which all releases and this one are tagged."""
    for commit_id in RELEASES.values():
        if run("git", "cat-file", "-e", commit_id, cwd=ROOT, check=False).returncode:
            pytest.skip("this checkout's history does not reach back to release 0.1.0")
    path = tmp_path / "template"
    git(tmp_path, "clone", "--quiet", "--no-tags", str(ROOT), str(path))
    for version, commit_id in RELEASES.items():
        git(path, "tag", version, commit_id)
    git(path, "rm", "-r", "--quiet", ".")
    copy_repository(path)
    git(path, "add", "--all", "--force")
    git(path, "commit", "--quiet", "--allow-empty", "--message", "As it is on disk")
    git(path, "tag", "v1.0.0")
    return path


def copy(template: Path, service: Path, version: str) -> Path:
    """Give a service of a release, committed."""
    outcome = copier("copy", "--trust", "--defaults", "--vcs-ref", version, template, service)
    assert outcome.returncode == 0, outcome.stderr
    commit(service, "Create the service")
    return service


def test_a_service_of_the_first_release_takes_this_one(
    since_the_first: Path, tmp_path: Path, tools: Tools
) -> None:
    service = copy(since_the_first, tmp_path / "service", "v0.1.0")
    first_migration = read(service, FIRST_MIGRATION_OF_IDENTITY)
    edit_as_a_team(service)
    commit(service, "Make it ours")
    fresh = copy(since_the_first, tmp_path / "fresh", "v1.0.0")
    edit_as_a_team(fresh)

    update(service)
    say_who_may_use_the_route(service)

    assert_no_conflict(service)
    expected = {**contents(fresh), FIRST_MIGRATION_OF_IDENTITY: first_migration}
    assert contents(service) == expected
    tools.assert_checks_pass(service)


@pytest.mark.parametrize("version", RELEASES)
def test_people_who_registered_in_an_older_release_still_log_in(
    since_the_first: Path, tmp_path: Path, tools: Tools, sqlite_url: str, version: str
) -> None:
    service = copy(since_the_first, tmp_path / "service", version)
    tools.app(service, sqlite_url, "create-admin", *CREDENTIALS)

    update(service)

    said, columns, difference, status = tools.do(
        service,
        sqlite_url,
        ("app", "migrate"),
        ("columns", "identity_users"),
        ("difference",),
        ("log_in",),
    )
    assert said == ""
    assert columns == ["created_at", "email", "id", "role"]
    assert difference == ""
    assert status == 200
