# SPDX-License-Identifier: Apache-2.0
"""A large output of many files, and random damages of it that ffdump's verify is to tell.

A damage is of one file, or of two that exchange a sector. Each file has a folder of its own with a
manifest of that file alone, so that a damage costs the look at one file; the output as a whole is
for `ffdump verify` itself, which must find the same."""
import dataclasses
import json
import os
import pathlib
import re
import shutil

from lab import file_tree, made_dumps
from lab.damage_check import DamageCheck
from lab.workshop import Workshop

SECTOR = 512
KINDS = ("flip", "zero sector", "old block", "swap", "cut")
LINE = 180  # bytes of a record of the output, about
IMAGES = 16
ID = re.compile(rb'"id":(\d+)')


@dataclasses.dataclass
class Damage:
    kind: str
    file: str
    at: int
    new: bytes = b""   # in the place of what is there; nothing: the file ends at `at`


class LargeOutput:
    """Made once; the workers have it by being forked."""

    def __init__(self, campaign, workshop, size, files):
        self.campaign = campaign
        self.folder = pathlib.Path(f"{campaign.stage}/large")
        self.made = made_dumps.large_dump(self.folder / "made", size // LINE, files, IMAGES)
        self.to = self.folder / "to"
        self.data = self._migrate(workshop, self.to)
        self._exchange_images()
        self.older = self._migrate(workshop, self.folder / "older")
        self.names = sorted(self.data)
        self.source = {name: (self.made / "dump" / name).read_bytes() for name in self.names}
        self.alone = self.folder / "alone"
        check = DamageCheck(workshop.programs)
        check.split(self.to, self.alone)
        for name in self.names:
            (self.folder / "from" / name).mkdir(parents=True)
            os.link(self.made / "dump" / name, self.folder / "from" / name / name)
            shutil.copy(self.to / name, self.alone / name / name)
            report = check.verify(self.folder / "from" / name, self.alone / name)
            if not report.get("restorable"):
                raise SystemExit(f"G6: {name} alone is not good: {report}")
        check.close()

    @property
    def size(self):
        return sum(map(len, self.data.values()))

    def _migrate(self, workshop, to):
        command = workshop.migrate(self.made, str(to), "--images", f"{self.made}/images",
                                   "--batch-size", "256", "--workers", "4")
        ended = workshop.run(command, most_seconds=600)
        if ended.code != 0:
            raise SystemExit(f"G6: the large run ended with {ended.code}: {ended.err}")
        return {name: data for name, data in file_tree.take(to).items()
                if data is not None and not name.startswith(".ffdump/")}

    def _exchange_images(self):
        """Everybody gets another face: a run now makes an older version of the same output."""
        images = self.made / "images"
        names = [images / f"1_{i}.png" for i in range(IMAGES)]
        faces = [name.read_bytes() for name in names]
        for name, face in zip(names, faces[1:] + faces[:1]):
            name.write_bytes(face)  # the same file under all its other names

    def damages(self, number):
        """The damages of one number, which change something for sure: one, or two of a swap."""
        chance = self.campaign.chance("damage", number)
        kind = KINDS[number % len(KINDS)]
        while True:
            file = chance.choice(self.names)
            data = self.data[file]
            if kind == "flip":
                at = chance.randrange(len(data))
                return [Damage(kind, file, at, bytes([data[at] ^ (1 << chance.randrange(8))]))]
            if kind == "cut":
                return [Damage(kind, file, chance.randrange(len(data)))]
            at = chance.randrange(len(data) // SECTOR) * SECTOR
            here = data[at:at + SECTOR]
            if kind == "swap":
                other = file if chance.random() < 0.5 else chance.choice(self.names)
                to = chance.randrange(len(self.data[other]) // SECTOR) * SECTOR
                there = self.data[other][to:to + SECTOR]
                if here != there:
                    return [Damage(kind, file, at, there), Damage(kind, other, to, here)]
                continue
            new = bytes(SECTOR) if kind == "zero sector" else self._old(chance, file, at)
            if new != here:
                return [Damage(kind, file, at, new)]

    def _old(self, chance, file, at):
        """What stood there in an older version of the output, or stands there in the source."""
        of = chance.choice((self.older, self.source))[file]
        old = of[at:at + SECTOR]
        return old if len(old) == SECTOR else self.older[file][at:at + SECTOR]

    def lines(self, damage):
        """(begin, end) of the records that the damage touches; of a cut also all behind it."""
        data = self.data[damage.file]
        begin = data.rfind(b"\n", 0, damage.at) + 1
        if not damage.new:
            return begin, len(data)
        end = data.find(b"\n", damage.at + len(damage.new) - 1)
        return begin, len(data) if end < 0 else end + 1

    def put(self, folder, damage):
        with open(f"{folder}/{damage.file}", "r+b") as file:
            file.seek(damage.at)
            file.write(damage.new) if damage.new else file.truncate()

    def mend(self, folder, damage):
        data = self.data[damage.file]
        with open(f"{folder}/{damage.file}", "r+b") as file:
            file.seek(damage.at)
            file.write(data[damage.at:damage.at + len(damage.new)] if damage.new
                       else data[damage.at:])

    def judge(self, report, damages):
        """(is a record of the damage named, sentences on what is wrong)."""
        if "error" in report:
            is_named = any(os.path.basename(report["file"]) == damage.file for damage in damages)
            return False, [] if is_named else [f"the error does not name the file: {report}"]
        if report["restorable"] or not report["verdict"].startswith("not restorable"):
            return False, [f"is not told: {report['verdict']}"]
        found, by_record = [], True
        files = {damage.file for damage in damages}
        for file in files:
            own = [it for it in damages if it.file == file]
            findings = [it for it in report["findings"] if os.path.basename(it["file"]) == file]
            if "checksum_differs" not in {it["reason"] for it in findings}:
                found.append(f"the checksum of {file} is not told")
            placed = [it for it in findings if "offset" in it or "record_id" in it]
            is_at = any(self._is_at(it, own) for it in placed)
            by_record = by_record and is_at
            if placed and not is_at:
                found.append(f"the place is not that of the damage: {placed[:2]}")
        other = {os.path.basename(it["file"]) for it in report["findings"]} - files
        return by_record, found + [f"{name} is blamed" for name in sorted(other)]

    def _is_at(self, finding, damages):
        for damage in damages:
            begin, end = self.lines(damage)
            in_source = "/from/" in finding["file"] or "/made/" in finding["file"]
            if not in_source and begin <= finding.get("offset", -1) < end:
                return True
            ids = ID.findall(self.data[damage.file], begin, end)
            if finding.get("record_id", "-").encode() in ids:
                return True
        return False


class Checks:
    """Damages of a task, one after the other, on the worker's own copies."""

    def __init__(self, output):
        self.output = output
        self._check = None

    def __call__(self, workshop: Workshop, task):
        if self._check is None:
            self._check = DamageCheck(workshop.programs)
            workshop.closes_with(self._check)
            shutil.copytree(self.output.alone, workshop.at("alone"))
        results = []
        for number in range(*task):
            found, by_record = [], True
            damages = self.output.damages(number)
            for file in {damage.file for damage in damages}:
                own = [damage for damage in damages if damage.file == file]
                report = self._look(workshop.at("alone"), file, own)
                is_named, wrong = self.output.judge(report, own)
                by_record = by_record and is_named
                found += wrong
            results.append((damages[0].kind, by_record,
                            [f"damage {number} {_words(damages)}: {it}" for it in found]))
        return results

    def _look(self, folder, file, damages):
        for damage in damages:
            self.output.put(f"{folder}/{file}", damage)
        report = self._check.verify(self.output.folder / "from" / file, f"{folder}/{file}")
        for damage in damages:
            self.output.mend(f"{folder}/{file}", damage)
        return report


class Shown:
    """The same damages on the whole output, for `ffdump verify`, which must find the same."""

    def __init__(self, checks):
        self.checks, self.output = checks, checks.output

    def __call__(self, workshop, number):
        output, to = self.output, workshop.at("whole")
        if not os.path.exists(to):
            shutil.copytree(output.to, to)
        [(_, _, found)] = self.checks(workshop, (number, number + 1))
        damages = output.damages(number)
        alone = set()
        for file in {damage.file for damage in damages}:
            report = self.checks._look(workshop.at("alone"), file,
                                       [it for it in damages if it.file == file])
            alone |= _essence(report)
        for damage in damages:
            output.put(to, damage)
        ended = workshop.run(["verify", "--json", "--from", f"{output.made}/dump", "--to", to],
                             most_seconds=120)
        for damage in damages:
            output.mend(to, damage)
        where = f"damage {number} {_words(damages)}"
        if ended.code != 3:
            return found + [f"{where}: verify ended with {ended.code}: {ended.err.strip()}"]
        report = json.loads(ended.out)
        _, wrong = output.judge(report, damages)
        if _essence(report) != alone:
            wrong.append(f"verify finds {sorted(_essence(report) ^ alone)[:3]} of the whole output "
                         "or of the file alone, not of both")
        return found + [f"{where}, verify: {it}" for it in wrong]


def _essence(report):
    return {(it["reason"], os.path.basename(it["file"]), it.get("offset", -1),
             it.get("record_id", "")) for it in report.get("findings", [])}


def _words(damages):
    return " and ".join(f"({it.kind} at byte {it.at} of {it.file})" for it in damages)
