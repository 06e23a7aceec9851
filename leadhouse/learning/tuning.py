"""Tuning: LightGBM's hyper-parameters by forward log loss, within a budget of time."""

import optuna
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from leadhouse.learning.boosting import BoostingSettings
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.forward import OriginFit, fit_origin
from leadhouse.learning.ladder import losses_by_tree_count
from leadhouse.learning.rungs import LearningSettings
from leadhouse.learning.scorecard import Scorecard


def tune(
    data: TrainingSet, scorecard: Scorecard, settings: LearningSettings, seconds: float
) -> LearningSettings:
    """Searches for settings of LightGBM that predict the later months better.

    Optuna's tree-structured Parzen estimator (Akiba et al. 2019); the settings that are given are
    tried first. Only origins before the newest are looked at, where there are any: its test stays
    one. How far the search gets is a matter of time, so the result is too.

    Args:
        data: with the uses of each row at each origin.
        scorecard: the rules.
        settings: to begin with.
        seconds: after which no further trial begins.

    Returns:
        the best settings; those that were given where nothing can be tried.
    """

    def fits(boosting: BoostingSettings) -> list[OriginFit]:
        tried = settings.model_copy(update={"boosting": boosting})
        origins = range(2 if data.count_origins > 2 else 1, data.count_origins)
        found = (fit_origin(data, n, scorecard, tried, ("lightgbm",)) for n in origins)
        return [fit for fit in found if fit.rungs and len(fit.test)]

    def objective(trial: optuna.Trial) -> float:
        losses = losses_by_tree_count(fits(_suggest(trial, settings.boosting)))
        return min(losses.values())

    if not fits(settings.boosting.model_copy(update={"count_trees": 1})):
        return settings
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=settings.seed))
    study.enqueue_trial(settings.boosting.model_dump(include=set(_RANGES)))
    columns = (TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Tuning", total=seconds)

        def show(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
            passed = (trial.datetime_complete - study.trials[0].datetime_start).total_seconds()
            progress.update(
                task,
                completed=min(passed, seconds),
                description=f"Tuning: {len(study.trials)} trials, "
                f"best forward log loss {study.best_value:.5f}",
            )

        study.optimize(objective, timeout=seconds, callbacks=[show])
    best = settings.boosting.model_copy(update=study.best_params)
    return settings.model_copy(update={"boosting": best})


# Least and greatest, and whether it is looked for on a logarithmic scale.
_RANGES: dict[str, tuple[float, float, bool]] = {
    "max_depth": (2, 6, False),
    "min_rows_in_leaf": (20, 1_000, True),
    "l2": (0.1, 100.0, True),
    "feature_fraction": (0.05, 1.0, True),
    "row_fraction": (0.4, 1.0, False),
}


def _suggest(trial: optuna.Trial, settings: BoostingSettings) -> BoostingSettings:
    found = {
        name: (
            trial.suggest_int(name, int(least), int(greatest), log=is_log)
            if isinstance(getattr(settings, name), int)
            else trial.suggest_float(name, least, greatest, log=is_log)
        )
        for name, (least, greatest, is_log) in _RANGES.items()
    }
    return settings.model_copy(update=found)
