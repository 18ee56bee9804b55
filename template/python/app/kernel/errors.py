"""Errors of the application.

They are independent of HTTP; `app.platform.http.problems` maps each class to a status code.
"""


class ApplicationError(Exception):
    """Error whose message may be shown to the caller."""


class RuleViolation(ApplicationError):
    """The values violate a rule of the domain."""


class NotAuthenticated(ApplicationError):
    """The caller is not authenticated."""


class NotAllowed(ApplicationError):
    """The caller is authenticated but lacks the permission."""


class NotFound(ApplicationError):
    """The entity does not exist."""


class Conflict(ApplicationError):
    """The change conflicts with existing data, such as a unique value."""


class StaleVersion(ApplicationError):
    """The entity was changed since the caller read it."""


class Unavailable(ApplicationError):
    """A dependency, such as the database, does not respond."""


class TooManyAttempts(ApplicationError):
    """The caller must wait `seconds` before the next attempt."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
