"""No lost updates: who changes a thing says which version of it they have seen."""

from dataclasses import dataclass

from app.kernel.errors import StaleVersion


@dataclass(frozen=True, slots=True)
class ExpectedVersions:
    """The versions that a caller has seen; None stands for whichever is current."""

    numbers: frozenset[int] | None = None

    def check(self, current: int) -> None:
        """Return if `current` is among them, else raise `StaleVersion`."""
        if self.numbers is not None and current not in self.numbers:
            raise StaleVersion("It was changed since you read it; read it again.")
