# SPDX-License-Identifier: Apache-2.0
"""The new dump does not depend on workers, batches, delays, faults or their order."""
import hashlib
import shutil

from lab import file_tree
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.scenarios import work_folder
from lab.workshop import Simulator

GOAL = "G15"
WANTED = {True: "10 schedules, one SHA-256 a file", False: "100 schedules, one SHA-256 a file"}
FAULTS = ("500%{}", "503%{}", "reset%{}", "close%{}", "truncated%{}", "empty%{}", "swap@100000",
          "malformed-json%{}", "missing-response%{}")


class Schedules:
    def __init__(self, campaign, made):
        self.campaign, self.made = campaign, made

    def __call__(self, workshop, number):
        chance = self.campaign.chance("schedule", number)
        fault = chance.choice(FAULTS).format(chance.randrange(1, 20))
        simulator = Simulator(workshop.programs, workshop.folder, (
            "--seed", str(chance.randrange(1 << 30)), "--fault", fault, "--delay-ms",
            f"{chance.uniform(0, 3):.2f}", "--slots", str(chance.randrange(0, 6))))
        own, workshop.simulator = workshop.simulator, simulator
        to = work_folder(workshop)
        shutil.rmtree(to, ignore_errors=True)
        command = workshop.migrate(
            self.made.folder, to, "--images", str(self.made.images), "--workers",
            str(chance.randrange(1, 13)), "--batch-size", str(chance.randrange(1, 33)), "--set",
            f"ffdump.fetches={chance.choice((0, 1, 2, 50))}", "--set",
            f"ffdump.retry.attempts={chance.randrange(2, 9)}")
        ended = workshop.run(command)
        simulator.stop()
        workshop.simulator = own
        said = f"schedule {number} ({fault}): ended with {ended.code}: {ended.err.strip()}"
        digests = {name: hashlib.sha256(data).hexdigest()
                   for name, data in file_tree.take(to).items()
                   if data is not None and not name.startswith(".ffdump/")}
        return digests, [] if ended.code == 0 else [said]


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g15", {"g_lines.json": 150, "g_array.json": 90,
                                              "g_copy.json": 5, "g_more.json": 40})
    schedules = campaign.figure(10, 100)
    violations = []
    seen = {}
    for digests, found in campaign.each(Schedules(campaign, made), range(schedules)):
        violations += found
        for name, digest in digests.items():
            seen.setdefault(name, set()).add(digest)
    for name, digests in seen.items():
        if len(digests) != 1:
            violations.append(f"{name} came out in {len(digests)} ways")
    return Outcome(f"{schedules} schedules, {len(seen)} files, "
                   f"{max(map(len, seen.values()))} SHA-256 each", violations)
