# SPDX-License-Identifier: Apache-2.0
"""Faults of storage and extraction-api at the start, in the middle and at the end of a run."""
from lab import service_faults, service_runs
from lab.campaign import Outcome
from lab.made_dumps import DIMENSION, MadeDump
from lab.scenarios import NO_CANARIES
from lab.workshop import Workshop

GOAL = "G11"
WANTED = {True: "40 faults x start, middle, end as the table says",
          False: "40 faults x start, middle, end as the table says, by 5 seeds"}
PLAIN = (*NO_CANARIES, "--workers", str(service_faults.WORKERS), "--batch-size",
         str(service_faults.BATCH), "--set", f"ffdump.galleries.g_lines.dimension={DIMENSION}")
IMPATIENT = ("--give-up-after", "100ms")
SHORT = tuple(word for where in ("extraction-api.timeouts", "ffdump.storage_timeouts")
              for key in ("response_header", "overall")
              for word in ("--set", f"{where}.{key}=1s"))


class Cases:
    def __init__(self, made, wanted):
        self.made, self.wanted = made, wanted

    def __call__(self, workshop, task):
        case, seed = task
        to = service_runs.empty_output(workshop)
        more = (IMPATIENT if case.lasts else ()) + (SHORT if case.short_time else ())
        with service_runs.simulator(workshop, "--images", str(self.made.images), "--fault",
                                    case.fault, "--seed", str(seed)) as simulator:
            ended = workshop.run(service_runs.migrate(workshop, self.made, to, *PLAIN, *more))
            lines = service_runs.requests(simulator)
            url = simulator.url
        found = self._look(case, ended, url, to) + _requests(case, lines)
        if not found and ended.code in (3, 5):
            found = self._mend(workshop, case, to, ended.code)
        return [f"{case}, seed {seed}: {sentence}" for sentence in found]

    def _look(self, case, ended, url, to):
        found = []
        booked = service_runs.failures(to)
        if ended.code != case.code:
            found.append(f"ended with {ended.code} in place of {case.code}: {ended.err.strip()}")
        if len(booked) != case.booked:
            found.append(f"{len(booked)} are booked as failed in place of {case.booked}: "
                         f"{booked[:3]}")
        if case.code == 5:
            found += _message(ended.err, url, case.reason)
        elif ended.err.strip():
            found.append(f"said {ended.err.strip()}")
        if any(reason != case.reason for _, reason in booked):
            found.append(f"booked as {booked[:3]} in place of {case.reason}")
        if ended.code != 5:
            left = service_runs.without(self.wanted, {number for number, _ in booked})
            if service_runs.bytes_of(to) != left:
                found.append("not the bytes of an undisturbed run")
        return found

    def _mend(self, workshop, case, to, code):
        more = ("--retry-failed",) if code == 3 else ()
        ended = workshop.run(service_runs.migrate(workshop, self.made, to, *PLAIN, *more))
        if ended.code != 0:
            return [f"mended, it ended with {ended.code}: {ended.err.strip()}"]
        if service_runs.failures(to) or service_runs.bytes_of(to) != self.wanted:
            return ["mended, it has not the bytes of an undisturbed run"]
        return []


def _message(err, url, reason):
    said = err.strip()
    found = []
    if len(said.splitlines()) != 1:
        found.append(f"{len(said.splitlines())} lines are said: {said}")
    if url not in said:
        found.append(f"the address is not said: {said}")
    if f"[{reason}]" not in said:
        found.append(f"{reason} is not said: {said}")
    return found


def _requests(case, lines):
    met = sum(line["fault"] == case.fault for line in lines)
    found = []
    if met < case.least_met or (case.most_met is not None and met > case.most_met):
        found.append(f"{met} requests met the fault, wanted are {case.least_met} to "
                     f"{case.most_met}")
    again = _again([line for line in lines
                    if line["kind"] == ("image" if case.on_images else "extract")])
    if case.again is not None and again != case.again:
        found.append(f"{again} requests came again in place of {case.again}")
    return found


def _again(lines):
    """Requests that were not the first for some image. So it does not matter into how many batches
    a slow machine divides the images. What is refused unread counts for the one that follows."""
    seen = set()
    again = 0
    for line in lines:
        asked = set(line["sha256"] if line["kind"] == "extract" else [line["path"]])
        again += asked <= seen
        seen |= asked
    return again


def _undisturbed(workshop, made):
    to = service_runs.empty_output(workshop)
    ended = workshop.run(service_runs.migrate(workshop, made, to, *PLAIN))
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
              "mixed": list(service_faults.mixed_cases())}
    seeds = [campaign.seed + i for i in range(campaign.figure(1, 5))]
    violations = []
    for cases in groups.values():
        tasks = [(case, seed) for seed in seeds for case in cases]
        for found in campaign.each(Cases(made, wanted), tasks, serves):
            violations += found
    faults = len({case.fault.split("@")[0] for cases in groups.values() for case in cases})
    sizes = ", ".join(f"{len(cases)} {name}" for name, cases in groups.items())
    return Outcome(f"{faults} faults: {sizes}; by {len(seeds)} seeds", violations)
