"""The demo world: its files, the converter that makes them, and what loads them."""
