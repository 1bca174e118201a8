# SPDX-License-Identifier: Apache-2.0
"""Faults of storage and extraction-api at the start, in the middle and at the end of a run.

What passes, or meets single records, is held to an exact number of requests; what lasts to a bound
that follows from the waits (service_faults.py)."""
import collections
import dataclasses
import os
import pathlib
import re
import shutil

from lab import service_faults, service_runs
from lab.campaign import Outcome
from lab.made_dumps import DIMENSION, MadeDump
from lab.scenarios import NO_CANARIES
from lab.workshop import Workshop

GOAL = "G11"
WANTED = {True: "40 faults x start, middle, end: outcome, exit, message, requests",
          False: "40 faults x start, middle, end: outcome, exit, message, requests; 5 seeds"}
LEAST_FAULTS, CAMPAIGN_SEEDS = 40, 5
PLACES = ("start", "middle", "end")
SIZES = ("--workers", str(service_faults.WORKERS), "--batch-size", str(service_faults.BATCH),
         "--set", f"ffdump.fetches={service_faults.FETCHES}", "--set",
         f"ffdump.galleries.g_lines.dimension={DIMENSION}")
IMPATIENT = ("--give-up-after", f"{service_faults.GIVES_UP_MS}ms")
#: Long enough for a good answer on a busy machine.
SHORT = tuple(word for where in ("extraction-api.timeouts", "ffdump.storage_timeouts")
              for key in ("response_header", "overall")
              for word in ("--set", f"{where}.{key}=2s"))
#: What mends a run, by how it ended.
MENDED_BY = {3: ("--retry-failed",), 5: (), 7: ("--rewind-to-canary",)}
#: Of the share of requests that a fault meets by chance, so many draws until one is met.
MOST_DRAWS = 50
#: Of the faults of one batch (extraction_stage.cpp).
FAULTS_BEFORE_A_LOOK = 2
WORDS_OF_DOUBT = ("gave another facen", "came in another order")
EXTRACTED = re.compile(r"^(\d+) facens extracted in (\d+) requests", re.MULTILINE)


@dataclasses.dataclass
class Result:
    case: service_faults.Case
    met: int
    violations: list


class Cases:
    def __init__(self, made, wanted):
        self.made, self.wanted = made, wanted

    def __call__(self, workshop, task):
        case, seed = task
        for draw in range(MOST_DRAWS):
            drawn = seed + 7919 * draw
            met, found = self._run(workshop, case, drawn)
            if met:
                break
        return Result(case, met, [f"{case}, seed {drawn}: {sentence}" for sentence in found])

    def _run(self, workshop, case, seed):
        to = service_runs.empty_output(workshop)
        more = (IMPATIENT if case.lasts else ()) + (SHORT if case.short_time else ())
        faults = ("--fault", case.fault) if case.fault else ()
        images = self._images(workshop, case)
        with service_runs.simulator(workshop, "--images", images, *faults, "--seed",
                                    str(seed)) as simulator:
            command = self._migrate(workshop, case, to, *more)
            command.remove("-q")  # for the summary
            ended = workshop.run(command)
            lines = service_runs.requests(simulator)
            url = simulator.url
        met = [line for line in lines if _has_met(case, line)]
        found = self._look(case, ended, url, to) + _requests(case, lines, met)
        if ended.code in (0, 3):
            asked = [line for line in lines if line["kind"] == "extract"]
            heard = [line for line in asked if not _may_be_unheard(case, line)]
            found += _summary(case, ended.out, to, range(len(heard), len(asked) + 1))
        if not found and ended.code in MENDED_BY:
            found = self._mend(workshop, case, to, MENDED_BY[ended.code])
        return sum(not _may_be_unheard(case, line) for line in met) or len(met), found

    def _migrate(self, workshop, case, to, *more):
        canaries = () if case.is_watched else NO_CANARIES
        return service_runs.migrate(workshop, self.made, to, *SIZES, *canaries, *more)

    def _images(self, workshop, case):
        """The folder of the storage; of all but one is made of links."""
        if case.absent is None:
            return str(self.made.images)
        folder = pathlib.Path(workshop.at("but-one"))
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.made.images, folder, copy_function=os.link)
        (folder / f"1_image{case.absent}.png").unlink()
        return str(folder)

    def _look(self, case, ended, url, to):
        found = []
        booked = service_runs.failures(to)
        if ended.code != case.code:
            found.append(f"ended with {ended.code} in place of {case.code}: {ended.err.strip()}")
        if len(booked) != case.booked:
            found.append(f"{len(booked)} are booked as failed in place of {case.booked}: "
                         f"{booked[:3]}")
        if case.code in (5, 7):
            found += _message(case, ended.err, url)
        elif ended.err.strip():
            found.append(f"said {ended.err.strip()}")
        if any(reason != case.reason for _, reason in booked):
            found.append(f"booked as {booked[:3]} in place of {case.reason}")
        if ended.code in (0, 3):
            left = service_runs.without(self.wanted, {number for number, _ in booked})
            if service_runs.bytes_of(to) != left:
                found.append("not the bytes of an undisturbed run")
        return found

    def _mend(self, workshop, case, to, more):
        ended = workshop.run(self._migrate(workshop, case, to, *more))
        if ended.code != 0:
            return [f"mended, it ended with {ended.code}: {ended.err.strip()}"]
        if service_runs.failures(to) or service_runs.bytes_of(to) != self.wanted:
            return ["mended, it has not the bytes of an undisturbed run"]
        return []


