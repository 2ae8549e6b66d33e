"""How many returned mails are read as their collector says: `python -m tests.inbound.score FOLDER [-v]`.

FOLDER has expected_share.csv, one row per recipient, and the mails in `sisimai_eml` or in returned.tar.xz.
"""

import csv
import sys
import tarfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

from portal.inbound.rules import read_mail
from portal.inbound.states import Verdict

V = Verdict
ABOUT_US = [
    "blocked",
    "badreputation",
    "authfailure",
    "contenterror",
    "norelaying",
    "notcompliantrfc",
    "policyviolation",
    "rejected",
    "requireptr",
    "securityerror",
    "spamdetected",
    "virusdetected",
    "toomanyconn",
    "ratelimited",
    "speeding",
]
EXPECTED = {"vacation": V.AUTO_REPLY, "delivered": V.DELIVERED} | dict.fromkeys(ABOUT_US, V.BLOCK)


class Score(NamedTuple):
    table: Counter[tuple[str, str]]  # (expected, read) -> recipients
    wrong: list[str]

    @property
    def right(self) -> float:
        return sum(many for (wanted, got), many in self.table.items() if wanted == got) / self.table.total()


def expected(row: dict[str, str]) -> Verdict:
    """Hard is what the collector calls hard; a report of failed authentication (RFC 6591) is about us, no complaint."""
    if row["sisimai_reason"] == "feedback":
        return V.BLOCK if row["feedback_type"] == "auth-failure" else V.COMPLAINT
    return V.HARD if row["hardbounce"] == "1" else EXPECTED.get(row["sisimai_reason"], V.SOFT)


def score(folder: Path) -> Score:
    rows = defaultdict(list)
    for row in csv.DictReader((folder / "expected_share.csv").read_text().splitlines()):
        rows[row["file"]].append(row)
    mails = _mails(folder)
    table, wrong = Counter[tuple[str, str]](), []
    for name, about in sorted(rows.items()):
        notices = read_mail(mails[name])
        for at, row in enumerate(about):
            wanted, got = expected(row), notices[at].verdict if at < len(notices) else "missing"
            table[wanted, got] += 1
            if wanted != got:
                wrong.append(f"{name} {at + 1}: {row['sisimai_reason']} is {wanted}, read as {got}")
    return Score(table, wrong)


def _mails(folder: Path) -> dict[str, bytes]:
    if (loose := folder / "sisimai_eml").is_dir():
        return {path.name: path.read_bytes() for path in loose.iterdir()}
    with tarfile.open(folder / "returned.tar.xz") as packed:
        return {one.name: file.read() for one in packed if (file := packed.extractfile(one))}


def in_words(found: Score) -> str:
    names = sorted({name for pair in found.table for name in pair})
    lines = [f"{'expected / read':16}" + "".join(f"{name:>12}" for name in names)]
    for wanted in sorted({pair[0] for pair in found.table}):
        lines.append(f"{wanted:16}" + "".join(f"{found.table[wanted, got] or '.':>12}" for got in names))
    return "\n".join([*lines, f"{found.right:.1%} of {found.table.total()} recipients right"])


if __name__ == "__main__":
    told = score(Path(sys.argv[1]))
    print(in_words(told))
    if "-v" in sys.argv:
        print("\n".join(told.wrong))
