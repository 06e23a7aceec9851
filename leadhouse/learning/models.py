"""A training run: what is learnt, how it is proven, and whether it is used."""

import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sklearn.metrics import roc_auc_score

from leadhouse.learning.certificate import TOLERANCE, certify
from leadhouse.learning.data import TrainingSet
from leadhouse.learning.forward import OriginFit, fit_origin, margin
from leadhouse.learning.ladder import Ladder, climb
from leadhouse.learning.margins import MarginModel
from leadhouse.learning.promotion import Verdict, judge
from leadhouse.learning.random_split import random_split_auc
from leadhouse.learning.rows import Role, TrainingRun, model_row, model_rows, to_json
from leadhouse.learning.rungs import LEARNT, Kind
from leadhouse.learning.scorecard import Rule, Scorecard
from leadhouse.learning.stability import find_stability
from leadhouse.learning.tuning import tune
from leadhouse.scoring.scorer import Scorer


class LeakageError(ValueError):
    """Under `is_strict_about_leakage`: a model looks far better than it predicts."""


def train_models(
    data: TrainingSet,
    rules: Sequence[Rule],
    run: TrainingRun,
    standing: Scorer | None = None,
) -> pa.Table:
    """Trains what the data can bear, and says why it is to be used.

    A run gives the rung that is chosen, as `champion` or, where it is worse than the standing
    model, as `challenger`; every rung at every earlier origin, as `evaluation`, to be tested on
    what came after; the chosen rung at the newest origin fitted to samples of the leads, as
    `resample`; and a model that failed its certificate as `refused`. Too little to learn from makes
    the rules the champion.

    Args:
        data: with the uses of each row at each origin.
        rules: the scorecard.
        run: the circumstances.
        standing: the standing champion's fit of its newest origin, to compare with.

    Returns:
        rows of the schema `MODEL_ROWS`; the same arguments give the same bytes, unless
        `tuning_seconds` lets time decide how far the search gets.

    Raises:
        ValueError: the scorecard cannot be read.
        LeakageError: under `is_strict_about_leakage`.
    """
    scorecard = Scorecard.read(rules, data.schema)
    problem = (
        run.settings.too_little(data.used(0, "train", "calibrate"))
        if run.may_learn
        else "Training is switched off (retrain: never), and there is no earlier model."
    )
    if problem:
        return model_rows(_rules_alone(data, scorecard, problem, run))

    settings = run.settings
    if run.tuning_seconds:
        settings = tune(data, scorecard, settings, run.tuning_seconds)
    ladder = climb(data, scorecard, settings)
    final = fit_origin(data, 0, scorecard, ladder.settings, (ladder.kind,))
    chosen = _fitted_row(run, ladder, final, ladder.kind, "champion")
    evaluations = [
        _fitted_row(run, ladder, fit, kind, "evaluation")
        for fit in ladder.origins
        for kind in fit.rungs
    ]
    if not chosen["max_parity_difference"] <= TOLERANCE:  # so that NaN is no proof either
        problem = (
            f"The ONNX graph differs from the trained model by "
            f"{chosen['max_parity_difference']:.1e}, more than {TOLERANCE:.0e}."
        )
        refused = chosen | {"role": "refused", "promotion_reason": problem, "is_promoted": False}
        instead = [] if standing else _rules_alone(data, scorecard, problem, run)
        return model_rows([*instead, refused])

    resamples = []
    if ladder.origins:
        newest = ladder.origins[0]
        kind, figures, resampled = _newest_figures(ladder, run.stability_resamples)
        resamples = [
            model_row(run, "resample", kind, model, None, origin=newest.origin, train=newest.train)
            | {"promotion_reason": _RESAMPLED}
            for model in resampled
        ]
        _check_gap(figures, run)
        judged = next(row for row in evaluations if row["model_kind"] == kind)
        judged["metrics"] = to_json(figures)
    verdict = _verdict(ladder, standing)
    chosen |= {
        "role": "champion" if verdict.is_promoted else "challenger",
        "is_promoted": verdict.is_promoted,
        "promotion_reason": f"{ladder.reason} {_source(final, ladder.kind)} {verdict.reason}",
        "metrics": to_json(_choice(ladder)),
    }
    return model_rows([chosen, *evaluations, *resamples])


def _rules_alone(
    data: TrainingSet, scorecard: Scorecard, reason: str, run: TrainingRun
) -> list[dict[str, Any]]:
    """The rules as champion and, at each origin that has a test, as what is tried: points alone."""
    known = data.used(0, "train", "calibrate")
    scorecard = scorecard.counted(known.encode(scorecard.schema))
    tested = [
        origin for origin in range(1, data.count_origins) if (data.uses[:, origin] == "test").any()
    ]
    return [
        model_row(run, "champion", "rules", scorecard, None, origin=0, train=known)
        | {"promotion_reason": reason},
        *(
            model_row(run, "evaluation", "rules", scorecard, None, origin=origin)
            | {"promotion_reason": _TRIED}
            for origin in tested
        ),
    ]


