# SPDX-License-Identifier: Apache-2.0
"""The model changes in mid-run, or a balancer mixes two, or answers come in a wrong order.

No dump that verify calls restorable may hold a record of a second model. A run that ends in doubt
must put everything wrong in doubt: redone from the last good check by a service that is as it was,
it has the bytes of an undisturbed run. Two answers that changed places look right unless one is a
sentinel: such an error must be found within so many batches. All this with the default settings,
of which the first 10,000 batches carry a sentinel each; how many schedules get through in what
comes after them, where one batch in 16 does, is told beside it. Nor may a run be finished that another
model began. Figures by kind."""
import collections
import dataclasses
import itertools

from lab import service_runs
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.workshop import Workshop

GOAL = "G14"
WANTED = {True: "50 schedules: no second model in a restorable dump",
          False: "1,000 schedules: no second model in a restorable dump"}
OTHER = "other_16"
BATCH, WORKERS, CANARIES = 4, 2, 8
IN_DOUBT = 7
BEGUN = "begun by another"
MISSED, NOT_IN_DOUBT = "MISSED", "wrong records were not put in doubt"
#: Each must have been noticed in some schedule, else the fault does nothing.
FAULTS = ("model", "swap", "same", "restart")
#: The first batches, or the later ones of a large dump.
WATCHED, LATER = (), ("--set", "ffdump.canaries.watched_batches=64")
EVERY = 16
#: A sentinel stands in one of two places that change in four with an even chance.
BATCHES_OUT_OF_ORDER = 16
#: Of which the wrong answers come one after another from some request on.
CHANGES = ("change", "swapped", "same facen")


@dataclasses.dataclass
class Regime:
    """The beginning of a run, where every batch is watched, or what comes later."""
    name: str
    records: int
    padding: int  # of each record
    every: int    # records between two checks
    first: int    # request in which the fault may begin, those of checks among them
    last: int
    made: MadeDump = None
    good: list = None  # dumps without a mixture: of either model
    settings: tuple = WATCHED
    tolerated: int = 0  # records with the facen of another image of their batch


REGIMES = (Regime("early", 240, 8192, 40, 2, 80), Regime("late", 720, 2048, 120, 120, 240))


def schedule(campaign, number):
    """(regime, kind, fault)"""
    chance = campaign.chance("schedule", number)
    regime = REGIMES[number % len(REGIMES)]
    at = chance.randrange(regime.first, regime.last)
    until = at + chance.randrange(0, 30)
    share = chance.choice((1, 2, 5, 10, 20, 35, 50, 65, 80, 95))
    size = "small" if share < 20 else "large"
    kind, fault = chance.choice((
        ("change", f"model:{OTHER}@{at}"),
        ("passing change", f"model:{OTHER}@{at}-{until}"),
        (f"{size} share", f"model:{OTHER}@1%{share}"),
        (f"{size} share from there", f"model:{OTHER}@{at}%{share}"),
        (f"{size} share, passing", f"model:{OTHER}@{at}-{until}%{share}"),
        ("swapped", f"swap@{at}"), ("swapped for a while", f"swap@{at}-{until}"),
        (f"swapped, {size} share", f"swap@{at}%{share}"),
        # Most likely when the operator has just seen the wrong model; three times, as no fault is
        # more ordinary.
        *3 * ((BEGUN, f"503@{chance.choice((2, 3, chance.randrange(2, regime.last)))}"),),
        ("same facen", f"same@{at}"), ("same for a while", f"same@{at}-{until}"),
        (f"same, {size} share", f"same@{at}%{share}")))
    return regime, kind, fault


@dataclasses.dataclass
class Result:
    settings: tuple
    fault: str
    kind: str
    outcome: str
    found: list

    def got_through(self):
        """Later a short mixture may; nothing else is forgiven."""
        return self.settings == LATER and (
            self.outcome == MISSED or any(NOT_IN_DOUBT in sentence for sentence in self.found))


