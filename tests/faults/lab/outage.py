# SPDX-License-Identifier: Apache-2.0
"""A service that goes away and comes back: on one port, first the double, then something else."""
import contextlib
import http.server
import os
import random
import socket
import struct
import subprocess
import threading
import time

from lab import made_dumps
from lab.workshop import ExtractionDouble


def free_port():
    """None that the kernel gives to whoever asks for any port: while the service is away another
    process would be asked in its place."""
    for port in random.sample(range(20000, 32000), 1000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class PortHolder:
    """The double on a port of our choice; stopped and started anew it has the same address."""

    def __init__(self, programs, port, arguments=()):
        self.port = port
        self._program = programs.simulator
        self._arguments = ["--port", str(port), "--model", made_dumps.MODEL, "--dimension",
                           str(made_dumps.DIMENSION), *arguments]
        self._double = self._reader = None
        self._came = threading.Condition()
        self.times, self.began = [], 0.0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """`times` begins anew: when each request came to its end."""
        self.times = []
        lines, log = os.pipe()
        try:
            self._double = ExtractionDouble(self._program, "--log", f"/dev/fd/{log}",
                                            *self._arguments, pass_fds=(log,))
        finally:
            os.close(log)
        self.began = time.monotonic()
        self._reader = threading.Thread(target=self._read, args=(lines, self.times))
        self._reader.start()

    def _read(self, lines, times):
        with open(lines, "rb") as log:
            for _ in log:
                with self._came:
                    times.append(time.monotonic())
                    self._came.notify_all()

    def wait_for(self, requests, seconds):
        """False when less have come by then."""
        with self._came:
            return self._came.wait_for(lambda: len(self.times) >= requests, seconds)

    def stop(self):
        if self._double is not None:
            self._double.stop()
            self._reader.join()
            self._double = None


class _Refuser(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.came.append(time.monotonic())
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nothing: it is counted."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.came, self._taken = [], []

    def get_request(self):
        taken = super().get_request()
        self._taken.append(taken[0])
        return taken

    def server_close(self):
        """Connections that are kept would go on to be refused by their threads."""
        super().server_close()
        for connection in self._taken:
            with contextlib.suppress(OSError):  # closed since
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def refusing(port):
    """Answers 503 to all; yields the times at which requests came."""
    server = _Server(("127.0.0.1", port), _Refuser)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def closed(_port):
    """Nobody listens: connections are refused, and nobody can count them."""
    yield None


class _Listener:
    """Takes connections, and what becomes of them is up to `taken`."""

    def __init__(self, port, taken):
        self.came = []
        self._taken = taken
        self._socket = socket.socket()
        # The service is to come back to this port while these connections are still there.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(128)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        while True:
            try:
                connection = self._socket.accept()[0]
            except OSError:
                return
            self.came.append(time.monotonic())
            self._taken(connection)

    def stop(self):
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept
        self._thread.join()
        self._socket.close()


def _reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextlib.contextmanager
def closing(port):
    """Takes each connection and resets it at once; yields the times at which they came."""
    listener = _Listener(port, _reset)
    try:
        yield listener.came
    finally:
        listener.stop()


class Hanging:
    """Takes connections and never answers. They stay open after the outage, as those to a machine
    that is cut off the network do, until close()."""

    def __init__(self):
        self._kept = []

    @contextlib.contextmanager
    def __call__(self, port):
        listener = _Listener(port, self._kept.append)
        try:
            yield listener.came
        finally:
            listener.stop()

    def close(self):
        for connection in self._kept:
            connection.close()
