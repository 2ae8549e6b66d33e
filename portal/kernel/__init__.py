"""Nouns that every area shares."""
