"""Input folders that nobody should hand over, and what the project makes of them."""
