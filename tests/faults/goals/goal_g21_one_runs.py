# SPDX-License-Identifier: Apache-2.0
"""Fifty starts at once on one output: one runs, the others end with 8 and name the holder.

In turn on a new output and on one that a killed run left, with its name in the lock file. What the
one makes is what a run alone makes."""
import socket
import subprocess

from lab import file_tree
from lab.campaign import Outcome, Violation
from lab.made_dumps import MadeDump
from lab.scenarios import work_folder
from lab.workshop import Workshop

GOAL = "G21"
WANTED = {True: "2 x 50 starts: 1 runs, 49 end with 8 and name it",
          False: "20 x 50 starts: 1 runs, 49 end with 8 and name it"}
STARTS = 50
LOCK_HELD = 8
KILLED = -9


class Starts:
    def __init__(self, workshop, made):
        self.workshop, self.to = workshop, work_folder(workshop)
        self.arguments = workshop.migrate(made.folder, self.to, "--images", str(made.images),
                                          "--workers", "1", "--batch-size", "1")
        file_tree.put({}, self.to)
        ended, calls = workshop.run_with_fault(self.arguments, self.to, 0, "")
        self._wanted(ended, 0)
        self.wanted = file_tree.take(self.to)
        file_tree.put({}, self.to)
        # Before much is done: who takes it up still runs when the last has started.
        at = next(call.number for call in calls
                  if call.kind == "write" and call.path.endswith(".json.part"))
        self._wanted(workshop.run_with_fault(self.arguments, self.to, at, "kill")[0], KILLED)
        self.killed = file_tree.take(self.to)

    @staticmethod
    def _wanted(ended, code):
        if ended.code != code:
            raise Violation(f"a run alone ended with {ended.code}: {ended.err.strip()}")

    def __call__(self, number):
        """(how many ran, how many ended with 8 and named it, sentences)"""
        file_tree.put(self.killed if number % 2 else {}, self.to)
        command = self.workshop.command(self.arguments)
        started = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for _ in range(STARTS)]
        ends = [(process, process.communicate()[1].decode().strip()) for process in started]
        codes = sorted(process.returncode for process, _ in ends)
        found = []
        if codes != [0] + [LOCK_HELD] * (STARTS - 1):
            found.append(f"exit codes {codes}")
        runner = next((process.pid for process, _ in ends if process.returncode == 0), 0)
        holder = f"another run holds the lock: pid {runner} on host {socket.gethostname()}, since "
        losers = [err for process, err in ends if process.returncode == LOCK_HELD]
        unnamed = [err for err in losers if holder not in err or len(err.splitlines()) != 1]
        found += [f"the holder, pid {runner}, is not named: {err}" for err in unnamed]
        found += file_tree.differences(file_tree.take(self.to), self.wanted)
        return codes.count(0), len(losers) - len(unnamed), \
            [f"round {number}: {it}" for it in found]


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g21", {"g_lines.json": 100})
    # The one that runs goes on until the last has started.
    workshop = Workshop(campaign.programs, ("--delay-ms", "30"))
    rounds = campaign.figure(2, 20)
    violations, ran, named = [], 0, 0
    starts = Starts(workshop, made)
    for number in range(rounds):
        ran_now, named_now, found = starts(number)
        ran += ran_now
        named += named_now
        violations += found
    workshop.close()
    least = rounds * (STARTS - 1)
    return Outcome(f"{rounds} x {STARTS} starts: {ran} ran, the same bytes each; {named} of {least} "
                   "named the holder", violations,
                   counts=[("rounds in which one ran", ran, rounds),
                           ("starts that end with 8 and name the holder", named, least)])
