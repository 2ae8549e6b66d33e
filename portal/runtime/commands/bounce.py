"""`portal bounce`: what a returned mail or an event of a mail service means."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..cli import say, with_json

if TYPE_CHECKING:
    from portal.inbound.rules import Notice


@click.group()
def bounce() -> None:
    """Mail that came back."""


@bounce.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_json
def classify(files: tuple[Path, ...]) -> None:
    """Say what each of FILES means: a mail, an mbox, or the JSON of SES, Postmark, SendGrid or Mailgun.

    One line per recipient: verdict, address, status (RFC 3463), reason. Nothing is stored.
    """
    found = [{"file": str(file)} | _told(notice) for file in files for notice in _read(file.read_bytes())]
    shown = ("verdict", "recipient", "status", "reason", "file")
    say(found, "\n".join("  ".join(f"{one[name] or '-':<12}" for name in shown).rstrip() for one in found))


def _read(raw: bytes) -> "list[Notice]":
    from portal.inbound.rules import Notice, read_events, read_mail, shape_of
    from portal.inbound.states import Verdict

    try:
        payload = json.loads(raw) if raw.lstrip()[:1] in (b"{", b"[") else None
    except ValueError:
        payload = None
    if provider := shape_of(payload):
        return [told.notice for told in read_events(provider, payload)] or [Notice(Verdict.NONE)]
    return read_mail(raw)


def _told(notice: "Notice") -> dict[str, Any]:
    values = asdict(notice)
    return {name: values[name] for name in ("verdict", "recipient", "status", "reason", "delayed", "diagnostic")}


COMMANDS = [bounce]
