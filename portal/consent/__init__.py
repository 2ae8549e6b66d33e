"""Who may be contacted, how, for what: a ledger of consent and a list of addresses never to write to.

Words: *purpose* (commercial, transactional), *consent* = current state per channel, address and purpose,
*consent event* = append-only evidence, *suppression* = tenant-wide block of an address.
"""
