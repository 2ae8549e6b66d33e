"""Emails: what is designed in blocks or brought along as HTML, its versions and translations, and the brand they wear.

Words: a *draft* (`Email`) is edited step by step; a *version* is compiled and never changes, and is what is sent; a
*translation* is a draft of its own that is published with its original; a *finding* is what the check says before sending.
For senders: `services.publish`, `queries.languages_of`, `queries.values_of`, `queries.check`.
"""
