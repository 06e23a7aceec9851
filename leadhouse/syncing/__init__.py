"""Telling CRMs and other destinations of leads: `leadhouse sync` and `leadhouse alerts`."""
