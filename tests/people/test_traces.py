"""An e-mail address is found wherever it stands, and is not taken for a part of another's."""

import json
from string import ascii_letters, digits
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhouse.forgetting.person import Person
from leadhouse.forgetting.traces import rows_of

ADDRESS = "ann.o'léa@mail.example"
IS_HERS = rows_of({"text": "VARCHAR"}, Person(("L-1",), (ADDRESS,), (), None))
# What an address may begin and end with: one more of it is another address.
LOCAL = st.sampled_from(ascii_letters + digits)
BETWEEN = st.text(st.sampled_from(" ,;:<>()[]{}\"'!?&=/\n\t\\"), min_size=1)
TEXTS = st.text(max_size=10)


def are_hers(*texts: str) -> set[bool]:
    found = duckdb.execute(f"select {IS_HERS} from unnest(?) as texts (text)", [texts]).fetchall()
    return {answer for (answer,) in found}


@settings(deadline=None)
@given(TEXTS, BETWEEN, BETWEEN, TEXTS, st.booleans())
def test_it_is_found_in_texts_urls_and_json(before, left, right, after, is_upper) -> None:
    address = ADDRESS.upper() if is_upper else ADDRESS
    text = f"{before}{left}{address}{right}{after}"
    in_json = [json.dumps({"note": text}, ensure_ascii=ascii) for ascii in (False, True)]
    in_url = f"https://x.example/?q={quote(text, safe='')}&r=1"
    assert are_hers(address, text, *in_json, in_url) == {True}


@settings(deadline=None)
@given(TEXTS, LOCAL, st.sampled_from(["", ".", "-", "_", "+"]), LOCAL)
def test_a_longer_address_is_another_persons(before, first, sign, last) -> None:
    for other in (f"{first}{sign}{ADDRESS}", f"{ADDRESS}{last}", f"{ADDRESS}.{last}"):
        in_json = json.dumps({"note": f"{before} {other} {before}"}, ensure_ascii=False)
        assert are_hers(other, in_json, f"https://x.example/?q={quote(other)}") == {False}


@pytest.mark.parametrize("text", [f"-{ADDRESS}", f"+{ADDRESS}.", f"to {ADDRESS}..", f"_{ADDRESS}-"])
def test_signs_alone_make_no_other_address(text: str) -> None:
    assert are_hers(text) == {True}
