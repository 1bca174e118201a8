# SPDX-License-Identifier: Apache-2.0
"""One bit of one of ffdump's own files is turned over, then a command looks.

Four trees: `finished`, `signed` (as it comes out of a signed archive), `unfinished` (both files
committed) and `uncommitted` (killed before the first commit: its redo log alone has results)."""
import os
import subprocess

from lab import file_tree
from lab.campaign import Violation
from lab.damage_check import DamageCheck
from lab.made_dumps import MadeDump
from lab.replay import Replay
from lab.scenarios import work_folder

DAMAGED, DIFFERENT, KILLED = 4, 3, -9
KINDS = ("manifest.json", "journal", "redo-", "failures.jsonl", ".minisig")


def kind_of(name):
    last = os.path.basename(name)
    return next((kind for kind in KINDS if (last.endswith(kind) if kind == ".minisig"
                                            else last.startswith(kind) and
                                            not last.endswith(".minisig"))), "others")


class Bits:
    """`looks_inside`: all by ffdump's own functions in a process that lives on; else one bit of each
    byte is shown to the program itself, and so are all of signatures and of results in a redo log."""

    def __init__(self, made, more, trees, key, images, looks_inside):
        self.made, self.more, self.trees, self.key = made, more, trees, key
        self.images, self.looks_inside = images, looks_inside
        self._check = self._replay = None

    def names(self, state):
        """Of the files that are tried in this tree."""
        for name, data in self.trees[state].items():
            is_ours = name.startswith(".ffdump/") and not name.endswith("/lock")
            # The finished run's journal is not read any more; the next retry begins a new one.
            is_read = state not in ("finished", "signed") or not name.endswith("journal")
            if data and is_ours and is_read and (state != "signed" or name.endswith(".minisig")):
                yield name

    def __call__(self, workshop, task):
        state, name, byte = task
        tree = self.trees[state]
        to = work_folder(workshop)
        told = harmless = 0
        found = []
        file_tree.put(tree, to)
        for bit in range(8):
            data = bytearray(tree[name])
            data[byte] ^= 1 << bit
            if state in ("unfinished", "uncommitted"):
                file_tree.put(tree, to)
            with open(f"{to}/{name}", "wb") as file:
                file.write(data)
            by_program = not self.looks_inside and bit == byte % 8
            outcome = self._look(state, name, by_program)(workshop, to, name)
            # Whoever reads the first line of a signature is told there that nothing vouches for it.
            if state == "signed" and (outcome == "harmless") != (byte < tree[name].index(b"\n")):
                outcome = "a good signature" if outcome == "harmless" else f"a comment: {outcome}"
            told += outcome == "told"
            harmless += outcome == "harmless"
            if outcome not in ("told", "harmless"):
                found.append(f"{state} {name}, byte {byte}, bit {bit}: {outcome}")
        return kind_of(name), told, harmless, found

    def _look(self, state, name, by_program):
        if state == "signed":
            return self._verify_signature
        if state == "finished":
            return self._verify if by_program else self._verify_inside
        if kind_of(name) == "redo-" and state == "uncommitted":
            return self._resume_from_redo
        return self._resume if by_program else self._resume_inside

    def _verify(self, workshop, to, name):
        ended = workshop.run(["verify", "--from", str(self.made.dump), "--to", to])
        last = (ended.out.strip().splitlines() or [""])[-1]
        if name == file_tree.TIME_LINE:  # nothing depends on it
            is_good = ended.code == 0 and last.startswith("restorable")
            return "harmless" if is_good else f"a damaged time line: exit code {ended.code}, {last}"
        is_told = ended.code in (DIFFERENT, DAMAGED) and not last.startswith("restorable")
        if is_told and os.path.basename(name) not in ended.out + ended.err:
            return f"told without the file's name: {last} {ended.err.strip()}"
        return "told" if is_told else f"not told: exit code {ended.code}, {last}"

    def _verify_inside(self, workshop, to, name):
        if self._check is None:
            self._check = DamageCheck(workshop.programs)
            workshop.closes_with(self._check)
        report = self._check.verify(self.made.dump, to)
        if name == file_tree.TIME_LINE:
            return "harmless" if report.get("restorable") else f"a damaged time line: {report}"
        if report.get("restorable"):
            return f"not told: {report['verdict']}"
        files = [it.get("file", "") for it in report.get("findings", [report])]
        is_named = any(file.endswith(name) for file in files)
        return "told" if is_named else f"told without the file's name: {report}"

    def _verify_signature(self, workshop, to, name):
        ended = workshop.run(["verify", "--from", str(self.made.dump), "--to", to,
                              "--pubkey", self.key])
        last = (ended.out.strip().splitlines() or [""])[-1]
        if ended.code == 0 and last.startswith("restorable"):
            return "harmless"
        is_told = ended.code == DIFFERENT and "signature" in last
        return "told" if is_told else f"{name} not told: exit code {ended.code}, {last}"

    def _resume(self, workshop, to, name):
        return self._resumed(workshop.run(workshop.migrate(self.made.folder, to, *self.more)), to,
                             name)

    def _resume_inside(self, workshop, to, name):
        if self._replay is None:
            self._replay = Replay(workshop.programs, to, workshop.folder)
            workshop.closes_with(self._replay)
        return self._resumed(self._replay.run(workshop.migrate(self.made.folder, to, *self.more)),
                             to, name)

    def _resume_from_redo(self, workshop, to, name):
        """A result that cannot be trusted is extracted again."""
        workshop.simulator.begin_run()
        outcome = self._resume(workshop, to, name)
        again = len(workshop.simulator.images_since()) - self.images
        return "told" if outcome == "harmless" and again > 0 else outcome

    def _resumed(self, ended, to, name):
        if ended.code == DAMAGED:
            is_named = os.path.basename(name) in ended.err
            return "told" if is_named else f"refused without the file's name: {ended.err.strip()}"
        if ended.code != DIFFERENT:
            return f"ended with {ended.code}: {ended.err.strip()}"
        wrong = file_tree.differences(file_tree.take(to), self.trees["finished"])
        return "harmless" if not wrong else "; ".join(wrong)


