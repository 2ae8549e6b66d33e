"""Events that people come to: announced on a page of their own, with seats, a waiting list, and who came.

Words: *event* = what takes place, *registration* = one address that asked for a seat, *guest* = the person behind it,
*attended* = was there. Later: sessions, speakers, ticket types, check-in.
Invariants: `taken` is the number of registrations that hold a seat, never above the capacity; nobody waits while a seat
is free; one registration per event and address. Whoever changes any of it holds the row of the event locked.
Emits RegistrationMoved, EventChanged.
"""
