# SPDX-License-Identifier: Apache-2.0
"""Random dumps of every shape that ffdump reads, and what `ffdump migrate` makes of them."""
import base64
import dataclasses
import gzip
import pathlib
import struct
import subprocess

from lab import file_tree, made_dumps
from lab.made_dumps import made_bytes

LAYOUTS = ("json-lines", "json-lines-header", "json-array", "json-object", "json-stream")
IMAGES = 12
NOTES = ("plain", "with \\/ and \\u00e4", "имя", 'quote \\" and \\\\', "", "\\ud83d\\ude00",
         '{\\"facen\\":\\"AAAA\\"}')
CONFIGURATION = made_dumps.CONFIGURATION.replace(
    "g_copy: {action: copy}", "g_copy: {action: copy}, '*': {dimension: 16}") + "  canaries: {images: 1}\n"


def make_images(folder):
    """Two folders that all dumps share: one with every image, one without those of even numbers."""
    folder = pathlib.Path(folder)
    chance = made_bytes.SplitMix64(77)
    for name in ("full", "less"):
        (folder / name).mkdir(parents=True)
    for number in range(IMAGES):
        data = made_bytes.face_png(chance, 24, 24)
        (folder / "full" / f"{number}.png").write_bytes(data)
        if number % 2:
            (folder / "less" / f"{number}.png").write_bytes(data)
    for where in ("full", "less"):
        (folder / where / "broken.png").write_bytes(b"no image")
    (folder / "migration.ini").write_text(CONFIGURATION)
    return folder


@dataclasses.dataclass
class Pair:
    """Source and new dump as trees, and how verify is to be asked."""
    source: dict
    target: dict
    excluded: str  # text of the --exclude-ids file, None without
    layouts: dict  # name in the source -> layout
    other_manifest: bytes = b""  # of another run


