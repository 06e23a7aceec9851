"""What hostile folders once did, each kept as a case."""

import os
from datetime import datetime
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadhouse import unchanged
from leadhouse.inputs.plan import plan_folder
from tests.conftest import PROJECT
from tests.hostile.trial import Outcome, Trial, Verdict
from tests.hostile.worlds import (
    FORMS,
    OPTIONAL,
    REQUIRED,
    good_columns,
    typed,
    write_good,
    write_table,
)
from tests.inputs.worlds import Staging, read


@pytest.fixture(scope="session")
def trial(staging: Staging) -> Trial:
    return Trial(staging)


def refused(trial: Trial, folder: Path) -> str:
    verdict = trial(folder)
    assert verdict.outcome is Outcome.REFUSED, verdict
    return verdict.text


@pytest.mark.parametrize("name", ["part[1]", "part?", "part*"])
def test_a_name_that_is_a_pattern(trial: Trial, tmp_path: Path, name: str) -> None:
    """DuckDB read part1 in its place, or beside it."""
    write_good(tmp_path, {"accounts": "csv"})
    (tmp_path / "accounts.csv").unlink()
    (tmp_path / "accounts").mkdir()
    for stem in ("part1", name):
        file = write_table(tmp_path / "accounts", "accounts", "csv", good_columns("accounts"))
        file.rename(tmp_path / "accounts" / f"{stem}.csv")
    sentence = f"accounts/{name}.csv has *, ? or [ in its path: rename it."
    assert refused(trial, tmp_path) == sentence


def test_a_name_that_is_not_utf8(trial: Trial, tmp_path: Path) -> None:
    """Its view could not be written down; nor could the hash of what a build is made from."""
    folder = write_good(tmp_path / "raw", {})
    (folder / "events").mkdir()
    (folder / "events.csv").rename(folder / "events" / os.fsdecode(b"\xff.csv"))
    assert refused(trial, folder) == ("events/\\udcff.csv has a name that is not UTF-8: rename it.")
    assert unchanged.ingredients(PROJECT, ["--vars", f"{{raw_dir: '{folder}'}}"])


def test_a_pipe_in_place_of_a_file(trial: Trial, tmp_path: Path) -> None:
    write_good(tmp_path, {}).joinpath("events.csv").unlink()
    os.mkfifo(tmp_path / "events.csv")
    assert refused(trial, tmp_path).startswith("events.csv is no file but a pipe or a device")


@pytest.mark.parametrize("target", ["gone.csv", "events.csv"])
def test_a_link_to_nothing(trial: Trial, tmp_path: Path, target: str) -> None:
    """To a file that is not there, and to itself."""
    write_good(tmp_path, {}).joinpath("events.csv").unlink()
    (tmp_path / "events.csv").symlink_to(target)
    assert refused(trial, tmp_path) == "events.csv is a link to a file that is not there."


def test_a_folder_within_a_tables_folder_is_told(tmp_path: Path) -> None:
    """Its files were passed over without a word."""
    write_good(tmp_path, {})
    (tmp_path / "events" / "2025").mkdir(parents=True)
    (tmp_path / "events.csv").rename(tmp_path / "events" / "a.csv")
    assert plan_folder(tmp_path).warnings == ["events: not read, as they are not files: 2025/."]


def test_pages_that_are_spoilt_under_a_good_footer(trial: Trial, tmp_path: Path) -> None:
    """The models failed one by one, in the words of a decompressor."""
    file = write_good(tmp_path, {"leads": "parquet"}) / "leads.parquet"
    spoilt = bytearray(file.read_bytes())
    spoilt[40:80] = bytes(40)
    file.write_bytes(spoilt)
    sentence = "leads.parquet cannot be read as Parquet; is it whole? Export it again."
    assert refused(trial, tmp_path).startswith(sentence)


