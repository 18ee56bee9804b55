"""Updates of an edited service to a new release of the template."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ..support import ROOT, commit, copier, copy_repository, git, render
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
    update,
)

TREE = "template/python"
SENTINEL = '\n\nclass Gone(ApplicationError):\n    """It was there once."""\n'
TIME_TO_LIVE = (
    '    cache_ttl_seconds: float = Field(default={}, ge=0, description="0 turns the cache off.")\n'
)

# The first release that services exist of; the chain of updates begins here.
FIRST_RELEASE = (0, 3, 0)

# Most tests look at one update.
pytestmark = pytest.mark.xdist_group("release")

# As `inside.py` has them.
CREDENTIALS = ("--email", "ann@example.com", "--password", "a long enough password")

# One file for each effect of an update.
ARRIVES = "app/kernel/errors.py"
ARRIVES_IN_TEMPLATE = "app/platform/persistence/settings.py"
IS_NEW = "docs/new.md"
IN_CONFLICT = "app/platform/cache/settings.py"
BOTH_ADDED = "docs/glossary.md"
TEAM_DELETED = ("Makefile", "app/platform/http/middleware/security_headers.py")
TEAM_DELETED_MIGRATION = "app/modules/catalog/migrations/create_products.py"
WITHDRAWN = "docs/runbook.md"


def make_release(template: Path) -> None:
    """Make a release that changes each of these files."""
    tree = template / TREE
    with (tree / ARRIVES).open("a", encoding="utf-8") as file:
        file.write(SENTINEL)
    (tree / IS_NEW).write_text("# New\n", encoding="utf-8")
    (tree / BOTH_ADDED).write_text("# Their words\n", encoding="utf-8")
    replace(tree, f"{IN_CONFLICT}.jinja", TIME_TO_LIVE.format(60), TIME_TO_LIVE.format(20))
    replace(tree, f"{ARRIVES_IN_TEMPLATE}.jinja", "default=5, ge=1", "default=8, ge=1")
    for name in TEAM_DELETED:
        with (tree / name).open("a", encoding="utf-8") as file:
            file.write("# Changed by the release.\n")
    (tree / f"{WITHDRAWN}.jinja").unlink()
    release(template, "v1.1.0")


def change_as_a_team(service: Path) -> None:
    """Edit each of these files, and others."""
    edit_as_a_team(service)
    replace(service, IN_CONFLICT, TIME_TO_LIVE.format(60), TIME_TO_LIVE.format(45))
    (service / BOTH_ADDED).write_text("# Our words\n", encoding="utf-8")
    with (service / WITHDRAWN).open("a", encoding="utf-8") as file:
        file.write("\nCall Ann first.\n")
    for name in (*TEAM_DELETED, TEAM_DELETED_MIGRATION):
        (service / name).unlink()


@pytest.fixture(scope="module")
def next_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template that is released again after services were made from it."""
    path = tmp_path_factory.mktemp("next") / "template"
    shutil.copytree(template, path, symlinks=True)
    return path


@pytest.fixture(scope="module")
def before(next_template: Path) -> Path:
    """A service of the first release with edits of a team, all committed."""
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


def test_new_release_arrives(updated: Path) -> None:
    assert answers_of(updated)["_commit"] == "v1.1.0"
    assert read(updated, ARRIVES).endswith(SENTINEL)
    assert read(updated, IS_NEW) == "# New\n"
    assert "database_pool_size: int = Field(default=8, ge=1, le=100)" in read(
        updated, ARRIVES_IN_TEMPLATE
    )


def test_changes_of_the_same_lines_conflict(updated: Path) -> None:
    assert conflicts(updated) == sorted([BOTH_ADDED, IN_CONFLICT])
    ours, theirs = TIME_TO_LIVE.format(45), TIME_TO_LIVE.format(20)
    settings = read(updated, IN_CONFLICT)
    assert f"<<<<<<< before updating\n{ours}" in settings
    assert f"{theirs}>>>>>>> after updating\n" in settings
    glossary = read(updated, BOTH_ADDED)
    assert "<<<<<<< before updating\n# Our words\n" in glossary
    assert "# Their words\n>>>>>>> after updating\n" in glossary


