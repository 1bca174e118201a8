# SPDX-License-Identifier: Apache-2.0
"""An image that makes extraction-api refuse every batch it is in, at each place of a batch."""
import hashlib

from lab import service_runs
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.scenarios import NO_CANARIES
from lab.workshop import Workshop

GOAL = "G13"
WANTED = {True: "8 places: only it fails, at most 7 more requests",
          False: "8 places: only it fails, at most 7 more requests"}
BATCH = 8
BATCHES = 3
MOST_MORE = 7
LISTED = 3


class Places:
    def __init__(self, made, wanted):
        self.made, self.wanted = made, wanted

    def __call__(self, workshop, task):
        batch, place = task
        poisoned = batch * BATCH + place + 1
        image = self.made.images / f"1_image{poisoned}.png"
        digest = hashlib.sha256(image.read_bytes()).hexdigest()
        to = service_runs.empty_output(workshop)
        with service_runs.simulator(workshop, "--images", str(self.made.images),
                                    "--poison-sha256", digest) as simulator:
            ended = workshop.run(service_runs.migrate(workshop, self.made, to, *one_by_one()))
            asked = service_runs.count(service_runs.requests(simulator), "extract")
        said = f"place {place} of batch {batch}"
        found = []
        if ended.code != LISTED:
            found.append(f"{said}: ended with {ended.code}: {ended.err.strip()}")
        booked = service_runs.failures(to)
        if booked != [(poisoned, "extraction_rejected")]:
            found.append(f"{said}: {booked} failed in place of {poisoned} alone")
        if service_runs.bytes_of(to) != service_runs.without(self.wanted, {poisoned}):
            found.append(f"{said}: the others have not the bytes of an undisturbed run")
        more = asked - BATCHES
        if more > MOST_MORE:
            found.append(f"{said}: {more} more requests")
        verified = workshop.run(["verify", "--from", str(self.made.dump), "--to", to])
        last = verified.out.strip().splitlines()[-1:]
        if last != ["restorable (1 record failed, 0 excluded)"]:
            found.append(f"{said}: verify says {last}")
        return more, found


def one_by_one():
    """One request at a time, so that each place of each batch is known."""
    return ("--workers", "1", "--batch-size", str(BATCH), *NO_CANARIES)


def undisturbed(workshop, made):
    to = service_runs.empty_output(workshop)
    with service_runs.simulator(workshop, "--images", str(made.images)):
        ended = workshop.run(service_runs.migrate(workshop, made, to, *one_by_one()))
    if ended.code != 0:
        raise RuntimeError(f"the undisturbed run ended with {ended.code}: {ended.err}")
    return service_runs.bytes_of(to)


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g13", {"g_lines.json": BATCH * BATCHES})
    workshop = Workshop(campaign.programs)
    wanted = undisturbed(workshop, made)
    workshop.close()
    tasks = [(batch, place) for batch in range(BATCHES) for place in range(BATCH)]
    most = 0
    violations = []
    for more, found in campaign.each(Places(made, wanted), tasks):
        most = max(most, more)
        violations += found
    return Outcome(f"{len(tasks)} places, at most {most} more requests", violations)
