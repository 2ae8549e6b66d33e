"""What a spam filter says of our templates."""

import mailbox
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.emails.rules import gallery
from portal.emails.rules.compile import compile_document
from portal.kernel import public
from portal.kernel.liquid import personalise
from portal.kernel.mime import Mailbox, build_email

from .looks import LOOK

SPAMASSASSIN = shutil.which("spamassassin")
PAGE = "https://mail.test-cycles.example/c/4f7Hk2"
VALUES = {
    "contact": {"first_name": "Ann"}, "account": {"name": "Pro Sports"},
    "links": {"unsubscribe": PAGE, "preferences": PAGE, "web_view": "https://mail.test-cycles.example/e/v/4f7Hk2"},
}  # fmt: skip


def raw(key: str) -> bytes:
    """The template as the mail that one contact gets."""
    letter = gallery.TEMPLATES[key]
    made = compile_document(letter.document, LOOK, subject=letter.subject, preheader=letter.preheader)
    return build_email(
        message_id=f"<{key}.20261122.4f7hk2@test-cycles.example>",
        sent_at=datetime.now(UTC),
        sender=Mailbox("news@test-cycles.example", "Test Cycles"),
        to=Mailbox("ann@example.com", "Ann Ault"),
        subject=personalise(letter.subject, VALUES, escapes=False),
        text=personalise(made.text, VALUES, escapes=False),
        html=personalise(made.html, VALUES),
        headers={"List-Unsubscribe": f"<{PAGE}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        attachments=[],
    )


@pytest.mark.skipif(SPAMASSASSIN is None, reason="no SpamAssassin on this machine: apt-get install spamassassin")
def test_no_template_looks_like_spam(tmp_path: Path) -> None:
    """All in one start, without asking the network: less than one point of the five that make spam."""
    public.reached_at("https://mail.test-cycles.example")
    box = mailbox.mbox(tmp_path / "all.mbox")
    for key in gallery.TEMPLATES:
        box.add(raw(key))
    box.close()
    command = [str(SPAMASSASSIN), "-L", "--mbox", "-p", "/dev/null"]
    with (tmp_path / "all.mbox").open("rb") as mails:
        said = subprocess.run(
            command, stdin=mails, capture_output=True, check=True, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        )
    scores = [float(score) for score in re.findall(rb"^X-Spam-Status: \w+, score=(-?[\d.]+)", said.stdout, re.M)]
    assert len(scores) == len(gallery.TEMPLATES)
    assert max(scores) < 1
