"""Products and price lists."""

from decimal import Decimal

from portal.seeds.convert.source import Row, Source, cents, plain

LIST, RESELLER = "List USD", "Reseller USD 2014"
RESELLER_SHARE = Decimal("0.78")  # of the list price: the highest reseller discount that sells nothing under cost
PAIRS = {"Pedals", "Gloves", "Socks"}


def products(source: Source) -> list[Row]:
    """Everything that was ever for sale; `active` is 0 for what is no longer sold."""
    subcategories = source.index("ProductSubcategory", "ProductSubcategoryID")
    categories = source.index("ProductCategory", "ProductCategoryID")
    rows = []
    for product in source.table("Product"):
        if product["FinishedGoodsFlag"] != "1":
            continue
        subcategory = subcategories[product["ProductSubcategoryID"]]
        rows.append(
            {
                "sku": product["ProductNumber"],
                "name": product["Name"],
                "category": categories[subcategory["ProductCategoryID"]]["Name"],
                "subcategory": subcategory["Name"],
                "unit": "pair" if subcategory["Name"] in PAIRS else "piece",
                "standard_cost": product["StandardCost"],
                "list_price": product["ListPrice"],
                "active": "0" if product["SellEndDate"] else "1",
            }
        )
    return sorted(rows, key=lambda row: row["sku"])


def price_list(source: Source) -> list[Row]:
    """List price from one piece; reseller price in the volume bands that the product takes part in."""
    bands = {row["SpecialOfferID"]: row for row in source.table("SpecialOffer") if row["Type"] == "Volume Discount"}
    taken: dict[str, list[Row]] = {}
    for link in source.table("SpecialOfferProduct"):
        if link["SpecialOfferID"] in bands:
            taken.setdefault(link["ProductID"], []).append(bands[link["SpecialOfferID"]])
    rows = []
    for product in source.table("Product"):
        if product["FinishedGoodsFlag"] != "1" or product["SellEndDate"]:
            continue
        listed = Decimal(product["ListPrice"])
        reseller = cents(listed * RESELLER_SHARE)
        tiers = [("1", reseller)]
        for band in sorted(taken.get(product["ProductID"], []), key=lambda band: int(band["MinQty"])):
            tiers.append((band["MinQty"], cents(reseller * (1 - Decimal(band["DiscountPct"])))))
        for name, quantity, price in [(LIST, "1", listed), *((RESELLER, *tier) for tier in tiers)]:
            rows.append(
                {
                    "price_list": name,
                    "sku": product["ProductNumber"],
                    "min_quantity": quantity,
                    "unit_price": plain(price),
                }
            )
    return sorted(rows, key=lambda row: (row["price_list"], row["sku"], int(row["min_quantity"])))


def reseller_price(prices: list[Row], sku: str, quantity: int) -> Decimal | None:
    """Price of the highest band that `quantity` reaches; None for what is not on the list."""
    fitting = [
        row
        for row in prices
        if (row["price_list"], row["sku"]) == (RESELLER, sku) and int(row["min_quantity"]) <= quantity
    ]
    return Decimal(fitting[-1]["unit_price"]) if fitting else None
