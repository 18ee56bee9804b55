"""Cases, plurals and articles of names."""

from __future__ import annotations

import re

import pytest

from extensions.naming import class_name, natural_key, pascal, plural, slug, with_article, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("product", "products"),
        ("category", "categories"),
        ("day", "days"),
        ("address", "addresses"),
        ("status", "statuses"),
        ("box", "boxes"),
        ("branch", "branches"),
        ("dish", "dishes"),
        ("buzz", "buzzes"),
        ("quiz", "quizzes"),
        ("analysis", "analyses"),
        ("axis", "axes"),
        ("person", "people"),
        ("child", "children"),
        ("woman", "women"),
        ("shelf", "shelves"),
        ("roof", "roofs"),
        ("hero", "heroes"),
        ("photo", "photos"),
        ("series", "serieses"),
        ("order_item", "order_items"),
        ("sales_person", "sales_people"),
        ("b_2", "b_2s"),
    ],
)
def test_plural_changes_the_last_word(name: str, expected: str) -> None:
    assert plural(name) == expected


@pytest.mark.parametrize("name", ["s", "x", "y", "sis", "people", "sheep", "news", "data", "a1"])
def test_plural_differs_from_the_name(name: str) -> None:
    assert plural(name) != name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My Service", "my-service"),
        ("Café  Überraschung & Straße", "cafe-uberraschung-strasse"),
        ("Łódź's Ærø", "lodzs-aero"),
        ("3D Printing", "service-3d-printing"),
        ("订单", "service"),
        ("---", "service"),
        ("x" * 80, "x" * 50),
        ("x" * 49 + " y", "x" * 49),
        ("1" * 80, "service-" + "1" * 42),
    ],
)
def test_any_text_gives_a_valid_slug(text: str, expected: str) -> None:
    assert slug(text) == expected
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug(text))


def test_snake_case_name_in_pascal_case_and_words() -> None:
    assert pascal("order_item") == "OrderItem"
    assert pascal("b_2b") == "B2b"
    assert words("order_item") == "order item"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order_item", "OrderItem"),
        ("transaction", "TransactionEntity"),
        ("value_error", "ValueErrorEntity"),
        ("expected_versions", "ExpectedVersionsEntity"),
    ],
)
def test_entity_with_a_taken_name_gets_another_class(name: str, expected: str) -> None:
    assert class_name(name) == expected


@pytest.mark.parametrize(
    "phrase",
    [
        "an order item",
        "a product",
        "an hour",
        "an honour",
        "a house",
        "a unit",
        "a user group",
        "a university",
        "an uninstaller",
        "an usher",
        "a euro",
        "a one",
        "an onion",
        "a utility",
    ],
)
def test_article_follows_the_sound(phrase: str) -> None:
    assert with_article(phrase.split(" ", 1)[1]) == phrase


def test_numbers_in_names_are_sorted_by_value() -> None:
    names = ["box10", "box_a", "box2", "boxa", "box", "a10b", "a9b"]
    assert sorted(names, key=natural_key) == [
        "a9b",
        "a10b",
        "box",
        "box2",
        "box10",
        "box_a",
        "boxa",
    ]
