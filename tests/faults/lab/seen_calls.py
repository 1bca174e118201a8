# SPDX-License-Identifier: Apache-2.0
"""Whether the library sees every call that reads, looks, lists or locks: its counts against those
of strace on the same run. goal_shim.py does the same for the calls that change files."""
import collections
import pathlib
import re
import shutil
import subprocess

from lab import file_tree, io_errors, shim
from lab.scenarios import work_folder

KINDS = {"openat": "open", "open": "open", "openat2": "open", "read": "read", "pread64": "read",
         "readv": "read", "preadv": "read", "preadv2": "read", "newfstatat": "look",
         "fstat": "look", "stat": "look", "lstat": "look", "statx": "look", "statfs": "space",
         "fstatfs": "space", "flock": "lock"}
#: Calls that would go past the library; of a watched file there is to be none.
PAST = ("mmap", "io_uring_setup", "sendfile", "copy_file_range", "splice", "readlink",
        "readlinkat", "access", "faccessat", "faccessat2")


def _of_strace(path, watched):
    counts = collections.Counter()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            call = re.match(r"\d+\s+(\w+)\((.*)", line)
            if not call or not any(it in call[2] for it in watched):
                continue
            if call[1] in PAST:
                counts[call[1]] += 1
            # opendir opens a folder and looks at it inside of libc.
            elif "O_NONBLOCK" in call[2] and "O_DIRECTORY" in call[2]:
                counts["look"] -= 1
            elif call[1] in KINDS:
                counts[KINDS[call[1]]] += 1
    return counts


def unseen(workshop, scenario):
    """Sentences on the kinds of calls that it counts otherwise."""
    if shutil.which("strace") is None:
        return ["strace is not installed"]
    to, log, trace = work_folder(workshop), workshop.at("strace"), workshop.at("seen")
    pathlib.Path(trace).unlink(missing_ok=True)
    file_tree.put(scenario.before, to)
    watched = [place.at(to) for place in io_errors.places(scenario)]
    subprocess.run(["strace", "-f", "-y", "-s", "0", "-o", log,
                    "-e", "trace=" + ",".join((*KINDS, *PAST)),
                    "-E", f"LD_PRELOAD={workshop.programs.shim}",
                    "-E", f"FFDUMP_FAULT_UNDER={':'.join(watched)}",
                    "-E", f"FFDUMP_FAULT_TRACE={trace}", "-E", "FFDUMP_FAULT_READS=1",
                    *workshop.command(scenario.arguments(workshop, to))],
                   check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ours = collections.Counter(call.kind for call in shim.read_trace(trace)
                               if call.kind in KINDS.values())
    theirs = _of_strace(log, watched)
    return [f"{scenario.name}: calls to {kind}: {ours[kind]} counted, {theirs[kind]} made"
            for kind in sorted(set(ours) | set(theirs)) if ours[kind] != theirs[kind]]
