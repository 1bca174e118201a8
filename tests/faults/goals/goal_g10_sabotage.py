# SPDX-License-Identifier: Apache-2.0
"""Deliberate bugs, one by one: each must make the test that is named with it fail.

So the tests of crash safety, resume, failures, services, model guard and verify are known to be
able to fail. The list is lab/sabotages*.py; every text of it must occur in the sources once, and
every test must be there, whichever of them are tried. FFDUMP_SABOTAGE=WORDS in the environment
tries those whose sentence has the words."""
import concurrent.futures
import os
import pathlib

from lab.campaign import Outcome
from lab.sabotage_bench import CAUGHT, E2E, PASSED, Bench
from lab.sabotages import SABOTAGES

GOAL = "G10"
WANTED = {True: "10 sabotages, each caught by its test", False: "every sabotage caught by its test"}
CI = 10


def _chosen(campaign):
    """Goals as tests take minutes, so that CI draws among the others."""
    if not campaign.is_ci:
        return SABOTAGES
    quick = [one for one in SABOTAGES if not one.is_goal]
    return campaign.chance("sabotages").sample(quick, CI)


def _problems_of_bench(bench, chosen):
    """One of each kind is built as the others are, but without its sabotage."""
    first = {one.program == E2E: one for one in reversed(chosen) if not one.is_goal}
    return [f"unchanged, {one.source} with '{one.test}': {said}" for one in first.values()
            if (said := bench.control(one)) != PASSED]


def run(campaign):
    wanted = os.environ.get("FFDUMP_SABOTAGE", "")
    chosen = [one for one in SABOTAGES if wanted in one.sentence] if wanted else _chosen(campaign)
    if not chosen:
        return Outcome("none tried", [f"no sabotage has the words '{wanted}'"])
    bench = Bench(pathlib.Path(campaign.programs.ffdump).parent, campaign.stage, campaign.seed)
    stale = bench.problem_of_build(SABOTAGES)
    violations = [stale] if stale else bench.problems_of_list(SABOTAGES)
    if not violations:
        violations = _problems_of_bench(bench, chosen)
    if violations:
        return Outcome("none tried", violations)
    notes = []
    # A sabotage is a compiler, a linker and a test, each a process of its own.
    with concurrent.futures.ThreadPoolExecutor(campaign.jobs) as pool:
        for one, outcome in zip(chosen, pool.map(bench.judge, chosen)):
            said = f"{one.sentence} ({one.source}; {one.program}: {one.test})"
            notes.append(f"{'caught' if outcome == CAUGHT else 'NOT CAUGHT'}: {said}")
            if outcome != CAUGHT:
                violations.append(f"{said}: {outcome}")
    return Outcome(f"{len(chosen) - len(violations)} of {len(chosen)} caught, of "
                   f"{len(SABOTAGES)} in the list", violations, notes)
