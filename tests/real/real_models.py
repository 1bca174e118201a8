#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two real face networks through migrate, verify and back: run on demand, it needs the npm registry.

  ctest --preset release -C real-models -L real-models --verbose

The faces of sample photos, each in four spellings (as it is, mirrored, recompressed, cut wider), are
one group each. The dump of nobody's facens is migrated to a network of 128 floats, that dump to one of
1024; each new dump must be restorable, a sample of it must be extracted again alike, and its facens must
know the groups. Then `ffdump quality` compares the two networks. Prints the figures."""
import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))
sys.dont_write_bytecode = True

from lab.made_dumps import made_bytes  # noqa: E402
from lab.random_pairs import facen_bytes  # noqa: E402

PACKAGES = ("@vladmandic/face-api@1.7.15", "@vladmandic/human@3.3.6", "@tensorflow/tfjs@4.22.0",
            "@tensorflow/tfjs-backend-wasm@4.22.0", "sharp@0.35.5")
GALLERY = "ffsec_face_objects"
#: Name, floats, and the least share of pairs (same face, other face) in which the same is nearer.
NETWORKS = (("resnet_128", 128, 0.95), ("faceres_1024", 1024, 0.95))
CONFIGURATION = """\
extraction-api:
  timeouts: {{connect: 5s, response_header: 60s, overall: 90s, idle_connection: 0s}}
  extraction-api: {url}
workers_num: 2
extraction_batch_size: 4
normalized_storage: {{type: directory, enabled: True, directory: {{path: {images}}}}}
"""


def modules_in(folder):
    """Installs the packages, which carry their weights."""
    if not (folder / "node_modules/sharp").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix",
                        str(folder), *PACKAGES], check=True)
    return folder / "node_modules"


class Network:
    def __init__(self, modules, name):
        self.process = subprocess.Popen(["node", str(HERE / "face_networks.js"), "serve", str(modules), name],
                                        stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline().split()
        if said[:1] != ["listening"]:
            raise RuntimeError(f"{name} did not come up: {said}")
        self.url = f"http://127.0.0.1:{said[1]}"

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def write_dump(folder, images):
    chance = made_bytes.SplitMix64(7)
    lines = []
    for number, image in enumerate(images):
        meta = {"normalized_id": image, "m:person": image.split("_")[0]}
        lines.append(json.dumps({"id": number + 1, "facen": made_bytes.facen_text(chance, 8), "facen_model": "nobody_8",
                                 "meta": meta}, separators=(",", ":")))
    folder.mkdir()
    (folder / f"{GALLERY}.json").write_text("\n".join(lines) + "\n")


def ran(ffdump, *arguments):
    ended = subprocess.run([ffdump, *map(str, arguments)], capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise SystemExit(f"ffdump {arguments[0]} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
    return ended.stdout.strip().splitlines()


def figures(dump, floats):
    """(share of pairs of pairs in which the same face is nearer, lowest and mean cosine of the same, of others)"""
    rows = [json.loads(line) for line in (dump / f"{GALLERY}.json").read_text().splitlines()]
    vectors = [(row["meta"]["m:person"], struct.unpack(f"<{floats}f", facen_bytes(row["facen"].encode()))) for row in rows]
    same, other = [], []
    for i, (person, one) in enumerate(vectors):
        for another, two in vectors[:i]:
            (same if person == another else other).append(sum(a * b for a, b in zip(one, two)))
    other.sort()
    return (sum(sum(value < near for value in other) for near in same) / len(same) / len(other), min(same),
            sum(same) / len(same), sum(other) / len(other), other[-1])


def compare_networks(ffdump, folder, aucs):
    """What quality says of the second network after the first, held against the figures from here."""
    names = [name for name, *_ in NETWORKS]
    dumps = ("--from", folder / names[0], "--to", folder / names[1], "--group-by", "meta.m:person", "-q")
    print(*ran(ffdump, "quality", *dumps), sep="\n")
    said = json.loads("\n".join(ran(ffdump, "quality", *dumps, "--json")))["galleries"][0]
    for side, name, auc in zip(("old", "new"), names, aucs):
        if abs(said[side]["auc"] - auc) > 1e-4:
            raise SystemExit(f"{name}: quality says AUC {said[side]['auc']}, it is {auc}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    modules = modules_in(options.build.parent / "npm-real-models")
    ffdump = str(options.build / "ffdump")
    with tempfile.TemporaryDirectory(prefix="ffdump-real-") as scratch:
        folder = pathlib.Path(scratch)
        images = folder / "images"
        images.mkdir()
        subprocess.run(["node", str(HERE / "face_networks.js"), "crops", str(modules), str(images)], check=True)
        before = folder / "dump"
        write_dump(before, sorted(os.listdir(images), key=lambda name: int(name.split("_")[0])))
        aucs = []
        for name, floats, least in NETWORKS:
            network = Network(modules, name)
            try:
                (folder / "migration.ini").write_text(CONFIGURATION.format(url=network.url, images=images))
                ran(ffdump, "migrate", "--config", folder / "migration.ini", "--from", before, "--to", folder / name,
                    "--model", name, "-q")
                verified = ran(ffdump, "verify", "--from", before, "--to", folder / name, "--config",
                               folder / "migration.ini", "--sample", "100%", "-q")
            finally:
                network.stop()
            if verified[-1] != "restorable":
                raise SystemExit(f"{name}: not restorable")
            print(*(line for line in verified if "were compared" in line), sep="\n")
            auc, *cosines = figures(folder / name, floats)
            print(f"{name}: AUC {auc:.4f}; cosine of the same face at least {cosines[0]:.3f}, mean {cosines[1]:.3f}; "
                  f"of others mean {cosines[2]:.3f}, most {cosines[3]:.3f}")
            aucs.append(auc)
            if auc < least:
                raise SystemExit(f"{name}: the facens do not know the faces")
            before = folder / name
        compare_networks(ffdump, folder, aucs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
