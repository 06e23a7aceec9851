"""Calibration over demo worlds: do probabilities and tiers hold what they promise a month later?

python -m benchmarks.demo_seeds [LEADS] [SEEDS]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.worlds import build, demo_world

# The intervals of the months before the newest origin, beside the rate of the month after it.
TIERS = """
    select before.tier, after.conversion_rate
        between before.conversion_rate_low and before.conversion_rate_high as holds
    from tier_performance as before
    join tier_performance as after using (contestant, split, tier)
    where contestant = 'champion' and split = 'forward'
    and before.origin_at = (select origin_at from training_origins where origin_number = 2)
    and after.origin_at = (select origin_at from training_origins where origin_number = 1)
"""
# And the intervals of that month beside what was told for it.
BINS = """
    select avg(is_within_interval::integer) from model_calibration
    where contestant = 'champion' and split = 'forward'
    and origin_at = (select origin_at from training_origins where origin_number = 1)
"""
NEWEST = """
    select model_kind, auc, calibration_error, mean_probability, conversion_rate
    from model_evaluation where contestant = 'champion' and split = 'forward'
    and origin_at = (select origin_at from training_origins where origin_number = 1)
"""


def main() -> None:
    leads, seeds = (int(v) for v in (*sys.argv[1:], *("2000", "20")[len(sys.argv) - 1 :]))
    errors, tiers, bins = [], [], []
    print("seed rung AUC calibration_error told came tiers_that_hold bins_that_hold")
    for seed in range(100, 100 + seeds):
        with tempfile.TemporaryDirectory() as scratch:
            raw = demo_world(Path(scratch) / "raw", leads, seed)
            warehouse = build(
                raw,
                Path(scratch) / "built",
                {"evaluation_origins": 2, "stability_resamples": 0},
                "+tier_performance +model_calibration +model_evaluation",
            )
            [(kind, auc, error, told, came)] = warehouse.execute(NEWEST).fetchall()
            # A tier that nobody was in has no interval.
            holds = [h for _, h in warehouse.execute(TIERS).fetchall() if h is not None]
            [(within,)] = warehouse.execute(BINS).fetchall()
        errors.append(error)
        tiers += holds
        bins.append(within)
        print(
            f"{seed} {kind} {auc:.3f} {error:.4f} {told:.4f} {came:.4f} "
            f"{sum(holds)}/{len(holds)} {within:.0%}",
            flush=True,
        )
    print(
        f"mean calibration error {np.mean(errors):.4f}; "
        f"tier intervals that hold the next month's rate: {np.mean(tiers):.0%} of {len(tiers)}; "
        f"tenths whose interval holds what was told: {np.mean(bins):.0%}"
    )


if __name__ == "__main__":
    main()
