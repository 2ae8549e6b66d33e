"""The links of a mailing name its campaign, so that what comes of a click finds its way back."""

from portal.campaigns.rules import tagged
from portal.messages.rules.tracking import FoundLink


def in_campaign(link: FoundLink, campaign: str, variant: str) -> FoundLink:
    """With UTM parameters, unless the mail's own parameters say otherwise; ours and what is filled in stay as they are."""
    plain = link.url.startswith(("https://", "http://")) and "{{" not in link.url and "utm_" not in link.url
    if not campaign or link.role or not plain:
        return link
    url = tagged(link.url, source="newsletter", medium="email", campaign=campaign, content=variant)
    return link._replace(url=url)
