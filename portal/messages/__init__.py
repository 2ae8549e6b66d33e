"""Everything we send, one row per recipient: email and SMS.

Words: *message* = one recipient's copy, *reason* = why it exists, unique, so that it exists once; *claim* = a worker
holds it for one attempt; *uncertain* = handed over, but the answer was lost. Invariants: consent and suppression are
conditions of the claim; marketing is never sent twice; transactional mail at most twice with the same Message-ID.
"""
