# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at any time in a run of 20,000 records; chains of up to five, which hit recovery too."""
import hashlib
import shutil

from lab import file_tree, made_dumps
from lab.campaign import Outcome
from lab.scenarios import work_folder
from lab.workshop import Workshop

GOAL = "G2"
WANTED = {True: "100 kills, 20 chains, 0", False: "500 kills, 200 chains of up to 5, 0"}
RECORDS = 20000
FILES = 8
OPTIONS = ("--batch-size", "32", "--workers", "4")


def _command(workshop, made, to, chance):
    # Checks of the model come with commits: often, or at a file's end only.
    every = chance.choice(("20ms", "100ms", "10m"))
    return workshop.migrate(made, to, "--images", f"{made}/images", *OPTIONS, "--set",
                            f"ffdump.canaries.every={every}")


def _essence(to):
    """The tree with digests in the place of bytes."""
    tree = file_tree.take(to)
    return {name: hashlib.sha256(data).hexdigest() if data and not name.startswith(".ffdump/")
            else data for name, data in tree.items()}


class Kills:
    def __init__(self, campaign, made, wanted, seconds):
        self.campaign, self.made, self.wanted, self.seconds = campaign, made, wanted, seconds

    def __call__(self, workshop, task):
        kind, number, most = task
        to = work_folder(workshop)
        shutil.rmtree(to, ignore_errors=True)
        chance = self.campaign.chance(kind, number)
        command = _command(workshop, self.made, to, chance)
        length = most if most == 1 else chance.randrange(2, most + 1)
        killed = 0
        for _ in range(length):
            ended = workshop.run(command, kill_after=chance.uniform(0.01, self.seconds))
            killed += ended.code == -9
        ended = workshop.run(command)
        if ended.code != 0:
            return killed, [f"{kind} {number}: ended with {ended.code}: {ended.err.strip()}"]
        found = file_tree.differences(_essence(to), self.wanted) + file_tree.wide_modes(to)
        return killed, [f"{kind} {number}: {it}" for it in found]


def run(campaign):
    made = made_dumps.large_dump(f"{campaign.stage}/g2", RECORDS, files=FILES)
    workshop = Workshop(campaign.programs)
    to = work_folder(workshop)
    command = _command(workshop, made, to, campaign.chance("first"))
    seconds = 0
    for _ in range(2):
        shutil.rmtree(to, ignore_errors=True)
        ended = workshop.run(command)
        if ended.code != 0:
            raise SystemExit(f"G2: the undisturbed run ended with {ended.code}: {ended.err}")
        seconds = max(seconds, ended.seconds)
    wanted = _essence(to)
    workshop.close()
    singles, chains = campaign.figure(100, 500), campaign.figure(20, 200)
    tasks = [("kill", i, 1) for i in range(singles)] + [("chain", i, 5) for i in range(chains)]
    kills = 0
    violations = []
    for killed, found in campaign.each(Kills(campaign, made, wanted, 0.8 * seconds), tasks):
        kills += killed
        violations += found
    return Outcome(f"{singles} kills, {chains} chains: {kills} processes killed", violations)
