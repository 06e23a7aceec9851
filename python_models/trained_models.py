from leadhouse.learning.data import read_training_set
from leadhouse.learning.models import TrainingRun, model_rows, train_models
from leadhouse.learning.retraining import Standing
from leadhouse.learning.scorecard import Rule
from leadhouse.learning.training import FitSettings


def model(dbt, session):
    retrain = dbt.config.get("retrain")
    retrain_every_days = dbt.config.get("retrain_every_days")
    min_leads = dbt.config.get("min_leads")
    min_conversions = dbt.config.get("min_conversions")
    seed = dbt.config.get("seed")

    training_set = dbt.ref("training_set")
    rules = dbt.ref("scorecard_rules").order("rule_id").project(*Rule.model_fields)
    context = dbt.ref("run_context").project("as_of, label_horizon_days").fetchall()
    feature_set = dbt.ref("feature_set").project("feature_set_version").fetchall()
    [(as_of, horizon_days)], [(feature_set_version,)] = context, feature_set

    standing = Standing()
    if dbt.is_incremental:
        models = session.sql(f"select * from {dbt.this}")
        standing = Standing.find(models, as_of, horizon_days, feature_set_version)
    if not standing.is_due(as_of, retrain, retrain_every_days):
        return model_rows()

    run = TrainingRun(
        number=standing.count_runs + 1,
        as_of=as_of,
        horizon_days=horizon_days,
        feature_set_version=feature_set_version,
        may_learn=retrain != "never",
        min_leads=min_leads,
        min_conversions=min_conversions,
        settings=FitSettings(seed=seed),
    )
    rules = [Rule(**rule) for rule in rules.to_arrow_table().to_pylist()]
    return standing.what_is_new(train_models(read_training_set(training_set), rules, run))
