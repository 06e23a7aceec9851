"""Forgetting a person: erased from the warehouse and what was published, kept out, and proven."""
