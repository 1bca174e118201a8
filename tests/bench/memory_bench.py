#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peak memory of `ffdump migrate` on a small and a large dump: it must not grow with the dump.

Makes dumps of 100,000 and 1,000,000 records (2 GB, and 3 GB of new dump) one after the other in a
scratch folder that is removed, migrates each against ffdump-extraction-sim, which also serves the
images, a few of fixtures/demo/uploads under a name for each record, and prints the peak resident
set of the migrating process. Exit code 1 when one is over the limit or fails.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import made_dump  # noqa: E402  (beside this file)
from extraction_double import ExtractionDouble  # noqa: E402

UPLOADS = ROOT / "fixtures/demo/uploads"
DIFFERENT_IMAGES = 4


def migrate(program, service, dump, target):
    """Exit code, seconds and the rusage of this one child, not of all of them."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [program, "migrate", "--config", ROOT / "fixtures/demo/migration.ini", "--from", dump,
         "--to", target, "--extraction-api", service, "--upload-url", f"{service}/uploads/",
         "--model", "jackfruit_480", "--quiet"]
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - begin, usage


def measure(options, records):
    with tempfile.TemporaryDirectory(prefix="ffdump-memory-", dir=options.scratch) as name:
        folder = pathlib.Path(name)
        dump = folder / "dump/ffsec_face_events.json"
        made_dump.make_dump(dump, records)
        smallest = sorted((file.read_bytes() for file in UPLOADS.glob("*.png")), key=len)
        made_dump.make_images(folder / "uploads", records, smallest[:DIFFERENT_IMAGES])
        with ExtractionDouble(options.simulator, "--images", folder / "uploads", "--model",
                              "jackfruit_480", "--dimension", "480") as double:
            code, took, usage = migrate(options.ffdump, double.url, folder / "dump",
                                        folder / "new")
        peak = usage.ru_maxrss / 1024  # Linux counts in KiB
        is_good = code == 0 and peak < options.limit_mib
        print(
            f"{records} records, {dump.stat().st_size / 1e6:.0f} MB: exit {code}, peak RSS "
            f"{peak:.1f} MiB ({'under' if peak < options.limit_mib else 'OVER'} "
            f"{options.limit_mib} MiB), {took:.1f} s, {records / took:.0f} records/s, CPU "
            f"{usage.ru_utime:.1f} s user {usage.ru_stime:.1f} s system",
            flush=True,
        )
        return is_good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build",
                        help="build folder with ffdump and ffdump-extraction-sim")
    parser.add_argument("--ffdump", type=pathlib.Path)
    parser.add_argument("--simulator", type=pathlib.Path)
    parser.add_argument("--records", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--limit-mib", type=int, default=200)
    parser.add_argument("--scratch", help="folder for up to 6 GB (default: TMPDIR or /tmp)")
    options = parser.parse_args()
    options.ffdump = options.ffdump or options.build / "ffdump"
    options.simulator = options.simulator or options.build / "tests/sim/ffdump-extraction-sim"
    results = [measure(options, records) for records in options.records]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
