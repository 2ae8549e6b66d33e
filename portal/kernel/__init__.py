"""What every area shares: transactions, errors, states, outbox, exact numbers, clock, numbering, audit, actors, search.

Words: *unit of work* = one transaction that happens or does not; *outbox entry* = one reaction owed, written with the fact;
*actor* = who acts, as plain data; *link* = a signed address that opens one thing for one person.
Invariants: only `db.unit_of_work` commits; times are aware UTC; numbers are exact; audit and frozen rows refuse change.
"""
