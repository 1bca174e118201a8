#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second verifier, for auditors, written after formats/*.md alone: may the new dump be restored?

  ffdump_audit.py SOURCE NEWDUMP [--exclude-ids FILE]

Walks each file of both dumps in step and recomputes every checksum and digest of the manifest, with
Python's standard library alone (3.11 or later; files in zstd need the program zstd). Slow: a megabyte a
second. Knows the five JSON layouts of one gallery a file as they are shipped, no msgpack and no own ones.
Keeps the ids of one file in memory, and all of a packed file. Exit code 0, 3 when the dump may not be
restored, and 2 when that cannot be said."""
import argparse
import base64
import binascii
import collections
import gzip
import hashlib
import math
import os
import re
import struct
import subprocess
import sys
import zlib

from ffdump_digests import TERMS, Sums, plus, xxh3_128
from ffdump_frames import PROFILES, STRICT, Unchecked, Wrong, contents, frames, need, parse

STATED = re.compile(rb'("(facen_model|facen_size|count)"\s*:\s*)("[^"]*"|\d+ *)')
FIELDS = set("""ffdump_manifest run_id sequence parent_run tool started ended resumes source settings settings_sha256
    opt_outs extraction files galleries failures law not_proven manifest_sha256""".split())
#: What a damaged dump makes Python say, besides Wrong.
BAD = (Wrong, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, EOFError, RecursionError,
       FileNotFoundError, NotADirectoryError, IsADirectoryError, gzip.BadGzipFile, zlib.error, struct.error,
       subprocess.CalledProcessError)


def check_stated(old, new, known):
    """Header or trailer: the same but for what it states of the records, and that is right."""
    plain = [STATED.sub(lambda m: m[1] if m[2] in known else m[0], frame.lead) for frame in (old, new)]
    need(new.bytes is None, "record", new.id, "is out of its place or too many")
    need(plain[0] == plain[1], "the bytes before or after the records differ")
    for _, key, value in STATED.findall(new.lead):
        need(known.get(key) in (None, parse(value)), key, "is stated wrongly")


def check_facen(old, new, entry, tolerance):
    need(old.facen != new.facen, "the facen is the old one:", old.id)
    need(new.model == (old.model and entry["target"]["model"]), "another model:", old.id)
    raw = binascii.a2b_base64(new.facen, strict_mode=True)
    need(base64.b64encode(raw) == new.facen and len(raw) == 4 * entry["records"]["new_dimension"], "no facen:", old.id)
    norm = math.sqrt(sum(x * x for x in struct.unpack(f"<{len(raw) // 4}f", raw)))
    return need(abs(norm - 1) <= tolerance, "norm", norm, "of the facen:", old.id) or raw


def check_file(entry, source, target, failed, is_excluded, manifest):
    """One file of both dumps in step. `failed`: ordinal -> (entry of failures.jsonl, bytes)."""
    sums, is_copy, seen, first = {term: Sums(entry["gallery"]) for term in TERMS}, entry["action"] == "copy", set(), None
    tolerance = float(manifest["settings"].get("ffdump.norm_tolerance", 1e-3))
    bad = {ordinal: record for ordinal, (line, record) in failed.items() if "id" not in line}
    old_frames, new_frames = frames(source, entry["profile"], bad), frames(target, entry["profile"], {})
    old, new = next(old_frames), next(new_frames)
    facts = {b"facen_size": entry["records"]["new_dimension"] or None, b"facen_model": entry["target"]["model"],
             b"count": entry["records"]["target"]["count"]}
    check_stated(old, new, {} if is_copy else {key: value for key, value in facts.items() if value != ""})
    new = next(new_frames)
    for ordinal, old in enumerate(old_frames):
        first = old.lead if first is None else first
        if old.bytes is None:
            break
        sums["source"].take(old)
        if ordinal in failed:
            line, record = failed.pop(ordinal)
            same = (record, line["gallery"]) == (old.bytes, entry["gallery"])
            need(same and line.get("id") == (old.id if old.id is None else str(old.id)), "failed record", ordinal)
            sums["failed"].take(old)
        elif is_excluded(entry["gallery"], old.id) if is_excluded else new.id != old.id:
            sums["excluded"].take(old)
        else:
            need(new.id == old.id, "record", old.id, "is lost, or", new.id, "is out of its place")
            need((new.rest, new.tail) == (old.rest, old.tail), "altered:", old.id)
            is_first = "lines" not in entry["profile"] and not sums["target"]["count"]
            need(new.lead == (first if is_first else old.lead), "altered before:", old.id)
            need(new.id not in seen or "allow-duplicate-ids" in manifest["opt_outs"], "twice:", new.id)
            need(not is_copy or old.bytes == new.bytes, "altered:", old.id)
            sums["target"].take(new, None if is_copy else check_facen(old, new, entry, tolerance))
            seen.add(new.id)
            new = next(new_frames)
    need(not failed, "the list of failures names a record that is not there")
    check_stated(old, new, {b"count": sums["target"]["count"]})
    for term in TERMS:
        need(sums[term].shown() == entry["records"][term], term, "is not as the manifest says")


def read_manifest(path):
    with open(path, "rb") as file:
        text = file.read()
    head = text[:text.rfind(b"\n", 0, -1) + 1]
    seal = b'"manifest_sha256": "%s"}\n' % hashlib.sha256(head).hexdigest().encode()
    need(text == head + seal, "the manifest does not match its own checksum")
    manifest, galleries = parse(text, STRICT), collections.defaultdict(list)
    settings = hashlib.sha256(re.search(rb'^"settings": (.*),$', head, re.M)[1]).hexdigest()
    for file in manifest["files"]:
        galleries[file["gallery"]].append(file["records"])
        need(file["records"]["source"]["count"] in (0, file["source"]["records"]), file["name"], "does not add up")
        need(file["action"] in ("migrate", "copy", "drop"), file["action"], "is no action")
        if PROFILES.get(file["profile"]) != file["profile_sha256"]:
            raise Unchecked(f"the layout {file['profile']} is not one of {', '.join(PROFILES)} as they are shipped")
    sums = [{"gallery": name, "files": len(files), **{term: plus([file[term] for file in files]) for term in TERMS}}
            for name, files in sorted(galleries.items())]
    law = [{"gallery": one["gallery"], "count": True, "ids": True, "rest": True} for one in sums]
    need(set(manifest) == FIELDS and manifest["sequence"] >= 1, "the manifest lacks a field or has one too many")
    need((manifest["ffdump_manifest"], manifest["settings_sha256"], manifest["galleries"], manifest["law"]) ==
         (1, settings, sums, law), "the manifest contradicts itself, or its law is broken")
    return manifest


def read_failures(path, manifest):
    """File -> ordinal -> (entry, bytes of the record)."""
    with open(path, "rb") as file:
        text = file.read()
    failed, reasons, last = collections.defaultdict(dict), collections.Counter(), ("", -1)
    for entry in (parse(line, STRICT) for line in text.split(b"\n")[:-1]):
        place, before = (entry["file"], entry["ordinal"]), last
        need(place > before, "the list of failures is out of order:", *place)
        raw = base64.b64decode(entry["record_b64"]) if "record_b64" in entry else entry["record"].encode()
        failed[entry["file"]][entry["ordinal"]], last = (entry, raw), place
        reasons[entry["reason"]] += 1
    facts = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest(), "records": reasons.total(),
             "by_reason": dict(reasons)}
    need(facts == manifest["failures"], "the list of failures is not that of the manifest")
    return failed


def listed_ids(path):
    with open(path, encoding="utf-8") as file:
        words = [line.split("#")[0].split() for line in file]
    ids = {tuple(line[:-1] + [int(line[-1])]) for line in words if line}
    return lambda gallery, number: (number,) in ids or (gallery, number) in ids


def names_in(folder, with_folders):
    return {entry.name for entry in os.scandir(folder) if entry.name[0] != "." and (with_folders or entry.is_file())}


def names_of(manifest):
    """Names in the source -> in the new dump."""
    ending = {"z": ".zst", "g": ".gz", "n": ""}.get(manifest["settings"].get("--compress", "?")[0])
    names = [file["name"] for file in manifest["files"]]
    return {name: name if ending is None else re.sub(r"(?<=.)\.(zst|gz)$", "", name) + ending for name in names}


def audit(source, target, is_excluded=None):
    """How many failed and were excluded; raises Wrong, or what a damaged dump makes Python raise."""
    manifest = read_manifest(os.path.join(target, ".ffdump", "manifest.json"))
    failed = read_failures(os.path.join(target, ".ffdump", "failures.jsonl"), manifest)
    names = names_of(manifest)
    kept = {names[file["name"]] for file in manifest["files"] if file["action"] != "drop"}
    need(names_in(source, False) == set(names), "other files:", *names_in(source, False) ^ set(names))
    need(names_in(target, True) == kept, "missing or too many:", *names_in(target, True) ^ kept)
    for file in manifest["files"]:
        if file["action"] != "drop":
            paths = os.path.join(source, file["name"]), os.path.join(target, names[file["name"]])
            old, new = map(contents, paths)
            need(os.path.getsize(paths[0]) == file["source"]["bytes"] and (len(old) < 17 or
                 f"{xxh3_128(old):032x}" == file["source"]["xxh3_128"]), paths[0], "is not what was migrated")
            check_file(file, old, new, failed.pop(file["name"], {}), is_excluded, manifest)
            with open(paths[1], "rb") as packed:
                need(hashlib.file_digest(packed, "sha256").hexdigest() == file["target"]["sha256"] and
                     os.path.getsize(paths[1]) == file["target"]["bytes"], paths[1], "has another checksum")
    need(not failed, "the list of failures names other files:", *failed)
    return [sum(gallery[term]["count"] for gallery in manifest["galleries"]) for term in ("failed", "excluded")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("target", metavar="NEWDUMP")
    parser.add_argument("--exclude-ids", metavar="FILE")
    options = parser.parse_args()
    if sys.version_info < (3, 11):
        print("cannot be checked: this needs Python 3.11")
        return 2
    try:
        counts = audit(options.source, options.target, options.exclude_ids and listed_ids(options.exclude_ids))
    except BAD as error:
        print(f"not restorable: {type(error).__name__}: {error}")
        return 3
    except (Unchecked, OSError, MemoryError) as error:
        print(f"cannot be checked: {type(error).__name__}: {error}")
        return 2
    failed, excluded = counts
    words = f" ({failed} record{'' if failed == 1 else 's'} failed, {excluded} excluded)"
    print("restorable" + (words if failed + excluded else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
