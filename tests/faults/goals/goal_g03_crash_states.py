# SPDX-License-Identifier: Apache-2.0
"""Power loss: from every state that the disk may be in the same command finishes the run.

States come from the traces of undisturbed, retried and resumed runs, see lab/crash_states.py. In
each what has its final name must be complete, and a manifest is there only when all is."""
import os

from lab import crash_states, file_tree
from lab.campaign import Outcome
from lab.replay import Replay
from lab.scenarios import make_scenarios, work_folder
from lab.workshop import Workshop

GOAL = "G3"
WANTED = {True: "at least 5,000 states, 0", False: "at least 50,000 states, 0"}


#: One state of so many is taken up by the program itself, as a process of its own and over HTTP.
BY_PROGRAM = 50


class Crashes:
    """Each state is taken up by the same command, in a process that lives on. The trace of that
    recovery is recorded, and some of its own states are tried at once: power fails again."""

    def __init__(self, campaign, scenarios, wanted):
        self.campaign, self.scenarios, self.wanted = campaign, scenarios, wanted
        self._replay, self._states = None, 0

    def __call__(self, workshop, task):
        s, at, tree, most = task
        if self._replay is None:  # one in each worker, whose copy of this object is its own
            self._replay = Replay(workshop.programs, work_folder(workshop), workshop.folder)
            workshop.closes_with(self._replay)
        scenario = self.scenarios[s]
        tries = [crash_states.digest(tree)]
        found = self._take_up(workshop, scenario, at, tree)
        calls = self._replay.calls() if most > 0 and not found else []
        if calls:
            chance = self.campaign.chance(scenario.name, at, tries[0].hex())
            for then, later in crash_states.some_crash_states(
                    tree, calls, work_folder(workshop), chance, most, {tries[0]}):
                tries.append(crash_states.digest(later))
                found += self._take_up(workshop, scenario, f"{at} and {then} of the recovery",
                                       later)
        return tries, found

    def _take_up(self, workshop, scenario, at, tree):
        to = work_folder(workshop)
        found = file_tree.early_names(tree, scenario.wanted, scenario.complete_before)
        command = scenario.arguments(workshop, to)
        runs = [self._replay.run]
        self._states += 1
        if self._states % BY_PROGRAM == 0:
            runs.insert(0, workshop.run)
        for run in runs:
            file_tree.put(tree, to)
            found += self._judge(scenario, tree, run(command), to)
        names = {name: data and len(data) for name, data in tree.items()}
        return [f"{scenario.name}, power lost after call {at}, left {names}: {it}" for it in found]

    @staticmethod
    def _judge(scenario, tree, ended, to):
        if not scenario.may_end_with(ended.code, tree):
            return [f"the same command ended with {ended.code}: {ended.err.strip()}"]
        return file_tree.differences(file_tree.take(to), scenario.wanted)


def _tasks(campaign, scenarios, wanted):
    seen = set()
    first = []
    for s, scenario in enumerate(scenarios):
        chance = campaign.chance(scenario.name)
        first += [(s, at, tree) for at, tree in crash_states.crash_states(
            scenario.before, scenario.calls, scenario.root, chance, campaign.figure(6, 40), seen)]
    campaign.chance("order").shuffle(first)
    # More than is needed: a state may come up in two recoveries, and some have few.
    most = int(2 * wanted / len(first))
    return [(s, at, tree, most) for s, at, tree in first]


def run(campaign):
    workshop = Workshop(campaign.programs)
    scenarios = make_scenarios(workshop, campaign.stage + "/g3", is_small=True)
    workshop.close()
    wanted = campaign.figure(5000, 50000)
    distinct = set()
    violations = []
    tasks = _tasks(campaign, scenarios, wanted)
    for tries, found in campaign.each(Crashes(campaign, scenarios, wanted), tasks):
        violations += found
        distinct.update(tries)
        if len(distinct) >= wanted * 1.01:
            break
    if len(distinct) < wanted:
        violations.append(f"there are {len(distinct)} states")
    return Outcome(f"{len(distinct)} distinct states of {len(scenarios)} traces and of recoveries "
                   "from their states", violations)