def _wanted(ended, code, what):
    if ended.code != code:
        raise Violation(f"{what} ended with {ended.code} in place of {code}: {ended.err.strip()}")


def _killed(workshop, command, to, call):
    file_tree.put({}, to)
    ended, _ = workshop.run_with_fault(command, to, call.number, "kill")
    _wanted(ended, KILLED, f"the run to be killed at call {call.number}")
    return file_tree.take(to)


def make_bits(campaign, workshop):
    made = MadeDump(f"{campaign.stage}/g6", {"g_lines.json": 3, "g_more.json": 2}, missing=(2,))
    more = ("--images", str(made.less), "--set", "ffdump.canaries.images=1", "--workers", "1")
    to = work_folder(workshop)
    command = workshop.migrate(made.folder, to, *more)
    file_tree.put({}, to)
    ended, calls = workshop.run_with_fault(command, to, 0, "")
    _wanted(ended, DIFFERENT, "the undisturbed run")
    trees = {"finished": file_tree.take(to)}
    parts = [call for call in calls if call.path.endswith(".json.part")]
    trees["unfinished"] = _killed(workshop, command, to,
                                  next(call for call in parts if call.kind == "rename"))
    trees["uncommitted"] = _killed(workshop, command, to,
                                   next(call for call in parts if call.kind == "write"))
    workshop.simulator.begin_run()
    _wanted(workshop.run(command), DIFFERENT, "the run taken up from its redo log")
    images = len(workshop.simulator.images_since())
    # The redo log must hold results, or damaging it shows nothing.
    file_tree.put({name: data for name, data in trees["uncommitted"].items()
                   if kind_of(name) != "redo-"}, to)
    workshop.simulator.begin_run()
    _wanted(workshop.run(command), DIFFERENT, "the run taken up without its redo log")
    if len(workshop.simulator.images_since()) <= images:
        raise Violation("the redo log of the killed run holds no result")
    trees["signed"], key = _sign(campaign, workshop, trees["finished"])
    return Bits(made, more, trees, key, images, campaign.is_ci)


def _sign(campaign, workshop, finished):
    """The finished run as it comes out of a signed archive, and the key that must be given."""
    keys = f"{campaign.stage}/g6keys"
    os.makedirs(keys)
    subprocess.run(["minisign", "-G", "-W", "-p", f"{keys}/public", "-s", f"{keys}/secret"],
                   check=True, stdout=subprocess.DEVNULL)
    to, archive, out = work_folder(workshop), f"{keys}/run.tar.zst", f"{keys}/run"
    file_tree.put(finished, to)
    for command in (["pack", to, "-o", archive, "--sign", f"{keys}/secret"],
                    ["unpack", archive, "--directory", out, "--pubkey", f"{keys}/public"]):
        _wanted(workshop.run(command), 0, command[0])
    return file_tree.take(out), f"{keys}/public"
