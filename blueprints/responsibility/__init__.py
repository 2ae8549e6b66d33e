"""Who answers for which customer: care, transfers, rules, teams, holiday cover."""

from .routes import bp

__all__ = ["bp"]
