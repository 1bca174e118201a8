# SPDX-License-Identifier: Apache-2.0
"""Damage: every bit of ffdump's own files and of a signature, and 100,000 random damages of a
large output.

Bits of a finished run must be told by verify, or the file says the same all the same; those of a
signature must be told, but for the comment that nothing vouches for. Bits of an unfinished run must
be refused with 4, or the run ends with the same bytes. Of the large output each damage must change
the SHA-256 that the manifest has; a sample is shown to `verify` itself."""
import hashlib
import json
import os
import subprocess

from lab import file_tree, made_dumps
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.scenarios import work_folder
from lab.workshop import Workshop

GOAL = "G6"
WANTED = {True: "bits of every 32nd byte, 1,000 damages",
          False: "all bits, 100,000 damages; all told or harmless"}
LARGE_BYTES = 64 << 20
PIECE = 1 << 20
SECTOR = 512
DAMAGED, DIFFERENT = 4, 3


class Bits:
    """One bit of one file in `tree` is turned over, then a command looks."""

    def __init__(self, made, finished, unfinished, signed, key, more):
        self.made, self.key, self.more = made, key, more
        self.trees = {"finished": finished, "unfinished": unfinished, "signed": signed}
        self.wanted = finished

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
            if state == "unfinished":
                file_tree.put(tree, to)
            with open(f"{to}/{name}", "wb") as file:
                file.write(data)
            look = {"finished": self._verify, "unfinished": self._resume,
                    "signed": self._verify_signature}[state]
            outcome = look(workshop, to, name)
            # Whoever reads the first line of a signature is told there that nothing vouches for it.
            if state == "signed" and (outcome == "harmless") != (byte < tree[name].index(b"\n")):
                outcome = "a good signature" if outcome == "harmless" else f"a comment: {outcome}"
            told += outcome == "told"
            harmless += outcome == "harmless"
            if outcome not in ("told", "harmless"):
                found.append(f"{state} {name}, byte {byte}, bit {bit}: {outcome}")
        return told, harmless, found

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

    def _verify_signature(self, workshop, to, name):
        ended = workshop.run(["verify", "--from", str(self.made.dump), "--to", to,
                              "--pubkey", self.key])
        last = (ended.out.strip().splitlines() or [""])[-1]
        if ended.code == 0 and last.startswith("restorable"):
            return "harmless"
        is_told = ended.code == DIFFERENT and "signature" in last
        return "told" if is_told else f"{name} not told: exit code {ended.code}, {last}"

    def _resume(self, workshop, to, name):
        ended = workshop.run(workshop.migrate(self.made.folder, to, *self.more))
        if ended.code == DAMAGED:
            is_named = os.path.basename(name) in ended.err
            return "told" if is_named else f"refused without the file's name: {ended.err.strip()}"
        if ended.code != DIFFERENT:
            return f"ended with {ended.code}: {ended.err.strip()}"
        wrong = file_tree.differences(file_tree.take(to), self.wanted)
        return "harmless" if not wrong else "; ".join(wrong)


def _bit_tasks(campaign, bits):
    for state, tree in bits.trees.items():
        for name, data in tree.items():
            is_ours = name.startswith(".ffdump/") and not name.endswith("/lock")
            # The finished run's journal is not read any more; the next retry begins a new one.
            if data is None or not is_ours or (state == "finished" and name.endswith("journal")):
                continue
            if state == "signed" and not name.endswith(".minisig"):
                continue
            for byte in range(len(data)):
                in_ci = name.endswith({"finished": "manifest.json", "unfinished": "journal",
                                       "signed": ".minisig"}[state])
                if not campaign.is_ci or (in_ci and byte % 32 == campaign.seed % 32):
                    yield state, name, byte


def _make_bits(campaign, workshop):
    made = MadeDump(f"{campaign.stage}/g6", {"g_lines.json": 3, "g_more.json": 2}, missing=(2,))
    more = ("--images", str(made.less), "--set", "ffdump.canaries.images=1")
    to = work_folder(workshop)
    command = workshop.migrate(made.folder, to, *more)
    _, calls = workshop.run_with_fault(command, to, 0, "")
    finished = file_tree.take(to)
    middle = next(call.number for call in calls if call.kind == "rename" and
                  call.path.endswith(".json.part"))
    file_tree.put({}, to)
    workshop.run_with_fault(command, to, middle, "kill")
    unfinished = file_tree.take(to)
    signed, key = _sign(campaign, workshop, finished)
    return Bits(made, finished, unfinished, signed, key, more)


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
        ended = workshop.run(command)
        if ended.code != 0:
            raise SystemExit(f"G6: {command[0]} ended with {ended.code}: {ended.err}")
    return file_tree.take(out), f"{keys}/public"


