# SPDX-License-Identifier: Apache-2.0
"""How much is extracted twice: after SIGKILL only what was in flight, one batch a worker; after a
power loss also what came within one sync interval of the redo log.

For a power loss the run is killed, and what no sync had covered until then is taken away: the worst
that POSIX allows. An image that was answered earlier than that interval before, and is asked for
again, is a violation; so are more images than came in it and were in flight. One answer may come
late, so that results of records after it, which no commit has yet, are in the redo log alone."""
import json
import shutil
import tempfile

from lab import crash_states, file_tree, made_dumps, shim
from lab.campaign import Outcome, Violation
from lab.made_dumps import MadeDump
from lab.scenarios import KILLED, NO_CANARIES, work_folder
from lab.workshop import Simulator, Workshop

GOAL = "G17"
WANTED = {True: "10 kills: a batch a worker; 10 power losses: and a sync interval",
          False: "100 kills: a batch a worker; 100 power losses: and a sync interval"}
RECORDS = 3000
WORKERS, BATCH = 3, 8
IN_FLIGHT = WORKERS * BATCH
#: A run that ends before its kill is killed sooner by so much the next time.
SOONER, MOST_TRIES = 0.7, 20
#: Of the redo log: 250 ms (a sync in memory takes far less than a 50th of it), and a tenth for the
#: thread to wake up.
SYNC_SECONDS = 0.250 * 1.1
LOSSES = ("power loss", "power loss, an answer late")
#: Every request takes 20 ms; blocks of some 900 records, of which the first waits for the late one.
POWER = {"records": 3600, "padding": 130, "delay": ("--delay-ms", "20"),
         "late": ("--fault", "slow-body:1@100-100")}


def _command(workshop, made, to):
    return workshop.migrate(made, to, "--images", f"{made}/images", "--workers", str(WORKERS),
                            "--batch-size", str(BATCH), *NO_CANARIES)


class Kills:
    def __init__(self, campaign, made, seconds):
        self.campaign, self.made, self.seconds = campaign, made, seconds

    def __call__(self, workshop, number):
        """(images asked for again, or None, violations)"""
        to = work_folder(workshop)
        command = _command(workshop, self.made, to)
        chance = self.campaign.chance("kill", number)
        most = self.seconds
        for _ in range(MOST_TRIES):
            shutil.rmtree(to, ignore_errors=True)
            workshop.simulator.images_since()
            after = chance.uniform(0.05, max(0.06, most))
            killed = workshop.run(command, kill_after=after)
            if killed.code != 0:
                break
            most *= SOONER
        if killed.code != KILLED:
            return None, [f"kill {number}: ended with {killed.code}: {killed.err.strip()}"]
        first = len(workshop.simulator.images_since())
        ended = workshop.run(command)
        again = first + len(workshop.simulator.images_since()) - RECORDS
        found = [f"ended with {ended.code}: {ended.err}"] if ended.code != 0 else []
        # Answers are written down before new requests are sent in their place.
        if again > IN_FLIGHT:
            found.append(f"after {first} images {again} were asked for again, at most {IN_FLIGHT} "
                         "are in flight")
        return again, [f"kill {number}, after {after:.3f} s: {it}" for it in found]


class PowerLosses:
    def __init__(self, campaign, made, seconds):
        self.campaign, self.made, self.seconds = campaign, made, seconds

    def __call__(self, workshop, task):
        """(images asked for again, or None, images in the interval and in flight, violations)"""
        kind, number = task
        chance = self.campaign.chance(kind, number)
        most = self.seconds[kind]
        for _ in range(MOST_TRIES):
            after = chance.uniform(0.3, max(0.4, most))
            killed, calls, double = first_run(workshop, self.made, kind, after)
            if killed.code != 0:
                break
            double.answers()
            most *= SOONER
        if killed.code != KILLED or not calls:
            if killed.code != 0:
                double.answers()
            return None, 0, [f"{kind} {number}: ended with {killed.code}, {len(calls)} calls: "
                             f"{killed.err.strip()}"]
        to = work_folder(workshop)
        disk = crash_states.Disk({}, to)
        for call in calls:
            disk.do(call)
        file_tree.put(disk.tree([], lambda inode: inode.durable), to)
        workshop.simulator.images_since()
        ended = workshop.run(_command(workshop, self.made.folder, to))
        asked = set(workshop.simulator.images_since())
        came = double.answers()  # now that what was in flight has been written down as well
        found = [f"ended with {ended.code}: {ended.err}"] if ended.code != 0 else []
        if not came:
            return None, 0, [f"{kind} {number}: nothing was answered before the kill"]
        last = max(came.values())
        again = asked & came.keys()
        allowed = sum(last - at <= SYNC_SECONDS for at in came.values()) + IN_FLIGHT
        older = sorted(last - came[digest] for digest in again
                       if last - came[digest] > SYNC_SECONDS)
        # A late answer was in flight until it had come as a whole.
        if len(older) > (BATCH if kind == LOSSES[1] else 0):
            found.append(f"{len(older)} images were asked for again that had been answered up to "
                         f"{older[-1]:.3f} s before")
        if len(again) > allowed:
            found.append(f"{len(again)} images were asked for again, {allowed} came in the "
                         "interval or were in flight")
        return len(again), allowed, [f"{kind} {number}, after {after:.3f} s: {it}" for it in found]


