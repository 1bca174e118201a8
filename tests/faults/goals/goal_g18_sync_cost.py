# SPDX-License-Identifier: Apache-2.0
"""What durability costs on a real disk, with the settings that ffdump has by itself: the time that
goes into syncs, also those of journal and redo log, and the time of a run without syncs."""
import collections
import os
import pathlib
import shutil
import subprocess

from lab import made_dumps, shim
from lab.campaign import Outcome
from lab.workshop import Workshop

GOAL = "G18"
WANTED = {True: "at most 2 % of run time", False: "at most 2 % of run time"}
MOST_PERCENT = 2.0
#: Where a sync costs nothing, or is not ours to wait for.
IN_MEMORY = ("tmpfs", "ramfs")
#: Of everything that must be synced there is to be a sync.
FILES = {"journal": "journal", "redo log": "redo-", "new dump": ".json.part", "folders": ""}


def _disk_type(folder):
    said = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
                          check=False)
    return said.stdout.strip() or f"unknown ({said.stderr.strip()})"


def _file_of(call):
    last = os.path.basename(call.path)
    if "." not in last and last != "journal" or last == ".ffdump":
        return "folders"
    return next((what for what, part in FILES.items() if part and part in last), "others")


def _run(workshop, command, to, void):
    shutil.rmtree(to, ignore_errors=True)
    trace = workshop.at("trace")
    pathlib.Path(trace).unlink(missing_ok=True)
    ended = workshop.run(command, shim.environment(workshop.programs.shim, to, trace=trace,
                                                   void=void), most_seconds=600)
    return ended, [call for call in shim.read_trace(trace) if call.kind == "sync"]


def run(campaign):
    # About 15 seconds, or 60, at the pace of a GPU that takes 2,000 images a second.
    records = campaign.figure(30000, 120000)
    made = made_dumps.large_dump(f"{campaign.stage}/g18", records)
    folder = os.environ.get("FFDUMP_FAULTS_DISK") or os.path.dirname(campaign.programs.shim)
    workshop = Workshop(campaign.programs, ("--delay-per-image-ms", "4"), parent=folder)
    to = workshop.at("out")
    disk = _disk_type(workshop.folder)
    command = workshop.migrate(made, to, "--images", f"{made}/images", "--workers", "8",
                               "--batch-size", "16")
    violations = []
    if disk in IN_MEMORY:
        violations.append(f"{workshop.folder} is {disk}, where syncs cost nothing: name a folder "
                          "on a disk in FFDUMP_FAULTS_DISK")
    void, voided = _run(workshop, command, to, void=True)
    ended, syncs = _run(workshop, command, to, void=False)
    shutil.rmtree(to, ignore_errors=True)
    workshop.close()
    violations += [f"ended with {it.code}: {it.err}" for it in (void, ended) if it.code != 0]
    seconds = sum(call.micros for call in syncs) / 1e6
    percent = 100 * seconds / ended.seconds
    if percent > MOST_PERCENT:
        violations.append(f"{percent:.2f} % of the time went into {len(syncs)} syncs")
    by_file = collections.Counter(map(_file_of, syncs))
    more = 100 * (ended.seconds - void.seconds) / void.seconds
    return Outcome(f"{len(syncs)} syncs ("
                   + ", ".join(f"{count} of {what}" for what, count in by_file.items())
                   + f"), {seconds * 1e3:.0f} ms of {ended.seconds:.1f} s: {percent:.2f} %; "
                   f"{void.seconds:.1f} s with {len(voided)} that do nothing: {more:+.1f} %; "
                   f"{disk}, {records} records", violations,
                   counts=[(f"syncs of {what}", by_file[what], 1) for what in FILES])
