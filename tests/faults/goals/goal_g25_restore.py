# SPDX-License-Identifier: Apache-2.0
"""A new dump is restored into real Tarantool and dumped again: nothing may have changed.

Dumps of two galleries whose meta fits the shards' schema are migrated and given to 1, 3 and 7 shards.
What the shards give back must have the digests of the manifest, computed here by other means, and be
the same by `ffdump verify --same-facens`; what is changed on the way must be named. And while ffdump
works, a listener on every shard port of its configuration sees no connection."""
import base64
import json
import pathlib
import re
import socket
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "audit"), str(ROOT / "restore")]

import shards  # noqa: E402
from ffdump_digests import Sums, plus  # noqa: E402
from ffdump_frames import frame_of  # noqa: E402

from lab import file_tree, random_pairs  # noqa: E402
from lab.campaign import Outcome  # noqa: E402
from lab.made_dumps import made_bytes  # noqa: E402
from lab.workshop import Workshop  # noqa: E402

GOAL = "G25"
WANTED = {True: "400 records in 1, 3 and 7 shards come back the same",
          False: "40,000 records in 1, 3 and 7 shards come back the same"}
GALLERIES = ("ffsec_face_events", "ffsec_face_objects")
SHARDS = (1, 3, 7)
DIFFERENT = 3
NOTES = ("", "gate 1", "a\\/b", "имя", '\\"')


def record(chance, number, style):
    """As a shard would print it: Lua's JSON, every field of the schema, in its order."""
    facen = made_bytes.facen_text(style, 8).replace("/", "\\/")
    image = "gone.png" if number % 50 == 7 else f"{number % random_pairs.IMAGES}.png"
    meta = {"normalized_id": f'"{image}"', "feat": f'"{chance.choice(NOTES)}"', "m:camera": f'"{chance.choice(NOTES)}"',
            "m:person": str(chance.choice((0, 7, 12107867323949968228, (1 << 64) - 1))),
            "m:tags": chance.choice(("[]", '["vip"]', '["a\\/b","имя"]')),
            "m:groups": chance.choice(("[]", "[1,2]", "[9007199254740993]"))}
    id_ = (1 << 64) - 1 - number if number % 2 else number * 7919
    fields = ",".join(f'"{name}":{value}' for name, value in meta.items())
    return f'{{"id":{id_},"facen":"{facen}","facen_model":"old_8","meta":{{{fields}}}}}'


def make_dump(campaign, records):
    """One gallery as JSON lines, one as an array."""
    chance, style = campaign.chance("g25"), made_bytes.SplitMix64(campaign.seed)
    texts = [[record(chance, number, style) for number in range(begin, records, 2)] for begin in (0, 1)]
    return {f"{GALLERIES[0]}.json": "".join(text + "\n" for text in texts[0]).encode(),
            f"{GALLERIES[1]}.json": ("[\n" + ",\n".join(texts[1]) + "\n]\n").encode()}


class Listeners:
    """On every shard port of a migration.ini; a connection waits in the queue until it is looked for."""

    def __init__(self, count):
        self.sockets = [socket.create_server(("127.0.0.1", 0), backlog=16) for _ in range(count)]
        self.ports = [one.getsockname()[1] for one in self.sockets]

    def connections(self):
        met = 0
        for one in self.sockets:
            one.setblocking(False)
            try:
                one.accept()[0].close()
                met += 1
            except BlockingIOError:
                pass
        return met

    def close(self):
        for one in self.sockets:
            one.close()


