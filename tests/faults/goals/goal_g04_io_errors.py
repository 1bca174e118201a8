# SPDX-License-Identifier: Apache-2.0
"""An I/O error at every call on the output, the source, the folder of images and the configuration,
once and for good; also at those that only read, look, list and lock.

A fault of the output ends the run with 6, of the source with 4, of the configuration with 2. An
image that cannot be read is asked for again, and a storage that stays so ends it with 5 and books
nobody. The message says path and error, nothing torn is left under a final name, and the same
command finishes the run. Interrupted and short calls are lived with: the run ends as if
undisturbed. What no kernel answers to a call is counted as impossible and not tried."""
import collections
import errno
import os
import re

from lab import file_tree, io_errors, seen_calls
from lab.campaign import Outcome
from lab.scenarios import make_scenarios, work_folder
from lab.workshop import Workshop

GOAL = "G4"
WANTED = {True: "every 10th call x 7 errors (8 of locks) x 2, each met, 0",
          False: "all calls x 7 errors (8 of locks) x 2, each met, 0"}
LIVED_WITH = ("EINTR", "short")
#: Calls whose answer a run may do without.
ASKING = ("look", "list", "space", "read")
#: Threads may leave out a call that another run of the same made.
MOST_TRIES = 10
LEAST_CALLS = {True: 400, False: 4000}


def _is_named(path, text):
    """As a whole: the name of a folder stands in that of every file in it."""
    return re.search(rf"(?:^|[\s\"'(]){re.escape(path)}(?=[\s:,;)\"']|$)", text) is not None


class Errors:
    def __init__(self, scenarios):
        self.scenarios = scenarios

    def __call__(self, workshop, fault):
        scenario = self.scenarios[fault.scenario]
        to = work_folder(workshop)
        error = fault.error
        do = error if error == "short" else getattr(errno, error)
        for _ in range(MOST_TRIES):
            file_tree.put(scenario.before, to)
            ended, calls = io_errors.run(
                workshop, scenario, fault.place, to, do=do, sticky=fault.sticky,
                on=(fault.kind, fault.number, fault.path.format(to=to)))
            met = [call for call in calls if call.fault]
            if met:
                break
        else:
            wrong = [] if ended.code == scenario.code else [f"{ended.code} {ended.err.strip()}"]
            return fault, False, wrong
        found = []
        if self._is_lived_with(scenario, fault, met[0], ended):
            if ended.code != scenario.code:
                return fault, True, [f"ended with {ended.code}: {ended.err.strip()}"]
        elif ended.code == scenario.code and not ended.err and (
                met[0].kind in ASKING or fault.place.name == "images"):
            pass  # it could do without the answer: what it made is looked at all the same
        else:
            # When all calls fail, two threads meet the fault, and one of them is told of.
            found = self._stopped(ended, {call.path for call in met}, fault)
            found += self._taken_up(workshop, scenario, fault.place, to)
            return fault, True, found
        return fault, True, found + self._as_undisturbed(scenario, fault.place, to)

    @staticmethod
    def _is_lived_with(scenario, fault, met, ended):
        if fault.error in LIVED_WITH:
            return True
        # A storage that answers again has been asked again; the folder itself is opened once.
        if fault.place.name == "images" and not fault.sticky:
            return met.path != fault.place.under
        # What the lock file holds is for people, and what a redo log holds can be extracted again:
        # letting go of them loses nothing.
        is_harmless = met.kind == "close" and (met.path.endswith("lock") or "/redo-" in met.path)
        # The time line must never fail a run; when every call fails, another one may.
        is_time_line = os.path.basename(met.path) in ("timeline", "timeline.new")
        is_harmless = is_harmless or (is_time_line and fault.sticky)
        return (is_time_line and not fault.sticky) or (is_harmless and
                                                       ended.code == scenario.code)

    @staticmethod
    def _stopped(ended, paths, fault):
        found = []
        text = os.strerror(getattr(errno, fault.error))
        if ended.code != fault.place.code:
            found.append(f"ended with {ended.code}: {ended.err.strip()}")
        if not any(_is_named(path, ended.err) for path in paths) or text not in ended.err:
            found.append(f"the message does not name path and error: {ended.err.strip()}")
        if len(ended.err.strip().splitlines()) != 1:
            found.append(f"the message is not one line: {ended.err.strip()}")
        return found

    @staticmethod
    def _as_undisturbed(scenario, place, to):
        tree, wanted = file_tree.take(to), scenario.wanted
        if place.name == "images":  # what was asked for again says so in the list of failures
            tree, wanted = io_errors.without_attempts(tree), io_errors.without_attempts(wanted)
        return file_tree.differences(tree, wanted) + file_tree.wide_modes(to)

    def _taken_up(self, workshop, scenario, place, to):
        """By the same command, once the fault is gone."""
        tree = file_tree.take(to)
        found = file_tree.early_names(tree, scenario.wanted, scenario.complete_before)
        found += self._wrongly_booked(scenario, to)
        ended = workshop.run(scenario.arguments(workshop, to))
        if not scenario.may_end_with(ended.code, tree):
            found.append(f"then the same command ended with {ended.code}: {ended.err.strip()}")
        if ended.code in (scenario.code, scenario.code_when_done):
            found += self._as_undisturbed(scenario, place, to)
        return found

    @staticmethod
    def _wrongly_booked(scenario, to):
        good = set()
        for tree in (scenario.wanted, scenario.complete_before):
            good |= io_errors.booked_in(tree)
        return [f"record {number} is booked as {reason}"
                for number, reason in sorted(io_errors.booked(to) - good)]


def run(campaign):
    workshop = Workshop(campaign.programs)
    scenarios = make_scenarios(workshop, campaign.stage + "/g4", is_small=True)
    scenarios.append(io_errors.by_url(workshop, campaign.stage + "/g4"))

    def is_chosen(s, place, number):
        # Of the last few calls are made on the images, and one of them leads to those by URL.
        is_of_last = scenarios[s] is scenarios[-1] and place.name == "images"
        return not campaign.is_ci or is_of_last or number % 10 == s % 10

    faults, impossible, calls = io_errors.faults(workshop, scenarios, is_chosen)
    violations = [it for scenario in scenarios for it in seen_calls.unseen(workshop, scenario)]
    met, missed, now_and_then = collections.Counter(), 0, 0
    for fault, is_met, found in campaign.each(Errors(scenarios), faults):
        where = f"{scenarios[fault.scenario].name}: {fault}"
        met[fault.place.name] += is_met
        violations += [f"{where}: {it}" for it in found]
        if is_met:
            continue
        if io_errors.is_made_by_every_run(workshop, scenarios[fault.scenario], fault):
            missed += 1
            violations.append(f"{where}: was not met")
        else:
            now_and_then += 1
    workshop.close()
    by_place = ", ".join(f"{count} of the {name}" for name, count in met.items())
    return Outcome(f"{met.total()} faults met ({by_place}), {impossible} impossible, {missed} "
                   f"missed, {now_and_then} of calls that not every run makes, at {calls} calls of "
                   f"{len(scenarios)} runs", violations,
                   counts=[("faults met", met.total(), len(faults) - now_and_then),
                           ("calls", calls, LEAST_CALLS[campaign.is_ci])])
