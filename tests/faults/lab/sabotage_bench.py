# SPDX-License-Identifier: Apache-2.0
"""Builds ffdump with one deliberate bug and runs the test that must notice it.

The checkout and the build are left alone. A sabotaged copy of one source is compiled as the build
compiles the source, and linked before the libraries of the rooms, so that it takes the place of
their own object: seconds for each, in place of building everything behind the source again."""
import dataclasses
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[3]
E2E = "e2e_tests"
TEST_SECONDS = 120
GOAL_SECONDS = 900
#: Of no use to what is thrown away after one test; a sabotage may leave a variable without use.
CHEAPER = ("-O1", "-g0", "-w")
PASSED, CAUGHT = "the test passed", "an assertion failed"  # all else is told in other words


@dataclasses.dataclass(frozen=True)
class Sabotage:
    """A deliberate bug: one stretch of one source, which must occur there once, and what is in its
    place. `test` is a case of the test program, or with the program "faults" a goal."""
    sentence: str
    source: str
    old: str
    new: str
    program: str
    test: str

    @property
    def is_goal(self):
        return self.program == "faults"


def _run(command, folder, seconds, environment=None):
    """(exit code or None when it took too long, output). Ends all that it started."""
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               errors="replace", start_new_session=True,
                               env={**os.environ, **(environment or {})})
    try:
        out, _ = process.communicate(timeout=seconds)
        return process.returncode, out
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        return None, out


def _last_lines(text):
    return " / ".join(text.strip().splitlines()[-3:])


class Bench:
    def __init__(self, build, stage, seed):
        self.build, self.stage, self.seed = pathlib.Path(build), stage, seed
        units = json.loads((self.build / "compile_commands.json").read_text())
        self._commands = {unit["file"]: shlex.split(unit["command"]) for unit in units}
        self._links = {}
        self._unspoilt = {}
        self._lock = threading.Lock()

    # What must be true of the list, whatever is built.

    def problems_of_list(self, sabotages):
        found = []
        for one in sabotages:
            count = (ROOT / one.source).read_text().count(one.old)
            if count != 1:
                found.append(f"{one.sentence}: its text occurs {count} times in {one.source}: "
                             "the list must follow the code")
        for program in sorted({one.program for one in sabotages if not one.is_goal}):
            names = set(self._names(program))
            found += [f"{one.sentence}: {program} has no test '{one.test}'" for one in sabotages
                      if one.program == program and one.test not in names]
        return found

    def problem_of_build(self, sabotages):
        """A stale library would be mixed with new sources."""
        targets = {self._target(one.program) for one in sabotages if not one.is_goal} | {"ffdump"}
        _, out = _run(["ninja", "-n", *sorted(targets)], self.build, TEST_SECONDS)
        return None if "no work to do" in out else f"{self.build} is not up to date: build it first"

    def _names(self, program):
        _, out = _run([self.build / self._target(program), "--list-test-names-only"], self.stage,
                      TEST_SECONDS)
        return out.splitlines()

    @staticmethod
    def _target(program):
        return f"tests/{program.removesuffix('_tests')}/{program}"

    # One sabotage.

    def judge(self, one):
        """CAUGHT, or what happened instead."""
        without = self._without(one)
        if without != PASSED:
            return f"without the sabotage: {without}"
        return self._with(one, lambda text: text.replace(one.old, one.new))

    def control(self, one):
        """PASSED, or why nothing is shown by what is built in this way."""
        return self._with(one, lambda text: text)

    def _with(self, one, change):
        with tempfile.TemporaryDirectory(prefix="sabotage-", dir=self.stage) as folder:
            problem = self._build(one, change((ROOT / one.source).read_text()), folder)
            return f"it cannot be built: {problem}" if problem else self._test(one, folder)

    def _without(self, one):
        with self._lock:
            known = self._unspoilt.get((one.program, one.test))
        if known is None:
            known = self._test(one, self.build)
            with self._lock:
                self._unspoilt[one.program, one.test] = known
        return known

    def _build(self, one, text, folder):
        copy = f"{folder}/{pathlib.Path(one.source).name}"
        pathlib.Path(copy).write_text(text)
        compile_command = list(self._commands[str(ROOT / one.source)])
        compile_command[compile_command.index("-c") + 1] = copy
        compile_command[compile_command.index("-o") + 1] = f"{folder}/sabotaged.o"
        code, out = _run([*compile_command, *CHEAPER], self.build, GOAL_SECONDS)
        if code != 0:
            return _last_lines(out)
        link = list(self._link_of(self._linked(one)))
        link[link.index("-o") + 1] = self._path(one, folder)
        link.insert(next(i for i, word in enumerate(link) if word.endswith(".a")),
                    f"{folder}/sabotaged.o")
        pathlib.Path(self._path(one, folder)).parent.mkdir(parents=True, exist_ok=True)
        code, out = _run(link, self.build, GOAL_SECONDS)
        if code != 0:
            return _last_lines(out)
        if one.is_goal:
            self._furnish(folder)
        return None

    def _linked(self, one):
        """The target that has the sabotage in it."""
        return "ffdump" if one.is_goal or one.program == E2E else self._target(one.program)

    def _path(self, one, folder):
        return f"{folder}/{self._linked(one)}"

    def _furnish(self, folder):
        """What the goals look for beside ffdump."""
        for name in ("tests/sim/ffdump-extraction-sim", "tests/faults/libffdump_fault_shim.so",
                     "tests/faults/libffdump_fork_server.so"):
            link = pathlib.Path(folder) / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(self.build / name)

    def _link_of(self, target):
        with self._lock:
            if target not in self._links:
                _, out = _run(["ninja", "-t", "commands", "-s", target], self.build, TEST_SECONDS)
                # ": && c++ ... && what comes after the link"
                self._links[target] = shlex.split(out.split(" && ")[1])
            return self._links[target]

    def _test(self, one, folder):
        if one.is_goal:
            return self._goal(one, folder)
        program, environment = self._path(one, folder), {}
        if one.program == E2E:
            environment["FFDUMP_TESTED_PROGRAM"] = program
            program = self.build / self._target(E2E)
        name = "".join(f"\\{c}" if c in '\\,[]"*' else c for c in one.test)
        code, out = _run([program, name, "-r", "xml"], self.stage, TEST_SECONDS, environment)
        if code is None:
            return f"the test did not end in {TEST_SECONDS} s"
        return _outcome(one.test, code, out)

    def _goal(self, one, folder):
        command = [sys.executable, ROOT / "tests/faults/run", "--ci", "--only", one.test, "--build",
                   folder, "--seed", str(self.seed), "--jobs", "2"]
        code, out = _run(command, self.stage, GOAL_SECONDS)
        if code == 1 and "VIOLATION" in out:
            return CAUGHT
        return PASSED if code == 0 else f"the goal did not run to its end: {_last_lines(out)}"


def _outcome(test, code, text):
    try:
        document = xml.etree.ElementTree.fromstring(text[text.find("<?xml"):].encode())
    except xml.etree.ElementTree.ParseError:
        return f"the test program ended with {code}: {_last_lines(text)}"
    cases = list(document.iter("TestCase"))
    if [case.get("name") for case in cases] != [test]:
        return "the test was not found"
    if cases[0].find(".//FatalErrorCondition") is not None:
        return "the test crashed"
    if cases[0].find(".//Expression[@success='false']") is not None or \
            cases[0].find(".//Failure") is not None:
        return CAUGHT
    return PASSED if code == 0 else f"the test ended with {code} and without a failed assertion"