class Schedules:
    def __init__(self, campaign):
        self.campaign = campaign

    def __call__(self, workshop, task):
        settings, number = task
        regime, kind, fault = schedule(self.campaign, number)
        regime = dataclasses.replace(regime, settings=settings, tolerated=(
            2 * BATCHES_OUT_OF_ORDER if kind.startswith("swapped") else 0))
        seed = self.campaign.chance("faults", number).randrange(1 << 30)
        to = service_runs.empty_output(workshop)
        if kind == BEGUN:
            return self._begun_by_another(workshop, task, regime, fault, to)
        with service_runs.simulator(workshop, "--seed", str(seed), "--fault", fault) as simulator:
            ended = workshop.run(_command(workshop, regime, to))
            lines = service_runs.requests(simulator)
        met = [line for line in lines if line["fault"] == fault or line.get("model") == OTHER]
        said = f"schedule {number}, {regime.name} (--fault {fault} --seed {seed})"
        outcome, found = self._judge(workshop, regime, to, ended, met)
        if outcome == "stopped" and kind in CHANGES:
            found += _too_late(lines, met[0]["n"], regime.every)
        return Result(settings, fault.partition("@")[0].partition(":")[0],
                      f"{regime.name}, {kind}", outcome,
                      [f"{said}: {sentence}" for sentence in found])

    def _begun_by_another(self, workshop, task, regime, fault, to):
        """The wrong model, then an outage, then the right one and the same command."""
        with service_runs.simulator(workshop, "--fault", fault, "--fault", f"model:{OTHER}@1"):
            begun = workshop.run(_command(workshop, regime, to, "--give-up-after", "100ms"))
        with service_runs.simulator(workshop) as simulator:
            ended = workshop.run(_command(workshop, regime, to))
            met = service_runs.requests(simulator)
        outcome, found = self._judge(workshop, regime, to, ended, met)
        if begun.code not in (0, 5):
            found.append(f"the first process ended with {begun.code}: {begun.err.strip()}")
        said = f"schedule {task[1]}, {regime.name}, begun by another ({fault})"
        return Result(task[0], "restart", f"{regime.name}, {BEGUN}", outcome,
                      [f"{said}: {sentence}" for sentence in found])

    def _excess(self, regime, dump):
        """Wrong records beyond what is tolerated; a dump that lost one is tolerated never."""
        if dump in regime.good:
            return 0
        wrong = _wrong_records(dump, regime.good[0])
        return wrong if wrong > regime.tolerated or not _has_all(dump, regime.good[0]) else 0

    def _judge(self, workshop, regime, to, ended, met):
        if ended.code == IN_DOUBT:
            return "stopped", self._redo(workshop, regime, to, ended)
        if ended.code != 0:
            return "other end", [f"ended with {ended.code}: {ended.err.strip()}"]
        verified = workshop.run(["verify", "--from", str(regime.made.dump), "--to", to])
        is_restorable = verified.code == 0 and verified.out.strip().endswith("restorable")
        if not is_restorable:
            return "not restorable", [f"ended with 0, and verify says {verified.out[-200:]}"]
        dump = service_runs.bytes_of(to)
        if dump in regime.good:
            return "unharmed" if met else "never met", []
        wrong = self._excess(regime, dump)
        if wrong == 0:
            return "too short to find", []
        return MISSED, [f"{wrong} records are wrong in a dump that is called restorable, "
                          f"{len(met)} requests were"]

    def _redo(self, workshop, regime, to, ended):
        """All that is wrong must have been in doubt: what is not is taken over as it is."""
        again = workshop.run(_command(workshop, regime, to, "--rewind-to-canary"))
        if again.code == IN_DOUBT:
            # To this run the model that came most was the first one.
            with service_runs.simulator(workshop, "--fault", f"model:{OTHER}@1"):
                again = workshop.run(_command(workshop, regime, to, "--rewind-to-canary"))
        if again.code != 0:
            return [f"{ended.err.strip()}; redone, it ended with {again.code}: "
                    f"{again.err.strip()}"]
        verified = workshop.run(["verify", "--from", str(regime.made.dump), "--to", to])
        if verified.code != 0:
            return [f"redone, it is not restorable: {verified.out[-200:]}"]
        wrong = self._excess(regime, service_runs.bytes_of(to))
        return [] if wrong == 0 else [
            f"{wrong} {NOT_IN_DOUBT}: {ended.err.strip()}"]


