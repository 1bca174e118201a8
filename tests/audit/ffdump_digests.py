# SPDX-License-Identifier: Apache-2.0
"""The digests of formats/manifest.md in plain Python, whose library lacks their hash, XXH3-128."""
import struct

TERMS = ("source", "target", "failed", "excluded")
WORD = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                      0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")


def avalanche(h):
    h = (h ^ h >> 37) * 0x165667919E3779F9 & WORD
    return h ^ h >> 32


def fold(a, b):
    return (a * b ^ a * b >> 64) & WORD


def xxh3_128(data):
    """Seed 0, of more than 16 bytes. After github.com/Cyan4973/xxHash, doc/xxhash_spec.md."""
    size = len(data)
    if size > 240:
        return xxh3_128_long(data, size)
    low, high = size * P1 & WORD, 0
    steps = [(at, size - at - 16, 2 * at) for at in (48, 32, 16, 0) if size > 2 * at]
    if size > 128:
        steps = [(at, at + 16, at if at < 128 else at - 125) for at in range(0, size - 31, 32)]
        steps.append((size - 16, size - 32, 103))
    for number, (one, two, key) in enumerate(steps):
        if size > 128 and number == 4:
            low, high = avalanche(low), avalanche(high)
        (a, b), (c, d) = (struct.unpack_from("<2Q", data, at) for at in (one, two))
        k = struct.unpack_from("<4Q", SECRET, key)
        low = (low + fold(a ^ k[0], b ^ k[1]) & WORD) ^ (c + d & WORD)
        high = (high + fold(c ^ k[2], d ^ k[3]) & WORD) ^ (a + b & WORD)
    tail = avalanche((low * P1 + high * P4 + size * P2) & WORD)
    return (-tail & WORD) << 64 | avalanche(low + high & WORD)


def xxh3_128_long(data, size):
    acc, last = [0xC2B2AE3D, P1, P2, P3, P4, 0x85EBCA77, P5, 0x9E3779B1], (size - 1) // 64
    for stripe in range(last + 1):
        at, key = (stripe * 64, stripe % 16 * 8) if stripe < last else (size - 64, 121)
        keys = struct.unpack_from("<8Q", SECRET, key)
        for i, value in enumerate(struct.unpack_from("<8Q", data, at)):
            acc[i ^ 1] += value
            acc[i] += ((value ^ keys[i]) & 0xFFFFFFFF) * ((value ^ keys[i]) >> 32)
        acc = [a & WORD for a in acc]
        if stripe % 16 == 15 and stripe < last:
            keys = struct.unpack_from("<8Q", SECRET, 128)
            acc = [(a ^ a >> 47 ^ k) * 0x9E3779B1 & WORD for a, k in zip(acc, keys)]

    def merged(at, sum_):
        k = struct.unpack_from("<8Q", SECRET, at)
        return avalanche(sum_ + sum(fold(acc[i] ^ k[i], acc[i + 1] ^ k[i + 1]) for i in (0, 2, 4, 6)) & WORD)
    return merged(117, ~(size * P2) & WORD) << 64 | merged(11, size * P1)


class Sums(dict):
    """A term of the law in one gallery, as formats/manifest.md has it."""
    def __init__(self, gallery):
        super().__init__(count=0, ids=0, rest=0, vec=0)
        self.gallery = gallery.encode()

    def add(self, key, tag, *parts):
        parts = b"".join(struct.pack("<Q", part) if isinstance(part, int)
                         else struct.pack("<Q", len(part)) + part for part in (self.gallery, *parts))
        self[key] = (self[key] + xxh3_128(tag + b"\0" + parts)) % (1 << 128)

    def take(self, frame, facen=None):
        self["count"] += 1
        if frame.id is None:
            return self.add("rest", b"bad", frame.bytes)
        self.add("ids", b"ids", frame.id)
        self.add("rest", b"rest", frame.id, frame.rest)
        return self.add("vec", b"vec", frame.id, facen) if facen else None

    def shown(self):
        return {key: value if key == "count" else f"{value:032x}" for key, value in self.items()}


def plus(sums):
    return {key: sum(one[key] for one in sums) if key == "count" else
            f"{sum(int(one[key], 16) for one in sums) % (1 << 128):032x}" for key in ("count", "ids", "rest", "vec")}
