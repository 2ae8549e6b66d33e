"""The outbound client against every spelling of an inside address, redirects, rebinding and servers that dawdle."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web import outbound
from portal.web.outbound import NoAnswer, NotSent, is_public, post

INSIDE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:c0a8:101::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25lo]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[ff02::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/",
    "https://2852039166/",
    "https://100.64.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://①②⑦.⓪.⓪.①/",
]
MISSPELT = [
    "",
    "https://",
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "//example.com/",
    "https://example.com:22/",
    "https://example.com:6379/",
    "https://user:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1#@example.com/",
    "https://exa mple.com/",
    "https://example.com/\r\nHost: evil",
    "https://example.com:99999/",
    "https://[::1/",
    "https://" + "a" * 300 + "/",
]


@pytest.mark.parametrize("url", INSIDE + MISSPELT)
def test_nothing_inside_is_called(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*args: Any, **kwargs: Any) -> None:
        raise AssertionError(f"connected to {args}")

    monkeypatch.setattr(socket, "create_connection", no)
    with pytest.raises(NotSent):
        post(url, b"x", {})


def test_there_are_forty_spellings() -> None:
    assert len(INSIDE) >= 40


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2002:808:808::"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_carried_addresses_are_looked_into(inside: Any) -> None:
    number = int(inside)
    for carrier in (f"::ffff:{inside}", f"64:ff9b::{inside}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"):
        assert not is_public(carrier)


def test_one_inside_answer_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, 1, 6, "", (host, 443)) for host in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)
    with pytest.raises(NotSent, match="not on the public internet"):
        post("https://rebind.example/", b"x", {})


def test_a_name_is_asked_once_and_the_answer_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time changes nothing."""
    asked: list[str] = []
    connected: list[Any] = []

    def rebinding(host: str, port: int, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    def refuse(address: Any, **kwargs: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError("not in a test")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(NotSent):
        post("https://rebind.example/", b"x", {})
    assert (asked, connected) == (["rebind.example"], [("93.184.216.34", 443)])


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A TCP server that reads one request and lets `answer` do what it likes."""
    seen: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            got = b""
            while not got.endswith((b"\r\n\r\na=b", b"Content-Length: 0\r\n\r\n")):
                got += self.request.recv(65536)
            seen.append(got)
            try:
                answer(self.request)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/path?q=1", seen
        running.shutdown()
        thread.join()


def test_an_operator_may_allow_private_addresses() -> None:
    reply = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
    with server(lambda sock: sock.sendall(reply)) as (url, seen):
        assert post(url, b"a=b", {"X-Key": "1"}, private=True) == (201, b"ok")
    assert seen[0].startswith(b"POST /path?q=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert seen[0].endswith(b"\r\n\r\na=b")


def test_redirects_are_answers_not_orders() -> None:
    reply = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/secret\r\nContent-Length: 0\r\n\r\n"
    with server(lambda sock: sock.sendall(reply)) as (url, seen):
        assert post(url, b"", {}, private=True).status == 302
        assert len(seen) == 1


def test_a_huge_answer_is_cut_off() -> None:
    def pour(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            sock.sendall(b"x" * 65536)

    with server(pour) as (url, _), pytest.raises(NoAnswer, match="larger"):
        post(url, b"", {}, private=True)


@pytest.mark.parametrize("drip", [b"", b"H"])
def test_a_server_that_dawdles_is_left(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 0.5)

    def dawdle(sock: socket.socket) -> None:
        for _ in range(30):
            sock.sendall(drip)
            time.sleep(0.1)

    with server(dawdle) as (url, _):
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            post(url, b"", {}, private=True)
        assert time.monotonic() - started < 2


def test_an_unreachable_server_means_not_sent() -> None:
    with pytest.raises(NotSent):
        post("http://127.0.0.1:1/", b"", {}, private=True)
