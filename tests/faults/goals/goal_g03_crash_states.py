# SPDX-License-Identifier: Apache-2.0
"""Power loss: from every state that the disk may be in the same command finishes the run.

States come from the traces of undisturbed, retried, rewound and resumed runs, see
lab/crash_states.py: all of those are taken up. What is wanted beyond them are states of the
recoveries: power fails again. In each what has its final name must be complete, and a manifest is
there only when all is. Two states that differ only in what every run has of its own count once."""
import itertools
import re
import shutil
import tempfile

from lab import crash_states, file_tree
from lab.campaign import Outcome
from lab.replay import Replay
from lab.scenarios import make_scenarios, work_folder
from lab.workshop import Workshop

GOAL = "G3"
WANTED = {True: "at least 5,000 states, 0", False: "at least 50,000 states, 0"}
#: One state of so many is taken up by the program itself, as a process of its own and over HTTP.
BY_PROGRAM = 50
#: States by chance at each call, beside those that are always tried.
SAMPLES = (6, 40)
#: States of recoveries may come up twice: how often more of them are tried.
MOST_ROUNDS, MOST_AGAIN = 10, 4
#: Of what is wanted, one part in so many at least are states of recoveries.
RECOVERED = 10
#: Of each worker: violations whose state is kept on the disk.
MOST_KEPT = 10


class Crashes:
    """Each state is taken up by the same command, in a process that lives on. The trace of that
    recovery is recorded, and some of its own states are tried at once: power fails again."""

    def __init__(self, campaign, scenarios):
        self.campaign, self.scenarios = campaign, scenarios
        self.samples = campaign.figure(*SAMPLES)
        self._replay, self._ended, self._kept = None, None, 0

    def states(self, s, number=None):
        scenario = self.scenarios[s]
        return crash_states.crash_states(
            scenario.before, scenario.calls, scenario.root,
            lambda call: self.campaign.chance(scenario.name, call), self.samples, number)

    def __call__(self, workshop, task):
        """(digests of the states, violations)"""
        s, number, places, round_, most = task
        if self._replay is None:  # one in each worker, whose copy of this object is its own
            self._replay = Replay(workshop.programs, work_folder(workshop), workshop.folder)
            workshop.closes_with(self._replay)
        first, later, found = [], [], []
        for _, place, tree in self.states(s, number):
            if place in places:
                tries, wrong = self._crash(workshop, s, (number, place, round_), tree, most)
                first.append(tries[0])
                later += tries[1:]
                found += wrong
        return first, later, found

    def _crash(self, workshop, s, key, tree, most):
        scenario = self.scenarios[s]
        tries = [crash_states.digest(tree)]
        where = f"call {key[0]}, state {key[1]}"
        by_program = key[2] == 0 and (key[0] + key[1]) % BY_PROGRAM == 0
        found = self._take_up(workshop, scenario, where, tree, by_program)
        if most == 0 or found:
            return tries, found
        calls = self._replay.calls()
        if not calls:
            is_refused = self._ended.code == scenario.code_when_done  # complete: nothing to do
            return tries, [] if is_refused else [
                f"{scenario.name}, {where}: the library counted no call"]
        chance = self.campaign.chance(scenario.name, *key)
        states = crash_states.some_crash_states(tree, calls, work_folder(workshop), chance, most,
                                                {tries[0]})
        for place, (then, later) in enumerate(states):
            tries.append(crash_states.digest(later))
            found += self._take_up(workshop, scenario, f"{where}, then call {then} of the recovery",
                                   later, place % BY_PROGRAM == BY_PROGRAM - 1)
        return tries, found

    def _take_up(self, workshop, scenario, where, tree, by_program):
        to = work_folder(workshop)
        found = file_tree.early_names(tree, scenario.wanted, scenario.complete_before)
        command = scenario.arguments(workshop, to)
        # The trace that is wanted is that of the last one.
        for run in ([workshop.run] if by_program else []) + [self._replay.run]:
            file_tree.put(tree, to)
            self._ended = run(command)
            found += self._judge(scenario, tree, self._ended, to)
        if not found:
            return []
        kept = self._keep(scenario, where, tree, command, to)
        return [f"{scenario.name}, power lost after {where}{kept}: {it}" for it in found]

    def _keep(self, scenario, where, tree, command, to):
        """Traces differ from run to run, as the threads' order does: the state itself is what
        shows it again."""
        self._kept += 1
        if self._kept > MOST_KEPT:
            return ""
        name = re.sub(r"[^a-z0-9]+", "-", f"{scenario.name} {where}")
        folder = tempfile.mkdtemp(prefix=f"ffdump-g3-{self.campaign.seed}-{name}-")
        file_tree.put(tree, f"{folder}/out")
        shutil.copytree(scenario.made.folder, f"{folder}/made")
        words = [word.replace(str(scenario.made.folder), f"{folder}/made").replace(
            to, f"{folder}/out") for word in command]
        with open(f"{folder}/command", "w", encoding="utf-8") as file:
            file.write("\t".join(words) + "\n")
        return f" (kept in {folder})"

    @staticmethod
    def _judge(scenario, tree, ended, to):
        if not scenario.may_end_with(ended.code, tree):
            return [f"the same command ended with {ended.code}: {ended.err.strip()}"]
        # The modes of what was there are the lab's: no state of a disk has wider ones than the
        # calls gave.
        return (file_tree.differences(file_tree.take(to), scenario.wanted) +
                file_tree.wide_modes(to))


