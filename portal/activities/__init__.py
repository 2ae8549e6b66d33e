"""What happened and what is to be done: one timeline for every record.

Words: *activity* = a note, call, meeting, task, email, SMS, form or change of state; *regarding* = the records it is
linked to, so that a lead's history stays with the opportunity, the account and the contact it became.
"""
