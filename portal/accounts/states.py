"""Tiers of accounts, roles in an account team, and what belonging to one allows."""

from enum import StrEnum, auto


class Tier(StrEnum):
    """How much attention an account deserves: A the most."""

    A = "A"
    B = "B"
    C = "C"


class TeamRole(StrEnum):
    """What somebody who is not the owner does for the account."""

    SPECIALIST = auto()
    CUSTOMER_SUCCESS = auto()
    OVERLAY = auto()
    EXECUTIVE_SPONSOR = auto()
    INSIDE_SALES = auto()
    SERVICE = auto()


class Access(StrEnum):
    """To the account and to what belongs to it: contacts, opportunities, quotes, orders, invoices."""

    VIEW = auto()
    EDIT = auto()
