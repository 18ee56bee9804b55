"""Optimistic locking: a change names the version that its caller has seen."""

from dataclasses import dataclass

from app.kernel.errors import StaleVersion


@dataclass(frozen=True, slots=True)
class ExpectedVersions:
    """Versions that a caller has seen; None accepts the current one."""

    numbers: frozenset[int] | None = None

    def check(self, current: int) -> None:
        """Return if `current` is among them, else raise `StaleVersion`."""
        if self.numbers is not None and current not in self.numbers:
            raise StaleVersion("It was changed since you read it; read it again.")
