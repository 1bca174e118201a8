# SPDX-License-Identifier: Apache-2.0
"""Kinds of damage to records and facens. Checksums are made to fit after each."""
import json
import re

from lab.damages import ARRAYS, FACEN, facen_text, kind, strange_facen

LOST, EXTRA, DOUBLED, ALTERED = "record_lost", "record_extra", "record_doubled", "record_altered"


def removed(case, pick, *layouts):
    def drop(records, at):
        del records[pick(records, at)]
    name = case.any_file(*layouts)
    before = {frame.id for frame in case.parts(name).frames}
    case.edit(drop, name=name)
    return (before - {frame.id for frame in case.parts(name).frames}).pop()


kind("a record dropped", LOST)(lambda case: removed(case, lambda records, at: at))
kind("the first record dropped", LOST)(lambda case: removed(case, lambda records, at: 0))
kind("the last record dropped", LOST)(lambda case: removed(case, lambda records, at: -1))
kind("a record of an array dropped", LOST)(lambda case: removed(case, lambda records, at: at, *ARRAYS))
kind("a record dropped, no list of excluded ids", LOST, "law_broken", needs_list=False)(
    lambda case: removed(case, lambda records, at: at) and None)


@kind("all records but one dropped", LOST)
def _most(case):
    def keep(records, at):
        records[:] = [records[at]]
    name = case.any_file("json-lines", *ARRAYS)
    parts = case.parts(name)
    at = case.chance.randrange(len(parts.records))
    keep(parts.records, at)
    case.target[name] = parts.text()


@kind("a record doubled in its place", DOUBLED)
def _doubled(case):
    return case.edit(lambda records, at: records.insert(at, records[at]))


@kind("a record doubled at the end", DOUBLED)
def _doubled_late(case):
    return case.edit(lambda records, at: records.append(records[at]))


@kind("a stranger's record added", EXTRA)
def _extra(case):
    case.edit(lambda records, at: records.insert(at, re.sub(rb'("id": *)\d+', rb"\g<1>4711471147114711", records[at], count=1)))
    return 4711471147114711


@kind("two records swapped", "order_changed")
def _swapped(case):
    def swap(records, at):
        other = (at + case.chance.randrange(1, len(records))) % len(records)
        records[at], records[other] = records[other], records[at]
    case.edit(swap)


@kind("the order turned round", "order_changed")
def _reversed(case):
    case.edit(lambda records, at: records.reverse())


@kind("the first record put last", "order_changed")
def _rotated(case):
    case.edit(lambda records, at: records.append(records.pop(0)))


def with_facen_of(records, to, text):
    return FACEN.sub(lambda m: m[1] + text + b'"', records[to], count=1)


@kind("facens swapped between two records", "facen_differs")
def _facens_swapped(case):
    def swap(records, at):
        other = (at + 1) % len(records)
        one, two = (FACEN.search(records[i])[2] for i in (at, other))
        records[at], records[other] = with_facen_of(records, at, two), with_facen_of(records, other, one)
        if one == two:  # of one image: another record's then
            records[at] = with_facen_of(records, at, facen_text(strange_facen(case.chance)))
    case.edit(swap)


@kind("the facen of another record", "facen_differs")
def _facen_of_another(case):
    def take(records, at):
        own = FACEN.search(records[at])[2]
        others = [text for text in (FACEN.search(record)[2] for record in records) if text != own]
        return with_facen_of(records, at, others[0] if others else facen_text(strange_facen(case.chance)))
    case.edit(take)


@kind("facens all equal", "facen_differs")
def _facens_equal(case):
    def level(records, at):
        text = facen_text(strange_facen(case.chance))
        records[:] = [with_facen_of(records, i, text) for i in range(len(records))]
    case.edit(level)


@kind("a facen of another model", "facen_differs")
def _strange(case):
    case.change_facen(lambda values: strange_facen(case.chance, len(values)))


@kind("the facen turned round", "facen_differs")
def _negated(case):
    case.change_facen(lambda values: [-value for value in values])


@kind("the last bit of one float", "facen_differs")
def _last_bit(case):
    case.change_facen(lambda values: values[:-1] + [values[-1] * (1 + 2.0 ** -22) or 1e-9])


def of_source(case, name, records, at, keeps_model):
    number = json.loads(records[at].decode("utf-8", "replace"))["id"]
    frame = case.source_frame(name, number)
    if keeps_model:
        return with_facen_of(records, at, FACEN.search(frame.bytes)[2])
    return frame.bytes


@kind("the old facen kept", "old_facen_kept", fits_sums=True, audit="the facen is the old one")
def _old_facen(case):
    name = case.any_file()
    return case.edit(lambda records, at: of_source(case, name, records, at, True), name=name)


@kind("the old record kept whole", "old_facen_kept", "model_differs")
def _old_record(case):
    name = case.any_file()
    return case.edit(lambda records, at: of_source(case, name, records, at, False), name=name)


def facen_kind(name, change, audit, fits_sums=True):
    kind(name, "facen_invalid", audit=audit, fits_sums=fits_sums)(lambda case: case.change_facen(change))


NORM, NONE = "of the facen", "no facen"
facen_kind("one float NaN", lambda values: [float("nan")] + values[1:], NORM)
facen_kind("one float infinite", lambda values: values[:-1] + [float("inf")], NORM)
facen_kind("a norm off", lambda values: [value * 1.01 for value in values], NORM)
facen_kind("a facen of zeros", lambda values: [0.0] * len(values), NORM)
facen_kind("a shorter facen", lambda values: [1.0] + [0.0] * (len(values) - 2), NONE)
facen_kind("a longer facen", lambda values: values + [0.0], NONE)
facen_kind("an empty facen", lambda values: b"", NONE)
facen_kind("a facen that is not base64", lambda values: b"*" + facen_text(values)[1:], "base64", fits_sums=False)
facen_kind("a facen without its padding", lambda values: facen_text(values).rstrip(b"="), "padding", fits_sums=False)
facen_kind("a facen cut in a float", lambda values: facen_text(values)[:-4], NONE)
facen_kind("a facen of a big-endian machine", lambda values: facen_text([
    int.from_bytes(int(abs(value) * 2 ** 20).to_bytes(4, "big"), "little") * 1e-9 for value in values]), NORM)


