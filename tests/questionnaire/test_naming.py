"""Names in all their cases."""

from __future__ import annotations

import re

import pytest

from extensions.naming import class_name, pascal, plural, slug, snake, with_article, words


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
def test_the_last_word_takes_the_plural(name: str, expected: str) -> None:
    assert plural(name) == expected


@pytest.mark.parametrize("name", ["s", "x", "y", "sis", "people", "sheep", "news", "data", "a1"])
def test_a_plural_is_never_the_name_itself(name: str) -> None:
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
def test_a_slug_is_always_a_slug(text: str, expected: str) -> None:
    assert slug(text) == expected
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug(text))


def test_the_cases_of_a_name() -> None:
    assert pascal("order_item") == "OrderItem"
    assert pascal("b_2b") == "B2b"
    assert words("order_item") == "order item"
    assert snake("OrderItem") == snake("Order item") == "order_item"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order_item", "OrderItem"),
        ("transaction", "TransactionEntity"),
        ("value_error", "ValueErrorEntity"),
        ("expected_versions", "ExpectedVersionsEntity"),
    ],
)
def test_a_class_has_no_name_that_is_taken(name: str, expected: str) -> None:
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
def test_the_article_follows_the_sound(phrase: str) -> None:
    assert with_article(phrase.split(" ", 1)[1]) == phrase
