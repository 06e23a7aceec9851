"""What the commands say of models."""

from typer.testing import CliRunner

from leadhouse.cli import app
from tests.registry.conftest import ROWS, version


def said(warehouse, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["models", *arguments, "--database", str(warehouse)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_list_shows_each_model_that_may_score_or_was_refused_with_its_figures(warehouse):
    lines = said(warehouse, "list").splitlines()
    rows = {name: next((line for line in lines if version(name) in line), None) for name in ROWS}
    assert rows["tried"] is None
    assert all(rows[name] for name in ROWS if name != "tried")
    assert rows["recalibrated"].startswith("*")
    assert rows["recalibrated"].split()[-2:] == ["0.750", "0.10000"]
    assert not rows["second"].startswith("*")
    assert version("tried") in said(warehouse, "list", "--evaluations")


def test_show_says_all_of_a_row_and_the_decisions_about_it(warehouse):
    said(warehouse, "rollback", "--reason", "The sales team does not believe it.")
    words = " ".join(said(warehouse, "show", version("second")).split())
    for part in (
        "rules, champion",
        "The champion of run 2.",
        "4 of the set f1, 2 of them categories",
        "On 1,000 moments, 20 of them won: method platt, shift 0, slope 0.1, intercept -3",
        "1.0e-16",
        ROWS["second"]["onnx_sha256"],
        "decided rollback as of 2026-11-21 06:00:00: The sales team does not believe it.",
    ):
        assert part in words
    words = " ".join(said(warehouse, "show", version("recalibrated")).split())
    assert "log_loss.rules 0.25" in words
    assert "forward all 100 9 0.750 0.10000 0.0100 0.500" in words
