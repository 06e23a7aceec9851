"""The input contract: what a user hands over, and how it is read."""

from leadhouse.inputs.functions import register

__all__ = ["register"]
