# SPDX-License-Identifier: Apache-2.0
"""extraction-api is away altogether for a while: it says 503, its port is closed, it resets every
connection, or it takes them and never answers.

With the waits that ffdump has by default. Rates are taken from what came to the service; how soon
the throughput is back is a matter of time and so is looked at in campaigns alone. Where nothing is
answered, ffdump cannot know of the return before the time-out of what it asked for last."""
import contextlib
import dataclasses
import pathlib
import re
import subprocess
import time

from lab import made_dumps, outage, service_runs
from lab.campaign import Outcome
from lab.scenarios import NO_CANARIES
from lab.workshop import Workshop

GOAL = "G12"
WANTED = {True: "10 s away in 4 ways: at most 10 % of the load, nobody booked, same bytes",
          False: "60 s away in 4 ways: at most 10 % of the load, nobody booked, 95 % within 10 s "
                 "of return"}
MOST_LOAD = 0.1
LEAST_THROUGHPUT, BACK_WITHIN = 0.95, 10.0
#: Of a request: long, so that the rates tell of the service and not of how busy the machine is.
WORK_MS = 50
MEASURED_SECONDS = 5.0
END_SECONDS = 180


@dataclasses.dataclass
class Figures:
    records: int
    before: int        # requests that are answered before the outage
    normal: int        # of which so many, the last ones, tell the normal rate
    seconds: float     # of the outage
    grace: float       # that it may take to notice
    is_timed: bool
    time_out: float = 0.0  # of a request to a service that hangs
    waits: bool = False    # for that time-out, before it can notice the return


@dataclasses.dataclass
class Found:
    violations: list
    note: str
    came: int = None  # during the outage; None = nobody counts


class Away:
    def __init__(self, workshop, made, wanted):
        self.workshop, self.made, self.wanted = workshop, made, wanted

    def run(self, name, stand_in, figures):
        to = service_runs.empty_output(self.workshop)
        service = outage.PortHolder(self.workshop.programs, outage.free_port(),
                                    ("--delay-ms", str(WORK_MS)))
        service.start()
        command = self.workshop.command(_migrate(self.workshop, self.made, to, service.url))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        try:
            normal = self._normal_rate(service, process, figures)
            service.stop()
            with stand_in(service.port) as came:
                began = time.monotonic()
                _runs_for(process, figures.seconds)
                came = None if came is None else [at - began for at in came]
            service.start()
            back = self._throughput(service, process, normal, figures)
            err = process.communicate(timeout=END_SECONDS)[1].decode(errors="replace")
        finally:
            process.kill()
            service.stop()
        found = Found(self._look(name, to, process.returncode, err), "")
        notes = [self._load(name, came, normal, figures, found)]
        if back is not None:
            after = BACK_WITHIN + (figures.time_out if figures.waits else 0)
            notes.append(f"{back:.1%} of the throughput from {after:g} s after return")
            if back < LEAST_THROUGHPUT:
                found.violations.append(f"{name}: {notes[-1]}")
        found.note = f"{name}: {', '.join(notes)}"
        return found

    @staticmethod
    def _load(name, came, normal, figures, found):
        """What it says of the load; of a closed port none is known."""
        if came is None:
            return "load not counted"
        found.came = len(came)
        late = sum(at > figures.grace for at in came)
        load = late / (figures.seconds - figures.grace) / normal
        if load > MOST_LOAD:
            found.violations.append(
                f"{name}: {load:.1%} of the normal {normal:.0f} requests a second came")
        return (f"{late} of {len(came)} requests after {figures.grace:g} s, {load:.2%} of the "
                f"normal {normal:.0f}/s")

    @staticmethod
    def _normal_rate(service, process, figures):
        """Of the last requests: at first ffdump finds out how much the service bears."""
        if not service.wait_for(figures.before, END_SECONDS):
            process.kill()
            raise RuntimeError(f"{len(service.times)} requests came in place of {figures.before}: "
                               f"{process.stderr.read().decode()}")
        times = service.times[figures.before - figures.normal:figures.before]
        return (len(times) - 1) / (times[-1] - times[0])

    @staticmethod
    def _throughput(service, process, normal, figures):
        """Of the five seconds that begin ten seconds after return, as a share of what is normal."""
        if not figures.is_timed:
            return None
        begin = service.began + BACK_WITHIN + (figures.time_out if figures.waits else 0)
        end = begin + MEASURED_SECONDS
        _runs_for(process, end - time.monotonic())
        return sum(begin <= at < end for at in service.times) / MEASURED_SECONDS / normal

    def _look(self, name, to, code, err):
        found = []
        if code != 0:
            found.append(f"{name}: ended with {code}: {err.strip()}")
        booked = service_runs.failures(to)
        if booked:
            found.append(f"{name}: {len(booked)} records are booked as failed, as {booked[0]}")
        if service_runs.bytes_of(to) != self.wanted:
            found.append(f"{name}: not the bytes of an undisturbed run")
        return found


def _runs_for(process, seconds):
    """ffdump neither gives up nor comes to its end in that time."""
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    raise RuntimeError(f"ffdump ended early with {code}: {process.stderr.read().decode()}")


def _migrate(workshop, made, to, url):
    command = workshop.migrate(made, to, "--images", f"{made}/images", *NO_CANARIES)
    command[command.index("--extraction-api") + 1] = url
    return command


def _with_default_waits(made, time_out):
    """The configuration of the made dumps has shorter ones. `time_out`: 0 = the default of 30 s."""
    path = pathlib.Path(made) / "migration.ini"
    text = re.sub(r"^ *retry:.*\n", "", path.read_text(), flags=re.MULTILINE)
    if time_out:
        text = text.replace("response_header: 30s", f"response_header: {time_out:g}s")
    path.write_text(text)


def _undisturbed(workshop, made):
    to = service_runs.empty_output(workshop)
    ended = workshop.run(_migrate(workshop, made, to, workshop.simulator.url),
                         most_seconds=END_SECONDS)
    if ended.code != 0:
        raise RuntimeError(f"the undisturbed run ended with {ended.code}: {ended.err}")
    return service_runs.bytes_of(to)


def _ways(campaign):
    """(name, what stands in, figures)"""
    away = campaign.figure(Figures(1200, 150, 100, 10.0, 2.0, False, time_out=3.0),
                           Figures(8000, 1000, 500, 60.0, 10.0, True, time_out=30.0))
    # It goes on longer until its return can be noticed.
    hangs = dataclasses.replace(away, records=campaign.figure(1200, 16000), waits=True)
    yield "503", outage.refusing, away
    yield "closed port", outage.closed, away
    yield "resets", outage.closing, away
    hanging = outage.Hanging()
    with contextlib.closing(hanging):
        yield "hangs", hanging, hangs


def run(campaign):
    workshop = Workshop(campaign.programs)
    violations, notes, counts = [], [], []
    prepared = {}
    for name, stand_in, figures in _ways(campaign):
        if figures.records not in prepared:
            made = made_dumps.large_dump(f"{campaign.stage}/g12-{figures.records}",
                                         figures.records)
            _with_default_waits(made, figures.time_out)
            prepared[figures.records] = Away(workshop, made, _undisturbed(workshop, made))
        found = prepared[figures.records].run(name, stand_in, figures)
        violations += found.violations
        notes.append(found.note)
        counts.append((f"s away ({name})", figures.seconds, campaign.figure(10, 60)))
        if found.came is not None:
            counts.append((f"requests counted while it is away ({name})", found.came, 1))
    workshop.close()
    return Outcome("; ".join(notes), violations, [], counts)