class Damages:
    """Of the large output; what SHA-256 comes to is known at every MiB, so that a damage costs one.

    Once the state after a damaged piece differs, equal bytes behind it make it equal again only by
    a collision of SHA-256."""

    def __init__(self, campaign, data, made, file):
        self.campaign, self.data, self.made, self.file = campaign, data, made, file
        self.states = [hashlib.sha256()]
        for at in range(0, len(data), PIECE):
            state = self.states[-1].copy()
            state.update(data[at:at + PIECE])
            self.states.append(state)

    def __call__(self, workshop, task):
        found = []
        for number in range(*task):
            begin, changed, size = self.damage(number)
            if not self._is_seen(begin, changed, size):
                found.append(f"damage {number} at byte {begin} is not seen")
        return found

    def damage(self, number):
        """(place, new bytes there, length of the file then); never what was there before."""
        data = self.data
        while True:
            chance = self.campaign.chance("damage", number)
            kind = number % 5
            sector = chance.randrange(len(data) // SECTOR) * SECTOR
            other = chance.randrange(len(data) // SECTOR) * SECTOR
            here, there = data[sector:sector + SECTOR], data[other:other + SECTOR]
            if kind == 0:
                at = chance.randrange(len(data))
                return at, bytes([data[at] ^ (1 << chance.randrange(8))]), len(data)
            if kind == 4:
                return sector, b"", sector + chance.randrange(SECTOR)
            # A zeroed sector, an old one (as the source has it) and one from another place.
            changed = {1: bytes(SECTOR), 2: here[::-1], 3: there}[kind]
            if changed != here:
                return sector, changed, len(data)
            number += 5_000_000

    def _is_seen(self, begin, changed, size):
        if size != len(self.data):
            return True  # the manifest has the length
        piece = begin // PIECE
        last = (begin + len(changed) - 1) // PIECE
        state = self.states[piece].copy()
        state.update(self.data[piece * PIECE:begin])
        state.update(changed)
        state.update(self.data[begin + len(changed):(last + 1) * PIECE])
        return state.digest() != self.states[last + 1].digest()

    def show(self, workshop, to, number):
        """The same damage on the disk, for verify to find."""
        begin, changed, size = self.damage(number)
        path = f"{to}/{self.file}"
        with open(path, "r+b") as file:
            file.seek(begin)
            file.write(changed)
            file.truncate(size)
        ended = workshop.run(["verify", "--from", f"{self.made}/dump", "--to", to])
        with open(path, "r+b") as file:
            file.seek(min(begin, size))
            file.write(self.data[min(begin, size):begin + len(changed)] if changed
                       else self.data[size:])
        is_told = ended.code in (DIFFERENT, DAMAGED) and self.file in ended.out + ended.err
        return [] if is_told else [f"verify does not tell damage {number}: {ended.out[-200:]}"]


def _large(campaign, workshop):
    line = 180
    made = made_dumps.large_dump(f"{campaign.stage}/g6large", LARGE_BYTES // line, images=16)
    to = work_folder(workshop)
    file_tree.put({}, to)
    ended = workshop.run(workshop.migrate(made, to, "--images", f"{made}/images", "--batch-size",
                                          "256", "--workers", "4"))
    if ended.code != 0:
        raise SystemExit(f"G6: the large run ended with {ended.code}: {ended.err}")
    with open(f"{to}/g_0.json", "rb") as file:
        data = file.read()
    manifest = json.loads(file_tree.take(f"{to}/.ffdump")["manifest.json"])
    damages = Damages(campaign, data, made, "g_0.json")
    if manifest["files"][0]["target"]["sha256"] != damages.states[-1].hexdigest():
        raise SystemExit("G6: the manifest has another SHA-256 than the output")
    return damages


def run(campaign):
    workshop = Workshop(campaign.programs)
    bits = _make_bits(campaign, workshop)
    told = harmless = 0
    violations = []
    for told_now, harmless_now, found in campaign.each(bits, _bit_tasks(campaign, bits)):
        told += told_now
        harmless += harmless_now
        violations += found
    damages = _large(campaign, workshop)
    count, step = campaign.figure(1000, 100000), 100
    tasks = [(at, at + step) for at in range(0, count, step)]
    for found in campaign.each(damages, tasks):
        violations += found
    shown = campaign.figure(5, 100)
    to = work_folder(workshop)
    for number in range(shown):
        violations += damages.show(workshop, to, campaign.chance("show", number).randrange(count))
    workshop.close()
    return Outcome(f"{told} bits told, {harmless} harmless; {count} damages of "
                   f"{len(damages.data) >> 20} MiB, {shown} of them through verify", violations)
