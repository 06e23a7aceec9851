"""What macros stop a run with: each sentence of the configuration, and of arguments."""

import re
from types import SimpleNamespace

import pytest

from tests.errors.macros import StoppedError, call

VISIT = {
    "name": "visits",
    "event_types": ["page_view"],
    "channel": "web",
    "stage": "interest",
    "sign": "positive",
}


def stopped_by(macro: str, *arguments: object, **settings: object) -> str:
    with pytest.raises(StoppedError) as stopped:
        call(macro, *arguments, **settings)
    return str(stopped.value)


def test_the_defaults_are_right() -> None:
    assert call("check_configuration").strip() == ""
    assert call("check_signals", signals=[VISIT]).strip() == ""


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"test_days": "x"}, "`test_days` must be a number of at least 1; it is 'x'."),
        ({"leakage_auc": 0.4}, "`leakage_auc` must be a number of at least 0.5; it is '0.4'."),
        (
            {"tier_expiry_days": 1.5},
            "`tier_expiry_days` must be a whole number of days; it is '1.5'.",
        ),
        ({"publish_keep": 1.5}, "`publish_keep` must be a whole number of runs; it is '1.5'."),
        (
            {"publish_to": "paper"},
            "`publish_to` must be parquet, postgres, ducklake or nowhere; it is 'paper'.",
        ),
        (
            {"publish_schema": "public"},
            "`publish_schema` must be the name of a schema that is for this alone, in lower-case"
            " letters, digits and underscores; it is 'public'.",
        ),
        (
            {"windows_days": [1, 1]},
            "`windows_days` must be a list of different whole numbers of days; it is '[1, 1]'.",
        ),
        (
            {"half_lives_days": [1], "training_history_days": 501},
            "`training_history_days` may be no more than 500 times the shortest of"
            " `half_lives_days` (500); it is 501.",
        ),
        (
            {"training_history_days": 0},
            "`training_history_days` must be auto or a number of at least 1; it is '0'.",
        ),
        (
            {"snapshot_at_creation": "never"},
            "`snapshot_at_creation` must be auto, true or false; it is 'never'.",
        ),
        ({"retrain": "daily"}, "`retrain` must be auto, always or never; it is 'daily'."),
        ({"recalibrate": "always"}, "`recalibrate` must be auto or never; it is 'always'."),
        (
            {"recency_half_life_days": 0},
            "`recency_half_life_days` must be null or a number above 0; it is '0'.",
        ),
        ({"strict_leakage": "yes"}, "`strict_leakage` must be true or false; it is 'yes'."),
        (
            {"exclude_features": [1]},
            "`exclude_features` must be a list of names of features; it is '[1]'.",
        ),
        (
            {"crm_silent_fields": ["phone"]},
            "`crm_silent_fields` must be a list of fields (docs/activation.md lists them); it is"
            " '['phone']'.",
        ),
        (
            {"crm_min_change": {"tier": 1}},
            "`crm_min_change` must give fields that are numbers their least change, {score: 1.0},"
            " say; it is '{'tier': 1}'.",
        ),
    ],
)
def test_a_variable_that_cannot_be(variables: dict, sentence: str) -> None:
    introduced, fault = stopped_by("check_configuration", **variables).splitlines()
    assert introduced == (
        "The configuration (variables of dbt_project.yml or --vars) cannot be used:"
    )
    assert fault == f"- {sentence}"


@pytest.mark.parametrize(
    ("signals", "sentence"),
    [
        ("visits", "`signals` must be a list of signals, each with its keys; it is 'visits'."),
        (
            [VISIT | {"name": "Visits"}],
            "needs a name of lower-case letters, digits and underscores",
        ),
        ([VISIT, VISIT], "has a name that is taken; give it another."),
        ([VISIT | {"colour": "red"}], "has the unknown key 'colour'; known are name, label,"),
        ([VISIT | {"event_types": "page_view"}], "needs `event_types`, a list of one event type"),
        ([VISIT | {"channel": "fax"}], "needs a `channel` that is one of web, email,"),
    ],
)
def test_a_signal_that_cannot_be(signals: object, sentence: str) -> None:
    assert sentence in stopped_by("check_signals", signals=signals)


@pytest.mark.parametrize(
    ("macro", "arguments", "sentence"),
    [
        ("wilson_bound", ("middle", "rate", "10"), "wilson_bound takes as side low or high; it"),
        ("logit_bound", ("middle", "auc", "0.1"), "logit_bound takes as side low or high; it"),
        ("lead_score", ("lead_models", "v", "f"), "lead_score takes as models_relation a relation"),
        (
            "lead_score",
            (SimpleNamespace(identifier="lead_models"), "version", " "),
            "lead_score takes as features an SQL expression; it was given  .",
        ),
        ("model_fault", ("lead_models", "v"), "model_fault takes as models_relation a relation"),
    ],
)
def test_an_argument_that_cannot_be(macro: str, arguments: tuple, sentence: str) -> None:
    assert sentence in stopped_by(macro, *arguments)


@pytest.mark.parametrize(
    ("is_strict", "pattern"),
    [
        (False, r"\[WARNING\] Leakage:\n- One\.\n- Two\."),
        (True, r"Leakage:\n- One\.\n- Two\.\nstrict_leakage is set, so nothing is trained\."),
    ],
)
def test_leakage_is_a_warning_or_stops_the_run(is_strict: bool, pattern: str) -> None:
    found = SimpleNamespace(columns=[SimpleNamespace(values=lambda: ["One.", "Two."])])
    said = stopped_by("report_leakage", "select 1", answers=found, strict_leakage=is_strict)
    assert re.fullmatch(pattern, said)
