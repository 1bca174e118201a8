# SPDX-License-Identifier: Apache-2.0
"""How the program is built, by hardening-check, and how exposed the example unit is, by systemd.

The sanitizers are a matter of builds of their own (.ci/test --all). Where they lie beside the build
folder, what their last run of the tests said is looked at."""
import pathlib
import re
import shutil
import subprocess
import time

from lab.campaign import Outcome

GOAL = "G22"
WANTED = {True: "PIE, RELRO, stack, FORTIFY; exposure 2.0; 0 reports of sanitizers where they ran",
          False: "PIE, RELRO, stack, FORTIFY; exposure 2.0; 0 reports of sanitizers where they ran"}
UNIT = pathlib.Path(__file__).resolve().parents[3] / "fixtures/systemd/ffdump-migrate.service"
PROPERTIES = ("Position Independent Executable", "Stack protected", "Fortify Source functions",
              "Read-only relocations", "Immediate binding")
TOOLS = ("hardening-check", "systemd-analyze")
MOST_EXPOSED = 2.0
SANITIZERS = {"asan": "ASan, UBSan", "tsan": "TSan"}
REPORT = re.compile(rb"ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: ")
TEST = re.compile(rb"^\d+/\d+ Testing: (.*)$", re.MULTILINE)


def _hardening(program):
    told = subprocess.run(["hardening-check", program], capture_output=True, text=True,
                          check=False).stdout
    return {name: re.search(rf"{name}: yes", told) is not None for name in PROPERTIES}


def _exposure():
    """(level, what was said beside it)"""
    told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT],
                          capture_output=True, text=True, check=False)
    level = re.search(r"Overall exposure level.*?: ([0-9.]+)", told.stdout)
    return float(level[1]) if level else 10.0, told.stderr.strip()[:200]


def _sanitizer(build):
    """(what its last run of the tests said, violations); what ctest lists as failed may be of a run
    before that, and is not looked at."""
    log = build / "Testing/Temporary/LastTest.log"
    if not log.exists():
        return "not run here", []
    data = log.read_bytes()
    begins = [*TEST.finditer(data)]
    ends = [test.start() for test in begins[1:]] + [len(data)]
    reports, violations = 0, []
    for test, end in zip(begins, ends):
        said = data[test.start():end]
        found = len(REPORT.findall(said))
        reports += found
        if found or b"\nTest Passed." not in said:
            violations.append(f"{found} reports in {log}: {test[1].decode(errors='replace')}"
                              f"{'' if found else ' did not pass'}")
    if not begins:
        return "no test in its log", [f"{log} has no test"]
    hours = (time.time() - log.stat().st_mtime) / 3600
    return (f"{reports} reports, {len(violations)} of {len(begins)} tests failed, "
            f"{hours:.0f} h ago"), violations


def run(campaign):
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return Outcome("none tried", [f"{tool} is not installed" for tool in missing])
    has = _hardening(campaign.programs.ffdump)
    violations = [f"hardening-check says no to {name}" for name, good in has.items() if not good]
    exposure, said = _exposure()
    if exposure > MOST_EXPOSED:
        violations.append(f"exposure {exposure}: {said}")
    builds = pathlib.Path(campaign.programs.ffdump).parents[1]
    words = [f"hardening {sum(has.values())} of {len(has)}", f"exposure {exposure}"]
    for folder, name in SANITIZERS.items():
        told, found = _sanitizer(builds / folder)
        words.append(f"{name}: {told}")
        violations += found
    return Outcome("; ".join(words), violations, [],
                   [("properties of hardening", sum(has.values()), len(PROPERTIES))])
