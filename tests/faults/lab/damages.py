# SPDX-License-Identifier: Apache-2.0
"""A pair of dumps that is going to be damaged: its files in pieces, and a manifest to seal it with."""
import base64
import copy
import dataclasses
import hashlib
import json
import re
import struct

from lab import random_pairs
from lab.random_pairs import made_bytes
from ffdump_digests import Sums, plus
from ffdump_frames import frames

MANIFEST, FAILURES = ".ffdump/manifest.json", ".ffdump/failures.jsonl"
FACEN = re.compile(rb'("facen": *")([^"]*)"')
ARRAYS = ("json-array", "json-object")
KINDS = []


@dataclasses.dataclass
class Kind:
    """A damage: `function` changes a Case and returns the id that must be named, if any."""
    name: str
    reasons: tuple           # one of them must be told
    function: object
    needs_list: bool = True  # verify is given the excluded ids
    is_sealed: bool = True   # checksums are made to fit, so that only a look into the records finds it
    fits_sums: bool = False  # digests of the records as well, as if ffdump had written it so
    words: str = ""          # must be in what is told
    audit: str = ""          # must be in what the auditor's verifier says


def kind(name, *reasons, **more):
    def put(function):
        KINDS.append(Kind(name, reasons, function, **more))
        return function
    return put


class Parts:
    """A dump file as its records and what stands around them."""

    def __init__(self, data, layout):
        self.layout = layout
        header, *records, trailer = frames(data, layout, {})
        self.header, self.trailer = header.lead, trailer.lead
        self.frames = records
        self.records = [frame.bytes for frame in records]
        self.first = records[0].lead
        self.separator = records[1].lead
        self.tail = records[0].tail

    def text(self):
        if self.layout not in ARRAYS:
            gap = self.separator + self.tail if self.layout == "json-stream" else self.tail
            body = b"".join(record + gap for record in self.records)
            trailer = b"" if self.layout == "json-stream" else self.trailer
        else:
            body, trailer = self.first + self.separator.join(self.records), self.trailer
        count = b'"count":%d' % len(self.records)
        return self.header + body + re.sub(rb'"count":\d+', count, trailer)


