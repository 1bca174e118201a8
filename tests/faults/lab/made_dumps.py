# SPDX-License-Identifier: Apache-2.0
"""Small dumps with images of their own, the same bytes on every machine."""
import hashlib
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "fixtures"))
import made_bytes  # noqa: E402  (beside the fixtures, which it makes as well)

MODEL = "new_16"
DIMENSION = 16

CONFIGURATION = """\
extraction-api:
  timeouts: {connect: 5s, response_header: 30s, overall: 35s, idle_connection: 0s}
  extraction-api: http://127.0.0.1:1
workers_num: 2
extraction_batch_size: 4
normalized_storage: {type: directory, enabled: True, directory: {path: /nowhere}}
ffdump:
  model: new_16
  galleries: {g_copy: {action: copy}}
  retry: {base_delay: 2ms, max_delay: 10ms, probe_max: 20ms}
"""


class MadeDump:
    """A folder with dump/, images/, less/ (images without those of `missing`), migration.ini."""

    def __init__(self, folder, files, missing=(), without_image=(), padding=0,
                 note="record"):
        """`files`: name -> number of records; `missing`: ids; names with "array" are arrays."""
        self.folder = pathlib.Path(folder)
        self.dump = self.folder / "dump"
        self.images = self.folder / "images"
        self.less = self.folder / "less"
        self.file_of_image = {}  # SHA-256 of the image -> name of the file whose record names it
        self.records = 0
        self._note = note
        chance = made_bytes.SplitMix64(len(files) + padding)
        for made in (self.dump, self.images, self.less):
            made.mkdir(parents=True)
        (self.folder / "migration.ini").write_text(CONFIGURATION)
        for name, count in files.items():
            lines = []
            for _ in range(count):
                self.records += 1
                lines.append(self._record(chance, name, without_image, missing, padding))
            is_array = "array" in name
            text = "[\n" + ",\n".join(lines) + "\n]\n" if is_array else "\n".join(lines) + "\n"
            (self.dump / name).write_text(text)

    def _record(self, chance, name, without_image, missing, padding):
        number = self.records
        image = f"1_image{number}.png"
        facen = made_bytes.facen_text(chance, 8)
        names_image = number not in without_image and "clusters" not in name
        meta = f'"normalized_id":"{image}"' if names_image else '"x":"y"'
        if names_image:
            bytes_of_it = made_bytes.face_png(chance, 24, 24)
            (self.images / image).write_bytes(bytes_of_it)
            if number not in missing:
                (self.less / image).write_bytes(bytes_of_it)
            self.file_of_image[hashlib.sha256(bytes_of_it).hexdigest()] = name
        pad = f',"pad":"{"x" * padding}"' if padding else ""
        return (f'{{"id":{number},"facen":"{facen}","facen_model":"old_8",'
                f'"meta":{{{meta},"note":"{self._note} {number}"{pad}}}}}')


def large_dump(folder, records, files=1, images=64):
    """Galleries of many records, whose images are a few under many names: records that share a
    name are extracted once. Returns the folder."""
    folder = pathlib.Path(folder)
    (folder / "dump").mkdir(parents=True)
    (folder / "images").mkdir()
    (folder / "migration.ini").write_text(CONFIGURATION)
    chance = made_bytes.SplitMix64(records)
    for i in range(images):
        (folder / "images" / f"1_{i}.png").write_bytes(made_bytes.face_png(chance, 24, 24))
    facens = [made_bytes.facen_text(chance, 8) for _ in range(images)]
    for file in range(files):
        with open(folder / "dump" / f"g_{file}.json", "w", encoding="ascii") as out:
            for i in range(file, records, files):
                os.link(folder / "images" / f"1_{i * 7 % images}.png",
                        folder / "images" / f"2_{i}.png")
                out.write(f'{{"id":{i + 1},"facen":"{facens[i % images]}","facen_model":"old_8",'
                          f'"meta":{{"normalized_id":"2_{i}.png",'
                          f'"m:camera":"{i % 117}"}}}}\n')
    return folder
