"""`python -m portal.runtime.translations`: collect the sentences of the portal, bring each catalogue up to date, compile it."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "portal/translations"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
STAMP = datetime(2026, 1, 1, tzinfo=UTC)  # catalogues change with their words, not with the clock


def collect() -> Catalog:
    """Every sentence in the code and the templates, with the files that say it."""
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(project="Throughline", creation_date=STAMP, charset="utf-8")
    for path, line, message, comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=lambda folder: not Path(folder).name.startswith((".", "__"))
    ):
        found.add(message, locations=[(path, line)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """The catalogue as translated by people; an empty one for a new language."""
    path = source(language)
    if not path.exists():
        return Catalog(locale=language, project="Throughline", creation_date=STAMP, revision_date=STAMP)
    return read_po(BytesIO(path.read_bytes()), locale=language)


def source(language: str) -> Path:
    """The file that people edit."""
    return FOLDER / language / "LC_MESSAGES/messages.po"


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as programs read it."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update(language: str, template: Catalog) -> list[str]:
    """Add new sentences, drop those that nobody says any more, compile. Returns what still waits for a translation."""
    catalogue = read(language)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# Throughline in another language: {language}"
    catalogue.fuzzy = False
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = "Throughline"
    catalogue.version = "1"
    catalogue.creation_date = catalogue.revision_date = STAMP
    out = BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, sort_output=True)
    source(language).parent.mkdir(parents=True, exist_ok=True)
    source(language).write_bytes(out.getvalue())
    source(language).with_suffix(".mo").write_bytes(compiled(catalogue))
    return missing(catalogue)


def missing(catalogue: Catalog) -> list[str]:
    """Sentences without a translation."""
    waiting = [message for message in catalogue if message.id and not all(_forms(message.string))]
    return [str(message.id) for message in waiting]


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)


def main() -> None:
    """Update every language folder."""
    template = collect()
    for path in sorted(FOLDER.glob("*/LC_MESSAGES")):
        waiting = update(path.parent.name, template)
        print(f"{path.parent.name}: {len(template)} sentences, {len(waiting)} without a translation")
        for sentence in waiting:
            print(f"  {sentence}")


if __name__ == "__main__":
    main()