def substituted(pattern, by, *reasons, name=None, **more):
    return kind(name, *reasons, **more)(
        lambda case: case.edit(lambda records, at: re.sub(pattern, by, records[at], count=1)))


substituted(rb'"note"', b'"nove"', ALTERED, name="one bit in the key of meta")
substituted(rb'("n": *)(\S+?)([,}])', rb"\g<1>77\3", ALTERED, name="a number of meta changed")
substituted(rb'("n": *)(\S+?)([,}])', rb"\g<1>\g<2>0\3", ALTERED, name="a number of meta respelled")
substituted(rb'"meta":', b'"meta": ', ALTERED, name="white space put in")
substituted(rb'"more":', b'"more"\t:', ALTERED, name="a tab put in")
substituted(rb'"more":(\[\]|\{\}|null)', b'"more":0', ALTERED, name="an empty set replaced")
substituted(rb'"more":(\[\]|\{\}|null)', rb'"more":\1,"new":1', ALTERED, name="a field added")
substituted(rb'"more":', rb'"\\u006dore":', ALTERED, name="a key respelled")
substituted(rb'"meta":', b'"Meta":', ALTERED, LOST, name="a field renamed")
substituted(rb'("id": *)(\d+)', rb'\1"\2"', ALTERED, LOST, name="an id spelled as text")
substituted(rb'("id": *)(\d+)', rb"\g<1>\2.0", ALTERED, LOST, name="an id spelled as a fraction")
substituted(rb'("id": *)(\d+)', rb"\g<1>0\2", ALTERED, LOST, name="an id with a zero in front")
substituted(rb'("id": *)(\d+)', rb"\g<1>99999999999999999999\2", ALTERED, LOST, name="an id beyond 64 bits")
substituted(rb'("id": *)(\d+)', rb'\g<1>\2,"id":\2', ALTERED, LOST, name="an id that stands twice")
substituted(rb'"facen"', b'"facem"', ALTERED, LOST, name="a record without facen")
substituted(rb'"new_16"', b'"old_8"', "model_differs", name="the old model named", audit="another model")
substituted(rb'"new_16"', b'"body_16"', "model_differs", name="the model of another gallery")
substituted(rb'"new_16"', b'"new_160"', "model_differs", name="a model with one character more")
substituted(rb'"new_16"', b'null', "model_differs", ALTERED, LOST, name="a model that is null")


@kind("an id changed", LOST)
def _id_changed(case):
    return case.edit(lambda records, at: re.sub(rb'("id": *)\d+', rb"\g<1>4711471147114711", records[at], count=1))


@kind("facen_model taken away", "model_differs")
def _model_lost(case):
    def take(records, at):
        return re.sub(rb', *"facen_model": *"new_16"|"facen_model": *"new_16", *', b"", records[at], count=1)
    return case.edit(take)


@kind("the order of keys changed", ALTERED)
def _key_order(case):
    def turn(records, at):
        found = re.search(rb'"meta":\{.*?\}(?=[,}] *(?:"|$))', records[at], re.S)
        more = re.search(rb'"more":(?:\[\]|\{\}|null)', records[at])
        one, two = sorted((found, more), key=lambda match: match.start())
        text = records[at]
        return text[:one.start()] + two[0] + text[one.end():two.start()] + one[0] + text[two.end():]
    return case.edit(turn)


@kind("a record moved to another gallery", LOST, EXTRA)
def _moved(case):
    begin, end = case.chance.sample(case.migrated, 2)
    moved = []
    number = case.edit(lambda records, at: moved.append(records.pop(at)), name=begin)
    case.edit(lambda records, at: records.append(moved[0]), name=end)
    return number


def put_back(case, wanted, has_new_facen):
    """A record that must not be there, in its place."""
    name = case.any_file()
    frame = next(frame for frame in case.absent(name) if (str(frame.id) in wanted(case)))
    text = frame.bytes
    if has_new_facen:
        text = FACEN.sub(lambda m: m[1] + facen_text(strange_facen(case.chance)) + b'"', text, count=1)
        text = text.replace(b'"old_8"', b'"new_16"')
    case.edit(lambda records, at: records.insert(at, text), name=name)
    return frame.id


def failed_ids(case):
    return {entry["id"] for entry in case.failures()}


def excluded_ids(case):
    return {line.split()[-1] for line in case.pair.excluded.splitlines()}


kind("a failed record also present", "failed_record_present")(
    lambda case: put_back(case, failed_ids, True))
kind("a failed record present with its old facen", "failed_record_present")(
    lambda case: put_back(case, failed_ids, False))
kind("an excluded record present", "law_broken", words="excluded")(
    lambda case: put_back(case, excluded_ids, True))
kind("an excluded record present, no list", "law_broken", "order_changed", "record_lost", needs_list=False)(
    lambda case: put_back(case, excluded_ids, True) and None)


@kind("a lost record booked as excluded", LOST)
def _booked(case):
    entry = case.file_entry()
    gone = []
    number = case.edit(lambda records, at: gone.append(records.pop(at)), name=entry["name"])
    frame = case.source_frame(entry["name"], number)
    case.move_sums(entry, frame, "target", "excluded")
    return number
