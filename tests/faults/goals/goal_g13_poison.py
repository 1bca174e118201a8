# SPDX-License-Identifier: Apache-2.0
"""An image that makes extraction-api refuse every batch it is in, at each place of a batch.

By one worker, of which it is known what is in which batch, and by two. How many requests more it
costs is told by an undisturbed run of as many workers."""
import hashlib

from lab import service_runs
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.scenarios import NO_CANARIES
from lab.workshop import Workshop

GOAL = "G13"
WANTED = {True: "a batch of 8, each place: only it fails, at most 7 more requests",
          False: "a batch of 8, each place: only it fails, at most 7 more requests"}
BATCH = 8
BATCHES = 3
WORKERS = (1, 2)
MOST_MORE = 7
LISTED = 3


class Places:
    def __init__(self, made, wanted, asked):
        """`asked`: number of workers -> requests of the undisturbed run."""
        self.made, self.wanted, self.asked = made, wanted, asked

    def __call__(self, workshop, task):
        workers, batch, place = task
        poisoned = batch * BATCH + place + 1
        image = self.made.images / f"1_image{poisoned}.png"
        digest = hashlib.sha256(image.read_bytes()).hexdigest()
        to = service_runs.empty_output(workshop)
        with service_runs.simulator(workshop, "--images", str(self.made.images),
                                    "--poison-sha256", digest) as simulator:
            ended = workshop.run(service_runs.migrate(workshop, self.made, to, *sizes(workers)))
            asked = service_runs.count(service_runs.requests(simulator), "extract")
        said = f"place {place} of batch {batch}, {workers} workers"
        found = []
        if ended.code != LISTED:
            found.append(f"{said}: ended with {ended.code}: {ended.err.strip()}")
        booked = service_runs.failures(to)
        if booked != [(poisoned, "extraction_rejected")]:
            found.append(f"{said}: {booked} failed in place of {poisoned} alone")
        if service_runs.bytes_of(to) != service_runs.without(self.wanted, {poisoned}):
            found.append(f"{said}: the others have not the bytes of an undisturbed run")
        more = asked - self.asked[workers]
        if more <= 0:
            found.append(f"{said}: {asked} requests, no more than without the image")
        if more > MOST_MORE:
            found.append(f"{said}: {more} more requests")
        verified = workshop.run(["verify", "--from", str(self.made.dump), "--to", to])
        last = verified.out.strip().splitlines()[-1:]
        if last != ["restorable (1 record failed, 0 excluded)"]:
            found.append(f"{said}: verify says {last}")
        return workers, more, found


def sizes(workers):
    return ("--workers", str(workers), "--batch-size", str(BATCH), *NO_CANARIES)


def undisturbed(workshop, made, workers):
    """(bytes, requests for facens)"""
    to = service_runs.empty_output(workshop)
    with service_runs.simulator(workshop, "--images", str(made.images)) as simulator:
        ended = workshop.run(service_runs.migrate(workshop, made, to, *sizes(workers)))
        asked = service_runs.count(service_runs.requests(simulator), "extract")
    if ended.code != 0:
        raise RuntimeError(f"the undisturbed run ended with {ended.code}: {ended.err}")
    return service_runs.bytes_of(to), asked


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g13", {"g_lines.json": BATCH * BATCHES})
    workshop = Workshop(campaign.programs)
    asked = {}
    for workers in WORKERS:
        wanted, asked[workers] = undisturbed(workshop, made, workers)
    workshop.close()
    tasks = [(workers, batch, place) for workers in WORKERS for batch in range(BATCHES)
             for place in range(BATCH)]
    most = dict.fromkeys(WORKERS, 0)
    tried = dict.fromkeys(WORKERS, 0)
    violations = []
    for workers, more, found in campaign.each(Places(made, wanted, asked), tasks):
        tried[workers] += 1
        most[workers] = max(most[workers], more)
        violations += found
    reached = "; ".join(f"{workers} workers: {tried[workers]} places, at most {most[workers]} more "
                        f"than {asked[workers]} requests" for workers in WORKERS)
    return Outcome(reached, violations, [], [(f"places ({workers} workers)", tried[workers],
                                              BATCH * BATCHES) for workers in WORKERS])
