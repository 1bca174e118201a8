# SPDX-License-Identifier: Apache-2.0
"""The new dump does not depend on workers, batches, delays, faults or their order.

Every schedule must leave the files of an undisturbed run, byte for byte, and its list of failures
but for how often each record was tried. A schedule whose fault met no request is done again with
other seeds, as it shows nothing."""
import collections
import hashlib
import json
import pathlib
import re
import shutil
import tempfile

from lab import file_tree
from lab.campaign import Outcome, Violation
from lab.made_dumps import MadeDump
from lab.scenarios import work_folder
from lab.workshop import Simulator, Workshop

GOAL = "G15"
WANTED = {True: "10 schedules, one SHA-256 a file", False: "100 schedules, one SHA-256 a file"}
FAULTS = ("500%{}", "503%{}", "429%{}", "reset%{}", "reset-body%{}", "close%{}", "truncated%{}",
          "empty%{}", "malformed-json%{}", "missing-response%{}")
FILES = {"g_lines.json": 150, "g_array.json": 90, "g_copy.json": 5, "g_more.json": 40}
CODE = 3  # done, and some records failed
FAILURES = ".ffdump/failures.jsonl"
MOST_TRIES = 20


def _digests(to):
    """Of each file that does not hold what every run has of its own; of those the name alone."""
    found = {}
    for name, data in file_tree.take(to).items():
        if data is None or (name.startswith(".ffdump/") and name != FAILURES):
            found[name] = None
            continue
        if name == FAILURES:
            data = re.sub(rb'"attempts":\d+', b'"attempts":0', data)
        found[name] = hashlib.sha256(data).hexdigest()
    return found


def _run(workshop, made, simulator_options, *more):
    """(its end, requests that met a fault, digests)"""
    folder = tempfile.mkdtemp(dir=workshop.folder)
    own = workshop.simulator
    workshop.simulator = Simulator(workshop.programs, folder, simulator_options)
    to = work_folder(workshop)
    shutil.rmtree(to, ignore_errors=True)
    ended = workshop.run(workshop.migrate(made.folder, to, "--images", str(made.less), *more))
    workshop.simulator.stop()
    workshop.simulator = own
    lines = pathlib.Path(f"{folder}/sim.log").read_text(encoding="utf-8").splitlines()
    met = sum(bool(json.loads(line)["fault"]) for line in lines)
    shutil.rmtree(folder)
    return ended, met, _digests(to)


class Schedules:
    def __init__(self, campaign, made, wanted):
        self.campaign, self.made, self.wanted = campaign, made, wanted

    def __call__(self, workshop, number):
        """(requests that met its fault, digests, violations)"""
        fault = FAULTS[number % len(FAULTS)]
        for tried in range(MOST_TRIES):
            chance = self.campaign.chance("schedule", number, tried)
            spec = fault.format(chance.randrange(1, 20))
            simulated = ("--seed", str(chance.randrange(1 << 30)), "--fault", spec, "--delay-ms",
                         f"{chance.uniform(0, 3):.2f}", "--slots", str(chance.randrange(0, 6)))
            more = ("--workers", str(chance.randrange(1, 13)), "--batch-size",
                    str(chance.randrange(1, 33)), "--set",
                    f"ffdump.fetches={chance.choice((0, 1, 2, 50))}", "--set",
                    f"ffdump.retry.attempts={chance.randrange(2, 9)}")
            ended, met, digests = _run(workshop, self.made, simulated, *more)
            found = self._compare(digests)
            if ended.code != CODE:
                found = [f"ended with {ended.code}: {ended.err.strip()}"]
            if met or found:
                break
        where = f"schedule {number}, try {tried} ({' '.join(simulated + more)})"
        return met, digests, [f"{where}: {it}" for it in found]

    def _compare(self, digests):
        names = sorted(digests.keys() | self.wanted.keys())
        return [f"{name} is not as in an undisturbed run" if name in digests and name in self.wanted
                else f"{name} is {'not there' if name in self.wanted else 'left behind'}"
                for name in names if digests.get(name, "") != self.wanted.get(name, "")]


def run(campaign):
    count = sum(FILES.values())
    made = MadeDump(f"{campaign.stage}/g15", FILES, missing=range(7, count, 17),
                    without_image=range(11, count, 31))
    workshop = Workshop(campaign.programs)
    ended, _, wanted = _run(workshop, made, ())
    workshop.close()
    if ended.code != CODE or not FILES.keys() | {FAILURES} <= wanted.keys():
        raise Violation(f"the undisturbed run ended with {ended.code}: {ended.err.strip()}")
    schedules = campaign.figure(10, 100)
    violations, seen = [], collections.defaultdict(set)
    with_fault = requests = 0
    for met, digests, found in campaign.each(Schedules(campaign, made, wanted),
                                                range(schedules)):
        violations += found
        with_fault += met > 0
        requests += met
        for name in wanted:
            if wanted[name] is not None:
                seen[name].add(digests.get(name))
    return Outcome(f"{with_fault} schedules with {requests} requests that met a fault, {len(seen)} "
                   f"files, {max(map(len, seen.values()))} SHA-256 each", violations,
                   counts=[("schedules whose fault met a request", with_fault, schedules)])
