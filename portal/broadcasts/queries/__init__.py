"""Broadcasts, how far they are, and what became of each recipient."""

from .lists import LISTING, broadcast, emails_of, facts, findings, freezing, variant_of
from .progress import REASONS, Minute, Preview, Progress, preview, progress, why_not

__all__ = [
    "LISTING", "REASONS", "Minute", "Preview", "Progress", "broadcast", "emails_of", "facts", "findings", "freezing",
    "preview", "progress", "variant_of", "why_not",
]  # fmt: skip
