"""Targets of the demo people, quarter by quarter: three fiscal years with approved plans."""

from .world import World


def load(world: World) -> None:
    pass
