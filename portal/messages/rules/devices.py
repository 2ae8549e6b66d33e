"""What somebody read a mail on, from the user agent of the request."""

from functools import lru_cache

DEVICES = {
    "phone": "Phone",
    "tablet": "Tablet",
    "computer": "Computer",
    "hidden": "Hidden by a mail service",
    "unknown": "Unknown",
}
_MARKS = (
    ("hidden", ("googleimageproxy", "yahoomailproxy", "ggpht", "cloudmark", "barracuda", "bot/", "proxy")),
    ("tablet", ("ipad", "tablet", "kindle", "silk/")),
    ("phone", ("iphone", "ipod", "mobile", "windows phone")),
    ("tablet", ("android",)),  # phones with Android say "Mobile" as well
    ("computer", ("windows", "macintosh", "x11", "linux", "cros", "thunderbird", "outlook")),
)


@lru_cache(maxsize=4096)
def device_of(user_agent: str) -> str:
    """A key of `DEVICES`. Exactly "Mozilla/5.0" is what privacy proxies call themselves."""
    text = user_agent.lower().strip()
    if text == "mozilla/5.0":
        return "hidden"
    return next((device for device, marks in _MARKS if any(mark in text for mark in marks)), "unknown")