def _message(case, err, url):
    said = err.strip()
    found = []
    if len(said.splitlines()) != 1:
        found.append(f"{len(said.splitlines())} lines are said: {said}")
    wanted = [url, f"[{case.reason}]"]
    if case.code == 7:
        wanted.append("--rewind-to-canary")
        if not any(word in said for word in WORDS_OF_DOUBT):
            found.append(f"why it is in doubt is not said: {said}")
    found += [f"{word} is not said: {said}" for word in wanted if word not in said]
    return found


def _summary(case, out, to, extractions):
    """Of a run that came to its end: how many facens, by how many requests, who failed and why."""
    found = []
    left = service_faults.RECORDS - case.booked
    told = EXTRACTED.search(out)
    if told is None or int(told[1]) != left or int(told[2]) not in extractions:
        found.append(f"{left} facens in {extractions} requests are not told: {out}")
    lists = [line for line in out.splitlines() if line.startswith("failed: ")]
    if lists != ([f"failed: {case.booked} x {case.reason}"] if case.booked else []):
        found.append(f"of {case.booked} that failed it tells {lists}")
    if case.booked and f"ffdump failures {to}" not in out:
        found.append(f"`ffdump failures` is not told: {out}")
    return found


def _has_met(case, line):
    if case.absent is not None:
        return line["kind"] == "image" and line["status"] == 404
    other_model = case.what.startswith("model:") and line.get("model") == case.what[6:]
    return line["fault"] == case.fault or other_model


def _may_be_unheard(case, line):
    return (case.what in service_faults.LOSES_KEPT_CONNECTIONS and _has_met(case, line) and
            line["on_connection"] > 1)


def _requests(case, lines, met):
    heard = [line for line in met if not _may_be_unheard(case, line)]
    found = []
    if len(met) < case.least_met or (case.most_met is not None and len(heard) > case.most_met):
        found.append(f"{len(heard)} requests met the fault, wanted are {case.least_met} to "
                     f"{case.most_met}")
    if case.is_watched:
        return found  # the same canaries are asked for again and again
    for kind in ("image", "extract"):
        of_kind = [line for line in lines if line["kind"] == kind]
        wanted = case.again if (kind == "image") == case.on_images else 0
        if wanted == service_faults.AS_OFTEN_AS_MET:
            looks = _looks(case, of_kind)
            wanted = len(met) + looks
            if looks > max(0, len(met) - FAULTS_BEFORE_A_LOOK):
                found.append(f"{looks} times an image that had come was asked for, after "
                             f"{len(met)} faults")
        again = _again(of_kind)
        if wanted is not None and again != wanted:
            found.append(f"{again} requests came again in place of {wanted} ({kind})")
    return found


def _asked(line):
    return set(line["sha256"] if line["kind"] == "extract" else [line["path"]])


def _looks(case, lines):
    """Requests for what had been answered well: is it the service, or these images? After three
    faults in a row of one batch, while nobody else is answered, each fault may bring one."""
    answered = set()
    looks = 0
    for line in lines:
        if not _has_met(case, line):
            looks += _asked(line) <= answered
            answered |= _asked(line)
    return looks


def _again(lines):
    """Requests that were not the first for some image. So it does not matter into how many batches
    a slow machine divides the images. What is refused unread counts for the one that follows."""
    seen = set()
    again = 0
    for line in lines:
        asked = _asked(line)
        again += asked <= seen
        seen |= asked
    return again


def _undisturbed(workshop, made):
    to = service_runs.empty_output(workshop)
    ended = workshop.run(service_runs.migrate(workshop, made, to, *SIZES, *NO_CANARIES))
    if ended.code != 0:
        raise RuntimeError(f"the undisturbed run ended with {ended.code}: {ended.err}")
    return service_runs.bytes_of(to)


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g11", {"g_lines.json": service_faults.RECORDS})
    serves = ("--images", str(made.images))
    workshop = Workshop(campaign.programs, serves)
    wanted = _undisturbed(workshop, made)
    workshop.close()
    groups = {"passing": list(service_faults.passing_cases()),
              "of one request": list(service_faults.single_cases()),
              "lasting": list(service_faults.lasting_cases()),
              "in doubt": list(service_faults.doubtful_cases()),
              "mixed": list(service_faults.mixed_cases())}
    seeds = [campaign.seed + i for i in range(campaign.figure(1, CAMPAIGN_SEEDS))]
    violations, notes = [], []
    places = collections.defaultdict(set)
    for name, cases in groups.items():
        tasks = [(case, seed) for seed in seeds for case in cases]
        results = list(campaign.each(Cases(made, wanted), tasks, serves))
        for result in results:
            violations += result.violations
            places[result.case.what] |= {result.case.place} if result.met else set()
        if name == "lasting":
            notes.append(_most_used(results))
    whole = sum(met.issuperset(PLACES) for met in places.values())
    sizes = ", ".join(f"{len(cases)} {name}" for name, cases in groups.items())
    cases = [case for cases in groups.values() for case in cases]
    exact = sum(case.again is not None for case in cases)
    return Outcome(f"{whole} faults at {len(PLACES)} places: {sizes}; requests exact in {exact}, "
                   f"bounded in {len(cases) - exact}; by {len(seeds)} seeds",
                   violations, notes,
                   [("faults met at start, middle and end", whole, LEAST_FAULTS),
                    ("seeds", len(seeds), campaign.figure(1, CAMPAIGN_SEEDS))])


def _most_used(results):
    """How near the lasting faults came to the requests that they may cost."""
    ended = [result for result in results if result.case.again is None]
    most = max(ended, key=lambda result: result.met)
    # Of the bounds that follow from times.
    nearest = max((result for result in ended if result.case.most_met > service_faults.BREAKER),
                  key=lambda result: result.met / result.case.most_met)
    return "lasting faults: " + ", ".join(
        f"{word} {result.met} of {result.case.most_met} allowed requests ({result.case})"
        for word, result in (("nearest", nearest), ("most", most)))
