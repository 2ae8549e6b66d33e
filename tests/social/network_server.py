"""A network in a process of its own: speaks the part of the Mastodon interface that we use, and takes webhooks at /hook.

Run: python -m tests.social.network_server FOLDER; prints its port. It logs a line of JSON per request in FOLDER/log and
answers with the status in FOLDER/status where there is one. A status with a known Idempotency-Key is the one it has.
"""

import json
import sys
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

FOLDER = Path(sys.argv[-1])


class Network(BaseHTTPRequestHandler):
    media: ClassVar[list[str]] = []
    statuses: ClassVar[dict[str, str]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = self._read(body)
        with (FOLDER / "log").open("a") as out:
            out.write(json.dumps({"path": self.path, "headers": dict(self.headers), **told}) + "\n")
        forced = FOLDER / "status"
        if forced.exists():
            self._answer(int(forced.read_text()), {"error": "not now"})
        elif self.path == "/api/v2/media":
            self.media.append(f"m{len(self.media) + 1}")
            self._answer(200, {"id": self.media[-1]})
        elif any(one not in self.media for one in told.get("media_ids", ())):
            self._answer(422, {"error": "no such media"})
        else:
            key = self.headers["Idempotency-Key"]
            url = self.statuses.setdefault(key, f"https://mastodon.example/@us/{len(self.statuses) + 1}")
            self._answer(200, {"url": url})

    def _read(self, body: bytes) -> dict[str, Any]:
        kind = self.headers["Content-Type"]
        if not kind.startswith("multipart/"):
            form = parse_qs(body.decode())
            return {"body": body.decode(), "media_ids": form.get("media_ids[]", [])}
        form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
        file = parts["file"]
        words = parts["description"].get_payload(decode=True).decode()
        return {"description": words, "type": file.get_content_type(), "bytes": len(file.get_payload(decode=True))}

    def _answer(self, status: int, told: dict[str, str]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *args: Any) -> None:
        """Quiet."""


if __name__ == "__main__":
    with HTTPServer(("127.0.0.1", 0), Network) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
