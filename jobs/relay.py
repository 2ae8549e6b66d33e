"""The doorbell: tells a queue to look. The rows are the truth, so a lost ring costs seconds, never work."""

import logging
import time
from threading import Lock

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from portal.kernel.soon import Soon

log = logging.getLogger(__name__)

ENOUGH = 3  # sweeps waiting in one queue: each works off everything that is due
QUIET_AFTER_FAILURE = 5.0  # seconds in which nobody waits for a server that did not answer


class Bell:
    def __init__(self, connection: Redis) -> None:
        self.connection = connection
        self._quiet_until = 0.0
        self._owed: set[str] = set()
        self._lock = Lock()
        self._soon = Soon(self._ring_owed)

    def ring_soon(self, queues: set[str]) -> None:
        """Nobody waits for it, and what comes close together is one ring. For a process that lives on."""
        with self._lock:
            self._owed |= queues
        self._soon.ask()

    def _ring_owed(self) -> None:
        with self._lock:
            queues, self._owed = self._owed, set()
        self.ring(queues)

    def ring(self, queues: set[str]) -> bool:
        """Never raises: Redis away means later. Returns whether everybody was told."""
        if time.monotonic() < self._quiet_until:
            return False
        try:
            for name in sorted(queues):
                queue = Queue(name, connection=self.connection, serializer=JSONSerializer)
                if queue.count < ENOUGH:
                    queue.enqueue("jobs.worker.answer", name, result_ttl=0, failure_ttl=3600, job_timeout=900)
        except RedisError as error:
            log.warning("doorbell not heard: %s", error)
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            return False
        return True


def connect(url: str) -> Redis:
    """Short time-outs: a request must not wait for the doorbell."""
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
