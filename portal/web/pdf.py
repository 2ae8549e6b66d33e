"""Frozen snapshot to PDF, in this process or in a child that cannot run away."""

import gc
import multiprocessing
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import segno
from segno import helpers

from portal.kernel.colours import on_white
from portal.kernel.paper import Brand, DocumentSnapshot, canonical, count_lines
from portal.web.language import environment, locale_of

MOST_LINES = 500
MOST_BYTES = 1_000_000
MOST_MEMORY = 1 << 30
CPU_SECONDS = 20
WALL_SECONDS = 60
PRINTED, REFUSED, TOO_BIG = b"p", b"r", b"m"
APT = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


ABSENT = {
    "your_reference": "", "from_document": "", "payment_terms": "", "revision": 1, "replaces": None, "changes": [],
    "valid_until": "", "options": [], "accept_url": "", "delivery": None, "schedule": [], "delivered": "", "due": "",
    "tax_name": "vat",
}  # fmt: skip


class PrintFailed(RuntimeError):
    """The document could not be printed within its limits; the message is for people."""


def available() -> str | None:
    """None when PDFs can be made, else what to install."""
    try:
        import portal.web.press  # noqa: F401
    except OSError:
        return "PDF needs Pango: " + ("brew install pango" if sys.platform == "darwin" else APT)
    return None


def preload() -> None:
    """Load WeasyPrint and the fonts, so that the children of a worker start warm."""
    from portal.web.press import type_case

    type_case()


def render(
    template: str, document: DocumentSnapshot, brand: Brand, *,
    size: str = "A4", variant: str = "pdf/ua-1", logo: bytes | None = None,
) -> bytes:  # fmt: skip
    """The same input gives the same bytes. ValueError: the document is too long, or it names something to load."""
    check_length(document)
    from portal.web.press import press

    assets = pictures(document, brand, logo)
    return press(html(template, document, brand, assets), assets, size, variant)


def html(template: str, document: DocumentSnapshot, brand: Brand, assets: Mapping[str, bytes]) -> str:
    """The page before it is printed, in the recipient's language."""
    page = environment(document["language"]).get_template(template)
    return page.render(
        doc={**ABSENT, **document}, brand=brand, accent=on_white(brand["accent"]), assets=assets, widths=widths(document),
        language=str(locale_of(document["language"])).replace("_", "-"),
    )  # fmt: skip


def check_length(document: DocumentSnapshot) -> None:
    """A hostile or mistaken giant is refused before any work is spent on it."""
    if (count := count_lines(document)) > MOST_LINES:
        raise ValueError(f"{document['number']} has {count} lines; a document holds at most {MOST_LINES}. Split it.")
    if len(canonical(document)) > MOST_BYTES:
        raise ValueError(f"{document['number']} holds more than {MOST_BYTES // 1000} kB of text. Shorten it.")


def pictures(document: DocumentSnapshot, brand: Brand, logo: bytes | None) -> dict[str, bytes]:
    """Logo and QR codes under the names by which the templates ask for them."""
    found = {"logo": logo} if logo else {}
    if url := document.get("accept_url"):
        found["accept"] = _drawn(segno.make(url, error="m", micro=False))
    due = Decimal(document["totals"]["due"]) if document["kind"] == "invoice" else Decimal(0)
    if document["currency"] == "EUR" and 0 < due < 10**9:
        bank = brand["bank"]
        found["pay"] = _drawn(
            helpers.make_epc_qr(
                name=brand["legal_name"][:70], iban=bank["iban"], bic=bank["bic"], amount=due, text=document["number"]
            )
        )
    return found


def _drawn(code: segno.QRCode) -> bytes:
    out = BytesIO()
    code.save(out, kind="svg", border=0, dark="#111111", xmldecl=False, nl=False)
    return out.getvalue()


def widths(document: DocumentSnapshot) -> dict[str, float]:
    """Millimetres of the price and amount columns, after the longest figure in them."""
    rows = [line for section in document["sections"] for line in section["lines"]]

    def column(figures: list[str], least: float) -> float:
        longest = max((len(figure) + (len(figure.split(".")[0]) - 1) // 3 for figure in figures), default=0)
        return max(least, round(longest * 1.75 + 3.2, 1))

    return {"price": column([row["price"] for row in rows], 22), "amount": column([row["net"] for row in rows], 25)}


def render_limited(
    template: str, document: DocumentSnapshot, brand: Brand, *, size: str = "A4", variant: str = "pdf/ua-1",
    logo: bytes | None = None, memory: int = MOST_MEMORY, cpu: int = CPU_SECONDS, wall: float = WALL_SECONDS,
) -> bytes:  # fmt: skip
    """`render` in a forked child with limits of memory, processor and time. Raises what it raises, or PrintFailed."""
    return _limited(
        document["number"],
        lambda: render(template, document, brand, size=size, variant=variant, logo=logo),
        memory, cpu, wall,
    )  # fmt: skip


def press_limited(name: str, html: str, size: str = "A4") -> bytes:
    """Finished HTML to PDF within the same limits; `name` is what a refusal calls it."""
    from portal.web.press import press

    return _limited(name, lambda: press(html, {}, size, "pdf/ua-1"), MOST_MEMORY, CPU_SECONDS, WALL_SECONDS)


def _limited(name: str, make: Callable[[], bytes], memory: int, cpu: int, wall: float) -> bytes:
    preload()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def work() -> None:
        gc.freeze()  # else the collector writes marks into what it has from its parent, and gets a copy of it
        _limit(memory, cpu)
        theirs.send_bytes(_answer(make))

    child = context.Process(target=work)
    child.start()
    theirs.close()
    try:
        answer = ours.recv_bytes() if ours.poll(wall) else b""
    except EOFError:
        answer = b""
    finally:
        child.kill()
        child.join()
        ours.close()
    kind, rest = answer[:1], answer[1:]
    if kind == PRINTED:
        return rest
    if kind == REFUSED:
        raise ValueError(rest.decode())
    if kind == TOO_BIG:
        raise PrintFailed(f"{name}: printing needed more than {memory >> 20} MB of memory")
    raise PrintFailed(f"{name}: {_epitaph(child.exitcode, cpu, wall)}")


def _limit(memory: int, cpu: int) -> None:
    with suppress(ValueError, OSError):  # macOS does not know a limit of address space
        most = _address_space() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)


def _address_space() -> int:
    """What a forked process has from its parent, before it does anything."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _answer(make: Callable[[], bytes]) -> bytes:
    try:
        return PRINTED + make()
    except ValueError as error:
        return REFUSED + str(error).encode()
    except MemoryError:
        return TOO_BIG


def _epitaph(code: int | None, cpu: int, wall: float) -> str:
    if code == -signal.SIGXCPU:
        return f"printing took more than {cpu} seconds of processor time"
    if code == -signal.SIGKILL:
        return f"printing took longer than {wall:g} seconds"
    return f"printing ended with code {code}"
