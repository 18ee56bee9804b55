"""The files of the template tree, and the files of a service that each becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..support import ROOT, git

TEMPLATE = ROOT / "template/python"
ANSWERS_FILE = Path("{{ _copier_conf.answers_file }}.jinja")
LOOP = re.compile(r"\{% yield (\w+) from [\w.]+ %\}\{\{ \1\.\w+ \}\}\{% endyield %\}")


def _listed(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that git does not ignore, those behind links included."""
    listed = git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in map(Path, filter(None, listed.split("\0"))):
        if (folder / name).is_dir():
            yield from (name / path for path in _listed((folder / name).resolve()))
        elif (folder / name).is_file():
            yield name


SOURCES = sorted(_listed(TEMPLATE))
TEMPLATES = [path for path in SOURCES if path.suffix == ".jinja"]
BODIES = {path: (TEMPLATE / path).read_text(encoding="utf-8") for path in TEMPLATES}


def emitted_as(path: Path) -> re.Pattern[str]:
    """Return a pattern of the paths of the files that a source becomes."""
    literal = LOOP.sub("\0", path.as_posix().removesuffix(".jinja"))
    if path == ANSWERS_FILE:
        literal = ".copier-answers.yml"
    return re.compile(re.escape(literal).replace("\0", "[a-z0-9_]+"))