def _command(workshop, regime, to, *more):
    return workshop.migrate(regime.made.folder, to, "--images", str(regime.made.images),
                            "--workers", str(WORKERS), "--batch-size", str(BATCH), "--set",
                            f"ffdump.canaries.every_records={regime.every}", "--set",
                            f"ffdump.canaries.images={CANARIES}", *regime.settings, *more)


def _wrong_records(dump, wanted):
    return sum(one != other for name in wanted.keys() | dump.keys()
               for one, other in itertools.zip_longest(dump.get(name, b"").splitlines(),
                                                       wanted.get(name, b"").splitlines()))


def _has_all(dump, wanted):
    return dump.keys() == wanted.keys() and all(
        dump[name].count(b"\n") == wanted[name].count(b"\n") for name in wanted)


def _too_late(lines, first, every):
    """Of records, not of canaries, so many were extracted since the change at most: an interval,
    what was under way when it began and when it ended, and what went on during the check."""
    after = [line for line in lines if line["kind"] == "extract" and line["n"] >= first]
    seen = set()
    for line in lines:
        if line["kind"] == "extract" and line["n"] < first:
            seen.update(line["sha256"])
    fresh = {digest for line in after for digest in line["sha256"]} - seen
    bound = every + 4 * WORKERS * BATCH + 2 * CANARIES
    return [f"{len(fresh)} records were extracted from the change on, at most {bound} are allowed"
            ] if len(fresh) > bound else []


def _undisturbed(workshop, regime, *faults):
    to = service_runs.empty_output(workshop)
    with service_runs.simulator(workshop, *faults):
        ended = workshop.run(_command(workshop, regime, to))
    if ended.code != 0:
        raise RuntimeError(f"the undisturbed run ended with {ended.code}: {ended.err}")
    return service_runs.bytes_of(to)


def _prepare(campaign):
    workshop = Workshop(campaign.programs)
    for regime in REGIMES:
        # Records as large as they may well be, so that much is committed before the run ends.
        regime.made = MadeDump(f"{campaign.stage}/g14-{regime.name}",
                               {"g_lines.json": regime.records}, padding=regime.padding)
        # A service that has another model from the first answer to the last is no mixture.
        regime.good = [_undisturbed(workshop, regime),
                       _undisturbed(workshop, regime, "--fault", f"model:{OTHER}@1")]
        if regime.good[0] == regime.good[1]:
            raise RuntimeError("the two models give the same facens")
    workshop.close()


def run(campaign):
    _prepare(campaign)
    schedules = campaign.figure(50, 1000)
    violations = []
    kinds = collections.defaultdict(collections.Counter)
    got_through = 0
    tasks = [(settings, number) for number in range(schedules)
             for settings in (WATCHED, LATER)]
    noticed = set()
    for result in campaign.each(Schedules(campaign), tasks):
        if result.settings == WATCHED:
            kinds[result.kind][result.outcome] += 1
            noticed |= {result.fault} if result.outcome == "stopped" else set()
        got_through += result.got_through()
        violations += [] if result.got_through() else result.found
    violations += [f"no fault {fault} was ever noticed" for fault in FAULTS if fault not in noticed]
    notes = [f"{kind}: " + ", ".join(f"{count} {outcome}" for outcome, count in
                                     sorted(kinds[kind].items())) for kind in sorted(kinds)]
    total = sum(kinds.values(), collections.Counter())
    return Outcome(f"{schedules} schedules: " + ", ".join(
        f"{count} {outcome}" for outcome, count in sorted(total.items()))
        + f"; later, with one sentinel in {EVERY} batches, {got_through} got through", violations,
        notes)
