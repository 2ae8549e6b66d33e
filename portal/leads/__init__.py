"""People who may buy: caught, scored, assigned, worked, qualified or not.

Words: *lead* (open: new, contacted; qualified; disqualified with a reason), *source*, *first response due*.
Invariants: one open lead per email address; a submission is taken in once; nothing typed by staff is overwritten by a
visitor; qualification happens once, in one transaction (see opportunities). Emits LeadCaptured.
"""