class Double(Simulator):
    """The double of one run, which says when it answered for what."""

    def __init__(self, workshop, kind):
        self.folder = tempfile.mkdtemp(dir=workshop.folder)
        late = POWER["late"] if kind == LOSSES[1] else ()
        super().__init__(workshop.programs, self.folder, (*POWER["delay"], *late))

    def answers(self):
        """Seconds by the SHA-256 of each image. Ends it."""
        self.stop()
        came = {}
        with open(self.log_path, encoding="utf-8") as log:
            for line in map(json.loads, log):
                if line["kind"] == "extract":
                    came.update((digest, line["decided_us"] / 1e6) for digest in line["sha256"])
        shutil.rmtree(self.folder)
        return came


def first_run(workshop, made, kind, after):
    """(its end, its calls, its double, which goes on with what was in flight)"""
    to = work_folder(workshop)
    shutil.rmtree(to, ignore_errors=True)
    double, own = Double(workshop, kind), workshop.simulator
    workshop.simulator = double
    trace = f"{double.folder}/trace"
    ended = workshop.run(_command(workshop, made.folder, to),
                         shim.environment(workshop.programs.shim, to, trace=trace,
                                          with_bytes=True), kill_after=after)
    workshop.simulator = own
    return ended, shim.read_trace(trace, True), double


def _undisturbed(workshop, kind, made):
    if kind == "kill":
        to = work_folder(workshop)
        shutil.rmtree(to, ignore_errors=True)
        ended = workshop.run(_command(workshop, made, to))
    else:
        ended, _, double = first_run(workshop, made, kind, None)
        double.answers()
    if ended.code != 0:
        raise Violation(f"the undisturbed run ({kind}) ended with {ended.code}: {ended.err}")
    return ended.seconds


def run(campaign):
    made = made_dumps.large_dump(f"{campaign.stage}/g17", RECORDS)
    power = MadeDump(f"{campaign.stage}/g17-power", {"g_lines.json": POWER["records"]},
                     padding=POWER["padding"])
    workshop = Workshop(campaign.programs, ("--delay-ms", "3"))
    seconds = {kind: _undisturbed(workshop, kind, made if kind == "kill" else power)
               for kind in ("kill", *LOSSES)}
    workshop.close()
    kills = campaign.figure(10, 100)
    violations, repeats = [], []
    for again, found in campaign.each(Kills(campaign, made, 0.9 * seconds["kill"]), range(kills),
                                      ("--delay-ms", "3")):
        violations += found
        if again is not None:
            repeats.append(again)
    lost = []
    tasks = [(LOSSES[i % 2], i) for i in range(kills)]
    for again, allowed, found in campaign.each(PowerLosses(campaign, power, seconds), tasks):
        violations += found
        if again is not None:
            lost.append((again, allowed))
    return Outcome(f"{len(repeats)} kills: {_spread(repeats)}, {IN_FLIGHT} allowed; {len(lost)} "
                   f"power losses: {_spread([it[0] for it in lost])}, most of what is allowed "
                   f"{max((100 * it[0] // it[1] for it in lost), default=0)} %", violations,
                   counts=[("runs killed", len(repeats), kills),
                           ("power losses", len(lost), kills)])


def _spread(numbers):
    ordered = sorted(numbers) or [0]
    return f"median {ordered[len(ordered) // 2]}, most {ordered[-1]} images again"
