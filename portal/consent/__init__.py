"""Who may be contacted, how, for what: a ledger of consent and a list of addresses never to write to.

Words: *purpose* (commercial, transactional), *consent* = current state per channel, address and purpose,
*consent event* = append-only evidence, *suppression* = tenant-wide block of an address, *verdict* = may we, and why.
Invariants: commercial messages need a yes; transactional ones go unless refused or blocked; a block outlives the
erasure of the person, as it is kept under a keyed hash; the condition at send time is the one the screen shows.
"""
