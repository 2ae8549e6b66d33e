"""Numbered schema revisions, run by portal.runtime.schema (`portal migrate`)."""
