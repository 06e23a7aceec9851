from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from leadhouse.learning.data import TrainingSet, read_training_set
from leadhouse.learning.models import train_models
from leadhouse.learning.retraining import Standing
from leadhouse.learning.rows import MODEL_ROWS
from tests.learning.worlds import AS_OF, RULES, champion, run, training_table

DECISIONS = pa.schema(
    {
        "model_version": pa.string(),
        "decided_as_of": pa.timestamp("us"),
        "after_training_run": pa.int64(),
        "decided_at": pa.timestamp("us"),
    }
)


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return read_training_set(training_table(duckdb.connect()))


@pytest.fixture(scope="module")
def models(data) -> pa.Table:
    return train_models(data, RULES, run())


def find(
    models: pa.Table, as_of: datetime, decisions: list[dict] = (), **other: object
) -> Standing:
    connection = duckdb.connect()
    return Standing.find(
        connection.from_arrow(models),
        connection.from_arrow(pa.Table.from_pylist(list(decisions), schema=DECISIONS)),
        as_of,
        **{"horizon_days": 30, "feature_set_version": "f1"} | other,
    )


def test_an_empty_table_is_due_whatever_the_policy() -> None:
    standing = find(MODEL_ROWS.empty_table(), AS_OF)
    assert standing == Standing()
    assert all(standing.is_due(AS_OF, retrain, 30) for retrain in ("auto", "always", "never"))


@pytest.mark.parametrize(
    ("retrain", "days", "is_due"),
    [
        ("auto", 0, False),
        ("auto", 29.9, False),
        ("auto", 30, True),
        ("always", 0, True),
        ("never", 300, False),
    ],
)
def test_policies(models, retrain, days, is_due) -> None:
    as_of = AS_OF + timedelta(days=days)
    assert find(models, as_of).is_due(as_of, retrain, 30) is is_due


def test_a_champion_that_reads_an_excluded_feature_is_due(models) -> None:
    standing = find(models, AS_OF)
    assert standing.is_due(AS_OF, "auto", 30, frozenset({"visits"}))
    assert not standing.is_due(AS_OF, "auto", 30, frozenset({"something else"}))


def test_the_standing_champion_comes_with_what_it_is_judged_by(models) -> None:
    standing = find(models, AS_OF)
    assert standing.champion == champion(models)
    assert standing.twin is not None
    assert standing.twin.metadata["origin_at"] == "2026-07-20T00:00:00"
    assert standing.twin.metadata["model_kind"] == standing.champion["model_kind"]


def test_models_trained_later_do_not_exist_yet(models) -> None:
    earlier = AS_OF - timedelta(seconds=1)
    standing = find(models, earlier)
    assert standing.champion is None
    assert standing.count_runs == 1
    assert standing.is_due(earlier, "auto", 30)


def test_another_horizon_or_feature_set_is_another_model(models) -> None:
    assert find(models, AS_OF, horizon_days=60).is_due(AS_OF, "auto", 30)
    assert find(models, AS_OF, feature_set_version="f2").is_due(AS_OF, "auto", 30)


def test_rules_are_tried_again_but_not_written_again(data) -> None:
    too_few = {"settings": {"min_leads": 5_000}}
    rules = train_models(data, RULES, run(**too_few))
    next_day = AS_OF + timedelta(days=1)
    standing = find(rules, next_day)
    assert standing.is_due(next_day, "auto", 30)
    still = train_models(data, RULES, run(**too_few, as_of=next_day, number=2))
    learnt = train_models(data, RULES, run(as_of=next_day, number=2))
    assert len(standing.what_is_new(still)) == 0
    assert standing.what_is_new(learnt).equals(learnt)


def test_the_first_run_is_new_as_a_whole(models) -> None:
    assert Standing().what_is_new(models).equals(models)


def test_a_version_is_written_once(models, data) -> None:
    again = train_models(
        data, RULES, run(number=2, settings={"seed": 1, "max_moments_weight": 2.0})
    )
    new = find(models, AS_OF).what_is_new(again)
    assert {*new["model_version"].to_pylist()}.isdisjoint(models["model_version"].to_pylist())
    # What does not depend on the seed comes out the same, and is not written again.
    assert {*new["model_kind"].to_pylist()} < {*models["model_kind"].to_pylist()}