def configuration(images, ports):
    """With the vendor's sections on the shards, which ffdump must take and never use."""
    halves = (ports[:len(ports) // 2], ports[len(ports) // 2:])
    sections = "".join(
        f"storage-api-{name}:\n  shards:\n" + "".join(
            f"    - master: http://127.0.0.1:{master}/v2/\n      slave: http://127.0.0.1:{slave}/v2/\n"
            for master, slave in zip(half[::2], half[1::2]))
        for name, half in zip(("from", "to"), halves))
    return (images / "migration.ini").read_text() + sections


def migrate(workshop, images, source):
    """Migrates at `dump` to `newdump`; says what the listeners on the shards' ports met."""
    listeners = Listeners(8)
    config = pathlib.Path(workshop.at("migration.ini"))
    config.write_text(configuration(images, listeners.ports))
    file_tree.put(source, workshop.at("dump"))
    file_tree.put({}, workshop.at("newdump"))
    common = ["--config", str(config), "--from", workshop.at("dump"), "--extraction-api", workshop.simulator.url,
              "--images", str(images / "full")]
    ends = [workshop.run(["plan", *common], most_seconds=600),
            workshop.run(["migrate", *common, "--to", workshop.at("newdump"), "-q"], most_seconds=600),
            workshop.run(["verify", "--from", workshop.at("dump"), "--to", workshop.at("newdump")], most_seconds=600)]
    found = [f"ffdump ended with {ended.code}: {ended.err}" for ended in ends if ended.code not in (0, 3)]
    if "restorable" != ends[-1].out.strip().splitlines()[-1].split(" (")[0]:
        found.append(f"the new dump is {ends[-1].out[-200:]}")
    if listeners.connections() != 0:
        found.append("ffdump connected to a shard of its configuration")
    socket.create_connection(("127.0.0.1", listeners.ports[3])).close()
    if listeners.connections() != 1:
        found.append("the listeners do not see a connection that was made")
    listeners.close()
    return found


def digests(folders):
    """Gallery -> sums of what the shards gave back, as the manifest has them."""
    sums = {gallery: [] for gallery in GALLERIES}
    for folder in folders:
        for gallery in GALLERIES:
            own = Sums(gallery)
            for line in pathlib.Path(folder, f"{gallery}.json").read_bytes().splitlines():
                frame = frame_of(b"", line, b"")
                own.take(frame, base64.b64decode(frame.facen))
            sums[gallery].append(own.shown())
    return {gallery: plus(all_of) for gallery, all_of in sums.items()}


def compare(workshop, folders):
    ended = workshop.run(["verify", "--to", workshop.at("newdump"), "--json", "--same-facens", *folders],
                         most_seconds=600)
    return ended, json.loads(ended.out) if ended.out.startswith("{") else {"verdict": ended.err, "findings": []}


def changed_on_the_way(workshop, folders):
    """What is changed after the restore must be named."""
    found = []
    path = next(path for path in (pathlib.Path(folder, f"{GALLERIES[0]}.json") for folder in folders)
                if path.stat().st_size > 0)
    good = path.read_bytes()
    first, rest = good.split(b"\n", 1)
    number = str(json.loads(first)["id"])
    other = rest.split(b"\n", 1)[0]
    facen = re.compile(rb'"facen":"[^"]*"')
    for reason, text in (("record_lost", rest), ("record_doubled", good + first + b"\n"),
                         ("facen_differs", facen.sub(facen.search(other)[0], first, count=1) + b"\n" + rest),
                         ("record_altered", first.replace(b'"feat":"', b'"feat":"x') + b"\n" + rest)):
        path.write_bytes(text)
        ended, report = compare(workshop, folders)
        named = {finding["reason"]: finding.get("record_id") for finding in report["findings"]}
        if ended.code != DIFFERENT or named != {reason: number}:
            found.append(f"{reason} of {number} is told as {named}, {report['verdict']}")
    path.write_bytes(good)
    return found


def restore(workshop, count):
    found = []
    restored = shards.Shards(workshop.folder, count)
    try:
        restored.restore(workshop.at("newdump"))
        folders = restored.dump(GALLERIES)
        try:
            shard, old = restored.all[0], b'[{"id":1,"facen":"AACAPw==","facen_model":"old_8","meta":{}}]'
            shard.ask("POST", f"/v2/faces/add/{GALLERIES[0]}", old)
            found.append("the shard takes a facen of another model")
        except shards.Refused as refusal:
            if not str(refusal).startswith("409"):
                found.append(f"the shard refuses another model with {refusal}")
    finally:
        restored.stop()
    manifest = json.loads(pathlib.Path(workshop.at("newdump"), ".ffdump/manifest.json").read_text())
    promised = {gallery["gallery"]: gallery["target"] for gallery in manifest["galleries"]}
    if digests(folders) != promised:
        found.append(f"{count} shards: digests {digests(folders)} and not {promised}")
    ended, report = compare(workshop, folders)
    if ended.code != 0 or not report["same"] or not report["has_manifest"]:
        found.append(f"{count} shards: {report['verdict']}: {report['findings'][:3]}")
    return found + changed_on_the_way(workshop, folders)


def run(campaign):
    workshop = Workshop(campaign.programs)
    try:
        images = random_pairs.make_images(f"{campaign.stage}/g25")
        records = campaign.figure(400, 40000)
        violations = migrate(workshop, images, make_dump(campaign, records))
        for count in SHARDS:
            violations += restore(workshop, count)
    finally:
        workshop.close()
    return Outcome(f"{records} records in {', '.join(map(str, SHARDS))} shards", violations)
