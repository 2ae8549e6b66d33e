"""Broadcasts, how far they are, and what became of each recipient."""

from .lists import LISTING, broadcast, emails_of, facts, findings, freezing, variant_of
from .progress import REASONS, Minute, Preview, Progress, preview, progress, why_not
from .trials import Look, Trial, decides_at, ends_at, trial

__all__ = [
    "LISTING", "REASONS", "Look", "Minute", "Preview", "Progress", "Trial", "broadcast", "decides_at", "emails_of",
    "ends_at", "facts", "findings", "freezing", "preview", "progress", "trial", "variant_of", "why_not",
]  # fmt: skip