def test_the_newest_run_of_one_moment_stands(models, data) -> None:
    second = train_models(data, RULES[:1], run(number=2, settings={"min_leads": 5_000}))
    standing = find(pa.concat_tables([second, models]), AS_OF)
    assert standing.champion["model_kind"] == "rules"
    assert standing.count_runs == 2


def test_a_decision_holds_from_its_moment_until_the_next_promotion(models, data) -> None:
    day = timedelta(days=1)
    second = train_models(data, RULES, run(number=2, as_of=AS_OF + 2 * day, settings={"seed": 1}))
    both = pa.concat_tables([models, second])
    first_version, second_version = (champion(m)["model_version"] for m in (models, second))
    back = {
        "model_version": first_version,
        "decided_as_of": AS_OF + 3 * day,
        "after_training_run": 2,
        "decided_at": datetime(2027, 1, 1, 12),
    }

    def who(days: int) -> str:
        return find(both, AS_OF + days * day, [back]).champion["model_version"]

    assert [who(days) for days in (1, 2, 3, 4)] == [
        first_version,
        second_version,
        first_version,
        first_version,
    ]
    again = back | {"model_version": second_version, "decided_at": datetime(2027, 1, 1, 13)}
    for decisions in ([back, again], [again, back]):
        newest = find(both, AS_OF + 4 * day, decisions).champion
        assert newest["model_version"] == second_version
    third = train_models(data, RULES, run(number=3, as_of=AS_OF + 5 * day, settings={"seed": 2}))
    later = find(pa.concat_tables([both, third]), AS_OF + 6 * day, [back])
    assert later.champion["training_run"] == 3


def tampered(models: pa.Table, *versions: str) -> pa.Table:
    """The models, some of them with other bytes."""
    rows = models.to_pylist()
    changed = [
        row | {"onnx": row["onnx"] + b"0"} if row["model_version"] in versions else row
        for row in rows
    ]
    return pa.Table.from_pylist(changed, schema=MODEL_ROWS)


def test_a_champion_that_is_refused_does_not_stand_but_the_one_before_does(models, data) -> None:
    day = timedelta(days=1)
    second = train_models(data, RULES, run(number=2, as_of=AS_OF + day, settings={"seed": 1}))
    both = pa.concat_tables([models, second])
    first_version, second_version = (champion(m)["model_version"] for m in (models, second))
    assert find(both, AS_OF + day).champion["model_version"] == second_version
    standing = find(tampered(both, second_version), AS_OF + day)
    assert standing.champion == champion(models)
    assert standing.twin.metadata["origin_at"] == "2026-07-20T00:00:00"
    assert not standing.is_due(AS_OF + day, "auto", 30)
    # A decision for it does not help it.
    decision = {
        "model_version": second_version,
        "decided_as_of": AS_OF + day,
        "after_training_run": 2,
        "decided_at": datetime(2027, 1, 1, 12),
    }
    standing = find(tampered(both, second_version), AS_OF + day, [decision])
    assert standing.champion["model_version"] == first_version


def test_where_all_are_refused_it_is_trained_anew_unless_that_is_switched_off(models) -> None:
    standing = find(tampered(models, champion(models)["model_version"]), AS_OF)
    assert (standing.champion, standing.twin, standing.has_only_refused) == (None, None, True)
    due = {policy: standing.is_due(AS_OF, policy, 30) for policy in ("auto", "always", "never")}
    assert due == {"auto": True, "always": True, "never": False}


def test_a_refused_fit_of_the_newest_origin_is_compared_with_nothing(models) -> None:
    version = find(models, AS_OF).twin.metadata["model_version"]
    standing = find(tampered(models, version), AS_OF)
    assert standing.champion == champion(models)
    assert standing.twin is None


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="auto, always or never, not 'weekly'"):
        Standing().is_due(AS_OF, "weekly", 30)
