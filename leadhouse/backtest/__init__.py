"""Backtests: past moments again, with models trained only on what was known then."""

from leadhouse.backtest.builds import BuildError
from leadhouse.backtest.plan import Plan, PlanError
from leadhouse.backtest.replay import Backtest, Told

__all__ = ["Backtest", "BuildError", "Plan", "PlanError", "Told"]
