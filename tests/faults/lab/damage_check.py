# SPDX-License-Identifier: Apache-2.0
"""ffdump's verify in one process that lives on: the other end of damage_check.cpp."""
import json
import pathlib
import select
import subprocess

from lab.workshop import RUN_SECONDS


class DamageCheck:
    def __init__(self, programs):
        program = pathlib.Path(programs.ffdump).parent / "tests/faults/ffdump-damage-check"
        if not program.exists():
            raise SystemExit(f"{program} is not built")
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def _ask(self, *words):
        self._process.stdin.write("\t".join(words).encode() + b"\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], RUN_SECONDS)
        answer = self._process.stdout.readline() if ready else b""
        if not answer:  # it hangs or has crashed: no verdict on what it was asked for
            raise RuntimeError(f"no answer to {words}")
        return json.loads(answer)

    def verify(self, source, target):
        """The report, or a dict with `error`."""
        return self._ask("verify", str(source), str(target))

    def split(self, target, folder):
        answer = self._ask("split", str(target), str(folder))
        if "error" in answer:
            raise RuntimeError(f"cannot split {target}: {answer}")

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
