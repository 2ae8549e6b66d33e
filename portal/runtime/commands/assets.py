"""assets: are the vendored front-end files the ones that were reviewed?"""

import hashlib
import json
from pathlib import Path

import click

from ..cli import fail, say, with_json
from ..settings import ROOT


@click.command()
@with_json
def assets() -> None:
    """Compare static/ with the checksums in static/VENDOR.json."""
    folder = ROOT / "static"
    listed = json.loads((folder / "VENDOR.json").read_text())
    changed = [entry["file"] for entry in listed if _sha256(folder / entry["file"]) != entry["sha256"]]
    if changed:
        raise fail(f"changed or missing in static/: {', '.join(changed)}")
    say(listed, "\n".join(f"{entry['package']} {entry['version']} ({entry['licence']})" for entry in listed))


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


COMMANDS = (assets,)
