# SPDX-License-Identifier: Apache-2.0
"""What durability costs on a real disk, with the settings that ffdump has by itself."""
import os
import shutil
import tempfile

from lab import made_dumps, shim
from lab.campaign import Outcome
from lab.workshop import Workshop

GOAL = "G18"
WANTED = {True: "at most 2 % of run time", False: "at most 2 % of run time"}
MOST_PERCENT = 2.0


def run(campaign):
    # About 3 seconds, or 60, at the pace of a GPU that takes 2,000 images a second.
    records = campaign.figure(6000, 120000)
    made = made_dumps.large_dump(f"{campaign.stage}/g18", records)
    folder = os.environ.get("FFDUMP_FAULTS_DISK") or os.path.dirname(campaign.programs.shim)
    workshop = Workshop(campaign.programs, ("--delay-per-image-ms", "4"), parent=folder)
    to = workshop.at("out")
    command = workshop.migrate(made, to, "--images", f"{made}/images", "--workers", "8",
                               "--batch-size", "16")
    ended, calls = workshop.run_with_fault(command, to, 0, "", most_seconds=600)
    syncs = [call.micros / 1e6 for call in calls if call.kind == "sync"]
    kind = os.popen(f"stat -f -c %T {tempfile.gettempdir()} 2>/dev/null").read().strip()
    shutil.rmtree(to, ignore_errors=True)
    workshop.close()
    percent = 100 * sum(syncs) / ended.seconds
    violations = [] if ended.code == 0 else [f"ended with {ended.code}: {ended.err}"]
    if percent > MOST_PERCENT:
        violations.append(f"{percent:.2f} % of the time went into {len(syncs)} syncs")
    return Outcome(f"{len(syncs)} syncs, {sum(syncs) * 1e3:.0f} ms of {ended.seconds:.1f} s: "
                   f"{percent:.2f} % ({kind}, {records} records)", violations)
