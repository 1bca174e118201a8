# SPDX-License-Identifier: Apache-2.0
"""Fifty starts at once on one output: one runs, the others end with 8 and name the holder."""
import shutil
import subprocess

from lab import file_tree
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.scenarios import work_folder
from lab.workshop import Workshop

GOAL = "G21"
WANTED = {True: "50 starts: 1 runs, 49 end with 8", False: "20 x 50 starts: 1 runs, 49 end with 8"}
STARTS = 50
LOCK_HELD = 8


def _round(workshop, made, number):
    to = work_folder(workshop)
    shutil.rmtree(to, ignore_errors=True)
    command = workshop.command(workshop.migrate(made.folder, to, "--images", str(made.images),
                                                "--workers", "1", "--batch-size", "1"))
    started = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
               for _ in range(STARTS)]
    ends = [(process, process.communicate()[1].decode()) for process in started]
    codes = sorted(process.returncode for process, _ in ends)
    found = []
    if codes != [0] + [LOCK_HELD] * (STARTS - 1):
        found.append(f"round {number}: exit codes {codes}")
    runner = next((process.pid for process, _ in ends if process.returncode == 0), 0)
    named = sum(f"pid {runner} on host" in err for _, err in ends)
    # The very first losers may come before the holder has written its name.
    unnamed = [err for process, err in ends
               if process.returncode == LOCK_HELD and "another run holds the lock" not in err]
    found += [f"round {number}: {err.strip()}" for err in unnamed]
    if set(file_tree.take(f"{to}/.ffdump")) != {"failures.jsonl", "journal", "lock", "timeline",
                                                "manifest.json"}:
        found.append(f"round {number}: something was left behind")
    return named, found


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g21", {"g_lines.json": 100})
    # The one that runs goes on until the last has started.
    workshop = Workshop(campaign.programs, ("--delay-ms", "30"))
    rounds = campaign.figure(1, 20)
    violations = []
    named = 0
    for number in range(rounds):
        named_now, found = _round(workshop, made, number)
        named += named_now
        violations += found
    workshop.close()
    return Outcome(f"{rounds} x {STARTS} starts, the holder named by {named} of "
                   f"{rounds * (STARTS - 1)}", violations)
