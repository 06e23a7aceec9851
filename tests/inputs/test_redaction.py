"""What rejected rows show of a person: nothing, with or without a key."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from leadhouse.inputs.contract import TABLES, Kind
from leadhouse.inputs.plan import plan_folder
from leadhouse.inputs.redaction import HashKeyError, Redaction
from leadhouse.texts import without_addresses
from tests.inputs.worlds import write_csv, write_world

KEY = "a key of thirty-two signs or more"


def shown(table: str, key: str = "", **row: object) -> dict:
    return json.loads(Redaction(key).row(table, json.dumps(row)))


def test_texts_are_keyed_hashes_that_those_with_the_key_can_ask_for() -> None:
    row = {"lead_id": "l1", "E-Mail": "x", " Email ": " Ada@Example.com ", "Phone": "+49 171 555"}
    assert shown("leads", KEY, **row) == {
        name: value
        if name == "lead_id"
        else hmac.new(KEY.encode(), value.strip().lower().encode(), hashlib.sha256).hexdigest()
        for name, value in row.items()
    }
    assert shown("leads", **row) == {
        name: value if name == "lead_id" else "[hidden]" for name, value in row.items()
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_address_is_shown_in_no_column(table) -> None:
    row = {column.name: "see mail=ada@example.com!" for column in table.columns}
    assert shown(table.name, **row, memo="ada@example.com").keys() == {*row, "memo"}
    for key in ("", KEY):
        texts = json.dumps(shown(table.name, key, **row, memo="ada@example.com"))
        assert "ada" not in texts
        assert "example" not in texts


def test_an_address_in_an_id_has_the_hash_of_the_address() -> None:
    address = shown("leads", KEY, email="ada@example.com")["email"]
    for written in ("ada@example.com", "ada%40example.com"):
        assert shown("events", KEY, lead_id=f"mail:{written}")["lead_id"] == f"mail:{address}"


def test_what_is_wrong_with_a_time_or_number_can_still_be_seen() -> None:
    row = {
        "event_id": "e1",
        "occurred_at": "31/12/2025 8h",
        "received_at": "2025-12-31T08:00:00Z",
        "duration_seconds": "Ada Lovelace, +44 20",
        "value": "1e3",
        "url": None,
        "properties": {"name": "Ada"},
    }
    assert shown("events", **row) == row | {
        "occurred_at": "99/99/9999 9a",
        "duration_seconds": "aaa aaaaaaaa, +99 99",
        "properties": "[hidden]",
    }


def test_a_number_where_a_time_should_be_is_no_time() -> None:
    assert shown("events", occurred_at="+4917155501") == {"occurred_at": "+9999999999"}
    assert shown("touches", is_holdout="017155501") == {"is_holdout": "999999999"}


def test_a_telephone_number_is_no_number_and_a_name_is_no_word_of_a_list() -> None:
    assert shown("events", value="+4917155501", duration_seconds="004917155501") == {
        "value": "+9999999999",
        "duration_seconds": "999999999999",
    }
    assert shown("outcomes", outcome="Ada Lovelace", currency="+4917155501") == {
        "outcome": "[hidden]",
        "currency": "[hidden]",
    }
    assert shown("outcomes", outcome="wonn") == {"outcome": "wonn"}


def test_an_address_is_in_no_name_of_a_column() -> None:
    first, second = shown("leads", KEY, **{"ada@example.com": "x", "eve@example.com": "y"})
    assert first == hmac.new(KEY.encode(), b"ada@example.com", hashlib.sha256).hexdigest()
    assert first != second
    assert shown("leads", **{"to ada@example.com": None}) == {"to [hidden]": None}


def test_only_ids_and_words_of_lists_are_plain() -> None:
    plain = {column.name for table in TABLES for column in table.columns if column.is_plain}
    assert plain.isdisjoint({"email", "first_name", "last_name", "text", "anonymous_id", "url"})
    assert all(
        column.kind is Kind.TEXT for table in TABLES for column in table.columns if column.is_plain
    )


def test_a_short_key_is_refused() -> None:
    with pytest.raises(HashKeyError, match="LEADHOUSE_HASH_KEY is too short"):
        Redaction("secret")


def test_a_file_without_a_header_line_is_not_quoted(tmp_path: Path) -> None:
    world = write_world(tmp_path)
    write_csv(world / "leads.csv", [{"ada@example.com": "l1", "Lovelace": "x"}])
    errors = " ".join(plan_folder(world).errors)
    assert "None of its 2 columns is of the contract: is its first line a header?" in errors
    assert "ada" not in errors
    assert "Lovelace" not in errors
    write_csv(world / "leads.csv", [{"lead_id": "l1", "ada@example.com": "x"}])
    assert "Columns found: lead_id, [address]." in " ".join(plan_folder(world).errors)


def test_a_word_of_millions_of_letters_is_looked_through_once() -> None:
    """A pattern of an address begins anew at each letter: a build did not come to its end."""
    word = "x" * 2_000_000
    assert without_addresses(f"{word} {word}@y.example") == f"{word} [address]"
