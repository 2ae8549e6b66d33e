"""The demo company and how it is loaded."""
