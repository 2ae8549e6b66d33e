"""The ways to the customer: what each costs and may grant, partners, and the deals they register.

Words: *channel* = direct, inside, partner, web, event or referral; *cost of sale* = what selling through it costs, as a
percentage of revenue; *partner of record* = the partner a deal is credited to; *deal registration* = a partner tells us
of a customer first and is protected for the *exclusivity window*; *channel conflict* = two ways to the same customer.
Invariant: at most one approved registration protects a customer at a time.
"""
