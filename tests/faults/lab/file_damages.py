# SPDX-License-Identifier: Apache-2.0
"""Kinds of damage to files, to the list of failures, to the manifest and to the source."""
import re

from lab.damages import FAILURES, MANIFEST, kind, other_hex, sealed

INVALID, FAILED, SOURCE = "manifest_invalid", "failures_differ", "source_changed"
LOST, ALTERED = "record_lost", "record_altered"
UNSEALED = {"is_sealed": False}
OF_THE_RUN = ("failures", "settings_sha256", "ffdump_manifest", "sequence")


def bytes_kind(name, change, *reasons, layouts=(), **more):
    """change(bytes, chance) of one file of the new dump."""
    def apply(case):
        file = case.any_file(*layouts)
        case.target[file] = change(case.target[file], case.chance)
    kind(name, *reasons, **more)(apply)


def flipped(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:]


def without_last(data, _):
    return data[:data.rstrip().rfind(b"\n") + 1]


def zeroed(data, chance):
    at = chance.randrange(len(data) - 64)
    return data[:at] + bytes(64) + data[at + 64:]


bytes_kind("one bit anywhere", flipped, "checksum_differs", **UNSEALED)
bytes_kind("a cut at a record's border", without_last, LOST, layouts=("json-lines",))
bytes_kind("a cut in a record", lambda data, chance: data[:data.rstrip().rfind(b"\n") + chance.randrange(20, 90)],
           ALTERED, LOST, layouts=("json-lines",))
