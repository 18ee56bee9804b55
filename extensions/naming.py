"""Cases, English plurals and articles of names."""

from __future__ import annotations

import builtins
import re
import unicodedata

SLUG_LENGTH = 50

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l"}
)
_IRREGULAR_PLURALS = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "quiz": "quizzes",
    "leaf": "leaves",
    "shelf": "shelves",
    "wolf": "wolves",
    "knife": "knives",
    "life": "lives",
    "wife": "wives",
    "half": "halves",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
}
# Names that an emitted file uses beside the class of an entity. An entity with such a name gets
# another class, so a new name here renames a class in services that have it.
# fmt: off
TAKEN_CLASSES = frozenset(dir(builtins)) | {
    # of the standard library and of the libraries used
    "APIRouter", "BaseModel", "ConfigDict", "Decimal", "Response", "Self", "UUID",
    # of the service
    "AccessPolicy", "Action", "Amount", "Caller", "Clock", "Cursor", "DETAILS", "Day", "EMAIL",
    "Email", "Environment", "ExpectedVersions", "Flag", "ID", "IdGenerator", "IfMatch", "Instant",
    "Integer", "LongText", "NotAllowed", "NotFound", "Number", "OptionalIfMatch",
    "PATH", "Page", "PageLimit", "PageOutput", "Platform", "Principal", "RESOURCE", "RecordType",
    "Repository", "RuleViolation", "ShortText", "StaleVersion", "StrictRoute", "Transaction",
}
# fmt: on
_SIBILANT = re.compile(r"(s|x|z|ch|sh)$")
_CONSONANT_Y = re.compile(r"[^aeiou]y$")
_SPOKEN_WITH_VOWEL = re.compile(
    r"(?!eu|ewe|one|once|ubi|uni(?!n|m)|us[aeu]|uti)[aeiou]|hon(est|ou?r)|hour|heir"
)


def slug(text: str) -> str:
    """Return `text` as `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, never empty nor over `SLUG_LENGTH`."""
    lowered = text.lower().translate(_LETTERS_WITHOUT_DECOMPOSITION)
    ascii_text = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode().lower()
    result = re.sub(r"[^a-z0-9]+", "-", ascii_text.replace("'", "")).strip("-")
    if not result[:1].isalpha():
        result = f"service-{result}"
    return result[:SLUG_LENGTH].strip("-")


def pascal(name: str) -> str:
    """Return a snake_case name in PascalCase: "order_item" gives "OrderItem"."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def class_name(name: str) -> str:
    """Return the class for `name`: in PascalCase, and "PageEntity" because "Page" is taken."""
    return f"{pascal(name)}Entity" if pascal(name) in TAKEN_CLASSES else pascal(name)


def plural(name: str) -> str:
    """Return a snake_case name with its last word in the plural, never the name itself."""
    head, separator, word = name.rpartition("_")
    return f"{head}{separator}{_plural_word(word)}"


def _plural_word(word: str) -> str:
    if irregular := _IRREGULAR_PLURALS.get(word):
        return irregular
    if len(word) > 3 and word.endswith(("sis", "xis")):
        return f"{word[:-2]}es"
    if _SIBILANT.search(word):
        return f"{word}es"
    if _CONSONANT_Y.search(word):
        return f"{word[:-1]}ies"
    return f"{word}s"


def words(name: str) -> str:
    """Return a snake_case name as separate words: "order_item" gives "order item"."""
    return name.replace("_", " ")


def with_article(label: str) -> str:
    """Return `label` after its indefinite article: "an order", "a user", "an hour"."""
    return f"{'an' if _SPOKEN_WITH_VOWEL.match(label) else 'a'} {label}"


def natural_key(name: str) -> list[str | int]:
    """Return a key that sorts names as import sorters do: "box2" before "box10"."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