def test_a_page_that_is_not_what_its_checksum_says(trial: Trial, tmp_path: Path) -> None:
    """DuckDB reads what is there. Without a checksum nobody can tell: it is a text like others."""
    write_good(tmp_path, {}).joinpath("leads.csv").unlink()
    rows = pa.table(dict(typed("leads", good_columns("leads"))))
    for has_checksums in (False, True):
        file = tmp_path / "leads.parquet"
        pq.write_table(
            rows,
            file,
            compression="none",
            use_dictionary=False,
            write_page_checksum=has_checksums,
        )
        file.write_bytes(file.read_bytes().replace(b"Zo\xc3\xab", b"Zo\xc3\xaa", 1))
        if has_checksums:
            assert refused(trial, tmp_path).startswith(
                "leads.parquet cannot be read as Parquet; is it whole? Export it again. (could not"
                " verify page integrity, CRC checksum"
            )
        else:
            assert trial(tmp_path) == Verdict(Outcome.COUNTED)


def test_a_page_that_says_it_has_more_values_than_rows(trial: Trial, tmp_path: Path) -> None:
    """Arrow refuses it; DuckDB reads what was written."""
    good, spoilt = (
        write_good(tmp_path / name, {"identities": "parquet"}) / "identities.parquet"
        for name in ("good", "spoilt")
    )
    page_header = b"\x15\x0c\x15\x10\x15\x06"  # 6 values, dictionary, levels run-length
    content = good.read_bytes()
    spoilt.write_bytes(content.replace(page_header, b"\x15\x0e" + page_header[2:]))
    with pytest.raises(OSError, match="do not match num_values"):
        pq.read_table(spoilt)
    assert trial(spoilt.parent) == Verdict(Outcome.COUNTED)
    of_good, of_spoilt = (
        read(file.parent, "identities", "lead_id, anonymous_id, identified_at")
        for file in (good, spoilt)
    )
    assert of_good == of_spoilt


def test_a_whole_file_that_arrow_refuses(trial: Trial, tmp_path: Path) -> None:
    """So its refusal alone is no reason. DuckDB packs the differences, here of 33 bits."""
    write_good(tmp_path, {}).joinpath("leads.csv").unlink()
    rows = pa.table(
        dict(typed("leads", good_columns("leads")))
        | {"x_hash": pa.array([2**31 - 1, -(2**31)] * 3, pa.int32())}
    )
    file = tmp_path / "leads.parquet"
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        connection.execute(f"copy rows to '{file}' (parquet_version v2)")
    with pytest.raises(OSError, match="Unexpected end of stream"):
        pq.read_table(file)
    assert trial(tmp_path) == Verdict(Outcome.COUNTED)


def test_a_header_with_a_broken_quote(trial: Trial, tmp_path: Path) -> None:
    """All rows were taken for a part of the header, and the table for one without rows."""
    file = write_good(tmp_path, {"touches": "csv"}) / "touches.csv"
    file.write_text(file.read_text().replace("channel,", '"channel"x,', 1))
    assert refused(trial, tmp_path).startswith("touches.csv cannot be read from its first line on.")


@pytest.mark.parametrize("name", ["Budget\n(EUR)", "Budget\r\n(EUR)"])
def test_a_line_end_in_a_header(trial: Trial, tmp_path: Path, name: str) -> None:
    """As Excel writes it: the rows end otherwise, and all of them were lost without a word."""
    columns = [*good_columns("touches"), (name, list("abcdef"))]
    write_table(write_good(tmp_path, {}), "touches", "csv", columns)
    assert refused(trial, tmp_path) == (
        "touches.csv has a line end in the name of a column: rename the column."
    )


def test_dates_that_no_timestamp_reaches(trial: Trial, tmp_path: Path) -> None:
    """The cast raised; now the value is one that cannot be read."""
    columns = dict(typed("accounts", good_columns("accounts")))
    days = [20_000, 2**31 - 1, -(2**31), None, 0, 1]
    columns["last_funding_at"] = pa.array(days, pa.int32()).cast(pa.date32())
    write_table(write_good(tmp_path, {}), "accounts", "parquet", list(columns.items()))
    assert trial(tmp_path) == Verdict(Outcome.COUNTED)
    assert [
        (moment, len(failures))
        for moment, failures in read(tmp_path, "accounts", "last_funding_at, unparsable_values")
    ] == [
        (datetime(2024, 10, 4), 0),
        (None, 1),
        (None, 1),
        (None, 0),
        (datetime(1970, 1, 1), 0),
        (datetime(1970, 1, 2), 0),
    ]


