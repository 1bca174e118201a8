# SPDX-License-Identifier: Apache-2.0
"""The other end of fork_server.cpp: a program that is loaded once and run many times."""
import contextlib
import dataclasses
import os
import signal
import socket
import subprocess


@dataclasses.dataclass
class Served:
    code: int  # a signal is negative, as subprocess has it
    out: bytes
    err: bytes
    is_killed: bool  # for it had not ended in time


class ForkServer:
    """Runs `program` as subprocess would, but that /proc tells the server's words and environment.
    Not for two threads at once."""

    def __init__(self, program, library, preload=""):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._program, self._socket = program, ours
        with theirs:
            values = {**os.environ, "FFDUMP_FORK_SERVER": str(theirs.fileno()),
                      "LD_PRELOAD": ":".join(it for it in (library, preload) if it)}
            self._process = subprocess.Popen([program], env=values, pass_fds=[theirs.fileno()],
                                             stdin=subprocess.DEVNULL)

    def run(self, arguments, env, seconds):
        words = [str(len(arguments) + 1), self._program, *arguments,
                 *(f"{name}={value}" for name, value in env.items())]
        message = b"".join(os.fsencode(word) + b"\0" for word in words)
        files = [os.open(os.devnull, os.O_RDONLY), os.memfd_create("out"), os.memfd_create("err")]
        try:
            socket.send_fds(self._socket, [message], files)
            code, is_killed = self._end(self._answer(), seconds)
            return Served(code, *(_all_of(file) for file in files[1:]), is_killed)
        finally:
            for file in files:
                os.close(file)

    def _end(self, process, seconds):
        """(code, whether it was killed because it had not ended)"""
        self._socket.settimeout(seconds)
        try:
            return os.waitstatus_to_exitcode(self._answer()), False
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(process, signal.SIGKILL)
        finally:
            self._socket.settimeout(None)
        return os.waitstatus_to_exitcode(self._answer()), True

    def _answer(self):
        text = self._socket.recv(64)
        if not text:
            raise RuntimeError(f"the fork server of {self._program} is gone")
        return int(text)

    def close(self):
        # Processes that were forked from this one may have the socket as well.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._process.wait()


def _all_of(file):
    size = os.fstat(file).st_size
    return os.pread(file, size, 0)
