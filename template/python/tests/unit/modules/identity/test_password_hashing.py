"""Password hashing, and recognition of breached hasher."""

import pytest
from argon2.profiles import CHEAPEST

from app.modules.identity.infrastructure.argon2 import Argon2PasswordHasher

hasher = Argon2PasswordHasher(CHEAPEST)


async def test_password_matches_its_own_hash_only() -> None:
    password_hash = await hasher.hash("correct horse")

    assert password_hash.startswith("$argon2id$")
    assert await hasher.verify("correct horse", password_hash)
    assert not await hasher.verify("wrong horse", password_hash)
    assert not await hasher.verify("correct horse", "no hash")
    assert not await hasher.verify("correct horse", None)


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
def test_breached_password_is_recognized_with_additions(password: str) -> None:
    assert hasher.is_breached(password)


def test_other_password_is_not_breached() -> None:
    assert not hasher.is_breached("correct horse battery")
