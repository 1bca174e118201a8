# SPDX-License-Identifier: Apache-2.0
"""Many records: `inspect` of a pipe, and `verify` of two large files, in memory that does not grow.

Records are generated while they are read or written. Three doubled ids, and in the new dump five lost
records, must all be named; peak memory must stay under 256 MiB and be the same for a tenth of the
records, but for what the search of doubled ids takes in runs of fixed size."""
import json
import os
import subprocess
import threading

from lab import damages
from lab.campaign import Outcome
from lab.random_pairs import make_images
from lab.workshop import Workshop

GOAL = "G16"
WANTED = {True: "10^6 records: peak under 256 MiB and flat, all 8 named",
          False: "10^7 records: peak under 256 MiB and flat, all 8 named"}
MOST_KIB, SPREAD_KIB = 256 << 10, 8 << 10
IN_ONE_WRITE = 5000
DIFFERENT, CORRUPT = 3, 4


def facen(values):
    """A text of 16 floats; which one is no matter, but it must have length 1."""
    return damages.facen_text([values] + [0.0] * 14 + [(1 - values * values) ** 0.5]).decode()


OLD = [facen(number / 20) for number in range(1, 17)]
NEW = [facen(-number / 20) for number in range(1, 17)]


def record(id_, number, texts):
    return f'{{"id":{id_},"facen":"{texts[number % 16]}","meta":{{"normalized_id":"{number % 10}.png","m:camera":"{number % 117}"}}}}\n'


def write(out, count, texts, without=(), doubled=()):
    """Record number n has id 3n + 1; those of `doubled` have the id of the record before."""
    for begin in range(0, count, IN_ONE_WRITE):
        out.write("".join(record(3 * (number - (number in doubled)) + 1, number, texts)
                          for number in range(begin, min(count, begin + IN_ONE_WRITE))
                          if number not in without).encode())


class Peak:
    """Runs a command and knows the most memory that it had."""

    def __init__(self, command, feed=None):
        process = subprocess.Popen(command, stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if feed:
            thread = threading.Thread(target=self._feed, args=(process, feed))
            thread.start()
        self.out = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = self.code = os.waitstatus_to_exitcode(status)
        self.kib = usage.ru_maxrss
        if feed:
            thread.join()

    @staticmethod
    def _feed(process, feed):
        with process.stdin as out:
            feed(out)


def places(campaign, count, how_many):
    chance = campaign.chance("places", count)
    return set(chance.sample(range(1, count), how_many))


def inspect(campaign, count):
    doubled = places(campaign, count, 3)
    run = Peak([campaign.programs.ffdump, "inspect", "-", "--json", "-q"], lambda out: write(out, count, OLD, doubled=doubled))
    named = set(json.loads(run.out)["files"][0]["duplicate_examples"])
    found = [f"inspect of {count} does not name the doubled id {id_}"
             for id_ in {str(3 * number - 2) for number in doubled} - named]
    if run.code != CORRUPT:
        found.append(f"inspect of {count} ends with {run.code}")
    return run, found


def verify(campaign, pair, count):
    """`pair`: a small one of one gallery that was migrated; its files are made large."""
    dump, to = pair
    chosen = places(campaign, count, 8)
    lost, doubled = set(sorted(chosen)[:5]), set(sorted(chosen)[5:])
    with open(f"{dump}/g_one.json", "wb") as out:
        write(out, count, OLD)
    with open(f"{to}/g_one.json", "wb") as out:
        write(out, count, NEW, without=lost, doubled=doubled)
    run = Peak([campaign.programs.ffdump, "verify", "--from", dump, "--to", to, "--json", "-q"])
    named = {(finding["reason"], finding.get("record_id")) for finding in json.loads(run.out)["findings"]}
    wanted = [("record_lost", str(3 * number + 1)) for number in lost | doubled]
    wanted += [("record_doubled", str(3 * number - 2)) for number in doubled]
    found = [f"verify of {count} does not name {one}" for one in wanted if one not in named]
    if run.code != DIFFERENT:
        found.append(f"verify of {count} ends with {run.code}")
    return run, found


def small_pair(workshop, images):
    dump, to = workshop.at("dump"), workshop.at("newdump")
    os.mkdir(dump)
    with open(f"{dump}/g_one.json", "wb") as out:
        write(out, 20, OLD)
    ended = workshop.run(["migrate", "--config", f"{images}/migration.ini", "--from", dump, "--to", to,
                          "--extraction-api", workshop.simulator.url, "-q", "--images", f"{images}/full"])
    if ended.code != 0:
        raise RuntimeError(f"the small run ended with {ended.code}: {ended.err}")
    return dump, to


def run(campaign):
    workshop = Workshop(campaign.programs)
    try:
        images = make_images(f"{campaign.stage}/g16")
        pair = small_pair(workshop, images)
        count = campaign.figure(10 ** 6, 10 ** 7)
        peaks, violations = {}, []
        for name, how in (("inspect", lambda n: inspect(campaign, n)), ("verify", lambda n: verify(campaign, pair, n))):
            for size in (count // 10, count):
                ended, found = how(size)
                violations += found
                peaks[name, size] = ended.kib
                if ended.kib > MOST_KIB:
                    violations.append(f"{name} of {size} takes {ended.kib} KiB")
            if peaks[name, count] > peaks[name, count // 10] + SPREAD_KIB:
                violations.append(f"{name} grows from {peaks[name, count // 10]} to {peaks[name, count]} KiB")
    finally:
        workshop.close()
    shown = ", ".join(f"{name} {peaks[name, count] >> 10} MiB" for name in ("inspect", "verify"))
    return Outcome(f"{count} records: {shown}", violations)
