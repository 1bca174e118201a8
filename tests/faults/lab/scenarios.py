# SPDX-License-Identifier: Apache-2.0
"""The small runs in which every call is made to fail: each with the state that it begins from."""
import dataclasses
import os
import tempfile

from lab import file_tree
from lab.campaign import Violation
from lab.made_dumps import MODEL, MadeDump
from lab.workshop import Simulator

KILLED, IN_DOUBT = -9, 7
#: Of a kill that prepares a scenario, where two threads' calls change places.
MOST_TRIES = 5
NO_CANARIES = ("--set", "ffdump.canaries.images=0")


@dataclasses.dataclass
class Scenario:
    name: str
    made: MadeDump
    more: tuple          # options of migrate
    code: int            # exit code of the undisturbed run
    fetches: bool = False
    command: tuple = ()  # what runs in place of migrate; {to} stands for the output
    code_when_done: int = None  # of a command that refuses a complete output
    before: dict = dataclasses.field(default_factory=dict)   # tree that it begins with
    begin: dict = None   # tree the last complete run left; `before` when that was complete
    wanted: dict = None  # tree of the undisturbed run
    calls: list = None   # of the undisturbed run
    root: str = ""       # folder that it wrote to
    counts_images: bool = True  # every image is asked for once: no canaries, no retry
    seals_alike: bool = False   # as a scenario before it

    def arguments(self, workshop, to):
        if self.command:
            return [word.format(to=to) for word in self.command]
        arguments = workshop.migrate(self.made.folder, to, *self.more)
        if self.fetches:
            arguments[arguments.index("--to")] = "--fetch-only"
        return arguments

    def may_end_with(self, code, tree):
        """After a run that began with this tree; what else lies there is the run's to clear away."""
        there = {name: data for name, data in tree.items() if name in self.wanted}
        is_done = not file_tree.differences(there, self.wanted)
        return code == self.code or (is_done and code == self.code_when_done)

    @property
    def migrates(self):
        return not self.fetches and not self.command

    @property
    def complete_before(self):
        return self.begin if self.begin is not None else self.before


def _undisturbed(workshop, scenario):
    to = workshop.at("undisturbed")
    file_tree.put(scenario.before, to)
    ended, calls = workshop.run_with_fault(scenario.arguments(workshop, to), to, 0, "",
                                           with_bytes=True)
    if ended.code != scenario.code:
        raise Violation(f"{scenario.name}: the undisturbed run ended with {ended.code}: "
                        f"{ended.err.strip()}")
    if not calls:  # nothing would be made to fail, and every goal be reached
        raise Violation(f"{scenario.name}: the library counted no call")
    scenario.wanted = file_tree.take(to)
    scenario.calls = calls
    scenario.root = to
    return scenario


def _killed(workshop, scenario, at):
    """The tree that a kill at this call leaves."""
    to = workshop.at("undisturbed")
    for _ in range(MOST_TRIES):
        file_tree.put(scenario.before, to)
        ended, calls = workshop.run_with_fault(scenario.arguments(workshop, to), to, at, "kill")
        if ended.code == KILLED and calls[-1].number == at:
            return file_tree.take(to)
    raise Violation(f"{scenario.name}: not killed at call {at} but ended with {ended.code}: "
                    f"{ended.err.strip()}")


def _count_records(made, records):
    """The same dump in the layout that says in front of the records, and behind, how many come."""
    path = made.dump / "g_counted.json"
    path.write_text(f'{{"count":{records},"gallery":"g_counted"}}\n{path.read_text()}'
                    f'{{"count":{records}}}\n')


def _run_in_doubt(workshop, of):
    """The tree of a run that was told in the middle that the model is another one."""
    folder = tempfile.mkdtemp(dir=workshop.folder)
    other = Simulator(workshop.programs, folder, ("--fault", f"model:other_{MODEL}@4"))
    own, workshop.simulator = workshop.simulator, other
    to = workshop.at("undisturbed")
    file_tree.put({}, to)
    ended = workshop.run(of.arguments(workshop, to))
    workshop.simulator = own
    other.stop()
    if ended.code != IN_DOUBT:
        raise Violation(f"a run of two models ended with {ended.code}: {ended.err.strip()}")
    return file_tree.take(to)


def _made_dumps(stage, is_small):
    mixed = MadeDump(f"{stage}/mixed", {"g_lines.json": 8, "g_array.json": 6, "g_copy.json": 3,
                                        "g_clusters.json": 2}, missing=(3, 11), without_image=(5,))
    many = MadeDump(f"{stage}/many", {f"g_{i:02}.json": 2 for i in range(4 if is_small else 24)})
    padded = MadeDump(f"{stage}/padded", {"g_lines.json": 4 if is_small else 12}, missing=(2,),
                      padding=140000)
    counted = MadeDump(f"{stage}/counted", {"g_counted.json": 4 if is_small else 12},
                       missing=(2,), padding=140000)
    _count_records(counted, counted.records)
    return mixed, many, padded, counted


