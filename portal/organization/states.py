"""What a unit is, and what a position does."""

from enum import StrEnum, auto


class UnitKind(StrEnum):
    COMPANY = auto()
    UNIT = auto()
    TEAM = auto()


class PositionRole(StrEnum):
    LEADERSHIP = auto()
    MANAGER = auto()
    ACCOUNT_EXECUTIVE = auto()
    ACCOUNT_MANAGER = auto()
    INSIDE_SALES = auto()
    SDR = auto()
    CHANNEL_MANAGER = auto()
    OVERLAY = auto()
    OPERATIONS = auto()
    OTHER = auto()


UNIT_KINDS = {UnitKind.COMPANY: "Company", UnitKind.UNIT: "Unit", UnitKind.TEAM: "Team"}
ROLES = {
    PositionRole.LEADERSHIP: "Leadership",
    PositionRole.MANAGER: "Sales manager",
    PositionRole.ACCOUNT_EXECUTIVE: "Account executive",
    PositionRole.ACCOUNT_MANAGER: "Account manager",
    PositionRole.INSIDE_SALES: "Inside sales",
    PositionRole.SDR: "Sales development (SDR)",
    PositionRole.CHANNEL_MANAGER: "Channel manager",
    PositionRole.OVERLAY: "Overlay specialist",
    PositionRole.OPERATIONS: "Sales operations",
    PositionRole.OTHER: "Other",
}
