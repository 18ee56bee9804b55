"""Validation rules shared by the entities of all modules."""

from app.kernel.errors import RuleViolation


def require_not_blank(text: str | None, label: str) -> None:
    """Raise `RuleViolation` if the text is empty or only white space; None is accepted."""
    if text is not None and not text.strip():
        raise RuleViolation(f"The {label} must not be blank.")
