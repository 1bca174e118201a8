# SPDX-License-Identifier: Apache-2.0
"""ffdump's command line in one process that lives on: the other end of crash_replay.cpp."""
import os
import select
import subprocess
import time

from lab import shim
from lab.workshop import RUN_SECONDS, Ended


class Replay:
    """Runs commands whose output is `under`; the calls of each are recorded."""

    def __init__(self, programs, under, folder):
        self._program = programs.replay
        self._trace = f"{folder}/replay.trace"
        self._err = f"{folder}/replay.err"
        self._environment = shim.environment(programs.shim, under, trace=self._trace,
                                             with_bytes=True)
        self._process = None

    def _start(self):
        with open(self._err, "ab") as err:
            self._process = subprocess.Popen([self._program], env=self._environment, stderr=err,
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, arguments):
        if self._process is None:
            self._start()
        for path in (self._trace, self._err):
            if os.path.exists(path):
                os.truncate(path, 0)
        begin = time.monotonic()
        self._process.stdin.write("\t".join(arguments).encode() + b"\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], RUN_SECONDS)
        answer = self._process.stdout.readline() if ready else b""
        seconds = time.monotonic() - begin
        if not answer:  # it hangs or has crashed: the next one gets another process
            code = self._end() if ready else -1000
            self.close()
            return Ended(code, self._words() or f"no answer in {seconds:.0f} s", "", seconds)
        return Ended(int(answer), self._words(), "", seconds)

    def calls(self):
        """Of the last run; numbered from 1."""
        calls = shim.read_trace(self._trace, True)
        for number, call in enumerate(calls, 1):
            call.number = number
        return calls

    def _words(self):
        with open(self._err, encoding="utf-8", errors="replace") as err:
            return err.read()

    def _end(self):
        self._process.stdin.close()
        self._process.wait()
        return self._process.returncode

    def close(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None
