# SPDX-License-Identifier: Apache-2.0
"""How much is extracted twice after SIGKILL: only what was in flight, one batch a worker."""
import shutil

from lab import made_dumps
from lab.campaign import Outcome
from lab.scenarios import NO_CANARIES, work_folder

GOAL = "G17"
WANTED = {True: "at most a batch a worker", False: "at most a batch a worker"}
RECORDS = 3000
WORKERS, BATCH = 3, 8


class Kills:
    def __init__(self, campaign, made):
        self.campaign, self.made = campaign, made

    def __call__(self, workshop, number):
        to = work_folder(workshop)
        shutil.rmtree(to, ignore_errors=True)
        command = workshop.migrate(self.made, to, "--images", f"{self.made}/images", "--workers",
                                   str(WORKERS), "--batch-size", str(BATCH), *NO_CANARIES)
        workshop.simulator.images_since()
        after = self.campaign.chance(number).uniform(0.05, 0.45)
        killed = workshop.run(command, kill_after=after)
        first = len(workshop.simulator.images_since())
        ended = workshop.run(command)
        asked = first + len(workshop.simulator.images_since())
        # The first facen of a gallery may be asked for again until a second one agrees with it.
        again = asked - RECORDS
        found = [] if ended.code == 0 else [f"kill {number}: ended with {ended.code}: {ended.err}"]
        return killed.code == -9, again, first, found


def run(campaign):
    made = made_dumps.large_dump(f"{campaign.stage}/g17", RECORDS)
    bound = WORKERS * BATCH + BATCH
    kills = campaign.figure(10, 100)
    violations = []
    repeats = []
    for was_killed, again, first, found in campaign.each(Kills(campaign, made), range(kills),
                                                         ("--delay-ms", "3")):
        violations += found
        if was_killed:
            repeats.append(again)
            if again > bound:
                violations.append(f"after {first} images {again} were asked for again, at most "
                                  f"{bound} are in flight")
    repeats.sort()
    return Outcome(f"{len(repeats)} kills: median {repeats[len(repeats) // 2]}, most "
                   f"{repeats[-1]} images again, {bound} allowed", violations)
