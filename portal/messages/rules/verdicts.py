"""Who opened or clicked: a person, a proxy that fetches for one, or a scanner. With the reason, for each."""

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple

from ..states import EventKind, Verdict
from .tracking import HONEYPOT

AT_ONCE = timedelta(seconds=2)  # nobody reads faster
BURST, BURST_LINKS = timedelta(seconds=5), 3
NEIGHBOURS = timedelta(seconds=10)  # of a visit to the hidden link
SETTLED = timedelta(seconds=15)  # after which no neighbour can come any more


class Visit(NamedTuple):
    """One opening or click."""

    kind: EventKind
    at: datetime
    link: int | None
    network: str
    method: str
    user_agent: str


class Judgement(NamedTuple):
    verdict: Verdict
    why: str


class Machine(NamedTuple):
    """A row of machines.csv, which an operator may edit: the first that fits decides.

    A network stands there only with the document that names it (`seen_in`): a wrong one hides real readers.
    """

    sign: str
    value: str
    verdict: Verdict
    who: str


def judge(visits: Sequence[Visit], delivered_at: datetime | None) -> list[Judgement]:
    """One judgement for each visit to one message. `delivered_at`: when the recipient's server had the mail."""
    traps = [visit.at for visit in visits if visit.link == HONEYPOT]
    clicks = [visit for visit in visits if visit.kind == EventKind.CLICKED]
    return [_of(visit, traps, clicks, delivered_at) for visit in visits]


def _of(visit: Visit, traps: list[datetime], clicks: list[Visit], delivered_at: datetime | None) -> Judgement:
    if visit.method not in ("GET", ""):
        return Judgement(Verdict.SCANNER, f"Only looked ahead ({visit.method})")
    if visit.link == HONEYPOT:
        return Judgement(Verdict.SCANNER, "Followed a link that nobody sees")
    if any(abs(visit.at - trap) <= NEIGHBOURS for trap in traps):
        return Judgement(Verdict.SCANNER, "Within 10 seconds of a visit to a link that nobody sees")
    if machine := machine_behind(visit.user_agent, visit.network):
        return Judgement(machine.verdict, machine.who)
    near = {click.link for click in clicks if abs(click.at - visit.at) <= BURST}
    if visit.kind == EventKind.CLICKED and len(near) >= BURST_LINKS:
        return Judgement(Verdict.SCANNER, f"{len(near)} links within 5 seconds")
    if delivered_at and visit.at - delivered_at < AT_ONCE:
        return Judgement(Verdict.SCANNER, "Within 2 seconds of delivery")
    if not visit.user_agent:
        return Judgement(Verdict.SCANNER, "Says nothing about its browser")
    return Judgement(Verdict.HUMAN, "Nothing speaks for a machine")


@lru_cache(10_000)
def machine_behind(agent: str, network: str) -> Machine | None:
    """By what it says of itself, else by where it comes from."""
    lower = agent.lower()
    for machine in machines():
        value = machine.value.lower()
        if (
            machine.sign == "agent is" and lower == value
            or machine.sign == "agent ends" and lower.endswith(value)
            or machine.sign == "agent has" and value in lower
            or machine.sign == "network" and network and _within(network, value)
        ):  # fmt: skip
            return machine
    return None


@cache
def machines() -> list[Machine]:
    with (Path(__file__).parent / "machines.csv").open(encoding="utf-8") as rows:
        return [Machine(r["sign"], r["value"], Verdict(r["verdict"]), r["who"]) for r in csv.DictReader(rows)]


def _within(inner: str, outer: str) -> bool:
    small, large = _network(inner), _network(outer)
    if isinstance(small, IPv4Network) and isinstance(large, IPv4Network):
        return small.subnet_of(large)
    return isinstance(small, IPv6Network) and isinstance(large, IPv6Network) and small.subnet_of(large)


_network = lru_cache(10_000)(ip_network)
