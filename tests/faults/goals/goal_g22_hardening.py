# SPDX-License-Identifier: Apache-2.0
"""How the program is built, by hardening-check, and how exposed the example unit is, by systemd."""
import pathlib
import re
import shutil
import subprocess

from lab.campaign import Outcome

GOAL = "G22"
WANTED = {True: "PIE, RELRO, stack, FORTIFY; exposure 2.0", False:
          "PIE, RELRO, stack, FORTIFY; exposure 2.0"}
UNIT = pathlib.Path(__file__).resolve().parents[3] / "fixtures/systemd/ffdump-migrate.service"
PROPERTIES = ("Position Independent Executable", "Stack protected", "Fortify Source functions",
              "Read-only relocations", "Immediate binding")
MOST_EXPOSED = 2.0


def run(campaign):
    violations = []
    for tool in ("hardening-check", "systemd-analyze"):
        if shutil.which(tool) is None:
            return Outcome("", [f"{tool} is not installed"])
    told = subprocess.run(["hardening-check", campaign.programs.ffdump], capture_output=True,
                          text=True, check=False).stdout
    has = {name: re.search(rf"{name}: yes", told) is not None for name in PROPERTIES}
    violations += [f"hardening-check says no to {name}" for name, good in has.items() if not good]
    told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT],
                          capture_output=True, text=True, check=False)
    level = re.search(r"Overall exposure level.*?: ([0-9.]+)", told.stdout)
    exposure = float(level[1]) if level else 10.0
    if exposure > MOST_EXPOSED:
        violations.append(f"exposure {exposure}: {told.stderr.strip()[:200]}")
    return Outcome(f"{sum(has.values())} of {len(has)}; exposure {exposure}", violations)
