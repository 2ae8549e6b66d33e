"""Entry: reads FOLDER, writes every file of portal/seeds/demo; running it again changes nothing."""

import json
import sys
from pathlib import Path

from portal.seeds.convert import catalog, organization, pipeline, places
from portal.seeds.convert.history import History
from portal.seeds.convert.source import Source, write
from portal.seeds.convert.trade import Trade

DEMO = Path(__file__).parents[1] / "demo"


def convert(folder: Path, out: Path) -> None:
    source = Source(folder)
    trade = Trade(source)
    history = History(source, trade)
    prices, accounts, contacts = catalog.price_list(source), trade.accounts(), trade.contacts()
    deals, deal_lines = pipeline.opportunities(trade, prices, contacts)
    files = {
        "countries": places.countries(source),
        "regions": places.regions(source),
        "territories": places.territories(source),
        "territory_rules": places.territory_rules(source),
        "tax_rates": places.tax_rates(source),
        "people": organization.people(source),
        "territory_history": organization.territory_history(source),
        "products": catalog.products(source),
        "price_list": prices,
        "accounts": accounts,
        "contacts": contacts,
        "orders": trade.order_rows(),
        "order_lines": trade.order_lines(),
        "stores": history.stores(),
        "history": history.history(),
        "quotas": history.quotas(),
        "incentives": organization.incentives(source),
        "leads": pipeline.leads(source),
        "opportunities": deals,
        "opportunity_lines": deal_lines,
    }
    for name, rows in files.items():
        write(out / f"{name}.csv", rows)
    text = json.dumps(organization.COMPANY, indent=2, ensure_ascii=False)
    (out / "company.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m portal.seeds.convert FOLDER")
    convert(Path(sys.argv[1]), DEMO)
