# SPDX-License-Identifier: Apache-2.0
"""The model changes in mid-run, or a balancer mixes two, or answers come in a wrong order.

No dump that verify calls restorable may hold a record of a second model or of another image. A run
that ends in doubt must put everything wrong in doubt: redone from the last good check by a service
that is as it was, it has the bytes of an undisturbed run. Figures are told by kind."""
import collections

from lab import service_runs
from lab.campaign import Outcome
from lab.made_dumps import MODEL, MadeDump
from lab.workshop import Workshop

GOAL = "G14"
WANTED = {True: "50 schedules: no second model in a restorable dump",
          False: "1,000 schedules: no second model in a restorable dump"}
OTHER = "other_16"
RECORDS, BATCH, WORKERS, CANARIES, EVERY = 240, 4, 2, 8, 40
REQUESTS = 100  # those of the canaries among them
IN_DOUBT = 7
#: Of which the wrong answers come one after another from some request on.
CHANGES = ("change", "swapped", "same facen")
PLAIN = ("--set", f"ffdump.canaries.every_records={EVERY}", "--set",
         f"ffdump.canaries.images={CANARIES}")


def schedule(campaign, number):
    """(kind, fault, first request that may be wrong)"""
    chance = campaign.chance("schedule", number)
    at = chance.randrange(2, REQUESTS - 20)
    until = at + chance.randrange(0, 30)
    share = chance.choice((1, 2, 5, 10, 20, 35, 50, 65, 80, 95))
    size = "small" if share < 20 else "large"
    return chance.choice((
        ("change", f"model:{OTHER}@{at}", at),
        ("passing change", f"model:{OTHER}@{at}-{until}", at),
        (f"{size} share", f"model:{OTHER}@1%{share}", 1),
        (f"{size} share later", f"model:{OTHER}@{at}%{share}", at),
        (f"{size} share, passing", f"model:{OTHER}@{at}-{until}%{share}", at),
        ("swapped", f"swap@{at}", at), ("swapped for a while", f"swap@{at}-{until}", at),
        (f"swapped, {size} share", f"swap@{at}%{share}", at),
        ("same facen", f"same@{at}", at), ("same for a while", f"same@{at}-{until}", at),
        (f"same, {size} share", f"same@{at}%{share}", at)))


class Schedules:
    def __init__(self, campaign, made, good):
        self.campaign, self.made, self.good = campaign, made, good

    def __call__(self, workshop, number):
        kind, fault, _ = schedule(self.campaign, number)
        seed = self.campaign.chance("faults", number).randrange(1 << 30)
        to = service_runs.empty_output(workshop)
        with service_runs.simulator(workshop, "--seed", str(seed), "--fault", fault) as simulator:
            ended = workshop.run(_command(workshop, self.made, to))
            lines = service_runs.requests(simulator)
        met = [line for line in lines if line["fault"] == fault or line.get("model") == OTHER]
        said = f"schedule {number} (--fault {fault} --seed {seed})"
        outcome, found = self._judge(workshop, to, ended, met)
        if outcome == "stopped" and kind in CHANGES:
            found += _too_late(lines, met[0]["n"])
        return kind, outcome, [f"{said}: {sentence}" for sentence in found]

    def _judge(self, workshop, to, ended, met):
        if ended.code == IN_DOUBT:
            return "stopped", self._redo(workshop, to, ended)
        if ended.code != 0:
            return "other end", [f"ended with {ended.code}: {ended.err.strip()}"]
        verified = workshop.run(["verify", "--from", str(self.made.dump), "--to", to])
        is_restorable = verified.code == 0 and verified.out.strip().endswith("restorable")
        if not is_restorable:
            return "not restorable", [f"ended with 0, and verify says {verified.out[-200:]}"]
        dump = service_runs.bytes_of(to)
        if dump in self.good:
            return "unharmed" if met else "never met", []
        wrong = _wrong_records(dump, self.good[0])
        return "MISSED", [f"{wrong} records are wrong in a dump that is called restorable, "
                          f"{len(met)} requests were"]

    def _redo(self, workshop, to, ended):
        """All that is wrong must have been in doubt: what is not is taken over as it is."""
        again = workshop.run(_command(workshop, self.made, to, "--rewind-to-canary"))
        if again.code != 0:
            return [f"{ended.err.strip()}; redone, it ended with {again.code}: "
                    f"{again.err.strip()}"]
        dump = service_runs.bytes_of(to)
        if dump not in self.good:
            return [f"{_wrong_records(dump, self.good[0])} wrong records were not put in doubt: "
                    f"{ended.err.strip()}"]
        return []


def _command(workshop, made, to, *more):
    return workshop.migrate(made.folder, to, "--images", str(made.images), "--workers",
                            str(WORKERS), "--batch-size", str(BATCH), *PLAIN, *more)


def _wrong_records(dump, wanted):
    return sum(one != other for name in wanted
               for one, other in zip(dump.get(name, b"").splitlines(), wanted[name].splitlines()))


def _too_late(lines, first):
    """Of records, not of canaries, so many were extracted since the change at most: an interval,
    what was under way when it began and when it ended, and what went on during the check."""
    after = [line for line in lines if line["kind"] == "extract" and line["n"] >= first]
    seen = set()
    for line in lines:
        if line["kind"] == "extract" and line["n"] < first:
            seen.update(line["sha256"])
    fresh = {digest for line in after for digest in line["sha256"]} - seen
    bound = EVERY + 4 * WORKERS * BATCH + 2 * CANARIES
    return [f"{len(fresh)} records were extracted from the change on, at most {bound} are allowed"
            ] if len(fresh) > bound else []


def _undisturbed(workshop, made, *faults):
    to = service_runs.empty_output(workshop)
    with service_runs.simulator(workshop, *faults):
        ended = workshop.run(_command(workshop, made, to))
    if ended.code != 0:
        raise RuntimeError(f"the undisturbed run ended with {ended.code}: {ended.err}")
    return service_runs.bytes_of(to)


def run(campaign):
    # Records as large as they may well be, so that much is committed before the run ends.
    made = MadeDump(f"{campaign.stage}/g14", {"g_lines.json": RECORDS}, padding=8192)
    workshop = Workshop(campaign.programs)
    # A service that has another model from the first answer to the last is no mixture.
    good = [_undisturbed(workshop, made), _undisturbed(workshop, made, "--fault",
                                                       f"model:{OTHER}@1")]
    workshop.close()
    if MODEL == OTHER or good[0] == good[1]:
        raise RuntimeError("the two models give the same facens")
    schedules = campaign.figure(50, 1000)
    violations = []
    kinds = collections.defaultdict(collections.Counter)
    for kind, outcome, found in campaign.each(Schedules(campaign, made, good), range(schedules)):
        kinds[kind][outcome] += 1
        violations += found
    notes = [f"{kind}: " + ", ".join(f"{count} {outcome}" for outcome, count in
                                     sorted(kinds[kind].items())) for kind in sorted(kinds)]
    total = sum(kinds.values(), collections.Counter())
    return Outcome(f"{schedules} schedules: " + ", ".join(
        f"{count} {outcome}" for outcome, count in sorted(total.items())), violations, notes)
