"""Leadhouse: lead scoring that lives in the warehouse."""
