# SPDX-License-Identifier: Apache-2.0
"""Where one worker of a campaign runs ffdump: a folder in memory and a simulator of its own."""
import http.client
import json
import os
import pathlib
import sys
import tempfile
import time

from lab import made_dumps, shim
from lab.fork_server import ForkServer

sys.path.insert(0, str(made_dumps.ROOT / "tests/support"))
from extraction_double import ExtractionDouble  # noqa: E402  (not of the lab alone)

RUN_SECONDS = 20
MOST_LOG_BYTES = 4 << 20


def memory_folder():
    """Most of the runs are bound by the disk; where there is memory to hold files, it is used."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


class Programs:
    def __init__(self, build):
        build = pathlib.Path(build).resolve()
        self.ffdump = str(build / "ffdump")
        self.simulator = str(build / "tests/sim/ffdump-extraction-sim")
        self.shim = str(build / "tests/faults/libffdump_fault_shim.so")
        self.fork_server = str(build / "tests/faults/libffdump_fork_server.so")
        self.replay = str(build / "tests/faults/ffdump-crash-replay")  # G3 alone
        for program in (self.ffdump, self.simulator, self.shim, self.fork_server):
            if not os.path.exists(program):
                raise SystemExit(f"{program} is not built")


class Ended:
    """How a run ended. A signal is a negative code, as subprocess has it."""

    def __init__(self, code, err, out, seconds=0.0):
        self.code, self.err, self.out, self.seconds = code, err, out, seconds


class Simulator(ExtractionDouble):
    """The double of extraction-api; its log is read piece by piece and kept short."""

    def __init__(self, programs, folder, arguments=()):
        self.log_path = f"{folder}/sim.log"
        pathlib.Path(self.log_path).unlink(missing_ok=True)
        super().__init__(programs.simulator, "--log", self.log_path, "--model", made_dumps.MODEL,
                         "--dimension", str(made_dumps.DIMENSION), *arguments)
        self._read = 0
        self._since = 0

    def begin_run(self):
        """From now on images_since() tells of the next run alone. A request of a run that was
        killed may still be read: it came over an older connection, and is known by that."""
        host, port = self.url.removeprefix("http://").split(":")
        mark = http.client.HTTPConnection(host, int(port), timeout=RUN_SECONDS)
        mark.connect()
        ours = mark.sock.getsockname()[1]
        mark.request("GET", "/mark")
        mark.getresponse().read()
        mark.close()
        # In the log before its answer began. A port may have been used before: the last counts.
        self._since = [line["connection"] for line in self._lines() if line["peer_port"] == ours][-1]
        if self._read > MOST_LOG_BYTES:  # what comes to it now is of older runs
            os.truncate(self.log_path, 0)
            self._read = 0

    def _lines(self):
        """Of every request since the last call, answered or not."""
        with open(self.log_path, "rb") as log:
            log.seek(self._read)
            text = log.read()
        # A line may be in the middle of being written.
        whole = text.rfind(b"\n") + 1
        self._read += whole
        return [json.loads(line) for line in text[:whole].splitlines()]

    def images_since(self):
        """SHA-256 of every image asked for since the last call, by the run that was begun last."""
        digests = []
        for line in self._lines():
            if line["kind"] == "extract" and line["connection"] > self._since:
                digests += line.get("sha256", [])
        return digests


class Workshop:
    def __init__(self, programs, sim_arguments=(), parent=None):
        self.programs = programs
        self._folder = tempfile.TemporaryDirectory(prefix="ffdump-faults-",
                                                   dir=parent or memory_folder())
        self.folder = self._folder.name
        self.simulator = Simulator(programs, self.folder, sim_arguments)
        self._servers = {}  # by what is preloaded beside
        self._others = []

    def closes_with(self, other):
        self._others.append(other)

    def at(self, name):
        return f"{self.folder}/{name}"

    def command(self, arguments):
        return [self.programs.ffdump, *arguments]

    def migrate(self, made, to, *more):
        return ["migrate", "--config", f"{made}/migration.ini", "--from", f"{made}/dump", "--to",
                to, "--extraction-api", self.simulator.url, "--log-level", "error", "-q", *more]

    def run(self, arguments, env=None, kill_after=None, most_seconds=RUN_SECONDS):
        """Not from two threads at once."""
        begin = time.monotonic()
        env = os.environ if env is None else env
        server = self._server(env.get("LD_PRELOAD", ""))
        ended = server.run(arguments, env, kill_after or most_seconds)
        if ended.is_killed and kill_after is None:
            return Ended(-1000, f"did not end in {most_seconds} s", "", most_seconds)
        return Ended(ended.code, ended.err.decode(errors="replace"),
                     ended.out.decode(errors="replace"), time.monotonic() - begin)

    def _server(self, preload):
        if preload not in self._servers:
            self._servers[preload] = ForkServer(self.programs.ffdump, self.programs.fork_server,
                                                preload)
        return self._servers[preload]

    def run_with_fault(self, arguments, under, at, do, sticky=False, with_bytes=False,
                       most_seconds=RUN_SECONDS, on=None):
        """The end, and the calls that were made. `on`: see shim.environment()."""
        trace = self.at("trace")
        pathlib.Path(trace).unlink(missing_ok=True)
        ended = self.run(arguments, shim.environment(self.programs.shim, under, at, do, sticky,
                                                     trace, with_bytes, on=on),
                         most_seconds=most_seconds)
        return ended, shim.read_trace(trace, with_bytes)

    def close(self):
        for other in (*self._others, *self._servers.values()):
            other.close()
        self.simulator.stop()
        self._folder.cleanup()
