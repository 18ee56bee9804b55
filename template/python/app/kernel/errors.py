"""Failures that a caller can cause or meet, in the language of the application.

Each class says what happened and nothing of HTTP; `app.platform.http.problems` gives it a status.
"""


class ApplicationError(Exception):
    """A failure whose message may be shown to the caller."""


class RuleViolation(ApplicationError):
    """A rule of the domain refuses the values given."""


class NotAuthenticated(ApplicationError):
    """The caller has not proved who they are."""


class NotAllowed(ApplicationError):
    """The caller is known and lacks the right."""


class NotFound(ApplicationError):
    """There is no such thing, or no longer."""


class Conflict(ApplicationError):
    """The change contradicts what is already there."""


class StaleVersion(ApplicationError):
    """Somebody else changed the thing since the caller read it."""


class Unavailable(ApplicationError):
    """A part that the service needs does not answer just now."""


class TooManyAttempts(ApplicationError):
    """The caller has to wait, `seconds` from now."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
