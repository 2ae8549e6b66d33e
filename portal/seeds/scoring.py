"""The model a company starts with."""

from portal.scoring.services import ensure_default_model

from .world import World


def load(world: World) -> None:
    ensure_default_model()
