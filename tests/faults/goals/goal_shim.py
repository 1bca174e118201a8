# SPDX-License-Identifier: Apache-2.0
"""Whether the library sees every call of the program: its counts against those of strace."""
import collections
import re
import shutil
import subprocess

from lab import shim
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.scenarios import NO_CANARIES, work_folder
from lab.workshop import Workshop

GOAL = "shim"
WANTED = {True: "counts as strace has them", False: "counts as strace has them"}
KINDS = {"openat": "open", "open": "open", "write": "write", "pwrite64": "write",
         "writev": "write", "fsync": "sync", "fdatasync": "sync", "rename": "rename",
         "renameat": "rename", "renameat2": "rename", "unlink": "remove", "unlinkat": "remove",
         "ftruncate": "cut", "fallocate": "reserve", "mkdir": "mkdir", "mkdirat": "mkdir",
         "chmod": "mode", "fchmod": "mode", "close": "close"}
#: They change files too; the library does not know them, and ffdump must not begin to make them.
UNSEEN = ("creat", "truncate", "pwritev", "pwritev2", "sendfile", "splice", "copy_file_range", "link",
          "linkat", "symlink", "symlinkat", "rmdir", "sync_file_range", "syncfs")
#: Of the run: some records failed.
CODE = 3
LEAST_CALLS = 100
#: What such a run makes for certain.
EXPECTED = ("open", "write", "sync", "rename", "remove", "cut", "mkdir", "mode", "close")


def _counts_of_strace(path, to):
    counts = collections.Counter()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            call = re.match(r"\d+\s+(\w+)\((.*)", line)
            if call and call[1] in UNSEEN and to in call[2]:
                counts[call[1]] += 1
            if call and call[1] in KINDS and to in call[2]:
                # opendir is made inside libc and only reads: it is not counted, nor its close.
                is_list = "O_NONBLOCK" in call[2] and "O_DIRECTORY" in call[2]
                counts[KINDS[call[1]]] += not is_list
                counts["close"] -= is_list
    return counts


def run(campaign):
    if shutil.which("strace") is None:
        return Outcome("", ["strace is not installed"])
    made = MadeDump(f"{campaign.stage}/shim", {"g_lines.json": 8, "g_array.json": 5,
                                               "g_copy.json": 2}, missing=(3,))
    workshop = Workshop(campaign.programs)
    to = work_folder(workshop)
    command = workshop.command(workshop.migrate(made.folder, to, "--images", str(made.less),
                                                *NO_CANARIES))
    log = workshop.at("strace")
    ended = subprocess.run(
        ["strace", "-f", "-y", "-s", "0", "-o", log, "-e", "trace=" + ",".join((*KINDS, *UNSEEN)),
         "-E", f"LD_PRELOAD={campaign.programs.shim}", "-E", f"FFDUMP_FAULT_UNDER={to}", "-E",
         f"FFDUMP_FAULT_TRACE={workshop.at('trace')}", *command],
        check=False, capture_output=True, text=True, errors="replace")
    ours = collections.Counter(call.kind for call in shim.read_trace(workshop.at("trace")))
    theirs = _counts_of_strace(log, to)
    workshop.close()
    violations = [f"{kind}: {ours[kind]} counted, {theirs[kind]} made"
                  for kind in sorted(set(ours) | set(theirs)) if ours[kind] != theirs[kind]]
    if ended.returncode != CODE:  # it is strace's own when that failed
        violations.append(f"strace, or the run under it, ended with {ended.returncode}: "
                          f"{ended.stderr.strip()}")
    # Two counts of nothing agree as well.
    return Outcome(f"{sum(ours.values())} of {sum(theirs.values())} calls", violations,
                   counts=[("calls counted", sum(ours.values()), LEAST_CALLS),
                           ("calls in the log of strace", sum(theirs.values()), LEAST_CALLS),
                           ("kinds of calls", sum(ours[kind] > 0 for kind in EXPECTED),
                            len(EXPECTED))])
