# SPDX-License-Identifier: Apache-2.0
"""Damage: every bit of ffdump's own files and of a signature, and 100,000 random damages of a
large output.

Bits of a finished run must be told by verify, or the file says the same all the same; those of a
signature must be told, but for the comment that nothing vouches for. Bits of an unfinished run must
be refused with 4, or the run ends with the same bytes; a result in a damaged redo log is extracted
again. Each damage of the large output must be told by verify, with the file and, where a record can
be named, one of those that were damaged; a sample is shown to the program, which must find the
same of the output as a whole."""
import collections

from lab import file_bits, large_output
from lab.campaign import Outcome
from lab.workshop import Workshop

GOAL = "G6"
WANTED = {True: "all bits of a manifest and a journal, each 16th byte of the rest, 1,000 damages",
          False: "all bits, 100,000 damages; all told or harmless"}
#: Files of the large output, about a MiB each: what is not named by record is named by the file.
FILES = {True: 8, False: 64}
CI_SHARE = 16


def _bit_tasks(campaign, bits):
    whole_in_ci = {("finished", "manifest.json"), ("uncommitted", "journal")}
    for state, tree in bits.trees.items():
        for name in bits.names(state):
            is_whole = not campaign.is_ci or (state, file_bits.kind_of(name)) in whole_in_ci
            for byte in range(len(tree[name])):
                if is_whole or byte % CI_SHARE == campaign.seed % CI_SHARE:
                    yield state, name, byte


def _try_bits(campaign, bits, outcome):
    tasks = list(_bit_tasks(campaign, bits))
    wanted = collections.Counter()
    for _, name, _ in tasks:
        wanted[file_bits.kind_of(name)] += 8
    tried, told = collections.Counter(), 0
    for kind, told_now, harmless_now, found in campaign.each(bits, tasks):
        tried[kind] += told_now + harmless_now
        told += told_now
        outcome.violations += found
    for kind in file_bits.KINDS:
        # A kind of file that was not there to be damaged is a shortfall as well.
        outcome.counts.append((f"bits of {kind}*", tried[kind], max(8, wanted[kind])))
    own = ", ".join(f"{count} of {kind}" for kind, count in sorted(tried.items()))
    outcome.reached = f"{told} bits told, {tried.total() - told} harmless ({own})"


def _try_damages(campaign, output, outcome):
    count, step = campaign.figure(1000, 100000), 50
    checks = large_output.Checks(output)
    by_kind, by_record = collections.Counter(), 0
    for results in campaign.each(checks, [(at, at + step) for at in range(0, count, step)]):
        for kind, is_named, found in results:
            by_kind[kind] += not found
            by_record += is_named and not found
            outcome.violations += found
    shown = campaign.figure(20, 500)
    numbers = campaign.chance("show").sample(range(count), shown)
    agreed = 0
    for found in campaign.each(large_output.Shown(checks), numbers):
        outcome.violations += found
        agreed += not found
    told = by_kind.total()
    outcome.counts += [("damages told", told, count),
                       ("damages of which the program finds the same", agreed, shown)]
    outcome.counts += [(f"damages by {kind}", by_kind[kind], count // len(large_output.KINDS))
                       for kind in large_output.KINDS]
    outcome.reached += (f"; {told} damages of {output.size >> 20} MiB told, {by_record} with a "
                        f"damaged record, {told - by_record} with the file of 1 MiB alone; "
                        f"{agreed} of {shown} the same by the program")


def run(campaign):
    workshop = Workshop(campaign.programs)
    outcome = Outcome("", [])
    _try_bits(campaign, file_bits.make_bits(campaign, workshop), outcome)
    files = FILES[campaign.is_ci]
    output = large_output.LargeOutput(campaign, workshop, files << 20, files)
    workshop.close()
    _try_damages(campaign, output, outcome)
    return outcome
