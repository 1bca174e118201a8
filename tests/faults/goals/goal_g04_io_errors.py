# SPDX-License-Identifier: Apache-2.0
"""An I/O error at every call that changes a file, once and for good.

The run ends with 6, says path and error, leaves nothing torn under a final name, and the same
command finishes it. Interrupted and short calls are lived with: the run ends as if undisturbed."""
import errno
import os

from lab import file_tree
from lab.campaign import Outcome
from lab.scenarios import make_scenarios, work_folder
from lab.workshop import Workshop

GOAL = "G4"
ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EFBIG", "EINTR", "short")
WANTED = {True: "every 10th call x 7 errors x 2, 0", False: "all calls x 7 errors x 2, 0"}
UNWRITABLE = 6
LIVED_WITH = ("EINTR", "short")


def _tasks(campaign, scenarios):
    for s, scenario in enumerate(scenarios):
        for call in scenario.calls:
            if campaign.is_ci and call.number % 10 != s % 10:
                continue
            for error in ERRORS:
                if error == "short" and (call.kind != "write" or call.size < 2):
                    continue
                for sticky in (False, True):
                    yield s, call.number, error, sticky


class Errors:
    def __init__(self, scenarios):
        self.scenarios = scenarios

    def __call__(self, workshop, task):
        s, at, error, sticky = task
        scenario = self.scenarios[s]
        to = work_folder(workshop)
        file_tree.put(scenario.before, to)
        command = scenario.arguments(workshop, to)
        do = error if error == "short" else getattr(errno, error)
        ended, calls = workshop.run_with_fault(command, to, at, do, sticky)
        met = next((call for call in calls if call.fault), None)
        where = f"{scenario.name}: {error} {'from' if sticky else 'at'} call {at}"
        if met is None:
            wrong = [] if ended.code == scenario.code else [f"{where}: {ended.code} {ended.err}"]
            return (0, wrong)
        # What the lock file holds is for people, and what a redo log holds can be extracted again:
        # letting go of them loses nothing.
        is_harmless = met.kind == "close" and (met.path.endswith("lock") or
                                               "/redo-" in met.path)
        # The time line must never fail a run; when every call fails, another one may.
        is_time_line = os.path.basename(met.path) in ("timeline", "timeline.new")
        is_harmless = is_harmless or (is_time_line and sticky)
        is_harmless = is_harmless and ended.code == scenario.code
        if error in LIVED_WITH or (is_time_line and not sticky) or is_harmless:
            found = [] if ended.code == scenario.code else [f"ended with {ended.code}: {ended.err}"]
        else:
            # When all calls fail, two threads meet the fault, and one of them is told of.
            found = self._stopped(ended, {call.path for call in calls if call.fault}, error)
            tree = file_tree.take(to)
            found += file_tree.early_names(tree, scenario.wanted, scenario.complete_before)
            ended = workshop.run(command)
            if not scenario.may_end_with(ended.code, tree):
                found.append(f"then the same command ended with {ended.code}: {ended.err.strip()}")
        if ended.code in (scenario.code, scenario.code_when_done):
            found += file_tree.differences(file_tree.take(to), scenario.wanted)
            found += file_tree.wide_modes(to)
        return (1, [f"{where} ({met.kind} {met.path}): {it}" for it in found])

    @staticmethod
    def _stopped(ended, paths, error):
        found = []
        text = os.strerror(getattr(errno, error))
        if ended.code != UNWRITABLE:
            found.append(f"ended with {ended.code}: {ended.err.strip()}")
        if not any(path in ended.err for path in paths) or text not in ended.err:
            found.append(f"the message does not name path and error: {ended.err.strip()}")
        if len(ended.err.strip().splitlines()) != 1:
            found.append(f"the message is not one line: {ended.err.strip()}")
        return found


def run(campaign):
    workshop = Workshop(campaign.programs)
    scenarios = make_scenarios(workshop, campaign.stage + "/g4", is_small=True)
    workshop.close()
    met = 0
    violations = []
    for is_met, found in campaign.each(Errors(scenarios), _tasks(campaign, scenarios)):
        met += is_met
        violations += found
    calls = sum(len(scenario.calls) for scenario in scenarios)
    return Outcome(f"{met} faults at {calls} calls of {len(scenarios)} runs", violations)
