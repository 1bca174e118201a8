# SPDX-License-Identifier: Apache-2.0
"""The model changes in mid-run, or a balancer mixes two, or answers come in a wrong order.

No dump that verify calls restorable may hold a record of a second model. A run that ends in doubt
must put everything wrong in doubt: redone from the last good check by a service that is as it was,
it has the bytes of an undisturbed run. Nor may a run be finished that another model began. By
default the first 10,000 batches carry a sentinel each, which shows another model, or answers that
all moved, in the first such answer, and two that changed places in one batch of two: how many
batches that took is measured. A passing swap may so go unseen; nothing else is forgiven.

Beside it, and not among the schedules of the figure: what gets through later, where one batch in 16
carries a sentinel. A wrong batch then is one without in 15 cases of 16, so that as many as 16 for
each that was shown are to be expected, and no more than chance allows besides."""
import collections
import dataclasses
import itertools
import math

from lab import model_schedules, service_runs
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.model_schedules import (BATCH, BEGUN, CANARIES, EVERY, LATER, MODELS, ORDERS, OTHER,
                                 REGIMES, SWAPS_UNSEEN, UNDER_WAY, WORKERS)
from lab.workshop import Workshop

GOAL = "G14"
WANTED = {True: "50 schedules: no second model in a restorable dump; 24: order",
          False: "1,000 schedules: no second model in a restorable dump; 300: order"}
SCHEDULES = {MODELS: (50, 1000), ORDERS: (24, 300)}
LATER_SCHEDULES = (12, 200)  # of either group
IN_DOUBT = 7
NEVER_MET, MISSED = "never met", "MISSED"
#: Of schedules whose fault no request met.
MOST_DRAWS = 100
#: Each must have been noticed in some schedule, else the fault does nothing.
FAULTS = ("model", "swap", "rotate", "same", "restart")
#: Standard deviations of the number that got through later.
CHANCE_ALLOWS = 5


@dataclasses.dataclass
class Result:
    schedule: model_schedules.Schedule
    outcome: str = ""
    found: list = dataclasses.field(default_factory=list)
    wrong_batches: int = 0   # that came until it was shown
    wrong_records: int = 0   # in a restorable dump, or taken over when redone
    unwatched: int = 0       # wrong batches without a sentinel

    def say(self, sentence):
        self.found.append(f"{self.schedule}: {sentence}")


class Schedules:
    def __init__(self, campaign):
        self.campaign = campaign

    def __call__(self, workshop, task):
        for attempt in range(MOST_DRAWS):
            schedule = model_schedules.draw(self.campaign, *task, attempt)
            run = _begun_by_another if schedule.kind == BEGUN else _run
            result = run(workshop, schedule)
            if result.outcome != NEVER_MET:
                break
        return result


def _run(workshop, schedule):
    result = Result(schedule)
    to = service_runs.empty_output(workshop)
    with service_runs.simulator(workshop, "--seed", str(schedule.seed), "--fault",
                                schedule.fault) as simulator:
        ended = workshop.run(_command(workshop, schedule, to))
        lines = service_runs.requests(simulator)
    met = [line for line in lines if line["fault"] == schedule.fault or line.get("model") == OTHER]
    _judge(workshop, result, to, ended, met)
    batches = [line for line in met if line["images"] > 1]
    result.wrong_batches = len(batches)
    result.unwatched = _without_sentinel(lines, batches)
    most = schedule.batches_to_show
    if result.outcome == "stopped" and most is not None and not schedule.is_later:
        if len(batches) > most + UNDER_WAY:
            result.say(f"{len(batches)} batches had wrong answers until it was shown, at most "
                       f"{most} and {UNDER_WAY} under way are allowed")
    if schedule.lasts:
        if result.outcome != "stopped":
            result.say(f"it went on to the end, and was not found: {result.outcome}")
        elif met:
            _look_how_late(result, lines, met[0]["n"])
    return result


