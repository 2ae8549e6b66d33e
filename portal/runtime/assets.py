"""Vendored front-end files, trimmed to what the templates use: python -m portal.runtime.assets [--fetch]."""

import argparse
import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.runtime.stylesheet import COMPARED, STRING, classes, defined, literals, trim

ROOT = Path(__file__).resolve().parents[2]
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
ICON_SET = ("@tabler/icons", "3.51.0", "MIT")
OURS = {"is-invalid"}  # ours alone; Tabler hangs a data: picture and 3 rem of padding on it


@dataclass(frozen=True)
class Vendored:
    """One file taken as it is from a published package."""

    package: str
    version: str
    licence: str
    source: str
    file: str


VENDORED = (
    Vendored("htmx.org", "4.0.1", "0BSD", "dist/htmx.min.js", "htmx.min.js"),
    Vendored("sortablejs", "1.15.7", "MIT", "Sortable.min.js", "sortable.min.js"),
    Vendored("@tabler/core", "1.6.1", "MIT", "dist/css/tabler.min.css", "vendor/tabler.min.css"),
    Vendored(
        "@fontsource-variable/inter", "5.3.0", "OFL-1.1", "files/inter-latin-wght-normal.woff2", "inter-latin.woff2"
    ),
    Vendored(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        "files/inter-latin-ext-wght-normal.woff2",
        "inter-latin-ext.woff2",
    ),
)

# The sprite holds these and whatever else a template names, so that most pages need no new fetch.
ICONS = """
adjustments alert-circle alert-triangle archive arrow-down arrow-left arrow-right arrow-up ban bell bolt bookmark
briefcase building building-store bulb calendar chart-bar chart-line check chevron-right circle-check click clock code
coin columns compass copy credit-card currency-dollar database device-floppy device-mobile door-exit dots download edit
external-link eye eye-off file file-text filter fingerprint flag forms git-branch git-merge grip-vertical heading
help-circle history home hourglass id info-circle key layout-kanban link list list-check lock login logout mail map-2
map-pin menu-2 message minus moon note package paperclip pencil percentage phone photo pin player-pause player-play
player-stop plus point printer qrcode receipt refresh route search send separator settings share shield shield-check
sitemap speakerphone star sun table tag target test-pipe thumb-up ticket trash trophy truck typography upload user
user-check user-plus users world x
"""
ICON_CALL = re.compile(r"\b(?:icon|event)\(\s*([^(),]*)|\bicon_name=([^(),]*)")
NOTE_CALL = re.compile(r"""\bnote\(\s*"[a-z]*",\s*([^(),]*)|\bmenu\([^(),]*,[^(),]*,\s*([^(),]*)""")


def pages() -> list[Path]:
    """Templates shown in a browser; those of mail and paper have their own stylesheets."""
    found = sorted(TEMPLATES.rglob("*.html"))
    return [path for path in found if not {"mail", "pdf"} & set(path.relative_to(TEMPLATES).parts)]


def sources() -> Iterator[str]:
    """The text of every page's template."""
    for path in pages():
        yield path.read_text(encoding="utf-8")


def icons_named(source: str) -> set[str]:
    """Icon names written out in a template, as literals of the argument that names the icon."""
    calls = [*ICON_CALL.findall(source), *NOTE_CALL.findall(source)]
    given = " ".join(COMPARED.sub("", first or second) for first, second in calls)
    return {a or b for a, b in STRING.findall(given)} - {""}


def shipped_icons() -> set[str]:
    return set(ICONS.split())


def symbols(sprite: str) -> set[str]:
    return set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))


def unpack(package: str, version: str, into: Path) -> Path:
    """Fetches one package with npm and returns the folder it was unpacked to."""
    into.mkdir(parents=True)
    subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=into, check=True, stdout=subprocess.DEVNULL)
    (archive,) = into.glob("*.tgz")
    subprocess.run(["tar", "xzf", archive.name], cwd=into, check=True)
    return into / "package"


def draw_sprite(folder: Path, names: set[str]) -> str:
    """One SVG with a symbol per icon; strokes and sizes come from the stylesheet."""
    out = []
    for name in sorted(names):
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", (folder / f"{name}.svg").read_text(), re.S)
        if drawing is None:
            raise ValueError(f"{name}.svg holds no drawing")
        paths = re.sub(r"\s*\n\s*", "", drawing[1]).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        out.append(f'<symbol id="{name}" viewBox="0 0 24 24">{paths}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(out) + "</svg>\n"


def fetch() -> None:
    """Takes every vendored file and the icons anew from the packages."""
    with tempfile.TemporaryDirectory() as scratch:
        folders: dict[str, Path] = {}
        for item in VENDORED:
            if item.package not in folders:
                folders[item.package] = unpack(item.package, item.version, Path(scratch, str(len(folders))))
            (STATIC / item.file).parent.mkdir(exist_ok=True)
            (STATIC / item.file).write_bytes((folders[item.package] / item.source).read_bytes())
        drawings = unpack(*ICON_SET[:2], Path(scratch, "icons")) / "icons" / "outline"
        named = {name for source in sources() for name in icons_named(source)}
        (STATIC / "icons.svg").write_text(draw_sprite(drawings, shipped_icons() | named))


def write_tabler() -> None:
    """Tabler, cut down to the classes that templates name anywhere, in a layer below our own stylesheet."""
    vendor = (STATIC / "vendor" / "tabler.min.css").read_text(encoding="utf-8")
    named = {word for source in sources() for word in classes(source) | literals(source)}
    ours = (STATIC / "portal.css").read_text(encoding="utf-8")
    body = trim(vendor, (named & defined(vendor)) - OURS, reads=ours)
    (STATIC / "tabler.css").write_text(
        "/*! Tabler 1.6.1, MIT, trimmed by portal.runtime.assets */@layer tabler{" + body + "}\n", encoding="utf-8"
    )


def stamp(css: str) -> str:
    """Gives every url() in our stylesheet the fingerprint that asset_url() prints, so both name one address."""

    def marked(match: re.Match[str]) -> str:
        return f'url("{match[1]}?v={digest(STATIC / match[1])[:12]}")'

    return re.sub(r'url\("([\w.-]+)\?v=\w*"\)', marked, css)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_list() -> None:
    """VENDOR.json: what was taken from whom, with the checksum that the tests hold it to."""
    made = (
        Vendored("@tabler/core", "1.6.1", "MIT", "trimmed from vendor/tabler.min.css", "tabler.css"),
        Vendored(*ICON_SET, "icons/outline", "icons.svg"),
    )
    rows = [{**asdict(item), "sha256": digest(STATIC / item.file)} for item in (*VENDORED, *made)]
    (STATIC / "VENDOR.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fetch", action="store_true", help="take the packages anew with npm (needed for a new icon)")
    if parser.parse_args().fetch:
        fetch()
    sheet = STATIC / "portal.css"
    sheet.write_text(stamp(sheet.read_text(encoding="utf-8")), encoding="utf-8")
    write_tabler()
    write_list()
    print(
        f"tabler.css {(STATIC / 'tabler.css').stat().st_size} bytes, "
        f"{len(symbols((STATIC / 'icons.svg').read_text()))} icons"
    )


if __name__ == "__main__":
    main()