class Case:
    def __init__(self, pair, chance):
        self.pair, self.chance = pair, chance
        self.source, self.target = dict(pair.source), dict(pair.target)
        self.manifest = json.loads(self.target[MANIFEST])
        self.migrated = [file["name"] for file in self.manifest["files"] if file["action"] == "migrate"]
        self.has_own_manifest = False  # the damage has written one, or has taken it away

    # Files.
    def any_file(self, *layouts):
        return self.chance.choice([name for name in self.migrated if not layouts or self.pair.layouts[name] in layouts])

    def parts(self, name, of="target"):
        return Parts(getattr(self, of)[name], self.pair.layouts[name])

    def edit(self, change, *layouts, name=None):
        """change(list of records, index of one by chance) -> None, or what that record becomes."""
        name = name or self.any_file(*layouts)
        parts = self.parts(name)
        at = self.chance.randrange(len(parts.records))
        number = parts.frames[at].id
        changed = change(parts.records, at)
        if changed is not None:
            if changed == parts.records[at]:
                raise RuntimeError("the damage changed nothing")
            parts.records[at] = changed
        self.target[name] = parts.text()
        return number

    def change_facen(self, change):
        """change(list of floats) -> floats or text."""
        def swap(records, at):
            raw = change(random_pairs.floats(random_pairs.facen_bytes(FACEN.search(records[at])[2])))
            text = raw if isinstance(raw, bytes) else facen_text(raw)
            return FACEN.sub(lambda m: m[1] + text + b'"', records[at], count=1)
        return self.edit(swap)

    def source_frame(self, name, number):
        return next(frame for frame in self.parts(name, "source").frames if frame.id == number)

    def absent(self, name):
        """Frames of the source that are not in the new dump, and those that are there."""
        there = {frame.id for frame in self.parts(name).frames}
        return [frame for frame in self.parts(name, "source").frames if frame.id not in there]

    # The list of failures.
    def failures(self):
        return [json.loads(line) for line in self.target[FAILURES].splitlines()]

    def put_failures(self, entries):
        self.target[FAILURES] = b"".join(json.dumps(entry, ensure_ascii=False).encode() + b"\n" for entry in entries)

    def edit_failure(self, **changes):
        entries = self.failures()
        entry = self.chance.choice(entries)
        for key, value in changes.items():
            entry[key] = value(entry[key]) if callable(value) else value
        self.put_failures(entries)

    # The manifest.
    def file_entry(self, action="migrate"):
        return self.chance.choice([file for file in self.manifest["files"] if file["action"] == action])

    def book(self):
        """Galleries and law as they follow from the files."""
        galleries = {}
        for file in self.manifest["files"]:
            galleries.setdefault(file["gallery"], []).append(file["records"])
        for gallery in self.manifest["galleries"]:
            for term in ("source", "target", "failed", "excluded"):
                gallery[term] = plus([file[term] for file in galleries[gallery["gallery"]]])
        for law, gallery in zip(self.manifest["law"], self.manifest["galleries"]):
            parts = plus([gallery[term] for term in ("target", "failed", "excluded")])
            law.update({key: parts[key] == gallery["source"][key] for key in ("count", "ids", "rest")})

    def move_sums(self, entry, frame, begin, end):
        """Books a record under another term of the law."""
        share = Sums(entry["gallery"])
        share.take(frame)
        share = share.shown()
        minus = {key: -value if key == "count" else f"{(1 << 128) - int(value, 16):x}" for key, value in share.items()}
        for term, more in ((begin, minus), (end, share)):
            entry["records"][term] = plus([entry["records"][term], more])
        self.book()

    def fit_sums(self):
        """Of the new records of files that were changed, whatever their facens."""
        for file in self.manifest["files"]:
            if file["action"] == "migrate" and self.target[file["name"]] != self.pair.target[file["name"]]:
                sums = Sums(file["gallery"])
                for frame in self.parts(file["name"]).frames:
                    sums.take(frame, random_pairs.facen_bytes(frame.facen))
                file["records"]["target"] = sums.shown()
        self.book()

    def seal(self):
        """Checksums and lengths as they are now, so that they betray nothing."""
        for file in self.manifest["files"]:
            data = self.target.get(file["name"])
            if "target" in file and data is not None:
                file["target"].update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        if FAILURES in self.target:
            text = self.target[FAILURES]
            self.manifest["failures"].update(bytes=len(text), sha256=hashlib.sha256(text).hexdigest())

    def write_manifest(self):
        lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))},"
                 for key, value in self.manifest.items() if key != "manifest_sha256"]
        self.target[MANIFEST] = sealed(("{" + "\n".join(lines) + "\n").encode())
        self.has_own_manifest = True


def sealed(head):
    return head + b'"manifest_sha256": "%s"}\n' % hashlib.sha256(head).hexdigest().encode()


def facen_text(values):
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values))


def other_hex(chance, text):
    """The same with one digit changed."""
    at = chance.randrange(len(text))
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1:]


def damaged(pair, one, chance):
    """(Case, id to be named) of one kind of damage."""
    case = Case(pair, chance)
    before = (copy.copy(case.source), copy.copy(case.target), copy.deepcopy(case.manifest))
    number = one.function(case)
    if not case.has_own_manifest:
        if one.fits_sums:
            case.fit_sums()
        if one.is_sealed:
            case.seal()
        case.write_manifest()
    if (case.source, case.target, case.manifest) == before:
        raise RuntimeError(f"{one.name}: nothing was changed")
    return case, number


def strange_facen(chance, dimension=16):
    return random_pairs.floats(made_bytes.unit_facen(made_bytes.SplitMix64(chance.getrandbits(64)), dimension))
