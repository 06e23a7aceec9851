"""The input contract: what a user hands over, and how it is read."""

from leadhouse.inputs.functions import register
from leadhouse.inputs.redaction import HashKeyError

__all__ = ["HashKeyError", "register"]