def make_scenarios(workshop, stage, is_small=False):
    """All of them, run once undisturbed. `is_small`: fewer records and files, for crash states.
    ffdump has no command that merges dumps, else it would be here."""
    mixed, many, padded, counted = _made_dumps(stage, is_small)
    less = ("--images", str(mixed.less))
    full = ("--images", str(mixed.images))
    # Checks by the number of records, so that two runs make the same commits.
    often = ("--set", "ffdump.canaries.every_records=2")
    fresh = _undisturbed(workshop, Scenario("start", mixed, less + NO_CANARIES, 3))
    checked = Scenario("canaries", mixed, less, 3, counts_images=False)
    commits = Scenario("commits", padded, ("--images", str(padded.images)) + often, 0,
                       counts_images=False, seals_alike=True)
    files = Scenario("files", many, ("--images", str(many.images)) + NO_CANARIES, 0,
                     seals_alike=True)
    retry = Scenario("retry-failed", mixed, full + NO_CANARIES + ("--retry-failed",), 3,
                     before=fresh.wanted, counts_images=False)
    retry_checked = Scenario("retry-failed with canaries", mixed, full + ("--retry-failed",), 3,
                             before=fresh.wanted, counts_images=False, seals_alike=True)
    # Commits in the middle of its file, which begins anew whenever it is taken up.
    lost = _undisturbed(workshop, dataclasses.replace(
        commits, name="commits, one failed", code=3,
        more=("--images", str(padded.less)) + NO_CANARIES))
    retry_commits = dataclasses.replace(commits, name="retry-failed with commits",
                                        more=commits.more + ("--retry-failed",),
                                        before=lost.wanted)
    fetch = Scenario("fetch-only", mixed, full, 0, fetches=True, counts_images=False)
    packed = dataclasses.replace(fresh, name="zstd", more=fresh.more + ("--compress", "zstd:3"))
    # The count in front is written anew before the file is sealed, in a zstd frame of its own.
    counts = Scenario("counted", counted, ("--images", str(counted.less)) + often, 3,
                      counts_images=False)
    packed_counts = dataclasses.replace(counts, name="counted, zstd",
                                        more=counts.more + ("--compress", "zstd:3"))
    in_doubt = _run_in_doubt(workshop, dataclasses.replace(checked, more=less + often))
    rewind = dataclasses.replace(checked, name="rewind", before=in_doubt, begin={},
                                 more=less + often + ("--rewind-to-canary",))
    for scenario in (checked, commits, files, retry, retry_checked, retry_commits, fetch, packed,
                     counts, packed_counts, rewind):
        _undisturbed(workshop, scenario)
    others = _other_commands(workshop, stage, mixed, fresh)
    resumed = [_resumed(workshop, of, part) for of in (fresh, checked, retry)
               for part in ((0.6,) if is_small else (0.4, 0.8))]
    if not is_small:
        resumed += [_resumed(workshop, of, 0.5) for of in (commits, files, retry_checked,
                                                           retry_commits, packed_counts, rewind)]
    return [fresh, checked, commits, files, retry, retry_checked, retry_commits, fetch, packed,
            counts, packed_counts, rewind, *others, *resumed]


def _other_commands(workshop, stage, made, fresh):
    """pack, unpack and convert: begun anew by the same command, which refuses what is complete."""
    finished = f"{stage}/finished"
    file_tree.put(fresh.wanted, finished)
    archive = f"{stage}/finished.tar.zst"
    ended = workshop.run(["pack", "-q", finished, "-o", archive])
    if ended.code != 0:
        raise Violation(f"pack ended with {ended.code}: {ended.err}")
    commands = {"pack": ("pack", "-q", finished, "-o", "{to}/in/new.tar.zst"),
                "unpack": ("unpack", "-q", archive, "-C", "{to}"),
                "convert": ("convert", "-q", "--from", str(made.dump), "--to", "{to}",
                            "--format", "json-array")}
    return [_undisturbed(workshop, Scenario(
        name, made, (), 0, command=command, code_when_done=2, counts_images=False,
        before={"in": None} if name == "pack" else {})) for name, command in commands.items()]


def _resumed(workshop, of, part):
    at = max(1, int(len(of.calls) * part))
    scenario = dataclasses.replace(of, name=f"{of.name}, resumed from call {at}",
                                   before=_killed(workshop, of, at), begin=of.complete_before,
                                   counts_images=False, seals_alike=True)
    _undisturbed(workshop, scenario)
    scenario.wanted = of.wanted
    return scenario


def work_folder(workshop):
    """Where a case works, not under a name that another case used for its own trace."""
    return os.path.join(workshop.folder, "out")
