"""Public pages with a form: what visitors see and what they send.

Words: *landing page* = a published page at /p/SLUG, *submission* = what one visitor sent, kept raw.
Invariants: a submission is accepted once per rendered form; nothing a visitor typed is lost. Emits SubmissionReceived.
"""