class DumpMaker:
    """One random dump. `is_rich`: it has all that a damage could be done to, and nothing rare."""

    def __init__(self, chance, is_rich):
        self.chance, self.is_rich = chance, is_rich
        self.ids, self.excluded, self.options = set(), [], []
        self.has_bad = not is_rich and chance.random() < 0.15
        self.has_doubled = not is_rich and chance.random() < 0.1
        self.source, self.layouts = {}, {}

    def make(self):
        chance = self.chance
        if self.is_rich:
            for layout in LAYOUTS:
                self._file(f"g_{layout}", layout, chance.randint(8, 14))
            self._file("g_copy", "json-lines", 6)
            self._file("ffsec_persons", "json-lines", 3)
        else:
            for number in range(chance.randint(1, 4)):
                name = chance.choice(("g_one", "ffsec_face_events", "галерея", "g.dot", "x" * 120))
                self._file(f"{name}{number}", chance.choice(LAYOUTS), chance.choice((1, 2, 5, 12, 30)))
            if chance.random() < 0.4:
                self._file("g_copy", chance.choice(LAYOUTS), chance.randint(1, 9))
            if chance.random() < 0.3:
                self._file("ffsec_face_clusters", chance.choice(LAYOUTS), chance.randint(1, 4))
        self.options += ["--skip-bad-records"] * self.has_bad
        self.options += ["--allow-duplicate-ids"] * self.has_doubled
        if not self.is_rich and chance.random() < 0.3:
            self.options += ["--compress", chance.choice(("zstd:1", "gzip:1", "none"))]
        return self

    def _id(self):
        chance = self.chance
        if self.has_doubled and self.ids and chance.random() < 0.2:
            return chance.choice(sorted(self.ids))
        while True:
            number = chance.randrange(1 << chance.choice((7, 20, 53, 64)))
            if number not in self.ids:
                self.ids.add(number)
                return number

    def _facen(self):
        return made_bytes.facen_text(made_bytes.SplitMix64(self.chance.getrandbits(64)), 8)

    def _image(self, place):
        """Where the rich dump fails is known; elsewhere by chance, and seldom."""
        chance = self.chance
        if self.is_rich:
            return {1: "gone.png", 3: None}.get(place, f"{chance.randrange(IMAGES // 2) * 2 + 1}.png")
        odd = chance.random()
        if odd < 0.04:
            return None
        return chance.choice(("gone.png", "broken.png", "../up.png")) if odd < 0.1 else (
            f"{chance.randrange(IMAGES)}.png")

    def _record(self, gallery, place, has_model, style):
        chance = self.chance
        number, facen, image = self._id(), self._facen(), self._image(place)
        if style["escapes"]:
            facen = facen.replace("/", "\\/")
        if place == 0 and image is None:
            image = "1.png"  # else nobody could say what becomes of the gallery
        meta = [f'"note":{style["space"]}"{chance.choice(NOTES)}"', f'"n":{chance.choice(("1e2", "0.10", "12107867323949968228"))}']
        if image is not None and not style["is_centroid"]:
            meta.insert(chance.randrange(3), f'"normalized_id":{style["space"]}"{image}"')
        fields = [f'"id":{style["space"]}{number}', f'"facen":{style["space"]}"{facen}"',
                  f'"meta":{{{",".join(meta)}}}', f'"more":{chance.choice(("[]", "{}", "null"))}']
        if has_model:
            fields.append(f'"facen_model":{style["space"]}"old_8"')
        if style["doubles"]:
            fields.append('"more":1')
        if style["shuffles"]:
            chance.shuffle(fields)
        is_excluded = place == 5 if self.is_rich else chance.random() < 0.05
        if is_excluded and gallery != "g_copy" and not style["is_centroid"] and not self.has_doubled:
            self.excluded.append(f"{gallery} {number}" if chance.random() < 0.5 else str(number))
        return ("{" + f',{style["space"]}'.join(fields) + "}").encode()

    def _file(self, gallery, layout, count):
        chance = self.chance
        style = {"space": chance.choice(("", " ", "  ")), "escapes": chance.random() < 0.3,
                 "shuffles": chance.random() < 0.5, "doubles": chance.random() < 0.1,
                 "is_centroid": "clusters" in gallery or "persons" in gallery}
        has_model = self.is_rich or chance.random() < 0.6
        records = [self._record(gallery, place, has_model, style) for place in range(count)]
        if self.has_bad and layout == "json-lines" and gallery != "g_copy" and not style["is_centroid"]:
            records.insert(chance.randint(1, count), chance.choice((b'{"id":1,"facen":', b"rubbish \xff", b'{"a":1}')))
        data = self._framed(gallery, layout, records, has_model, chance.choice((b"\n", b"\r\n", b"\n ")))
        name = f"{gallery}.json"
        packing = "" if self.is_rich else chance.choice(("", "", "", ".zst", ".gz"))
        if packing == ".gz":
            data = gzip.compress(data, 1, mtime=0)
        elif packing == ".zst":
            data = subprocess.run(["zstd", "-1qc"], input=data, stdout=subprocess.PIPE, check=True).stdout
        self.source[name + packing] = data
        self.layouts[name + packing] = layout

    @staticmethod
    def _framed(gallery, layout, records, has_model, newline):
        model = b'"facen_model":"old_8",' if has_model else b""
        stated = b'"gallery":"%s",%s"facen_size":8' % (gallery.encode(), model)
        count = b'"count":%d' % len(records)
        if layout == "json-lines":
            return b"".join(record + (b"\n" if newline == b"\n " else newline) for record in records)
        if layout == "json-lines-header":
            return b"\n".join([b"{" + stated + b"}", *records, b"{" + count + b"}", b""])
        if layout == "json-array":
            return b"[" + newline + (b"," + newline).join(records) + newline + b"]" + newline
        if layout == "json-object":
            head = b'{"shards":[["a"],"faces"],' + stated + b',"faces": ['
            return head + newline + (b"," + newline).join(records) + newline + b"]," + count + b"}\n"
        # A newline inside each record, else these were lines.
        return newline.join(record.replace(b"{", b"{\n", 1) for record in records) + newline


def make_pair(workshop, images, chance, is_rich=False):
    """Migrates one; raises when that does not end well."""
    maker = DumpMaker(chance, is_rich).make()
    dump, to, listed = workshop.at("dump"), workshop.at("newdump"), workshop.at("excluded.txt")
    file_tree.put(maker.source, dump)
    text = "# erased\n" + "".join(f"{line}\n" for line in maker.excluded)
    pathlib.Path(listed).write_text(text, encoding="utf-8")
    file_tree.put({}, to)
    options = [*maker.options, *(["--exclude-ids", listed] if maker.excluded else [])]
    has_retry = not is_rich and chance.random() < 0.3
    for more in ([], ["--retry-failed"]) if has_retry else ([],):
        folder = images / ("less" if has_retry and not more else "full")
        command = ["migrate", "--config", f"{images}/migration.ini", "--from", dump, "--to", to, "--extraction-api",
                   workshop.simulator.url, "--log-level", "error", "-q", "--images", str(folder), *options, *more]
        ended = workshop.run(command)
        if ended.code not in (0, 3) or "record" in ended.err:
            raise RuntimeError(f"migrate ended with {ended.code}: {ended.err}")
    return Pair(maker.source, file_tree.take(to), text if maker.excluded else None, maker.layouts)


def facen_bytes(text):
    return base64.b64decode(text.replace(b"\\/", b"/"))


def floats(raw):
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))
