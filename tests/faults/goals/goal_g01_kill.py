# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at every call that changes a file, in every phase; the same command must finish the run.

After each kill what has its final name is complete, and a manifest is there only when all is. Of a
part of the points the recovery is killed as well. The end is compared with an undisturbed run."""
from lab import file_tree
from lab.campaign import Outcome
from lab.scenarios import make_scenarios, work_folder
from lab.workshop import Workshop

GOAL = "G1"
WANTED = {True: "every 10th call, all of sealing, 0", False: "all of at least 2,000 calls, 0"}
KILLED = -9
#: The calls between a file's last commit and the end are where bytes get their final names.
SEALING = ("rename", "remove", "mkdir")


def _tasks(campaign, scenarios):
    for s, scenario in enumerate(scenarios):
        for call in scenario.calls:
            is_sealing = call.kind in SEALING or call.path.endswith(("manifest.json.new", ".part"))
            if campaign.is_ci and call.number % 10 != 0 and not (is_sealing and s in (0, 4)):
                continue
            yield s, call.number, "kill"
            if call.kind == "write" and call.size > 1:
                yield s, call.number, "torn"


class Kills:
    def __init__(self, campaign, scenarios):
        self.campaign, self.scenarios = campaign, scenarios

    def __call__(self, workshop, task):
        s, at, do = task
        scenario = self.scenarios[s]
        to = work_folder(workshop)
        where = f"{scenario.name}: {do} at call {at}"
        file_tree.put(scenario.before, to)
        command = scenario.arguments(workshop, to)
        chance = self.campaign.chance(scenario.name, at, do)
        ended, calls = workshop.run_with_fault(command, to, at, do)
        if ended.code != KILLED:
            # The order of two threads' calls may differ: the call was not made, or not so.
            wrong = [] if ended.code == scenario.code else [f"{where}: ended with {ended.code}"]
            return (0, 0, wrong)
        found = self._look(scenario, to)
        kills = 1
        if at % 4 == 0:
            again = chance.randrange(1, 60)
            second, _ = workshop.run_with_fault(command, to, again, "kill")
            where += f", then at call {again}"
            kills += second.code == KILLED
            found += self._look(scenario, to)
        tree = file_tree.take(to)
        in_place = {name for name in tree if not name.startswith(".ffdump")}
        workshop.simulator.begin_run()
        ended = workshop.run(command)
        if not scenario.may_end_with(ended.code, tree):
            found.append(f"the same command ended with {ended.code}: {ended.err.strip()}")
        else:
            found += file_tree.differences(file_tree.take(to), scenario.wanted)
            found += file_tree.wide_modes(to)
            found += self._repeats(scenario, workshop.simulator.images_since(), in_place)
        if at % 16 == 0 and scenario.migrates and not found:
            found += _verified(workshop, scenario, to)
        return (1, kills, [f"{where} ({calls[-1].kind} {calls[-1].path}): {it}" for it in found])

    @staticmethod
    def _look(scenario, to):
        return file_tree.early_names(file_tree.take(to), scenario.wanted,
                                     scenario.complete_before)

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


def run(campaign):
    workshop = Workshop(campaign.programs)
    scenarios = make_scenarios(workshop, campaign.stage + "/g1")
    workshop.close()
    points = kills = 0
    violations = []
    for point, killed, found in campaign.each(Kills(campaign, scenarios),
                                              _tasks(campaign, scenarios)):
        points += point
        kills += killed
        violations += found
    calls = sum(len(scenario.calls) for scenario in scenarios)
    return Outcome(f"{points} points of {calls} calls in {len(scenarios)} runs, {kills} kills",
                   violations)