_TRIED = "Fitted as of an earlier origin, to be tried on what came after."
_RESAMPLED = "Fitted to a sample of the leads, to tell what hangs on which leads were learnt from."


def _fitted_row(
    run: TrainingRun, ladder: Ladder, fit: OriginFit, kind: Kind, role: Role
) -> dict[str, Any]:
    rung, train = fit.rungs[kind], fit.train
    calibration = rung.calibration(ladder.methods[kind])
    # What is only tried is not explained.
    explained = None if role == "evaluation" else train
    row = model_row(run, role, kind, rung.model, calibration, origin=fit.origin, train=explained)
    encoded = train.encode(rung.model.schema)
    certificate = certify(rung.model, calibration, row["onnx"], encoded, ladder.settings.seed)
    row |= {
        "count_calibration_rows": len(rung.held_out_label),
        "count_calibration_conversions": int(rung.held_out_label.sum()),
        "max_parity_difference": certificate.max_difference,
        "promotion_reason": _TRIED,
    }
    if kind not in LEARNT:
        return row
    return row | {
        "train_from": train.moment_at.min(),
        "train_to": train.moment_at.max(),
        "count_training_rows": len(train),
        "count_training_leads": train.count_leads,
        "count_training_conversions": train.count_conversions,
        "parameters": ladder.settings.model_dump_json(),
    }


def _verdict(ladder: Ladder, standing: Scorer | None) -> Verdict:
    # A test of an older origin might be known to the model that stands.
    if not ladder.origins or ladder.origins[0].origin != 1:
        return Verdict(True, "There are no later outcomes to compare it with another model by.")
    newest = ladder.origins[0]
    probability = newest.test_probability(ladder.kind, ladder.methods[ladder.kind])
    return judge(probability, newest.test, standing, ladder.settings.seed)


def _source(fit: OriginFit, kind: Kind) -> str:
    rung = fit.rungs[kind]
    if len(rung.held_out) > 1:
        how = "calibrated by cross-fitting, for too few later ones have known outcomes"
    else:
        how = f"calibrated on {len(rung.held_out_label):,} moments that it has not learnt from"
    if kind not in LEARNT:
        return f"It is {how}."
    return (
        f"It is learnt from {fit.train.count_leads:,} leads at {len(fit.train):,} moments, "
        f"{fit.train.count_conversions:,} of which leads converted, and {how}."
    )


def _choice(ladder: Ladder) -> dict[str, Any]:
    """The figures by which the rung was chosen."""
    return {
        "count_origins": len(ladder.origins),
        "log_loss": ladder.rungs.loss,
        "behind_the_best": {k: behind._asdict() for k, behind in ladder.rungs.behind.items()},
        "auc_above_one_half": {k: above._asdict() for k, above in ladder.ranking.items()},
        "calibration_methods": ladder.methods,
    }


def _newest_figures(
    ladder: Ladder, resamples: int
) -> tuple[Kind, dict[str, float | None], tuple[MarginModel, ...]]:
    """Figures of a learnt rung at the newest origin that take fits of their own, and those fits.

    The rung is the chosen one or, if that learns nothing, the one that learns most: where a leak
    makes models fail later, nothing that learns is chosen.
    """
    newest = ladder.origins[0]
    kind = ladder.kind if ladder.kind in LEARNT else [k for k in newest.rungs if k in LEARNT][-1]
    label = newest.test.label
    has_both = 0 < label.sum() < len(label)
    margins = margin(newest.rungs[kind].model, newest.test)
    figures = {
        "forward_auc": float(roc_auc_score(label, margins)) if has_both else math.nan,
        "random_split_auc": random_split_auc(newest, kind, ladder.settings),
    }
    models: tuple[MarginModel, ...] = ()
    if resamples and kind == ladder.kind:
        stability = find_stability(newest, kind, ladder.settings, resamples)
        figures |= {
            "auc_spread": stability.auc_spread,
            "top_10_percent_stability": stability.top_10_percent_stability,
        }
        models = stability.models
    known = {name: None if math.isnan(figure) else figure for name, figure in figures.items()}
    return kind, known, models


def _check_gap(figures: dict[str, float | None], run: TrainingRun) -> None:
    random, forward = figures["random_split_auc"], figures["forward_auc"]
    if not run.is_strict_about_leakage or random is None or forward is None:
        return
    if random - forward > run.max_split_gap:
        raise LeakageError(
            f"With leads split at random the AUC is {random:.3f}, forward in time {forward:.3f}: "
            f"more than {run.max_split_gap} apart. A column may hold what was known only later, "
            "or the world has changed (strict_leakage)."
        )
