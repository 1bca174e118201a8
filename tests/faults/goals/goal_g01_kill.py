# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at every call that changes a file, in every phase; the same command must finish the run.

A call is known by its kind, its file and how many such calls came before it, "the third write to the
journal": its number changes from run to run with the order of the threads. After each kill what has its final name is complete, nothing can be
read by others, and where a manifest is `verify` passes. Of a part of the points the recovery is
killed as well. The end is compared with an undisturbed run. ffdump has no command that merges dumps,
so that phase of the goal does not exist."""
import collections

from lab import file_tree
from lab.campaign import Outcome
from lab.scenarios import KILLED, make_scenarios, work_folder
from lab.workshop import Workshop

GOAL = "G1"
WANTED = {True: "every 10th call, all of sealing, 0", False: "all of at least 2,000 calls, 0"}
LEAST_POINTS = 2000
#: One point of so many has its recovery killed, and in CI its end shown to verify.
RECOVERED, VERIFIED = 4, 16
#: To meet one call. A run may come to the end without it: two answers that arrive together are one
#: write.
MOST_TRIES = 12
#: Undisturbed runs that tell whether every run makes a call that was not met.
LOOKS = 8


def _names(calls, root):
    """What each call is known by, in order."""
    seen = collections.Counter()
    names = []
    for call in calls:
        what = (call.kind, call.path.removeprefix(root))
        seen[what] += 1
        names.append((*what, seen[what]))
    return names


def _is_sealing(call, root):
    """A finished file is read back, or something gets a name that is not ffdump's own."""
    is_read_back = (call.kind == "open" and call.path.endswith(".part") and
                    not set("wd") & set(call.flags))
    return is_read_back or (call.kind == "rename" and
                            not call.other.startswith(f"{root}/.ffdump/"))


def _tasks(campaign, scenarios):
    for s, scenario in enumerate(scenarios):
        first = min((call.number for call in scenario.calls if _is_sealing(call, scenario.root)),
                    default=0)
        for call, name in zip(scenario.calls, _names(scenario.calls, scenario.root)):
            # Another scenario stands for those that seal as it does.
            is_sealing = call.number >= first and not scenario.seals_alike
            if campaign.is_ci and call.number % 10 != 0 and not is_sealing:
                continue
            yield s, name, "kill"
            if call.kind == "write" and call.size > 1:
                yield s, name, "torn"


