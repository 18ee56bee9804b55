"""Password policy: length, and no password that attackers try first."""

from app.kernel.errors import RuleViolation

MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 128


def check_password(password: str, email: str, *, breached: bool) -> None:
    """Raise `RuleViolation` if a password is too easy to guess, or too long to hash."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise RuleViolation(
            f"A password has from {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters."
        )
    if breached:
        raise RuleViolation("This password is in lists of breached passwords; choose another.")
    if password.casefold() == email.strip().casefold():
        raise RuleViolation("The password must differ from the email; choose another.")
