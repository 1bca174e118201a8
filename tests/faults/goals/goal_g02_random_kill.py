# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at any time in a run of 20,000 records; chains of up to five, which hit recovery too.

A kill counts when the process died of it: a run that was faster is done again and killed sooner.
After each kill what has its final name is complete, and nothing can be read by others."""
import collections
import hashlib
import shutil

from lab import file_tree, made_dumps
from lab.campaign import Outcome, Violation
from lab.scenarios import KILLED, work_folder
from lab.workshop import Workshop

GOAL = "G2"
WANTED = {True: "100 kills, 20 chains, 0", False: "500 kills, 200 chains of up to 5, 0"}
RECORDS = 20000
FILES = 8
#: A run that ends before its kill is killed sooner by so much the next time.
SOONER, MOST_TRIES = 0.7, 30
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
        """(kind, length of the chain of kills, processes killed, violations)"""
        kind, number, most = task
        to = work_folder(workshop)
        chance = self.campaign.chance(kind, number)
        command = _command(workshop, self.made, to, chance)
        length = most if most == 1 else chance.randrange(2, most + 1)
        seconds, killed, found = self.seconds, 0, []
        for _ in range(MOST_TRIES):
            shutil.rmtree(to, ignore_errors=True)
            chain, found = self._chain(workshop, to, command, length, seconds, chance)
            killed += chain
            if found or chain == length:
                break
            seconds *= SOONER
        else:
            found.append(f"not killed {length} times in a row in {MOST_TRIES} tries")
        if not found:
            ended = workshop.run(command)
            found = [f"ended with {ended.code}: {ended.err.strip()}"] if ended.code != 0 else (
                file_tree.differences(_essence(to), self.wanted) + file_tree.wide_modes(to))
        return kind, chain, killed, [f"{kind} {number}, {length} kills: {it}" for it in found]

    def _chain(self, workshop, to, command, length, seconds, chance):
        """(processes killed one after another, violations)"""
        for done in range(length):
            # Shared out, so that the run is not over before the last kill.
            after = chance.uniform(0.01, seconds if length == 1 else 2 * seconds / length)
            ended = workshop.run(command, kill_after=after)
            if ended.code not in (KILLED, 0):
                return done, [f"ended with {ended.code} before kill {done + 1}, after {after:.3f} "
                              f"s: {ended.err.strip()}"]
            found = file_tree.early_names(_essence(to), self.wanted, {})
            found += file_tree.wide_modes(to)
            if found or ended.code == 0:
                return done, [f"after kill {done + 1}, at {after:.3f} s: {it}" for it in found]
        return length, []


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
            raise Violation(f"the undisturbed run ended with {ended.code}: {ended.err}")
        seconds = max(seconds, ended.seconds)
    wanted = _essence(to)
    workshop.close()
    singles, chains = campaign.figure(100, 500), campaign.figure(20, 200)
    tasks = [("kill", i, 1) for i in range(singles)] + [("chain", i, 5) for i in range(chains)]
    kills = 0
    done = collections.Counter()
    violations = []
    for kind, length, killed, found in campaign.each(Kills(campaign, made, wanted, 0.8 * seconds),
                                                     tasks):
        kills += killed
        done[kind] += length >= (2 if kind == "chain" else 1)
        violations += found
    return Outcome(f"{done['kill']} kills, {done['chain']} chains of 2 to 5: {kills} processes "
                   "killed", violations, counts=[("runs killed", done["kill"], singles),
                                                 ("chains of kills", done["chain"], chains)])
