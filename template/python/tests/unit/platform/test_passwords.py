"""Hashing passwords, and knowing stolen ones."""

import pytest
from argon2.profiles import CHEAPEST

from app.modules.identity.infrastructure.argon2 import Argon2Passwords

passwords = Argon2Passwords(CHEAPEST)


async def test_a_password_matches_its_hash_and_no_other() -> None:
    password_hash = await passwords.hash("correct horse")

    assert password_hash.startswith("$argon2id$")
    assert await passwords.matches("correct horse", password_hash)
    assert not await passwords.matches("wrong horse", password_hash)
    assert not await passwords.matches("correct horse", "no hash")


@pytest.mark.parametrize(
    "password",
    [
        "1qaz2wsx3edc",
        "1QAZ2WSX3EDC",
        "!1q2w3e4r5t6y!",
        "password123456",
        "!!2026_Iloveyou_2026!!",
    ],
)
def test_a_stolen_password_is_known_in_any_dress(password: str) -> None:
    assert passwords.is_breached(password)


def test_others_are_not() -> None:
    assert not passwords.is_breached("correct horse battery")
