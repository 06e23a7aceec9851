"""What is noted of a run that dbt does not know: who runs it, with what, from which code."""

from leadhouse.audit.functions import register

__all__ = ["register"]
