"""Two pages of the demo company: for resellers, and for dealers in Germany."""

from typing import Any

from sqlalchemy import select

from portal.campaigns.models import Campaign
from portal.kernel.db import db
from portal.landing.models import LandingPage

from .world import World

RESELLERS: dict[str, Any] = {
    "slug": "reseller-programme",
    "title": "Sell bicycles that leave the store in May, not in October",
    "lead": "Stores in six countries sell our bicycles. Join the programme and get reseller prices, a named contact and spare "
    "parts within two days.",
    "body": """## What you get

- Reseller prices from the first bicycle, and more off by volume
- One person who knows your store and calls you back within the hour
- Spare parts from stock in two days

## How it starts

Tell us about your store. We call, agree on a first order, and you decide after the season whether to go on.

> We ordered twelve touring bicycles to try. By June we had ordered twelve more, twice.""",
    "consent_wording": "Keep what I wrote here to answer me, as your privacy notice says.",
    "news_wording": "Also send me news for resellers by email. I can stop at any time with one click.",
    "thanks": "We have your request and sent you an email.\nSomebody who knows bicycles calls you within the hour.",
    "published": True,
}
DEALERS: dict[str, Any] = {
    "slug": "haendler-werden",
    "title": "Fahrräder, die im Mai das Geschäft verlassen und nicht im Oktober",
    "lead": "Werden Sie Händler: Einkaufspreise ab dem ersten Rad, ein fester Ansprechpartner, Ersatzteile in zwei Tagen.",
    "body": """## Das bekommen Sie

- Händlerpreise ab dem ersten Rad, mit Staffel nach Menge
- Einen Menschen, der Ihr Geschäft kennt und innerhalb einer Stunde zurückruft
- Ersatzteile ab Lager in zwei Tagen

## So fängt es an

Erzählen Sie uns von Ihrem Geschäft. Wir rufen an, vereinbaren eine erste Bestellung, und nach der Saison entscheiden Sie.""",
    "language": "de",
    "double_opt_in": True,
    "source": "Landing page",
    "consent_wording": "Bewahren Sie meine Angaben auf, um mir zu antworten, wie es Ihre Datenschutzerklärung sagt.",
    "news_wording": "Schicken Sie mir auch Neuigkeiten für Händler per E-Mail. Ich kann sie jederzeit abbestellen.",
    "thanks": "Wir haben Ihre Anfrage und Ihnen eine E-Mail geschickt.\nJemand, der Fahrräder kennt, ruft Sie bald an.",
    "published": True,
}


def load(world: World) -> None:
    campaign = db.session.scalars(select(Campaign.id).where(Campaign.utm_campaign == "reseller-programme")).one()
    db.session.add_all([LandingPage(**page, campaign_id=campaign) for page in (RESELLERS, DEALERS)])
    db.session.flush()
