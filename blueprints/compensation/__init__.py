"""Incentive pay in the browser: one's own, plans, months of pay, questions, the leaderboard."""

from flask import Blueprint

bp = Blueprint("compensation", __name__)

from . import mine, participants, periods, plans  # noqa: E402

__all__ = ["bp", "mine", "participants", "periods", "plans"]
