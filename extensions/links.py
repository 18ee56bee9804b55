"""Restores the links of the template tree where git made none (`core.symlinks=false`).

That is the case on most Windows machines. Git then writes a text file that names the link's target,
and Copier would emit that file in place of the folder.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from copier.errors import UserMessageError

# The prefix of the temporary folders into which Copier clones a template.
CLONE_PREFIX = "copier._vcs.clone."


def restore_links(template: Path) -> None:
    """Put a copy of each shared folder where git has written a text file in place of its link.

    Args:
        template: the root of the template as Copier reads it.

    Raises:
        UserMessageError: the folder is no clone that Copier made, but a copy that a user made.
    """
    for text_file in sorted(template.glob("template/*/*")):
        target = _link_target(text_file)
        if target is None:
            continue
        if not template.name.startswith(CLONE_PREFIX):
            raise UserMessageError(
                f"The template folder {template} has a text file in place of the link "
                f"{text_file.relative_to(template).as_posix()}; generate from a git repository "
                "of the template, not from a plain copy of its files."
            )
        text_file.unlink()
        shutil.copytree(target, text_file)


def _link_target(path: Path) -> Path | None:
    """Return the shared folder that a link written as a text file names, or None."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > 200:
        return None
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    target = path.parent / text
    return target if text == f"../shared/{path.name}" and target.is_dir() else None