def _begun_by_another(workshop, schedule):
    """The wrong model, then an outage, then the right one and the same command."""
    result = Result(schedule)
    to = service_runs.empty_output(workshop)
    with service_runs.simulator(workshop, "--fault", schedule.fault, "--fault",
                                f"model:{OTHER}@1"):
        begun = workshop.run(_command(workshop, schedule, to, "--give-up-after", "100ms"))
    with service_runs.simulator(workshop) as simulator:
        ended = workshop.run(_command(workshop, schedule, to))
        met = service_runs.requests(simulator)
    _judge(workshop, result, to, ended, met)
    if begun.code not in (0, 5):
        result.say(f"the first process ended with {begun.code}: {begun.err.strip()}")
    return result


def _judge(workshop, result, to, ended, met):
    regime = result.schedule.regime
    if ended.code == IN_DOUBT:
        result.outcome = "stopped"
        _redo(workshop, result, to, ended)
        return
    if ended.code != 0:
        result.outcome = "other end"
        result.say(f"ended with {ended.code}: {ended.err.strip()}")
        return
    verified = workshop.run(["verify", "--from", str(regime.made.dump), "--to", to])
    if verified.code != 0 or not verified.out.strip().endswith("restorable"):
        result.outcome = "not restorable"
        result.say(f"ended with 0, and verify says {verified.out[-200:]}")
        return
    dump = service_runs.bytes_of(to)
    if dump in regime.good:
        result.outcome = "unharmed" if met else NEVER_MET
        return
    result.outcome = "too short to find" if _is_tolerated(result, dump) else MISSED
    if result.outcome == MISSED:
        result.say(f"{result.wrong_records} records are wrong in a dump that is called restorable, "
                   f"{len(met)} requests were")


def _is_tolerated(result, dump):
    """A passing swap that no sentinel showed, or what comes later. A lost record never is."""
    if dump in result.schedule.regime.good:
        return True
    wanted = result.schedule.regime.good[0]
    result.wrong_records = _wrong_records(dump, wanted)
    may_be = not result.schedule.lasts and result.schedule.is_later
    return _has_all(dump, wanted) and (
        may_be or result.wrong_records <= result.schedule.swaps_tolerated)


def _redo(workshop, result, to, ended):
    """All that is wrong must have been in doubt: what is not is taken over as it is."""
    schedule = result.schedule
    command = _command(workshop, schedule, to, "--rewind-to-canary")
    again = workshop.run(command)
    if again.code == IN_DOUBT:
        # To this run the model that came most was the first one.
        with service_runs.simulator(workshop, "--fault", f"model:{OTHER}@1"):
            again = workshop.run(_command(workshop, schedule, to, "--rewind-to-canary"))
    if again.code != 0:
        result.say(f"{ended.err.strip()}; redone, it ended with {again.code}: {again.err.strip()}")
        return
    verified = workshop.run(["verify", "--from", str(schedule.regime.made.dump), "--to", to])
    if verified.code != 0:
        result.say(f"redone, it is not restorable: {verified.out[-200:]}")
    elif not _is_tolerated(result, service_runs.bytes_of(to)):
        result.say(f"{result.wrong_records} wrong records were not put in doubt: "
                   f"{ended.err.strip()}")


def _command(workshop, schedule, to, *more):
    later = LATER if schedule.is_later else ()
    return _command_of(workshop, schedule.regime, to, *later, *more)


def _command_of(workshop, regime, to, *more):
    return workshop.migrate(regime.made.folder, to, "--images", str(regime.made.images),
                            "--workers", str(WORKERS), "--batch-size", str(BATCH), "--set",
                            f"ffdump.canaries.every_records={regime.every}", "--set",
                            f"ffdump.canaries.images={CANARIES}", *more)


def _wrong_records(dump, wanted):
    return sum(one != other for name in wanted.keys() | dump.keys()
               for one, other in itertools.zip_longest(dump.get(name, b"").splitlines(),
                                                       wanted.get(name, b"").splitlines()))


def _has_all(dump, wanted):
    return dump.keys() == wanted.keys() and all(
        dump[name].count(b"\n") == wanted[name].count(b"\n") for name in wanted)