class Kills:
    def __init__(self, campaign, scenarios):
        self.campaign, self.scenarios = campaign, scenarios

    def __call__(self, workshop, task):
        """(task, whether its call was met, processes killed, violations)"""
        s, name, do = task
        for _ in range(MOST_TRIES):
            kills, found = self._point(workshop, self.scenarios[s], name, do)
            if kills or found:
                return task, kills > 0, kills, found
        return task, False, 0, []

    def _point(self, workshop, scenario, name, do):
        """(processes killed, violations)"""
        to = work_folder(workshop)
        kind, path, number = name
        where = f"{scenario.name}: {do} at {kind} number {number} of {path or 'the output'}"
        file_tree.put(scenario.before, to)
        command = scenario.arguments(workshop, to)
        ended, calls = workshop.run_with_fault(command, to, 0, do, on=(kind, number, f"{to}{path}"))
        if ended.code != KILLED:
            is_well = ended.code == scenario.code and calls
            return 0, [] if is_well else [
                f"{where}: ended with {ended.code} after {len(calls)} calls: {ended.err.strip()}"]
        if _names(calls, to)[-1:] != [name]:
            return 0, [f"{where}: killed elsewhere, after {len(calls)} calls"]
        found = self._look(workshop, scenario, to)
        kills = 1
        chance = self.campaign.chance(scenario.name, *name, do)
        if chance.randrange(RECOVERED) == 0:
            again = chance.randrange(1, 60)
            left = file_tree.take(to)
            second, _ = workshop.run_with_fault(command, to, again, "kill")
            where += f", then at call {again}"
            kills += second.code == KILLED
            if second.code != KILLED and not scenario.may_end_with(second.code, left):
                found.append(f"ended with {second.code}: {second.err.strip()}")
            found += self._look(workshop, scenario, to)
        found += self._finish(workshop, scenario, to, command)
        if scenario.migrates and not found and (not self.campaign.is_ci or
                                                chance.randrange(VERIFIED) == 0):
            found += _verified(workshop, scenario, to)
        return kills, [f"{where}: {it}" for it in found]

    def _finish(self, workshop, scenario, to, command):
        tree = file_tree.take(to)
        in_place = {name for name in tree if not name.startswith(".ffdump")}
        workshop.simulator.begin_run()
        ended = workshop.run(command)
        if not scenario.may_end_with(ended.code, tree):
            return [f"the same command ended with {ended.code}: {ended.err.strip()}"]
        return (file_tree.differences(file_tree.take(to), scenario.wanted) +
                file_tree.wide_modes(to) +
                self._repeats(scenario, workshop.simulator.images_since(), in_place))

    @staticmethod
    def _look(workshop, scenario, to):
        """I1, I2 and I7 right after the kill."""
        tree = file_tree.take(to)
        found = file_tree.early_names(tree, scenario.wanted, scenario.complete_before)
        if scenario.migrates and not found and ".ffdump/manifest.json" in tree:
            found += _verified(workshop, scenario, to)
        return found + file_tree.wide_modes(to)

    @staticmethod
    def _repeats(scenario, asked, in_place):
        """I5: once in the run that ends, and not at all for a file that was in place. Twice, when
        the first facen of a gallery waited for a second one to agree on the dimension."""
        if not scenario.counts_images:
            return []
        found = []
        if any(asked.count(digest) > 2 for digest in set(asked)):
            found.append("an image was extracted more than twice by one run")
        if any(scenario.made.file_of_image[digest] in in_place for digest in asked):
            found.append("a record of a finished file was extracted again")
        return found


def _verified(workshop, scenario, to):
    ended = workshop.run(["verify", "--from", str(scenario.made.dump), "--to", to])
    last = ended.out.strip().splitlines()[-1:] or [""]
    return [] if last[0].startswith("restorable") else [f"verify says {last[0]} {ended.err}"]


def _is_made_by_every_run(workshop, scenario, name):
    to = work_folder(workshop)
    for _ in range(LOOKS):
        file_tree.put(scenario.before, to)
        _, calls = workshop.run_with_fault(scenario.arguments(workshop, to), to, 0, "")
        if name not in _names(calls, to):
            return False
    return True


def run(campaign):
    workshop = Workshop(campaign.programs)
    scenarios = make_scenarios(workshop, campaign.stage + "/g1")
    kills = now_and_then = 0
    met, violations = [], []
    tasks = list(_tasks(campaign, scenarios))
    for task, is_met, killed, found in campaign.each(Kills(campaign, scenarios), tasks):
        kills += killed
        violations += found
        if is_met:
            met.append(task)
        elif not found:
            scenario, (kind, path, number) = scenarios[task[0]], task[1]
            if _is_made_by_every_run(workshop, scenario, task[1]):
                violations.append(f"{scenario.name}: no process was killed ({task[2]}) at {kind} "
                                  f"number {number} of {path or 'the output'}")
            else:
                now_and_then += 1
    workshop.close()
    calls = sum(len(scenario.calls) for scenario in scenarios)
    struck = len({task[:2] for task in met})
    asked = len({task[:2] for task in tasks})
    return Outcome(f"{len(met)} points at {struck} of {asked} calls chosen of {calls} in "
                   f"{len(scenarios)} runs, {kills} kills, no command merges", violations,
                   [f"{now_and_then} points are of calls that not every run makes, and were not "
                    f"met in {MOST_TRIES} runs"] if now_and_then else [],
                   [("calls at which a process was killed", struck,
                     campaign.figure(calls // 10, LEAST_POINTS)),
                    ("points met, or of a call that not every run makes", len(met) + now_and_then,
                     len(tasks))])