def test_a_sentence_does_what_no_name_in_it_says(trial: Trial, tmp_path: Path) -> None:
    """It cleared the screen, turned the writing round, and went on for pages."""
    columns = good_columns("leads")
    columns[0] = ("\x1b[2J\u202e" + "x" * 50_000, columns[0][1])
    write_table(write_good(tmp_path, {}), "leads", "csv", columns)
    text = refused(trial, tmp_path)
    assert "\\x1b[2J\\u202e" in text
    assert len(text) < 2_100


@pytest.mark.slow
def test_rows_that_span_the_parts_in_which_a_large_file_is_read(tmp_path: Path) -> None:
    """Values of many lines, each of which would make a row, in a file that threads share."""
    draw = Random(1)  # noqa: S311
    lines = "fake{0},2025-01-01,x\n"
    notes = [
        (f"l{row}", "2025-01-01", f'{row}"\n' + lines.format(row) * draw.choice((0, 1, 40, 4000)))
        for row in range(2500)
    ]
    names = ("lead_id", "noted_at", "text")
    columns = list(zip(names, zip(*notes, strict=True), strict=True))
    file = write_table(write_good(tmp_path, {}), "notes", "csv", columns)
    assert file.stat().st_size > 32_000_000
    texts = {lead_id: text.strip() for lead_id, _, text in notes}
    assert dict(read(tmp_path, "notes", "lead_id, text")) == texts


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_column_whose_name_ends_sql(trial: Trial, tmp_path: Path, form: str) -> None:
    """At the NUL byte the parser took the query for finished."""
    columns = [*good_columns("leads"), ("x_a\0b", list("abcdef"))]
    write_good(tmp_path, {}).joinpath("leads.csv").unlink()
    write_table(tmp_path, "leads", form, columns)
    assert refused(trial, tmp_path).startswith(f"leads.{form} has NUL bytes in the name of a")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_column_that_is_called_as_one_of_ours(trial: Trial, tmp_path: Path, form: str) -> None:
    """DuckDB's own error reached the user."""
    columns = [*good_columns("leads"), ("Leadhouse: path of the file", list("abcdef"))]
    write_good(tmp_path, {}).joinpath("leads.csv").unlink()
    write_table(tmp_path, "leads", form, columns)
    assert refused(trial, tmp_path) == (
        f"leads.{form} has a column 'leadhouse: path of the file', as the build calls one of its "
        "own: rename the column."
    )


def test_a_parquet_column_whose_name_is_not_utf8(trial: Trial, tmp_path: Path) -> None:
    """A UnicodeDecodeError reached the user."""
    file = write_good(tmp_path, {"leads": "parquet"}) / "leads.parquet"
    file.write_bytes(file.read_bytes().replace(b"lead_id", b"lead\xffid"))
    sentence = "leads.parquet cannot be read as Parquet; is it whole? Export it again. ("
    assert refused(trial, tmp_path).startswith(sentence)


def test_numbers_that_no_sum_survives(tmp_path: Path) -> None:
    """Sums of them were infinite, and no float: the features could not be made."""
    columns = dict(good_columns("events"))
    columns["value"] = ["1e308", "-1e18", "1.1e18", "9" * 300, "1e-320", ""]
    write_table(write_good(tmp_path, {}), "events", "csv", list(columns.items()))
    assert read(tmp_path, "events", "value, len(unparsable_values)") == [
        *[(None, 1), (-1e18, 0), (None, 1), (None, 1), (1e-320, 0), (None, 0)],
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_folder_with_nothing_wrong_in_it(
    trial: Trial, tmp_path: Path, form: str, delimiter: str
) -> None:
    """To refuse all would be no fault to the other cases."""
    write_good(tmp_path, dict.fromkeys((*REQUIRED, *OPTIONAL), form), delimiter)
    assert trial(tmp_path) == Verdict(Outcome.COUNTED)
