# SPDX-License-Identifier: Apache-2.0
"""Where a run meets I/O errors (output, source, images, configuration), the calls that it makes
there, and the faults that each of them can meet."""
import collections
import dataclasses
import json
import pathlib

from lab import file_tree, shim
from lab.campaign import Violation
from lab.made_dumps import MadeDump
from lab.scenarios import NO_CANARIES, Scenario, work_folder

ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EFBIG", "EINTR", "short")
#: Of locks alone.
LOCK_ERRORS = ("ENOLCK",)
FAILURES, MANIFEST = ".ffdump/failures.jsonl", ".ffdump/manifest.json"
#: Undisturbed runs that are looked at for a call that was not met.
LOOKS = 8
#: A storage that answers again is waited for; the runs here are not to wait for ever.
IMPATIENT = ("--give-up-after", "100ms")


@dataclasses.dataclass(frozen=True)
class Place:
    name: str
    under: str  # a folder or a file; {to} stands for the output
    code: int   # exit code of a run that is stopped by a fault there

    def at(self, to):
        return self.under.format(to=to)


@dataclasses.dataclass(frozen=True)
class Fault:
    scenario: int
    place: Place
    kind: str
    number: int  # among the calls of that kind on that path
    path: str    # {to} stands for the output
    error: str
    sticky: bool

    def __str__(self):
        return (f"{self.error} {'from' if self.sticky else 'at'} {self.kind} {self.number} of "
                f"{self.path} ({self.place.name})")


def places(scenario):
    found = [Place("output", "{to}", 6)]
    if scenario.command:
        words = list(scenario.command)
        source = words[words.index("--from") + 1] if "--from" in words else words[2]
        return found + [Place("source", source, 4)]
    return found + [Place("source", str(scenario.made.dump), 4),
                    Place("images", scenario.more[scenario.more.index("--images") + 1], 5),
                    Place("configuration", str(scenario.made.folder / "migration.ini"), 2)]


def by_url(workshop, stage):
    """A run of which one image is named by a URL, and lies where --fetch-only would have put it."""
    made = MadeDump(f"{stage}/by-url", {"g_lines.json": 4})
    url, place = "http://127.0.0.1:8/a/2.png", made.images / "by-url/127.0.0.1_8/a/2.png"
    place.parent.mkdir(parents=True)
    (made.images / "1_image2.png").rename(place)
    dump = made.dump / "g_lines.json"
    dump.write_text(dump.read_text().replace('"1_image2.png"', f'"{url}"'))
    scenario = Scenario("images by URL", made, ("--images", str(made.images)) + NO_CANARIES, 0)
    to = work_folder(workshop)
    file_tree.put({}, to)
    ended = workshop.run(scenario.arguments(workshop, to))
    if ended.code != scenario.code:
        raise Violation(f"{scenario.name}: ended with {ended.code}: {ended.err.strip()}")
    scenario.wanted = file_tree.take(to)
    return scenario


def arguments(workshop, scenario, place, to):
    patience = IMPATIENT if place.name == "images" else ()
    return [*scenario.arguments(workshop, to), *patience]


def run(workshop, scenario, place, to, **fault):
    """The end, and the calls that were made there, the reading ones too."""
    trace = workshop.at("trace")
    pathlib.Path(trace).unlink(missing_ok=True)
    values = shim.environment(workshop.programs.shim, place.at(to), trace=trace, reads=True,
                              **fault)
    ended = workshop.run(arguments(workshop, scenario, place, to), values)
    return ended, shim.read_trace(trace)


def _faults_of(call, seen, where):
    errors = ERRORS + (LOCK_ERRORS if call.kind == "lock" else ())
    for error in errors:
        for sticky in (False, True):
            yield Fault(*where, call.kind, seen, call.path, error, sticky), error in call.possible


def faults(workshop, scenarios, is_chosen):
    """(possible, impossible, number of calls): every call of every undisturbed run with every
    error; `is_chosen`(scenario, place, n) of its n-th call."""
    possible, impossible, calls_made = [], 0, 0
    to = work_folder(workshop)
    for s, scenario in enumerate(scenarios):
        number = 0
        for place in places(scenario):
            file_tree.put(scenario.before, to)
            ended, calls = run(workshop, scenario, place, to)
            if ended.code != scenario.code:
                raise Violation(f"{scenario.name}: ended with {ended.code}: {ended.err}")
            seen = collections.Counter()
            for call in calls:
                seen[call.kind, call.path] += 1
                number += 1
                if not is_chosen(s, place, number):
                    continue
                calls_made += 1
                at = seen[call.kind, call.path]
                call.path = call.path.replace(to, "{to}", 1)
                for fault, is_possible in _faults_of(call, at, (s, place)):
                    impossible += not is_possible
                    if is_possible:
                        possible.append(fault)
    return possible, impossible, calls_made


def is_made_by_every_run(workshop, scenario, fault):
    """How often results are handed to the redo log, say, is a matter of time."""
    to = work_folder(workshop)
    wanted = (fault.kind, fault.path.format(to=to))
    for _ in range(LOOKS):
        file_tree.put(scenario.before, to)
        _, calls = run(workshop, scenario, fault.place, to)
        if sum((call.kind, call.path) == wanted for call in calls) < fault.number:
            return False
    return True


def _booked(texts):
    return {(int(failure["id"]), failure["reason"])
            for text in texts for failure in map(json.loads, text.splitlines())}


def booked_in(tree):
    """(id, reason) of those that a tree lists as failed."""
    return _booked([tree[FAILURES]] if tree.get(FAILURES) else [])


def booked(to):
    """The same of what lies there, also of a run that has not ended."""
    return _booked([path.read_bytes() for path in (pathlib.Path(f"{to}/{FAILURES}"),
                                                   pathlib.Path(f"{to}/{FAILURES}.part"))
                    if path.exists()])


def without_attempts(tree):
    """The same tree as if each image had been asked for once."""
    tree = dict(tree)
    if tree.get(FAILURES):
        lines = [json.loads(line) for line in tree[FAILURES].splitlines()]
        tree[FAILURES] = repr([{**line, "attempts": 0} for line in lines]).encode()
        document = file_tree.manifest_essence(tree.get(MANIFEST) or b"")
        if document:
            document["failures"].pop("bytes")
            document["failures"].pop("sha256")
            tree[MANIFEST] = file_tree.whole_manifest(document)
    return tree
