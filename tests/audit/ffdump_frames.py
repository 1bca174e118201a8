# SPDX-License-Identifier: Apache-2.0
"""The records of a dump file in the layouts that ffdump ships, with the bytes around them."""
import collections
import gzip
import json
import mmap
import re
import subprocess

#: SHA-256 of the profiles in formats/ whose layouts are read here.
PROFILES = {
    "json-array": "b8f144a08403cffabe257104f3913b5f6f40559117b7da9bd9237f64928296b0",
    "json-lines-header": "91248af32ce2d45108c0b89c6e6857241e472a369300240b521f500acce693d5",
    "json-lines": "e52f5a5d456bd5329e38f26922664a9c08514cd14e5c1e6db9d61c9292a3924f",
    "json-object": "d1a424581609352150740feaa9d1ad4c085010b2e598f5923088abd33a4c6ea5",
    "json-stream": "e5059d3b4502a280518dac26c372d2ff17aea89d9418156bf0fa25ba27f02fe7",
}
LEAD, TAIL = re.compile(rb"[ \t\r\n,]*"), re.compile(rb"[ \t\r]*\n?")
BLANKS = re.compile(rb"[ \t\r\n]*")
FIELDS = {"id", "facen", "facen_model", "meta"}
Frame = collections.namedtuple("Frame", "lead bytes tail id facen model rest", defaults=[None] * 6)


class Wrong(Exception):
    """What keeps the dump from being restored."""


class Unchecked(Exception):
    """Why nothing can be said of the dump."""


def need(holds, *words):
    if not holds:
        raise Wrong(" ".join(map(str, words)))


def strict(pairs):
    need(len(dict(pairs)) == len(pairs), "a key stands twice")
    return dict(pairs)


class Members(dict):
    """A JSON object of a dump, in which keys that mean nothing may stand twice."""
    def __init__(self, pairs):
        super().__init__(pairs)
        counts = collections.Counter(key for key, _ in pairs)
        self.doubled = {key for key, count in counts.items() if count > 1}


STRICT = json.JSONDecoder(object_pairs_hook=strict, parse_constant=lambda word: need(False, word))
DECODER = json.JSONDecoder(object_pairs_hook=Members, parse_constant=lambda word: need(False, word))


def parse(text, decoder=DECODER):
    return decoder.decode(text.decode("utf-8", "surrogateescape"))


def value_end(data, at):
    for power in range(14, 32, 2):  # every byte is one character of latin-1, so ends are the same
        try:
            return at + DECODER.raw_decode(data[at:at + (1 << power)].decode("latin-1"))[1]
        except ValueError:
            need(at + (1 << power) < len(data), "no JSON at byte", at)
    raise Wrong(f"no end of the JSON at byte {at}")


def inside(record, name):
    """Where the text of this member of the record itself is, between its quotes."""
    for found in re.finditer(rb'"%s"\s*:\s*"((?:[^"\\]|\\.)*)"' % name, record):
        if parse(record[:found.start(1)] + b"?" + record[found.end(1):]).get(name.decode()) == "?":
            return found.span(1)
    return ()


def frame_of(lead, record, tail):
    whole, facen = parse(record), inside(record, b"facen")
    meta = whole.get("meta")
    need(not whole.doubled & FIELDS, "a field stands twice:", whole.get("id"))
    need(not isinstance(meta, Members) or "normalized_id" not in meta.doubled, "a field stands twice:", whole.get("id"))
    need(facen and type(whole.get("id")) is int and 0 <= whole["id"] < 1 << 64, "no record:", whole.get("id"))
    edges = sorted(facen + inside(record, b"facen_model"))
    rest = b"\xffmask\xff".join(record[a:b] for a, b in zip([0] + edges[1::2], edges[::2] + [len(record)]))
    return Frame(lead, record, tail, whole["id"], record[slice(*facen)].replace(b"\\/", b"/"),
                 whole.get("facen_model"), rest)


def opening_end(data, at, profile):
    """Behind the bracket that opens the array of records."""
    at = BLANKS.match(data, at).end()
    if profile == "json-object":
        need(data[at:at + 1] == b"{", "no JSON object")
        at, key = at + 1, None
        while key != "faces":
            at = LEAD.match(data, at if key is None else value_end(data, at)).end()
            end = value_end(data, at)
            key, at = parse(data[at:end]), BLANKS.match(data, end).end()
            need(data[at:at + 1] == b":", "a key without a value")
            at = BLANKS.match(data, at + 1).end()
    need(data[at:at + 1] == b"[", "no array of records")
    return at + 1


def frames(data, profile, bad):
    """Header (its bytes in `lead`), records, trailer. `bad`: ordinal -> bytes that are no record."""
    at, ordinal, has_header = 0, 0, profile == "json-lines-header"
    if not has_header:
        at = opening_end(data, at, profile) if profile in ("json-array", "json-object") else at
        yield Frame(data[:at])
    while (begin := LEAD.match(data, at).end()) < len(data) and data[begin:begin + 1] != b"]":
        end = begin + len(bad[ordinal]) if ordinal in bad else value_end(data, begin)
        after = TAIL.match(data, end).end() if "lines" in profile else end
        is_stated = has_header and ordinal not in bad and "id" not in parse(data[begin:end])
        if has_header and at == 0:
            yield Frame(data[:after if is_stated else 0])
        elif is_stated:
            break
        if not is_stated:
            parts, ordinal = (data[at:begin], data[begin:end], data[end:after]), ordinal + 1
            yield Frame(*parts) if ordinal - 1 in bad else frame_of(*parts)
        at = after
    yield Frame(data[at:])


def contents(path):
    with open(path, "rb") as file:
        magic = file.read(4)
        if magic[:2] == b"\x1f\x8b":
            return gzip.open(path).read()
        if magic == b"\x28\xb5\x2f\xfd":
            try:
                return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
            except FileNotFoundError:
                raise Unchecked(f"{path} is packed, and there is no program zstd") from None
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if magic else b""
