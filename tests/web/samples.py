"""Frozen snapshots of three documents, any length, in English and German, with sums as EN 16931 wants them."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, cast

from portal.kernel.paper import Brand, DocumentSnapshot, Line, Section, TaxGroup, Totals

BRAND: Brand = {
    "name": "Adventure Works Cycles", "legal_name": "Adventure Works Cycles GmbH",
    "website": "https://www.adventure-works.example",
    "email": "hello@adventure-works.example", "phone": "+49 40 5550 118", "accent": "#0F5C4D",
    "address": {"line1": "Am Karlshof 8200", "postcode": "22001", "city": "Hamburg", "country": "Germany"},
    "register": "Amtsgericht Hamburg, HRB 000042", "vat_id": "DE123456789", "directors": "Ken Sánchez, Brian Welcker",
    "bank": {"name": "Musterbank Hamburg", "iban": "DE89370400440532013000", "bic": "MUSTDEHHXXX"},
    "logo_light_url": "https://portal.adventure-works.example/brand/logo.png",
    "logo_dark_url": "https://portal.adventure-works.example/brand/logo-dark.png",
}  # fmt: skip
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 36"><circle cx="18" cy="18" r="16" fill="#0F5C4D"/>'
    b'<path d="M6 25l8-13 5 8 3-4 8 9z" fill="#fff"/></svg>'
)
GOODS = {
    "en": [("Touring-1000 Blue, 54", "Long-distance tourer, 27 gears, disc brakes, rack mounts front and rear.", "pcs"),
           ("Mountain-200 Black, 42", "Frame size to be confirmed for each rider at the fitting day.", "pcs"),
           ("Sport-100 Helmet, Blue", "Sizes S to XL, mixed on request.", "pcs"), ("Workshop handbook, printed", "", "pcs"),
           ("Fitting day at your shop", "Two mechanics, fitting stand and tools.", "days")],
    "de": [("Touring-1000 Blau, 54", "Reiserad mit 27 Gängen, Scheibenbremsen, Gepäckträgeraufnahme vorn und hinten.", "Stück"),
           ("Mountain-200 Schwarz, 42", "Rahmengröße wird für jeden Fahrer am Anpassungstag festgelegt.", "Stück"),
           ("Helm Sport-100, Blau", "Größen S bis XL, auf Wunsch gemischt.", "Stück"), ("Werkstatthandbuch, gedruckt", "",
           "Stück"),
           ("Anpassungstag in Ihrem Geschäft", "Zwei Mechaniker, Messgestell und Werkzeug.", "Tage")],
}  # fmt: skip
PRICES = (("2384.07", "19"), ("2294.99", "19"), ("34.99", "19"), ("24.90", "7"), ("680.00", "19"))
TEXTS: dict[str, dict[str, Any]] = {
    "en": {
        "subject": "Spring range 2027 and workshop start-up for your Kiel shop", "group": "Lot",
        "discount": "Order discount 3%",
        "intro": "Dear John, thank you for the good talk in Kiel. Here is our offer with the mix of models that we agreed on.",
        "freight": "Freight, DAP Kiel", "deposit": "Deposit of 16 October 2026", "pay": "30 days net.",
        "removed": "Removed in revision 2",
        "changes": ["Mountain-200 Black: six instead of four", "Handbook at the new list price"],
        "change": "Changed: quantity 4 → 6",
        "terms": [("Delivery", "DAP Kiel, 6 to 8 weeks after acceptance."), ("Payment", "30 days net."), ("Title",
        "Goods stay our property until paid.")],
        "closing": "We look forward to the season with you.", "country": "Germany", "steps": ("Deposit", "now",
        "First delivery", "March 2027"),
        "delivery": ("Week 11, 2027", "first lot 15 to 19 March", "Conesweg 49, 24044 Kiel", "ramp at the back",
        "Cargo Transport 5", "DAP Kiel, insured"),
    },
    "de": {
        "subject": "Frühjahrssortiment 2027 und Werkstattstart für Ihr Geschäft in Kiel", "group": "Los",
        "discount": "Auftragsrabatt 3\u202f%",
        "intro": "Sehr geehrter Herr Ault, vielen Dank für das gute Gespräch in Kiel. Hier ist unser Angebot wie vereinbart.",
        "freight": "Fracht, DAP Kiel", "deposit": "Anzahlung vom 16. Oktober 2026", "pay": "30 Tage netto.",
        "removed": "Entfällt in Fassung 2",
        "changes": ["Mountain-200 Schwarz: sechs statt vier", "Handbuch zum neuen Listenpreis"],
        "change": "Geändert: Menge 4 → 6",
        "terms": [("Lieferung", "DAP Kiel, 6 bis 8 Wochen nach Auftrag."), ("Zahlung", "30 Tage netto."), ("Eigentum",
        "Die Ware bleibt bis zur Zahlung unser Eigentum.")],
        "closing": "Wir freuen uns mit Ihnen auf die Saison.", "country": "Deutschland", "steps": ("Anzahlung", "sofort",
        "Erste Lieferung", "März 2027"),
        "delivery": ("KW 11, 2027", "erstes Los 15. bis 19. März", "Conesweg 49, 24044 Kiel", "Rampe im Hof",
        "Cargo Transport 5", "DAP Kiel, versichert"),
    },
}  # fmt: skip


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def line(index: int, words: str) -> Line:
    name, text, unit = GOODS[words][index % 5]
    price, rate = PRICES[index % 5]
    quantity, discount = Decimal(1 + index * 5 % 13), Decimal((0, 5, 0, 10)[index % 4])
    return {
        "position": str(index + 1), "name": name, "sku": f"AW-{index:04d}", "text": text, "quantity": str(quantity),
        "unit": unit,
        "price": price, "discount": str(discount), "rate": rate, "category": "S", "change": "", "removed": False,
        "net": str(cents(quantity * Decimal(price) * (100 - discount) / 100)),
    }  # fmt: skip


def totals(lines: list[Line], words: str, paid: str = "0") -> Totals:
    groups: dict[str, Decimal] = defaultdict(Decimal)
    for row in lines:
        if not row["removed"]:
            groups[row["rate"]] += Decimal(row["net"])
    whole = sum(groups.values(), Decimal())
    cut = {rate: cents(base * 3 / 100) for rate, base in groups.items()}
    charge = Decimal("180.00")
    groups["19"] += charge
    taxes: list[TaxGroup] = []
    for rate in sorted(groups, key=Decimal, reverse=True):
        base = groups[rate] - cut[rate]
        taxes.append({"category": "S", "rate": rate, "base": str(base), "tax": str(cents(base * Decimal(rate) / 100))})
    net = sum((Decimal(t["base"]) for t in taxes), Decimal())
    total = net + sum((Decimal(t["tax"]) for t in taxes), Decimal())
    return {
        "lines": str(whole), "discount": str(sum(cut.values(), Decimal())), "discount_label": TEXTS[words]["discount"],
        "charge": str(charge), "charge_label": TEXTS[words]["freight"], "net": str(net), "taxes": taxes, "total": str(total),
        "paid": paid, "paid_label": TEXTS[words]["deposit"] if paid != "0" else "", "due": str(total - Decimal(paid)),
    }  # fmt: skip


def sections(lines: list[Line], words: str) -> list[Section]:
    parts = [lines[i : i + 50] for i in range(0, len(lines), 50)]
    return [
        {"title": f"{TEXTS[words]['group']} {i + 1}" if len(parts) > 1 else "", "note": "", "lines": part,
         "subtotal": str(sum((Decimal(row["net"]) for row in part if not row["removed"]), Decimal())) if len(parts) > 1 else None}
        for i, part in enumerate(parts)
    ]  # fmt: skip


def document(
    kind: Literal["quote", "order", "invoice"], count: int = 12, language: str = "en-IE", **over: Any
) -> DocumentSnapshot:
    words = language[:2]
    text = TEXTS[words]
    rows: list[Line] = [line(index, words) for index in range(count)]
    snapshot: dict[str, Any] = {
        "kind": kind, "number": {"quote": "Q-2026-0042", "order": "SO-2026-0311", "invoice": "INV-2026-0187"}[kind],
        "language": language, "currency": "EUR", "tax_name": "vat", "issued": "2026-11-20", "subject": text["subject"],
        "to": {"name": "Pedaling Components", "person": "John Ault", "rows": ["Conesweg 49", "24044 Kiel", text["country"]],
        "number": "AW-00029825", "vat_id": "DE999999999"},
        "contact": {"name": "Rachel Valdez", "role": "Sales", "email": "rachel.valdez@adventure-works.example",
        "phone": "+49 40 5550 121"},
        "intro": [text["intro"]], "sections": sections(rows, words), "totals": totals(rows, words,
        "500.00" if kind == "invoice" else "0"),
        "terms": [{"title": title, "text": words_} for title, words_ in text["terms"]], "notices": [],
        "closing": text["closing"],
        "payment_terms": text["pay"],
    }  # fmt: skip
    extra = {"quote": quote_parts, "order": order_parts, "invoice": invoice_parts}[kind]
    return cast(DocumentSnapshot, snapshot | extra(rows, words, snapshot) | over)


def quote_parts(rows: list[Line], words: str, snapshot: dict[str, Any]) -> dict[str, Any]:
    if len(rows) > 2:
        rows[1]["change"] = TEXTS[words]["change"]
        rows[2]["removed"], rows[2]["change"] = True, TEXTS[words]["removed"]
    return {
        "revision": 2, "replaces": 1, "changes": TEXTS[words]["changes"], "sections": sections(rows, words),
        "valid_until": "2026-12-18",
        "options": [line(2, words), line(4, words)] if len(rows) > 1 else [], "totals": totals(rows, words),
        "accept_url": "https://sales.adventure-works.example/q/7fK2mQxV9c",
    }  # fmt: skip


def order_parts(rows: list[Line], words: str, snapshot: dict[str, Any]) -> dict[str, Any]:
    total = Decimal(snapshot["totals"]["total"])
    deposit = cents(total * 30 / 100)
    first, now, second, later = TEXTS[words]["steps"]
    names = ("when", "when_detail", "where", "where_detail", "carrier", "carrier_detail")
    return {
        "your_reference": "PO 18850127500", "from_document": "Q-2026-0042 (2)", "terms": [],
        "delivery": dict(zip(names, TEXTS[words]["delivery"], strict=True)),
        "schedule": [{"name": first, "expected": now, "share": "30", "amount": str(deposit)}, {"name": second,
        "expected": later, "share": "70", "amount": str(total - deposit)}],
    }  # fmt: skip


def invoice_parts(rows: list[Line], words: str, snapshot: dict[str, Any]) -> dict[str, Any]:
    return {
        "your_reference": "PO 18850127500",
        "from_document": "SO-2026-0311",
        "delivered": "2026-11-16",
        "due": "2026-12-20",
        "terms": [],
        "intro": [],
    }
