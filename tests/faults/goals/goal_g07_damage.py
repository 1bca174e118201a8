# SPDX-License-Identifier: Apache-2.0
"""`ffdump verify` against damage, and against good pairs; G8: the auditor's verifier agrees on all.

Pairs are made by `ffdump migrate` of random dumps. Every kind of damage is done at a place by chance,
most of them with checksums that are made to fit; verify must name the reason, and the record where
one is to be named. Good pairs of random shape must be called restorable, with the right numbers."""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "audit"))

import ffdump_audit  # noqa: E402

from lab import damages, file_damages, file_tree, random_pairs, record_damages  # noqa: E402
from lab.campaign import Outcome  # noqa: E402
from lab.workshop import Workshop  # noqa: E402

GOAL = "G7"
LEAST_KINDS = 158
WANTED = {True: f"{LEAST_KINDS} kinds x 3 told, 100 good pairs; the auditor agrees",
          False: f"{LEAST_KINDS} kinds x 50 told, 1,000 good pairs; the auditor agrees"}
DAMAGED, DIFFERENT = 4, 3
KINDS = damages.KINDS
assert file_damages and record_damages  # they fill KINDS


def verify(workshop, source, target, excluded):
    """(exit code, report of verify, what the auditor says)"""
    dump, to, listed = workshop.at("dump"), workshop.at("newdump"), workshop.at("excluded.txt")
    file_tree.put(source, dump)
    file_tree.put(target, to)
    more = []
    if excluded is not None:
        pathlib.Path(listed).write_text(excluded, encoding="utf-8")
        more = ["--exclude-ids", listed]
    ended = workshop.run(["verify", "--from", dump, "--to", to, "--json", *more])
    report = json.loads(ended.out) if ended.out.startswith("{") else {"verdict": ended.err, "findings": []}
    try:
        counts = ffdump_audit.audit(dump, to, ffdump_audit.listed_ids(listed) if more else None)
        words = "restorable" + (f" ({counts[0]} record{'' if counts[0] == 1 else 's'} failed, {counts[1]} excluded)"
                                if any(counts) else "")
    except ffdump_audit.BAD as error:
        words = f"not restorable: {type(error).__name__}: {error}"
    except ffdump_audit.Unchecked as error:
        words = f"cannot be checked: {error}"
    return ended.code, report, words


class Damages:
    def __init__(self, campaign, pairs):
        self.campaign, self.pairs = campaign, pairs

    def __call__(self, workshop, task):
        number, seed = task
        one = KINDS[number]
        where = f"'{one.name}', number {seed}"
        pair = self.pairs[seed % len(self.pairs)]
        pair.other_manifest = self.pairs[(seed + 1) % len(self.pairs)].target[damages.MANIFEST]
        case, wanted_id = damages.damaged(pair, one, self.campaign.chance(one.name, seed))
        code, report, audited = verify(workshop, case.source, case.target, pair.excluded if one.needs_list else None)
        found = []
        if audited.startswith("restorable") or one.audit not in audited:
            found.append(f"{where}: the auditor calls it {audited}")
        if code not in (DIFFERENT, DAMAGED) or not report["verdict"].startswith("not restorable: "):
            return [*found, f"{where}: not told: {code}, {report['verdict']}"]
        told = [finding for finding in report["findings"] if finding["reason"] in one.reasons]
        if not told:
            reasons = sorted({finding["reason"] for finding in report["findings"]})
            return [*found, f"{where}: told as {', '.join(reasons)} and not as {', '.join(one.reasons)}"]
        if wanted_id is not None and not any(str(wanted_id) in json.dumps(finding) for finding in told):
            found.append(f"{where}: record {wanted_id} is not named: {told[0]}")
        if one.words and not any(one.words in finding["text"] for finding in told):
            found.append(f"{where}: without the words '{one.words}': {told[0]['text']}")
        return found


class GoodPairs:
    def __init__(self, campaign, images):
        self.campaign, self.images = campaign, images

    def __call__(self, workshop, number):
        pair = random_pairs.make_pair(workshop, self.images, self.campaign.chance("good", number))
        lists = {pair.excluded, None} if number % 2 else {pair.excluded}
        found = []
        for excluded in lists:
            code, report, audited = verify(workshop, pair.source, pair.target, excluded)
            if code != 0 or not report["verdict"].startswith("restorable"):
                found.append(f"good pair {number}: {code}, {report['verdict']}")
            if audited != report["verdict"]:
                found.append(f"good pair {number}: verify says {report['verdict']}, the auditor {audited}")
        return found


def as_program(workshop, pair):
    """The auditor's verifier as an auditor starts it."""
    found = []
    for is_good in (True, False):
        target = dict(pair.target)
        if not is_good:
            target[damages.FAILURES] = b""
        verify(workshop, pair.source, target, pair.excluded)
        ended = subprocess.run([sys.executable, ffdump_audit.__file__, workshop.at("dump"), workshop.at("newdump"),
                                "--exclude-ids", workshop.at("excluded.txt")], capture_output=True, text=True, check=False)
        words = "restorable (10 records failed, 5 excluded)\n" if is_good else "not restorable: Wrong: the list of failures"
        if ended.returncode != (0 if is_good else DIFFERENT) or not ended.stdout.startswith(words):
            found.append(f"ffdump_audit.py ended with {ended.returncode}: {ended.stdout} {ended.stderr}")
    return found


def run(campaign):
    workshop = Workshop(campaign.programs)
    images = random_pairs.make_images(f"{campaign.stage}/g7")
    pairs = [random_pairs.make_pair(workshop, images, campaign.chance("rich", number), is_rich=True)
             for number in range(campaign.figure(3, 10))]
    violations = as_program(workshop, pairs[0])
    workshop.close()
    if len(KINDS) < LEAST_KINDS or len({one.name for one in KINDS}) != len(KINDS):
        violations.append(f"there are only {len(KINDS)} kinds of damage, or two of one name")
    seeds, good = campaign.figure(3, 50), campaign.figure(100, 1000)
    tasks = [(number, seed) for number in range(len(KINDS)) for seed in range(seeds)]
    for found in campaign.each(Damages(campaign, pairs), tasks):
        violations += found
    for found in campaign.each(GoodPairs(campaign, images), range(good)):
        violations += found
    return Outcome(f"{len(KINDS)} kinds x {seeds}, {good} good pairs", violations)
