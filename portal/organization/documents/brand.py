"""The seller as letters and mails show it."""

from babel import Locale

from portal.kernel.paper import Brand

from ..models import Company


def country_name(code: str, language: str) -> str:
    """The country in the reader's language; the code itself where it has no name."""
    return str(Locale.parse(language[:2]).territories.get(code, code))


def brand_of(company: Company, public_url: str, language: str = "en") -> Brand:
    """`public_url` is where customers reach this portal: pictures in mails need whole addresses."""
    return {
        "name": company.name,
        "legal_name": company.legal_name,
        "website": company.website or public_url,
        "email": company.email,
        "phone": company.phone,
        "accent": company.accent,
        "address": {
            "line1": company.street,
            "postcode": company.postcode,
            "city": f"{company.city} {company.region}".strip(),
            "country": country_name(company.country, language),
        },
        "register": "",
        "vat_id": company.vat_id,
        "directors": "",
        "bank": {"name": company.bank_name, "iban": company.iban, "bic": company.bic},
        "logo_light_url": "",
        "logo_dark_url": "",
    }
