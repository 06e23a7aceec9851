"""CSV as people write it: read as it was meant, or refused with the line."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.inputs.contract import TABLES
from leadhouse.inputs.plan import plan_folder
from tests.inputs.worlds import GOOD_ROWS, read, write_csv, write_world

TABLE_NAMES = [table.name for table in TABLES]
HOSTILE_IDS = [
    "o'brien",
    'say "hi"',
    "'; drop table leads; --",
    "two\nlines",
    "two\r\nlines",
    "a,b;c|d\te",
    "{{ ref('x') }} {% raw %}",
    "%s %d $1 ?",
    "č ß 日本語 🦆 \u202eevil",
    "\\",
    "NULL",
    "nan",
    "-",
    "00123",
    "1e5",
    "=1+1",
    "x" * 100_000,
]


def leads(folder: Path, text: str | bytes) -> Path:
    """A world whose leads.csv has these contents."""
    content = text.encode() if isinstance(text, str) else text
    write_world(folder).joinpath("leads.csv").write_bytes(content)
    return folder


def only_error(folder: Path) -> str:
    (error,) = plan_folder(folder).errors
    return error


@pytest.mark.parametrize("table", TABLE_NAMES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, table: str, delimiter: str) -> None:
    write_world(tmp_path)
    write_csv(tmp_path / f"{table}.csv", [GOOD_ROWS[table]], delimiter)
    first = next(iter(GOOD_ROWS[table]))
    assert read(tmp_path, table, first) == [(GOOD_ROWS[table][first],)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_header_in_quotes(tmp_path: Path, delimiter: str) -> None:
    """As exports write it that put all in quotes; a name may hold a delimiter."""
    names = ["lead_id", "created_at", 'x_"a",b;c', "memo, too"]
    header, row = (
        delimiter.join('"' + text.replace('"', '""') + '"' for text in texts)
        for texts in (names, ["l1", "2025-01-01", "7", "x"])
    )
    columns = "lead_id, map_values(x_attributes)"
    assert read(leads(tmp_path, f"{header}\n{row}\n"), "leads", columns) == [("l1", ["7"])]


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_byte_order_mark(tmp_path: Path, table: str) -> None:
    write_world(tmp_path)
    write_csv(tmp_path / f"{table}.csv", [GOOD_ROWS[table]], encoding="utf-8-sig")
    first = next(iter(GOOD_ROWS[table]))
    assert read(tmp_path, table, first) == [(GOOD_ROWS[table][first],)]


@pytest.mark.parametrize("table", TABLE_NAMES)
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le"])
def test_other_encodings_are_refused_and_never_garbled(
    tmp_path: Path, table: str, encoding: str
) -> None:
    write_world(tmp_path)
    good = GOOD_ROWS[table]
    first = next(iter(good))
    write_csv(tmp_path / f"{table}.csv", [good, good | {first: "Zoë"}], encoding=encoding)
    line = 1 if encoding == "utf-16" else 3
    error = only_error(tmp_path)
    if encoding == "utf-16-le":
        assert error.startswith(f"{table}.csv ")
    else:
        assert error.startswith(f"{table}.csv is not UTF-8 (line {line}). Save it so:")


def test_the_line_of_a_byte_that_is_not_utf8_in_any_column(tmp_path: Path) -> None:
    rows = [f"{number},2025-01-01,x" for number in range(9_000)]
    rows[7_000] = "a,2025-01-01,café"
    text = "\n".join(["lead_id,created_at,company_name", *rows]).encode("latin-1")
    assert "is not UTF-8 (line 7002)" in only_error(leads(tmp_path, text))


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_broken_quote(tmp_path: Path, table: str) -> None:
    write_world(tmp_path)
    file = write_csv(tmp_path / f"{table}.csv", [GOOD_ROWS[table]])
    with file.open("a") as stream:
        stream.write('"never closed' + "," * (len(GOOD_ROWS[table]) - 1) + "\n")
        stream.writelines(["and more\n"] * 3)
    error = only_error(tmp_path)
    assert error.startswith(f"{table}.csv is not well-formed CSV (line 3: ")


@pytest.mark.parametrize(
    "row",
    ['"b"x,2025-01-01', '"he said \\"hi\\"",2025-01-01', "b", "b,2025-01-01,c", '"b,2025-01-01'],
)
def test_malformed_rows_are_refused_with_their_line(tmp_path: Path, row: str) -> None:
    text = f"lead_id,created_at\na,2025-01-01\n{row}\nc,2025-01-01\n"
    error = only_error(leads(tmp_path, text))
    assert error.startswith("leads.csv is not well-formed CSV (line 3: ")
    assert "\n" not in error


def test_many_malformed_rows_make_a_short_sentence(tmp_path: Path) -> None:
    text = "lead_id,created_at\n" + "b\n" * 50
    assert " and 47 more)" in only_error(leads(tmp_path, text))


def test_mixed_line_ends_are_refused(tmp_path: Path) -> None:
    text = b'lead_id,created_at\r\na,2025-01-01\nb,"x\ny"\r\n'
    assert only_error(leads(tmp_path, text)).startswith("leads.csv cannot be read as CSV: ")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("has_last", [True, False])
def test_line_ends(tmp_path: Path, line_end: str, has_last: bool) -> None:
    lines = ["lead_id,created_at", "a,2025-01-01", "b,2025-01-01"]
    text = line_end.join(lines) + (line_end if has_last else "")
    assert read(leads(tmp_path, text), "leads", "lead_id") == [("a",), ("b",)]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    text = "lead_id,created_at\n\na,2025-01-01\n\n\nb,2025-01-01\n\n"
    assert read(leads(tmp_path, text), "leads", "lead_id") == [("a",), ("b",)]


@pytest.mark.parametrize("column", ["lead_id", "company_name", "x_name"])
@pytest.mark.parametrize("text", HOSTILE_IDS, ids=range(len(HOSTILE_IDS)))
def test_text_survives_unharmed(tmp_path: Path, column: str, text: str) -> None:
    write_world(tmp_path, leads=[GOOD_ROWS["leads"] | {column: text}])
    sql = "x_attributes['x_name']" if column == "x_name" else column
    assert read(tmp_path, "leads", sql) == [(text,)]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
        min_size=1,
        max_size=20,
        unique=True,
    )
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_id_survives(tmp_path: Path, ids: list[str]) -> None:
    write_world(tmp_path, leads=[GOOD_ROWS["leads"] | {"lead_id": text} for text in ids])
    trimmed = [text.strip(" \t\r\n") or None for text in ids]
    assert [text for (text,) in read(tmp_path, "leads", "lead_id")] == trimmed


def test_text_is_trimmed_and_blank_text_is_nothing(tmp_path: Path) -> None:
    text = 'lead_id,created_at,email,country,x_a\n a ,2025-01-01,"  ",,\t\n'
    columns = "lead_id, email, country, x_attributes, unparsable_values"
    assert read(leads(tmp_path, text), "leads", columns) == [("a", None, None, {}, [])]
