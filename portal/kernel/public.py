"""Where customers reach this portal: mails need whole addresses."""

_url: list[str] = []


def reached_at(url: str) -> None:
    """Set once, when the app is made."""
    _url[:] = [url.rstrip("/")]


def absolute(path: str) -> str:
    """A path of this portal as a whole address; what is one already stays as it is."""
    return _url[0] + path if path.startswith("/") and not path.startswith("//") else path
