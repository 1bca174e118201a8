# SPDX-License-Identifier: Apache-2.0
"""A service that goes away and comes back: on one port, first the double, then something else."""
import contextlib
import http.server
import os
import socket
import subprocess
import threading
import time

from lab import made_dumps

READY_SECONDS = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PortHolder:
    """The double on a port of our choice; stopped and started anew it has the same address."""

    def __init__(self, programs, folder, port, arguments=()):
        self.port, self._count = port, 0
        self._folder = folder
        self._command = [programs.simulator, "--port", str(port), "--model", made_dumps.MODEL,
                         "--dimension", str(made_dumps.DIMENSION), "--exit-with-parent",
                         *arguments]
        self.process, self.log_path, self.began = None, "", 0.0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self._count += 1
        self.log_path = f"{self._folder}/outage-{self._count}.log"
        ready = f"{self._folder}/outage-{self._count}.port"
        self.process = subprocess.Popen(
            [*self._command, "--log", self.log_path, "--port-file", ready],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + READY_SECONDS
        while not os.path.exists(ready):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f"the simulator does not start on port {self.port}")
            time.sleep(0.005)
        self.began = time.monotonic()

    def answered(self):
        if not os.path.exists(self.log_path):
            return 0
        with open(self.log_path, "rb") as log:
            return log.read().count(b"\n")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


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


@contextlib.contextmanager
def refusing(port):
    """Answers 503 to all; yields the times at which requests came."""
    server = _Server(("127.0.0.1", port), _Refuser)
    server.came = []
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
    yield []
