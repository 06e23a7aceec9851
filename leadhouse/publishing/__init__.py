"""Publishing: the public tables of a run, all or none, where anybody can read them at any time."""

from leadhouse.publishing.functions import register

__all__ = ["register"]
