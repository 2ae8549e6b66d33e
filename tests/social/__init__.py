"""Social posts."""