def test_deleted_files_stay_deleted_except_migrations(updated: Path) -> None:
    assert not [name for name in TEAM_DELETED if (updated / name).exists()]
    # Copier writes again what `_skip_if_exists` names. A team that joins several migrations into
    # one must keep the emitted file: databases know its revision.
    assert (updated / TEAM_DELETED_MIGRATION).exists()


def test_withdrawn_edited_file_is_deleted_and_shown_by_git(updated: Path, tmp_path: Path) -> None:
    """Copier does not ask; `make update` and the documentation name the git command."""
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


def test_all_other_files_equal_an_edited_fresh_copy(
    next_template: Path, updated: Path, tmp_path: Path
) -> None:
    fresh = render(next_template, tmp_path / "fresh")
    edit_as_a_team(fresh)
    commit(fresh, "As if it had begun with this release")
    apart = {IN_CONFLICT, BOTH_ADDED, *TEAM_DELETED}

    assert {name: text for name, text in contents(updated).items() if name not in apart} == {
        name: text for name, text in contents(fresh).items() if name not in apart
    }


def test_edit_between_similar_blocks_stays_in_its_block(template: Path, tmp_path: Path) -> None:
    """With few lines of context, git applies an edit to any similar place nearby."""
    name = "app/kernel/limits.py"
    own = shutil.copytree(template, tmp_path / "template", symlinks=True)

    def limits(*products: str) -> str:
        same = "    1,\n    2,\n    3,\n    4,\n    5,\n    6,\n"
        return "LIMITS = (\n" + "".join(f'    "{product}",\n{same}' for product in products) + ")\n"

    (own / TREE / name).write_text(limits("a", "b", "c"), encoding="utf-8")
    release(own, "v1.1.0")
    service = render(own, tmp_path / "service")
    before, meant = limits("a", "b", "c").split('"b",\n')
    edited = meant.replace("    3,\n", "    3,\n    3.5,\n", 1)
    (service / name).write_text(f'{before}"b",\n{edited}', encoding="utf-8")
    commit(service, "Allow more of b")
    (own / TREE / name).write_text(limits("new", "a", "b", "c"), encoding="utf-8")
    release(own, "v1.2.0")

    update(service)

    assert_no_conflict(service)
    before, _ = limits("new", "a", "b", "c").split('"b",\n')
    assert read(service, name) == f'{before}"b",\n{edited}'
    assert changes(service)["M"] == {ANSWERS_FILE, name}


def releases() -> list[str]:
    """Return the released versions that this checkout knows, from the first on."""
    tags = git(ROOT, "tag", "--list", "v*", "--merged", "HEAD").split()
    numbered = [tag for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    return [tag for tag in numbered if _number(tag) >= FIRST_RELEASE]


def _number(tag: str) -> tuple[int, ...]:
    return tuple(map(int, tag.removeprefix("v").split(".")))


@pytest.fixture
def with_history(tmp_path: Path) -> Path:
    """A template with this one's history and tags; this version, as on disk, is v100.0.0."""
    path = tmp_path / "template"
    git(tmp_path, "clone", "--quiet", str(ROOT), str(path))
    git(path, "rm", "-r", "--quiet", ".")
    copy_repository(path)
    git(path, "add", "--all", "--force")
    git(path, "commit", "--quiet", "--allow-empty", "--message", "As it is on disk")
    git(path, "tag", "v100.0.0")
    return path


def copy(template: Path, service: Path, version: str) -> Path:
    """Return a new service of a release, committed."""
    outcome = copier("copy", "--trust", "--defaults", "--vcs-ref", version, template, service)
    assert outcome.returncode == 0, outcome.stderr
    commit(service, "Create the service")
    return service


def test_service_of_each_release_is_updated_and_its_users_log_in(
    with_history: Path, tmp_path: Path, tools: Tools
) -> None:
    for version in releases():
        service = copy(with_history, tmp_path / version, version)
        database_url = f"sqlite:///{tmp_path}/{version}.db"
        tools.app(service, database_url, "create-admin", *CREDENTIALS)

        update(service)

        assert_no_conflict(service)
        tools.assert_checks_pass(service)
        said, difference, status = tools.do(
            service, database_url, ("app", "migrate"), ("difference",), ("log_in",)
        )
        assert (said, difference, status) == ("", "", 200)
