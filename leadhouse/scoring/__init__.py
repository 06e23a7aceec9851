"""Scoring: a model is a row of a table, and a function of the database answers with it."""

from leadhouse.scoring.function import register

__all__ = ["register"]
