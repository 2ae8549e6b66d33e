"""Products, price lists, tax rates."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.search import Searchable


class Product(Base, Versioned, Audited, Searchable):
    __tablename__ = "product"
    noun = "catalog"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="piece")
    tax_category: Mapped[str] = mapped_column(default="S")
    standard_cost: Mapped[Decimal] = mapped_column(default=Decimal(0))
    active: Mapped[bool] = mapped_column(default=True)

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.sku} {self.category}"


class PriceList(Base, Versioned, Audited):
    __tablename__ = "price_list"
    __table_args__ = (
        Index(
            "uq_price_list_one_default",
            "currency",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )
    noun = "price_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    is_default: Mapped[bool] = mapped_column(default=False)  # one per currency
    items: Mapped[list["PriceListItem"]] = relationship(back_populates="price_list", cascade="all, delete-orphan")


class PriceListItem(Base, Versioned, Audited):
    __tablename__ = "price_list_item"
    __table_args__ = (
        UniqueConstraint("price_list_id", "product_id", "min_quantity"),
        CheckConstraint("unit_price >= 0", name="price_not_negative"),
        CheckConstraint("min_quantity > 0", name="quantity_positive"),
    )
    noun = "price_list_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    min_quantity: Mapped[Decimal] = mapped_column(default=Decimal(1))
    unit_price: Mapped[Decimal]
    price_list: Mapped[PriceList] = relationship(back_populates="items")
    product: Mapped[Product] = relationship()


class TaxRate(Base, Versioned, Audited):
    """Percent by place and category; the most specific place wins."""

    __tablename__ = "tax_rate"
    __table_args__ = (UniqueConstraint("country", "region", "category"),)
    noun = "tax_rates"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str]
    region: Mapped[str] = mapped_column(default="")  # "" = the whole country
    category: Mapped[str] = mapped_column(default="S")
    percent: Mapped[Decimal]


refuse_on("uq_product_sku", "product.sku", say=Refused("product.sku_taken", "Another product has this number.", "sku"))
refuse_on(
    "uq_price_list_name", "price_list.name", say=Refused("price_list.name_taken", "Another list has this name.", "name")
)
refuse_on(
    "uq_price_list_item",
    "price_list_item.price_list_id",
    say=Refused("price.tier_taken", "This list has a price from this quantity already.", "min_quantity"),
)
refuse_on(
    "uq_tax_rate",
    "tax_rate.country",
    say=Refused("tax_rate.taken", "This place has a rate for this category.", "region"),
)


class PricedLine:
    """Mixin: a line of a quote, order or invoice, copied from the catalog so that later changes do not touch it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    sku: Mapped[str] = mapped_column(default="")
    description: Mapped[str]
    unit: Mapped[str] = mapped_column(default="piece")
    quantity: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    discount_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    tax_category: Mapped[str] = mapped_column(default="S")
    tax_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    net: Mapped[Decimal] = mapped_column(default=Decimal(0))  # stored as computed, never recomputed once frozen


class Totalled:
    """Mixin: the sums of a document, stored as `rules.total` gave them."""

    currency: Mapped[str]
    net: Mapped[Decimal] = mapped_column(default=Decimal(0))
    tax: Mapped[Decimal] = mapped_column(default=Decimal(0))
    total: Mapped[Decimal] = mapped_column(default=Decimal(0))
