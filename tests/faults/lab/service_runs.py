# SPDX-License-Identifier: Apache-2.0
"""Runs against services that misbehave: both the images and the facens come from the simulator."""
import contextlib
import json
import pathlib
import shutil

from lab import file_tree
from lab.scenarios import work_folder
from lab.workshop import Simulator

FROM_SIMULATOR = ("--set", "normalized_storage.type=webdav")
FAILURES = "failures.jsonl"


@contextlib.contextmanager
def simulator(workshop, *arguments):
    """In the place of the workshop's own."""
    own, workshop.simulator = workshop.simulator, Simulator(workshop.programs, workshop.folder,
                                                            arguments)
    try:
        yield workshop.simulator
    finally:
        workshop.simulator.stop()
        workshop.simulator = own


def migrate(workshop, made, to, *more):
    """The command line; images over HTTP from the same address as the facens."""
    return workshop.migrate(made.folder, to, *FROM_SIMULATOR, "--upload-url",
                            workshop.simulator.url + "/uploads/", *more)


def empty_output(workshop):
    to = work_folder(workshop)
    shutil.rmtree(to, ignore_errors=True)
    return to


def requests(simulator):
    """The log: a dict for each request, in the order in which they were decided."""
    with open(simulator.log_path, "rb") as log:
        return [json.loads(line) for line in log]


def count(lines, kind):
    return sum(line["kind"] == kind for line in lines)


def bytes_of(to):
    """What the user gets: the files of the dump, without ffdump's own folder."""
    return {name: data for name, data in file_tree.take(to).items()
            if data is not None and not name.startswith(".ffdump/")}


def failures(to):
    """(id, reason) of those that are booked, also by a run that has not ended."""
    booked = []
    for name in (FAILURES, FAILURES + ".part"):
        path = pathlib.Path(f"{to}/.ffdump/{name}")
        for line in path.read_bytes().splitlines() if path.exists() else ():
            failure = json.loads(line)
            booked.append((int(failure["id"]), failure["reason"]))
    return sorted(booked)


def without(bytes_wanted, ids):
    """The same dump without the records of these ids."""
    left = {}
    for name, data in bytes_wanted.items():
        lines = [line for line in data.splitlines(keepends=True)
                 if json.loads(line)["id"] not in ids]
        left[name] = b"".join(lines)
    return left