def _first_states(crashes):
    """{(scenario, call): places of its states that no call before it has}, digests of all"""
    found, distinct = {}, set()
    for s in range(len(crashes.scenarios)):
        seen = set()  # another scenario's command takes up the same state in another way
        for number, place, tree in crashes.states(s):
            key = crash_states.digest(tree)
            if key not in seen:
                seen.add(key)
                found.setdefault((s, number), set()).add(place)
        distinct |= seen
    return found, distinct


def _rounds(campaign, places, distinct, wanted):
    """The tasks of one round after another. The first takes up every state of the traces, the
    others as many of them again as are needed for what is missing then."""
    firsts = sum(map(len, places.values()))
    for round_ in range(MOST_ROUNDS):
        missing = wanted - len(distinct)
        if round_ == 1:  # a part of them is recovered from again whatever the traces give
            missing = max(missing, wanted // RECOVERED)
        elif round_ > 1 and missing <= 0:
            return
        most = int(1.5 * max(0, missing) / firsts) if round_ == 0 else MOST_AGAIN
        tasks = [(s, number, those, round_, most) for (s, number), those in places.items()]
        campaign.chance("order", round_).shuffle(tasks)
        needed = firsts if round_ == 0 else 3 * missing / MOST_AGAIN
        sums = itertools.accumulate(len(task[2]) for task in tasks)
        yield [task for task, sum_ in zip(tasks, sums) if sum_ - len(task[2]) < needed]


def run(campaign):
    workshop = Workshop(campaign.programs)
    scenarios = make_scenarios(workshop, campaign.stage + "/g3", is_small=True)
    workshop.close()
    wanted = campaign.figure(5000, 50000)
    crashes = Crashes(campaign, scenarios)
    places, enumerated = _first_states(crashes)
    distinct, violations, taken = set(enumerated), [], [0, 0]
    first = set()
    for tasks in _rounds(campaign, places, distinct, wanted):
        for ones, later, found in campaign.each(crashes, tasks):
            taken[0] += 0 if tasks[0][3] else len(ones)
            taken[1] += len(later)
            first.update(ones)
            distinct.update(later)
            violations += found
    firsts = sum(map(len, places.values()))
    distinct -= enumerated - first  # what was not taken up does not count
    return Outcome(f"{len(distinct)} distinct states, taken up: all {taken[0]} of {len(scenarios)} "
                   f"traces ({len(first)} distinct) and {taken[1]} of recoveries from them",
                   violations, counts=[("distinct states", len(distinct), wanted),
                                       ("states of the traces taken up", taken[0], firsts),
                           ("states of recoveries", taken[1], wanted // RECOVERED)])
