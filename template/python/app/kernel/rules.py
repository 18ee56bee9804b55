"""Rules that entities of any module may have."""

from app.kernel.errors import RuleViolation


def require_not_blank(text: str | None, label: str) -> None:
    """Raise `RuleViolation` if there is a text and nothing to read in it."""
    if text is not None and not text.strip():
        raise RuleViolation(f"The {label} must not be blank.")