bytes_kind("an array cut in a record", lambda data, chance: data[:len(data) // 2 + chance.randrange(40)], ALTERED, LOST,
           layouts=("json-array", "json-object"))
bytes_kind("bytes behind the end", lambda data, chance: data + b"\n", ALTERED)
bytes_kind("bytes behind the end, not sealed", lambda data, chance: data + b" ", "checksum_differs", **UNSEALED)
bytes_kind("an emptied file", lambda data, chance: b"", LOST)
bytes_kind("zeros in the middle", zeroed, ALTERED, LOST, "checksum_differs", "facen_invalid", **UNSEALED)
bytes_kind("a byte order mark", lambda data, chance: b"\xef\xbb\xbf" + data, ALTERED, LOST)
bytes_kind("line ends changed", lambda data, chance: data.replace(b"\r\n", b"\n") if b"\r\n" in data
           else data.replace(b"\n", b"\r\n"), ALTERED, layouts=("json-lines", "json-array"))
bytes_kind("an empty line between records", lambda data, chance: data.replace(b"\n", b"\n\n", 1), ALTERED,
           layouts=("json-lines", "json-lines-header"))
bytes_kind("a comma lost", lambda data, chance: data.replace(b",\n", b"\n", 1).replace(b",\r\n", b"\r\n", 1), ALTERED, LOST,
           layouts=("json-array",))
bytes_kind("the closing bracket lost", lambda data, chance: data.rstrip().rstrip(b"]"), ALTERED, LOST,
           layouts=("json-array",))
bytes_kind("the trailer's count changed", lambda data, chance: re.sub(rb'"count":\d', b'"count":99', data),
           "law_broken", ALTERED, layouts=("json-lines-header", "json-object"))
bytes_kind("the header's model old", lambda data, chance: data.replace(b'"facen_model":"new_16"', b'"facen_model":"old_8"', 1),
           "model_differs", layouts=("json-lines-header", "json-object"))
bytes_kind("the header's dimension old", lambda data, chance: data.replace(b'"facen_size":16', b'"facen_size":8', 1),
           ALTERED, layouts=("json-lines-header", "json-object"))
bytes_kind("the header's gallery changed", lambda data, chance: data.replace(b'"gallery":"g_', b'"gallery":"h_', 1),
           ALTERED, layouts=("json-lines-header", "json-object"))
bytes_kind("the header lost", lambda data, chance: data[data.index(b"\n") + 1:], ALTERED, layouts=("json-lines-header",))


@kind("a file missing", "file_missing")
def _missing(case):
    del case.target[case.any_file()]


@kind("a file too many", "file_extra")
def _extra(case):
    case.target["g_more.json"] = case.target[case.any_file()]


@kind("a folder too many", "file_extra")
def _folder(case):
    case.target.update({"more": None, "more/g_a.json": b"{}\n"})


@kind("a file renamed", "file_missing", "file_extra")
def _renamed(case):
    case.target["g_renamed.json"] = case.target.pop(case.any_file())


@kind("two files swapped", LOST, "record_extra", ALTERED)
def _swapped(case):
    one, two = case.chance.sample(case.migrated, 2)
    case.target[one], case.target[two] = case.target[two], case.target[one]


@kind("the source's file in place of the new one", "old_facen_kept")
def _source_file(case):
    name = case.any_file()
    case.target[name] = case.source[name]


@kind("a dropped gallery present", "file_extra", words="dropped")
def _dropped(case):
    case.target["ffsec_persons.json"] = case.source["ffsec_persons.json"]


@kind("a copied record altered", ALTERED)
def _copied(case):
    return case.edit(lambda records, at: records[at].replace(b'"note"', b'"nove"'), name="g_copy.json")


@kind("a copied facen changed", ALTERED)
def _copied_facen(case):
    return case.edit(lambda records, at: re.sub(rb'("facen": *")..', rb"\1AB", records[at]), name="g_copy.json")


# The list of failures. Its length and checksum in the manifest are made to fit.
@kind("a line of failures removed", LOST)
def _line_removed(case):
    entries = case.failures()
    gone = entries.pop(case.chance.randrange(len(entries)))
    case.put_failures(entries)
    return int(gone["id"])


@kind("a line of failures removed and not counted", INVALID)
def _line_uncounted(case):
    entries = case.failures()
    gone = entries.pop()
    case.put_failures(entries)
    failures = case.manifest["failures"]
    failures["records"] -= 1
    failures["by_reason"][gone["reason"]] -= 1


@kind("a line of failures doubled", FAILED)
def _line_doubled(case):
    entries = case.failures()
    case.put_failures(entries[:1] + entries)


@kind("two lines of failures swapped", FAILED)
def _lines_swapped(case):
    entries = case.failures()
    case.put_failures(entries[::-1])


@kind("a present record listed as failed", FAILED, "failed_record_present")
def _present_failed(case):
    name = case.any_file()
    frame = case.chance.choice(case.parts(name).frames)
    ordinal = [one.id for one in case.parts(name, "source").frames].index(frame.id)
    entries = case.failures()
    entries.append({**entries[0], "file": name, "gallery": name[:-5], "ordinal": ordinal, "id": str(frame.id),
                    "record": case.source_frame(name, frame.id).bytes.decode()})
    case.put_failures(sorted(entries, key=lambda entry: (entry["file"], entry["ordinal"])))


for _name, _changes in {
        "a failed record's bytes changed": {"record": lambda text: text.replace('"note"', '"nove"')},
        "a failed record's reason changed": {"reason": "no_face"},
        "a failed record's id changed": {"id": lambda text: str(int(text) // 2 + 1)},
        "a failed record's place changed": {"ordinal": lambda number: number + 40},
        "a failed record's gallery changed": {"gallery": "g_other"},
        "a failed record's file changed": {"file": "g_other.json"},
        "a failed record of no known reason": {"reason": "bad_luck"},
        "a failed record without id": {"id": None}}.items():
    kind(_name, FAILED, LOST)(lambda case, changes=_changes: case.edit_failure(**changes))


@kind("the list of failures cut", FAILED)
def _failures_cut(case):
    case.target[FAILURES] = case.target[FAILURES][:-20]


@kind("the list of failures gone", FAILED, **UNSEALED)
def _failures_gone(case):
    del case.target[FAILURES]


@kind("the list of failures emptied", LOST)
def _failures_empty(case):
    case.target[FAILURES] = b""


@kind("one bit in the list of failures", FAILED, **UNSEALED)
def _failures_bit(case):
    case.target[FAILURES] = flipped(case.target[FAILURES], case.chance)


# The manifest: not sealed.
def text_kind(name, change, *reasons):
    def apply(case):
        case.target[MANIFEST] = change(case.target[MANIFEST], case.chance)
        case.has_own_manifest = True
    kind(name, *(reasons or (INVALID,)))(apply)


text_kind("one bit in the manifest", flipped)
text_kind("the manifest cut", lambda text, chance: text[:chance.randrange(len(text))])
text_kind("the manifest's last newline lost", lambda text, chance: text[:-1])
text_kind("the manifest's seal changed", lambda text, chance: text[:-10] + b"0123456\"}\n")
text_kind("bytes behind the manifest", lambda text, chance: text + b"\n")
text_kind("an emptied manifest", lambda text, chance: b"")
text_kind("a manifest with a key twice", lambda text, chance: sealed(text[:text.rindex(b'"manifest')] + b'"sequence": 1,\n'))
text_kind("a manifest in white space", lambda text, chance: text.replace(b'"files": [', b'"files":  ['))


@kind("the manifest gone", "output_incomplete")
def _gone(case):
    del case.target[MANIFEST]
    case.has_own_manifest = True


@kind("a retry that has begun", "output_incomplete", words="retry-failed")
def _retry(case):
    case.target[".ffdump/manifest.prev.json"] = case.target.pop(MANIFEST)
    case.has_own_manifest = True


@kind("an unfinished run's journal", "output_incomplete", words="journal")
def _journal(case):
    case.target.pop(MANIFEST)
    case.target[".ffdump/journal"] = b"journal"
    case.has_own_manifest = True


# The manifest: one value changed, galleries and law as they follow, sealed anew.
def manifest_kind(name, change, *reasons, books=False):
    def apply(case):
        case.seal()
        change(case)
        if books:
            case.book()
        case.write_manifest()
    kind(name, *reasons)(apply)


def hex_kind(name, way, *reasons, books=False):
    def change(case):
        at = case.manifest if way[0] in OF_THE_RUN else case.file_entry()
        for key in way[:-1]:
            at = at[key]
        at[way[-1]] = other_hex(case.chance, at[way[-1]])
    manifest_kind(f"the manifest's {name} changed", change, *reasons, books=books)


hex_kind("SHA-256 of a file", ("target", "sha256"), "checksum_differs")
hex_kind("fingerprint of a source file", ("source", "xxh3_128"), SOURCE)
hex_kind("SHA-256 of the failures", ("failures", "sha256"), FAILED)
hex_kind("SHA-256 of the settings", ("settings_sha256",), INVALID)
hex_kind("profile's SHA-256", ("profile_sha256",), "profile_invalid")
hex_kind("digest of facens", ("records", "target", "vec"), "facen_differs", books=True)
hex_kind("digest of facens, the sums left", ("records", "target", "vec"), INVALID)
for _term in ("source", "target", "failed", "excluded"):
    for _key in ("ids", "rest"):
        hex_kind(f"{_key} of {_term}", ("records", _term, _key), "law_broken", LOST, books=True)


def number_kind(name, way, *reasons, books=False, by=1):
    def change(case):
        at = case.manifest if way[0] in OF_THE_RUN else case.file_entry()
        for key in way[:-1]:
            at = at[key]
        at[way[-1]] += by
    manifest_kind(f"the manifest's {name} changed", change, *reasons, books=books)


number_kind("length of a file", ("target", "bytes"), "checksum_differs")
number_kind("length of a source file", ("source", "bytes"), SOURCE)
number_kind("records of a source file", ("source", "records"), "law_broken", INVALID)
number_kind("new dimension", ("records", "new_dimension"), "facen_invalid")
number_kind("number of migrated records", ("records", "target", "count"), "law_broken", books=True)
number_kind("number of excluded records", ("records", "excluded", "count"), "law_broken", LOST, books=True)
number_kind("number of failed records", ("records", "failed", "count"), INVALID, books=True)
number_kind("number of records, the sums left", ("records", "target", "count"), INVALID)
number_kind("number of failures", ("failures", "records"), INVALID)
number_kind("version", ("ffdump_manifest",), INVALID)
number_kind("sequence to 0", ("sequence",), INVALID, by=-1)


def value_kind(name, change, *reasons, books=False):
    manifest_kind(f"the manifest with {name}", change, *reasons, books=books)


value_kind("another model", lambda case: case.file_entry()["target"].update(model="body_16"), "model_differs")
value_kind("another layout", lambda case: case.file_entry().update(profile="json-tree"), "profile_invalid")
value_kind("a broken law", lambda case: case.manifest["law"][0].update(ids=False), INVALID)
value_kind("other settings", lambda case: case.manifest["settings"].update(more="1"), INVALID)
value_kind("a field more", lambda case: case.manifest.update(more=1), INVALID)
value_kind("a field less", lambda case: case.manifest.pop("failures"), INVALID)
value_kind("an unknown action", lambda case: case.file_entry().update(action="move"), INVALID)
value_kind("an unsafe name", lambda case: case.file_entry().update(name="../g.json"), INVALID)
value_kind("a file twice", lambda case: case.manifest["files"].insert(0, case.manifest["files"][0]), INVALID)
value_kind("a file less", lambda case: case.manifest["files"].remove(case.file_entry("copy")), INVALID)
value_kind("a copied file as migrated", lambda case: case.file_entry("copy").update(action="migrate"), "old_facen_kept")
value_kind("a migrated file as copied", lambda case: case.file_entry().update(action="copy"), ALTERED)


@kind("the manifest of another run", "checksum_differs", LOST, INVALID, "law_broken", SOURCE)
def _other_run(case):
    case.target[MANIFEST] = case.pair.other_manifest
    case.has_own_manifest = True


# The source.
@kind("a file of the source gone", SOURCE)
def _source_gone(case):
    del case.source[case.any_file()]


@kind("a file of the source too many", SOURCE)
def _source_extra(case):
    case.source["g_more.json"] = b'{"id":1}\n'


@kind("meta of the source changed", ALTERED)
def _source_meta(case):
    name = case.any_file()
    case.source[name] = case.source[name].replace(b'"more":', b'"mere":')


@kind("an old facen of the source changed", SOURCE)
def _source_facen(case):
    name = case.any_file()
    case.source[name] = re.sub(rb'("facen": *")...', rb"\1ABC", case.source[name])


@kind("a record of the source gone", "record_extra")
def _source_record(case):
    name = case.any_file("json-lines")
    parts = case.parts(name, "source")
    gone = case.chance.choice(case.parts(name).frames).id
    parts.records.pop([frame.id for frame in parts.frames].index(gone))
    case.source[name] = parts.text()
    return gone
