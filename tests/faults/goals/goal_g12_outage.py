# SPDX-License-Identifier: Apache-2.0
"""extraction-api is away altogether for a while: once by 503, once with its port closed.

With the waits that ffdump has by default. Rates are taken from what came to the service; how soon
the throughput is back is a matter of time and so is looked at in campaigns alone."""
import dataclasses
import pathlib
import subprocess
import time

from lab import made_dumps, outage, service_runs
from lab.campaign import Outcome
from lab.scenarios import NO_CANARIES
from lab.workshop import Workshop

GOAL = "G12"
WANTED = {True: "10 s away: at most 10 % of the load, nobody booked, same bytes",
          False: "60 s away: at most 10 % of the load, nobody booked, 95 % within 10 s of return"}
MOST_LOAD = 0.1
LEAST_THROUGHPUT, BACK_WITHIN = 0.95, 10.0
WORK_MS = 20
MEASURED_SECONDS = 5.0
END_SECONDS = 120


@dataclasses.dataclass
class Figures:
    records: int
    before: int        # requests that are answered before the outage
    seconds: float     # of the outage
    grace: float       # that it may take to notice
    is_timed: bool


class Away:
    def __init__(self, workshop, made, wanted):
        self.workshop, self.made, self.wanted = workshop, made, wanted

    def run(self, name, stand_in, figures):
        """(violations, note)"""
        to = service_runs.empty_output(self.workshop)
        service = outage.PortHolder(self.workshop.programs, outage.free_port(),
                                    ("--delay-ms", str(WORK_MS)))
        service.start()
        command = self.workshop.command(_migrate(self.workshop, self.made, to, service.url))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        try:
            normal = self._normal_rate(service, process, figures.before)
            service.stop()
            with stand_in(service.port) as came:
                began = time.monotonic()
                _runs_for(process, figures.seconds)
                late = sum(at - began > figures.grace for at in came)
            service.start()
            back = self._throughput(service, process, normal) if figures.is_timed else None
            err = process.communicate(timeout=END_SECONDS)[1].decode(errors="replace")
        finally:
            process.kill()
            service.stop()
        load = late / (figures.seconds - figures.grace) / normal
        found = self._look(name, to, process.returncode, err)
        if load > MOST_LOAD:
            found.append(f"{name}: {load:.1%} of the normal {normal:.0f} requests a second came")
        note = f"{name}: {late} requests after {figures.grace:g} s, {load:.2%} of the load"
        if back is not None:
            note += f"; {back:.1%} of the throughput from {BACK_WITHIN:.0f} s after return"
            if back < LEAST_THROUGHPUT:
                found.append(f"{name}: {back:.1%} of the throughput {BACK_WITHIN:.0f} s after "
                             "return")
        return found, note

    @staticmethod
    def _normal_rate(service, process, requests):
        if not service.wait_for(requests, END_SECONDS):
            process.kill()
            raise RuntimeError(f"{len(service.times)} requests came in place of {requests}: "
                               f"{process.stderr.read().decode()}")
        return (requests - 1) / (service.times[requests - 1] - service.times[0])

    @staticmethod
    def _throughput(service, process, normal):
        """Of the five seconds that begin ten seconds after return, as a share of what is normal."""
        begin = service.began + BACK_WITHIN
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


def _with_default_waits(made):
    """The configuration of the made dumps has shorter ones."""
    path = pathlib.Path(made) / "migration.ini"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "retry:" not in line))


def _undisturbed(workshop, made):
    to = service_runs.empty_output(workshop)
    ended = workshop.run(_migrate(workshop, made, to, workshop.simulator.url))
    if ended.code != 0:
        raise RuntimeError(f"the undisturbed run ended with {ended.code}: {ended.err}")
    return service_runs.bytes_of(to)


def run(campaign):
    figures = campaign.figure(Figures(2400, 150, 10.0, 2.0, False),
                              Figures(16000, 1500, 60.0, 10.0, True))
    made = made_dumps.large_dump(f"{campaign.stage}/g12", figures.records)
    _with_default_waits(made)
    workshop = Workshop(campaign.programs)
    away = Away(workshop, made, _undisturbed(workshop, made))
    violations, notes = [], []
    # With the port closed nothing can be counted: it is done for what is booked, and is shorter.
    short = dataclasses.replace(figures, seconds=figures.seconds / 4, grace=figures.grace / 4,
                                is_timed=False)
    for name, stand_in, of in (("503", outage.refusing, figures),
                               ("closed port", outage.closed, short)):
        found, note = away.run(name, stand_in, of)
        violations += found
        notes.append(note)
    workshop.close()
    return Outcome("; ".join(notes), violations)
