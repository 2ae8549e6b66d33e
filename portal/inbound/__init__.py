"""What comes back: bounces, complaints and answers, by mail or told by a mail service.

Words: *notice* = what a returned mail or event says about one recipient; *reason* = why a server did not deliver;
*verdict* = what it means for us: hard (the address is gone), soft (try again later), block (about us, not about the
person), complaint, auto reply, reply, delivered, none. Invariants: only hard bounces and complaints stop an address at
once; nothing that came in is lost, also what belongs to no message; the same news counts once.
"""
