from leadhouse.learning.data import read_training_set
from leadhouse.learning.models import train_models
from leadhouse.learning.recalibration import recalibrated_row
from leadhouse.learning.retraining import Standing
from leadhouse.learning.rows import Origin, TrainingRun, model_rows
from leadhouse.learning.rungs import LearningSettings
from leadhouse.learning.scorecard import Rule


def model(dbt, session):
    retrain = dbt.config.get("retrain")
    retrain_every_days = dbt.config.get("retrain_every_days")
    recalibrate = dbt.config.get("recalibrate")
    exclude_features = frozenset(dbt.config.get("exclude_features"))
    settings = dbt.config.get("settings")
    run_settings = dbt.config.get("run_settings")

    training_set = dbt.ref("training_set")
    rules = dbt.ref("scorecard_rules").order("rule_id").project(*Rule.model_fields)
    origins = dbt.ref("training_origins").order("origin_number").project("origin_at, test_until")
    context = dbt.ref("run_context").project("as_of, label_horizon_days").fetchall()
    feature_set = dbt.ref("feature_set").project("feature_set_version").fetchall()
    decisions = dbt.source("operations", "model_decisions")
    dbt.ref("feature_leakage")  # under strict_leakage it stops the build before anything is learnt
    [(as_of, horizon_days)], [(feature_set_version,)] = context, feature_set

    standing = Standing()
    if dbt.is_incremental:
        models = session.sql(f"select * from {dbt.this}")  # noqa: S608 (a name that dbt made)
        standing = Standing.find(models, decisions, as_of, horizon_days, feature_set_version)

    if not standing.is_due(as_of, retrain, retrain_every_days, exclude_features):
        if recalibrate == "never" or standing.champion is None:
            return model_rows()
        newest = training_set.filter("uses[1] = 'calibrate'")
        rows = read_training_set(newest, exclude_features)
        row = recalibrated_row(standing.champion, rows, standing.model_versions, as_of)
        return model_rows([row] if row else [])

    run = TrainingRun(
        number=standing.count_runs + 1,
        as_of=as_of,
        horizon_days=horizon_days,
        feature_set_version=feature_set_version,
        origins=[Origin(at=at, test_until=until) for at, until in origins.fetchall()],
        may_learn=retrain != "never",
        settings=LearningSettings(**settings),
        **run_settings,
    )
    rules = [Rule(**rule) for rule in rules.to_arrow_table().to_pylist()]
    data = read_training_set(training_set, exclude_features)
    return standing.what_is_new(train_models(data, rules, run, standing.twin))
