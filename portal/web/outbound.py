"""The one client that calls other hosts: resolves first, refuses private addresses, follows nothing, reads little."""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0  # for the whole call
MOST = 1_000_000  # bytes of an answer
PORTS = (443, 8443)


class NotSent(Exception):
    """The request never left: a refused or unreachable address."""


class NoAnswer(Exception):
    """The request may have arrived, but no complete answer came in time."""


class Answer(NamedTuple):
    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool = False) -> Answer:
    """One POST. `private`: the operator allows plain HTTP, any port and addresses that are not public."""
    return _call("POST", url, body, headers, private)


def get(url: str) -> Answer:
    return _call("GET", url, b"", {}, private=False)


def _call(method: str, url: str, body: bytes, headers: Mapping[str, str], private: bool) -> Answer:
    target = _target(url, private)
    port = target.port or (443 if target.scheme == "https" else 80)
    if not private and port not in PORTS:
        raise NotSent(f"port {port} is not one that may be called")
    address = resolve(str(target.hostname), port, private)
    sock = _connect(address, target, port)
    connection = http.client.HTTPConnection(str(target.hostname), port)
    connection.sock = sock
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    try:
        with _deadline(sock):
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            content = response.read(MOST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{target.hostname}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if len(content) > MOST:
        raise NoAnswer(f"{target.hostname}: the answer is larger than {MOST} bytes")
    return Answer(response.status, content)


def _target(url: str, private: bool) -> SplitResult:
    try:
        target = urlsplit(url)
        known = target.hostname and (target.port or 1)
    except ValueError as error:
        raise NotSent(f"{url[:80]!r} is not an address") from error
    if not known or target.scheme not in (("https", "http") if private else ("https",)):
        raise NotSent(f"{url[:80]!r} is not an https address")
    if target.username or target.password or not url.isprintable() or " " in url:
        raise NotSent("an address with credentials, blanks or control characters is not called")
    return target


def resolve(host: str, port: int, private: bool) -> str:
    """The address to connect to, so that a second look-up cannot lead elsewhere. All answers must be public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{host[:80]}: no such host") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(is_public(address) for address in addresses):
        raise NotSent(f"{host[:80]} is not on the public internet")
    return addresses[0]


def is_public(text: str) -> bool:
    """IPv6 addresses that carry an IPv4 address (mapped, NAT64, Teredo) count as inside, a 6to4 one as what it carries."""
    address = ipaddress.ip_address(text.partition("%")[0])
    carried = address.sixtofour if isinstance(address, ipaddress.IPv6Address) else None
    return all(a.is_global and not a.is_multicast and not a.is_reserved for a in (address, carried or address))


def _connect(address: str, target: SplitResult, port: int) -> socket.socket:
    try:
        sock = socket.create_connection((address, port), timeout=SECONDS)
    except OSError as error:
        raise NotSent(f"{target.hostname}: {error}") from error
    if target.scheme == "http":
        return sock
    try:
        with _deadline(sock):
            return ssl.create_default_context().wrap_socket(sock, server_hostname=target.hostname)
    except OSError as error:
        sock.close()
        raise NotSent(f"{target.hostname}: {error}") from error


@contextmanager
def _deadline(sock: socket.socket) -> Iterator[None]:
    """A server that drips one byte at a time must not hold us: the socket is shut when the time is over."""

    def shut() -> None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed already

    timer = threading.Timer(SECONDS, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
