"""A CSV file for each sync, which a spreadsheet can open without harm."""

import csv
from pathlib import Path

import pytest

from leadhouse.syncing.csv_file import CsvFile
from leadhouse.syncing.destination import StopError, Update

UPDATES = [
    Update("l1", "l1", None, {"score": 81.5, "reason": '=cmd|"/c calc"!A1', "trend": "rising"}),
    Update(
        "-l2", "-l2", None, {"score": -1.5, "reason": 'says "yes", twice\nand more', "trend": None}
    ),
    Update("l3", "l3", None, dict.fromkeys(["score", "reason", "trend"]), is_leaving=True),
]


def test_a_request_is_a_file(tmp_path: Path) -> None:
    destination = CsvFile(tmp_path / "out")
    for _ in range(2):
        answers = destination.tell("request-1", UPDATES)
        assert [answer.status for answer in answers] == ["told"] * 3
    [file] = (tmp_path / "out").iterdir()
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.reader(opened))
    assert rows == [
        ["lead_id", "is_leaving", "reason", "score", "trend"],
        ["l1", "false", '\'=cmd|"/c calc"!A1', "81.5", "rising"],
        ["'-l2", "false", 'says "yes", twice\nand more', "-1.5", ""],
        ["l3", "true", "", "", ""],
    ]


@pytest.mark.parametrize("first", [*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20"])
def test_no_text_is_a_formula(tmp_path: Path, first: str) -> None:
    """Neither a value, nor a lead's id, nor the name of a property."""
    text = f"{first}1+1"
    CsvFile(tmp_path).tell("r", [Update(text, text, None, {text: text})])
    with (tmp_path / "leads-r.csv").open(newline="", encoding="utf-8") as opened:
        header, row = csv.reader(opened)
    assert [header[-1], row[0], row[-1]] == [f"'{text}"] * 3


def test_a_file_that_cannot_be_written_stops_the_sync(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StopError, match=r"the file cannot be written: .*taken"):
        CsvFile(tmp_path / "taken").tell("r", UPDATES)
    with pytest.raises(StopError, match=r"the file cannot be written: .*taken"):
        CsvFile(tmp_path / "taken").setup({})
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]
