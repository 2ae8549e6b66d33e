"""Broadcasts."""

from flask import Blueprint

bp = Blueprint("broadcasts", __name__)
