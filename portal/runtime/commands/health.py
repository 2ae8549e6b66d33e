"""doctor, routes, assets: what is there and whether it is sound."""

import click

from ..cli import say, settings, with_json

SIGNS = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}


@click.command()
@with_json
def doctor() -> None:
    """Look at everything the portal needs; exit code 1 when something is bad."""
    from ..doctor import Verdict, examine

    checks = examine(settings())
    lines = [
        f"{SIGNS[check.verdict]}  {check.name:20} {check.detail}" + (f"\n{'':26} -> {check.fix}" if check.fix else "")
        for check in checks
    ]
    healthy = all(check.verdict is not Verdict.BAD for check in checks)
    say({"healthy": healthy, "checks": [check.as_dict() for check in checks]}, "\n".join(lines))
    click.get_current_context().exit(0 if healthy else 1)


@click.command()
@with_json
def routes() -> None:
    """List every address of the portal."""
    from ..serve import load_app

    rules = sorted(load_app(settings()).url_map.iter_rules(), key=lambda rule: rule.rule)
    rows = [
        {"path": rule.rule, "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}), "view": rule.endpoint}
        for rule in rules
    ]
    say(rows, "\n".join(f"{','.join(row['methods']):10} {row['path']:50} {row['view']}" for row in rows))


COMMANDS = (doctor, routes)
