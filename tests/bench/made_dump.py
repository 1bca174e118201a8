# SPDX-License-Identifier: Apache-2.0
"""Dumps to measure with: any number of records, a few facens and a few images."""
import base64
import math
import random
import struct

OLD_DIMENSION = 320
DIFFERENT_FACENS = 64
NAMES_OF_A_FILE = 50_000  # a file system bounds them


def unit_facen(chance):
    values = [chance.gauss(0, 1) for _ in range(OLD_DIMENSION)]
    norm = math.sqrt(sum(value * value for value in values))
    packed = struct.pack(f"<{OLD_DIMENSION}f", *(value / norm for value in values))
    return base64.b64encode(packed).decode()


def make_images(folder, records, pictures):
    """r0.png, r1.png ...: a name for each record, since those that share one are extracted once,
    but few files."""
    folder.mkdir()
    files = len(pictures) + records // NAMES_OF_A_FILE
    for i in range(files):
        (folder / f"{i}.png").write_bytes(pictures[i % len(pictures)])
    for i in range(records):
        (folder / f"r{i}.png").hardlink_to(folder / f"{i % files}.png")


def make_dump(path, records):
    """Some 2 KB a record."""
    chance = random.Random(1)
    facens = [unit_facen(chance) for _ in range(DIFFERENT_FACENS)]
    path.parent.mkdir()
    with open(path, "w", encoding="ascii", buffering=1 << 20) as out:
        for i in range(records):
            out.write(
                f'{{"id":{4565934727806243 + 7 * i},"facen":"{facens[i % len(facens)]}",'
                f'"facen_model":"ifruit_320","meta":{{"normalized_id":"r{i}.png",'
                '"m:timestamp":"1783373485","m:camera":"117","m:camera_group":"4",'
                '"m:camera_name":"Entrance 3, hall B","m:matched":"0","m:dossier":"1",'
                '"m:acknowledged":"0","feat":"age 34.11, gender MALE, liveness 0.9993"}}\n'
            )
