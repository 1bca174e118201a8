# SPDX-License-Identifier: Apache-2.0
"""Power loss: from every state that the disk may be in the same command finishes the run.

States come from the traces of undisturbed, retried and resumed runs, see lab/crash_states.py. In
each what has its final name must be complete, and a manifest is there only when all is."""
from lab import crash_states, file_tree, shim
from lab.campaign import Outcome
from lab.scenarios import make_scenarios, work_folder
from lab.workshop import Workshop

GOAL = "G3"
WANTED = {True: "at least 5,000 states, 0", False: "at least 50,000 states, 0"}


SAMPLES = 12


class Crashes:
    """Each state is taken up by the same command. While more states are wanted, the trace of that
    recovery is recorded, and its own states are tried at once: power fails again."""

    def __init__(self, campaign, scenarios, wanted):
        self.campaign, self.scenarios, self.wanted = campaign, scenarios, wanted

    def __call__(self, workshop, task):
        s, at, tree, most = task
        scenario = self.scenarios[s]
        to = work_folder(workshop)
        tries = [crash_states.digest(tree)]
        found = self._take_up(workshop, scenario, at, tree, with_trace=most > 0)
        if most > 0 and not found:
            calls = shim.read_trace(workshop.at("trace"), True)
            seen = {tries[0]}
            chance = self.campaign.chance(scenario.name, at, tries[0].hex())
            again = list(crash_states.crash_states(tree, calls, to, chance, SAMPLES, seen))
            for then, later in chance.sample(again, min(most, len(again))):
                tries.append(crash_states.digest(later))
                found += self._take_up(workshop, scenario, f"{at} and {then} of the recovery",
                                       later, False)
        return tries, found

    @staticmethod
    def _take_up(workshop, scenario, at, tree, with_trace):
        to = work_folder(workshop)
        found = file_tree.early_names(tree, scenario.wanted, scenario.complete_before)
        file_tree.put(tree, to)
        command = scenario.arguments(workshop, to)
        if with_trace:
            ended, _ = workshop.run_with_fault(command, to, 0, "", with_bytes=True)
        else:
            ended = workshop.run(command)
        if ended.code != scenario.code:
            found.append(f"the same command ended with {ended.code}: {ended.err.strip()}")
        else:
            found += file_tree.differences(file_tree.take(to), scenario.wanted)
        names = {name: data and len(data) for name, data in tree.items()}
        return [f"{scenario.name}, power lost after call {at}, left {names}: {it}" for it in found]


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
