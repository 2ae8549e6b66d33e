"""A DNS server in a process of its own. Run: python -m tests.messages.dns_server ZONE.json, which it reads anew for every
question: {"example.com TXT": ["v=spf1 ..."], "slow.example TXT": null}; null is never answered. Prints its port."""

import json
import socket
import sys
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


def answer(question: bytes, zone: Path) -> bytes | None:
    asked = dns.message.from_wire(question)
    name, kind = asked.question[0].name, dns.rdatatype.to_text(asked.question[0].rdtype)
    records = json.loads(zone.read_text())
    found = records.get(f"{name.to_text(omit_final_dot=True)} {kind}", [])
    if found is None or "silence" in records:
        return None
    said = dns.message.make_response(asked)
    if found:
        said.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind, [_shown(one, kind) for one in found]))
    else:
        said.set_rcode(dns.rcode.NXDOMAIN)
    return said.to_wire(max_size=4096)


def _shown(text: str, kind: str) -> str:
    """A long TXT record is several strings of 255 at most."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255)) if kind == "TXT" else text


if __name__ == "__main__":
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        print(here.getsockname()[1], flush=True)
        while True:
            question, sender = here.recvfrom(4096)
            if (told := answer(question, Path(sys.argv[1]))) is not None:
                here.sendto(told, sender)
