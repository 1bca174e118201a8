#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How near `ffdump migrate` comes to what extraction-api can do, and what it costs. Prints a table.

    speed_bench.py --part a      scheduling: images a second against slots x batch / delay
    speed_bench.py --part b      microseconds of CPU for a record at zero delay
    speed_bench.py --part b --against OTHER/ffdump    the same of another build, by turns
    speed_bench.py --part c      against operator_script.py: CPU for a record, and wall time

Part a is long: --delay and --slots choose points, --saturation hard or soft, --seconds and --rounds
shorten it. Fixed and auto take turns in each round; medians are printed. Rates are taken from the
log of the extraction double, the first part of each run left out (start-up); with `soft` the
ceiling is the best of three fixed widths. The double and ffdump share the machine.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import made_dump  # noqa: E402  (beside this file)
from extraction_double import ExtractionDouble  # noqa: E402

BATCH = 8
IMAGES = 32


def png(chance, side=70):
    """Noise, which does not pack: some 15 KB."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    rows = b"".join(b"\0" + chance.randbytes(3 * side) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def make_all(folder, records):
    chance = random.Random(2)
    made_dump.make_images(folder / "images", records, [png(chance) for _ in range(IMAGES)])
    made_dump.make_dump(folder / "dump/faces.json", records)


class Double(ExtractionDouble):
    def __init__(self, options, folder, images):
        self.log = folder / "log.jsonl"
        super().__init__(options.build / "tests/sim/ffdump-extraction-sim", "--images", images,
                         "--model", "jackfruit_480", "--dimension", "480", *options.double)


#: A large dump has few of them, and that is what is measured.
FEW_WATCHED = ("--set", "ffdump.canaries.watched_batches=64")


def run(command):
    """Wall seconds and CPU seconds."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    words = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{words.decode()}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime


def ffdump(options, folder, url, *more, storage, program=None):
    config = folder / "migration.ini"
    config.write_text(
        f"extraction-api: {{extraction-api: '{url}'}}\nextraction_batch_size: {BATCH}\n"
        f"normalized_storage: {storage}\nffdump: {{model: jackfruit_480}}\n")
    new = folder / "new"
    more = more if program else (*FEW_WATCHED, *more)
    shutil.rmtree(new, ignore_errors=True)
    took = run([program or options.build / "ffdump", "migrate", "--config", config, "--from",
                folder / "dump", "--to", new, "--log-level", "error", "--quiet", *more])
    shutil.rmtree(new)
    return took


def rate_of(log, start):
    """Images a second, from the answers after the first `start` of the time."""
    lines = [json.loads(line) for line in open(log, encoding="utf-8")]
    done = sorted((line["decided_us"], line["images"]) for line in lines
                  if line["kind"] == "extract" and line["status"] == 200)
    first, last = done[0][0], done[-1][0]
    since = first + (last - first) * start
    # The last few seconds' tail is a part-filled window, not scheduling.
    until = last - (last - first) * 0.02
    images = sum(count for at, count in done if since < at <= until)
    return images * 1e6 / (until - since)


def point(options, delay, slots, widths):
    """Rates by width, each a median."""
    ceiling = slots * BATCH / delay * 1000
    records = max(2000, int(ceiling * options.seconds))
    rates = {width: [] for width in widths}
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder = pathlib.Path(name)
        make_all(folder, records)
        for _ in range(options.rounds):
            for width in widths:
                options.double = ["--slots", str(slots), "--delay-ms", str(delay), "--log",
                                  folder / "log.jsonl", "--saturation", options.saturation]
                (folder / "log.jsonl").unlink(missing_ok=True)
                with Double(options, folder, folder / "images") as double:
                    ffdump(options, folder, double.url, "--workers", str(width),
                           storage=f"{{type: directory, directory: {{path: '{folder}/images'}}}}")
                rates[width].append(rate_of(folder / "log.jsonl", options.start))
    return ceiling, {width: statistics.median(some) for width, some in rates.items()}


def part_a(options):
    print(f"{'kind':<5}{'delay':>6}{'slots':>6}{'ceiling':>10}{'fixed':>10}{'auto':>10}")
    for delay in options.delay:
        for slots in options.slots:
            if slots * BATCH / delay * 1000 > options.most:
                continue
            soft = options.saturation == "soft"
            fixed = [2 * slots, 4 * slots, 8 * slots] if soft else [2 * slots + 1]
            ceiling, rates = point(options, delay, slots, [*fixed, "auto"])
            best = max(rates[width] for width in fixed)
            ceiling = best if soft else ceiling
            print(f"{options.saturation:<5}{delay:>6}{slots:>6}{ceiling:>10.0f}"
                  f"{100 * best / ceiling:>9.1f}%{100 * rates['auto'] / ceiling:>9.1f}%", flush=True)


def costs(options, folder, records, rounds):
    """Wall and CPU seconds of each program, by turns; medians for a record."""
    make_all(folder, records)
    took = {"ffdump": []}
    options.double = []
    with Double(options, folder, folder / "images") as double:
        uploads = f"{double.url}/uploads/"
        storage = f"{{type: webdav, webdav: {{upload-url: '{uploads}'}}}}"
        for _ in range(rounds):
            took["ffdump"].append(ffdump(options, folder, double.url, "--workers", "8",
                                         storage=storage))
            if options.against:
                took.setdefault("other", []).append(
                    ffdump(options, folder, double.url, "--workers", "8", storage=storage,
                           program=options.against))
            if options.part == "c":
                took.setdefault("script", []).append(
                    run([sys.executable, ROOT / "tests/bench/operator_script.py",
                         folder / "dump/faces.json", folder / "script.json",
                         double.url + "/", uploads]))
    return {who: [statistics.median(column) / records * 1e6 for column in zip(*some)]
            for who, some in took.items()}


def part_b_or_c(options):
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        measured = costs(options, pathlib.Path(name), options.records, options.rounds)
    for who, (wall, cpu) in measured.items():
        print(f"{who:<8}{cpu:>8.1f} us CPU a record {wall:>8.1f} us wall {1e6 / wall:>8.0f} records/s")
    if options.part == "c":
        (wall, cpu), (their_wall, their_cpu) = measured["ffdump"], measured["script"]
        print(f"script / ffdump: CPU {their_cpu / cpu:.1f}, wall {their_wall / wall:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices="abc", required=True)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--against", type=pathlib.Path, help="another ffdump, for part b")
    parser.add_argument("--scratch", default=None, help="folder for dumps; default: the system's")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=20000, help="parts b and c")
    parser.add_argument("--delay", type=int, nargs="+", default=[5, 20, 100])
    parser.add_argument("--slots", type=int, nargs="+", default=[1, 2, 4, 8, 32])
    parser.add_argument("--saturation", choices=["hard", "soft"], default="hard")
    parser.add_argument("--seconds", type=float, default=10, help="of a run of part a, about")
    parser.add_argument("--start", type=float, default=0.4, help="share of a run that is start-up")
    parser.add_argument("--most", type=int, default=5000, help="leave out higher ceilings")
    options = parser.parse_args()
    if options.part == "a":
        part_a(options)
    else:
        part_b_or_c(options)


if __name__ == "__main__":
    main()