def _look_how_late(result, lines, first):
    """Of records, not of canaries."""
    seen = set()
    fresh = set()
    for line in lines:
        if line["kind"] == "extract":
            (seen if line["n"] < first else fresh).update(line["sha256"])
    late = len(fresh - seen)
    most = result.schedule.regime.most_fresh
    if late > most:
        result.say(f"{late} records were extracted from the change on, at most {most} are allowed")


def _without_sentinel(lines, batches):
    """Batches of images of which none was asked for before."""
    wrong = {line["n"] for line in batches}
    seen = set()
    found = 0
    for line in lines:
        if line["kind"] == "extract":
            found += line["n"] in wrong and seen.isdisjoint(line["sha256"])
            seen.update(line["sha256"])
    return found


def _undisturbed(workshop, regime, *faults):
    to = service_runs.empty_output(workshop)
    with service_runs.simulator(workshop, *faults):
        ended = workshop.run(_command_of(workshop, regime, to))
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
    tasks = [(group, number, False) for group, figures in SCHEDULES.items()
             for number in range(campaign.figure(*figures))]
    tasks += [(group, number, True) for group in SCHEDULES
              for number in range(campaign.figure(*LATER_SCHEDULES))]
    results = list(campaign.each(Schedules(campaign), tasks))
    violations = [sentence for result in results for sentence in result.found]
    noticed = {"restart" if result.schedule.kind == BEGUN else result.schedule.word
               for result in results if result.outcome == "stopped"}
    violations += [f"no fault {fault} was ever noticed" for fault in FAULTS if fault not in noticed]
    usual = [result for result in results
             if not result.schedule.is_later and result.outcome != NEVER_MET]
    counts = [(f"schedules of {group} that met their fault",
               sum(result.schedule.group == group for result in usual), campaign.figure(*figures))
              for group, figures in SCHEDULES.items()]
    later, too_many = _later([result for result in results if result.schedule.is_later])
    reached = "; ".join(f"{count} {group}: {_outcomes(usual, group)}"
                        for (_, count, _), group in zip(counts, SCHEDULES))
    return Outcome(f"{reached}; {_shown(usual)}", violations + too_many,
                   [*_by_kind(usual), later], counts)


def _outcomes(results, group):
    outcomes = collections.Counter(result.outcome for result in results
                                   if result.schedule.group == group)
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))


def _by_kind(results):
    kinds = collections.defaultdict(collections.Counter)
    for result in results:
        kinds[f"{result.schedule.regime.name}, {result.schedule.kind}"][result.outcome] += 1
    return [f"{kind}: " + ", ".join(f"{count} {outcome}" for outcome, count in
                                    sorted(kinds[kind].items())) for kind in sorted(kinds)]


def _shown(results):
    """After how many wrong batches, those under way among them."""
    most = collections.Counter()
    for result in results:
        if result.outcome == "stopped" and result.schedule.batches_to_show is not None:
            kind = "swap" if result.schedule.word == "swap" else "other"
            most[kind] = max(most[kind], result.wrong_batches)
    unseen = [result for result in results if result.wrong_records]
    records = max((result.wrong_records for result in unseen), default=0)
    return (f"shown by batch {most['other']} at most ({model_schedules.SHOWN_BY_ONE} + {UNDER_WAY} "
            f"allowed), swaps by {most['swap']} ({SWAPS_UNSEEN} + {UNDER_WAY}); {len(unseen)} "
            f"passing swaps unseen, of {records} records at most ({2 * SWAPS_UNSEEN})")


def _later(results):
    """(note, violations)"""
    through = sum(result.wrong_records != 0 for result in results)
    # Two answers that changed places are shown by every second sentinel.
    unwatched = sum(result.unwatched / (2 if result.schedule.word == "swap" else 1)
                    for result in results)
    shown = sum(result.outcome == "stopped" for result in results)
    # Each wrong batch adds one, and takes 16 away if it has a sentinel: 0 on average, with a
    # variance of 15.
    most = EVERY * shown + CHANCE_ALLOWS * math.sqrt((EVERY - 1) * unwatched)
    note = (f"later, with one sentinel in {EVERY} batches: {through} of {len(results)} got "
            f"through, {unwatched:.0f} wrong batches without a sentinel in all, at most {most:.0f} "
            "are due to chance")
    return note, [note] if unwatched > most else []
