"""Emails: what is designed in blocks or uploaded, its versions, translations, saved blocks and the brand they wear."""
