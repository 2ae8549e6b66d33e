"""A frugal HTTP client, so that on a small machine the server gets the time: kept connections, ready-made bytes."""

import socket
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from .frame import Round


def post(path: str, body: bytes, host: str, *headers: str) -> bytes:
    """The bytes of a form submission."""
    lines = [
        f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}", *headers,
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode() + body


def send_all(port: int, requests: Sequence[bytes], clients: int) -> tuple[Round, list[int]]:
    """Every request once, by so many clients with one kept connection each. The answers' status codes too."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for one in requests:
        waiting.put(one)
    each: list[float] = []
    statuses: list[int] = []

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port)) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                try:
                    request = waiting.get_nowait()
                except Empty:
                    return
                started = time.perf_counter()
                link.sendall(request)
                statuses.append(_status(link))
                each.append(time.perf_counter() - started)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Round(time.perf_counter() - started, each), statuses


def _status(link: socket.socket) -> int:
    """Reads one answer to its end."""
    data = link.recv(65536)
    while b"\r\n\r\n" not in data:
        data += link.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += link.recv(65536)
    return int(head[9:12])
