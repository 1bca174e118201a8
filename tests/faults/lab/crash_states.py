# SPDX-License-Identifier: Apache-2.0
"""What a power loss may leave of a recorded trace.

A model of what POSIX promises and no more: bytes are safe after fsync of their file, a name after
fsync of its folder. Whatever else was done may be there or not, in any order: each sector of 512
bytes of a write, the length of a file without its bytes (zeros), each name. A rename is one step;
one from folder to folder may have left both names, never none."""
import collections
import dataclasses
import hashlib
import itertools
import re

SECTOR = 512
#: So many pending names are kept and lost in every combination, more one by one.
MOST_COMBINED = 5
#: To find a state at a moment that is not known yet.
MOST_TRIES = 4
OF_THE_RUN = tuple(".ffdump/" + name for name in ("journal", "redo-", "canaries", "manifest.",
                                                  "timeline"))
#: Zeros that are no number's.
HOLE = 16
_HOLES = re.compile(rb"\0{%d,}" % HOLE)


class Linked(bytes):
    """Bytes of a file that has another name as well: `to`."""
    to = ""


class Inode:
    def __init__(self, data=b""):
        self.durable = data
        self.current = data
        self.pending = []  # ("write", offset, bytes) and ("cut", length)

    def do(self, change):
        self.current = _changed(self.current, change)
        self.pending.append(change)

    def sync(self):
        self.durable, self.pending = self.current, []


def _changed(data, change):
    if change[0] == "cut":
        return data[:change[1]].ljust(change[1], b"\0")
    _, offset, more = change
    return data[:offset].ljust(offset, b"\0") + more + data[offset + len(more):]


def _change_in_place(data, change):
    end = change[1]
    if change[0] == "cut":
        del data[end:]
    data.extend(bytes(max(0, end - len(data))))
    if change[0] == "write":
        data[end:end + len(change[2])] = change[2]


@dataclasses.dataclass
class NameChange:
    """One step in one folder: a name that goes, a name that comes, or both."""
    folder: str
    gone: str = None
    come: str = None
    inode: object = None  # None: a folder
    needs: object = None  # NameChange without which this one is not


class Disk:
    """The output folder while a trace is replayed."""

    def __init__(self, tree, root):
        self.root = root
        self.names = {"": {}}     # folder -> name -> Inode, or None for a folder; the durable ones
        self.current = {"": {}}
        self.pending = []         # NameChange, in order
        self.opened = {}          # path as it was opened -> Inode
        self.is_there = bool(tree)
        inodes = {path: Inode(bytes(data)) for path, data in tree.items() if data is not None}
        for path, data in sorted(tree.items()):
            folder, _, name = path.rpartition("/")
            made = inodes.get(getattr(data, "to", path))
            for names in (self.names, self.current):
                names.setdefault(folder, {})[name] = made
                if data is None:
                    names.setdefault(path, {})

    def _split(self, path):
        folder, _, name = path[len(self.root):].strip("/").rpartition("/")
        return folder, name

    def _change(self, change):
        self.pending.append(change)
        names = self.current.setdefault(change.folder, {})
        names.pop(change.gone, None)
        if change.come is not None:
            names[change.come] = change.inode

    def do(self, call):
        if call.result < 0:
            return
        folder, name = self._split(call.path)
        if call.kind == "mkdir":
            if call.path == self.root:
                self.is_there = True
            else:
                self._change(NameChange(folder, come=name))
                self.current.setdefault(f"{folder}/{name}".strip("/"), {})
        elif call.kind == "open" and "d" not in call.flags and "u" not in call.flags:
            self._open(call, folder, name)
        elif call.kind == "write" and call.path in self.opened:
            self.opened[call.path].do(("write", call.offset, call.data))
        elif call.kind == "cut" and call.path in self.opened:
            inode = self.opened[call.path]
            if len(inode.current) != call.size:
                inode.do(("cut", call.size))
        elif call.kind == "sync":
            self._sync(call.path)
        elif call.kind == "rename":
            self._rename(call, folder, name)
        elif call.kind == "remove":
            self._change(NameChange(folder, gone=name))

    def _open(self, call, folder, name):
        inode = self.current.setdefault(folder, {}).get(name)
        if inode is None and "c" in call.flags:
            inode = Inode()
            self._change(NameChange(folder, come=name, inode=inode))
        if inode is not None:
            self.opened[call.path] = inode

    def _sync(self, path):
        if path in self.opened:
            self.opened[path].sync()
            return
        folder = path[len(self.root):].strip("/")
        _apply(self.names, [it for it in self.pending if it.folder == folder])
        self.pending = [it for it in self.pending if it.folder != folder]

    def _rename(self, call, folder, name):
        to_folder, to_name = self._split(call.other)
        inode = self.current[folder].get(name)
        if folder == to_folder:
            self._change(NameChange(folder, gone=name, come=to_name, inode=inode))
            return
        come = NameChange(to_folder, come=to_name, inode=inode)
        self._change(come)
        self._change(NameChange(folder, gone=name, needs=come))

    def tree(self, kept, data_of):
        """The tree when only these of the pending names were kept."""
        if not self.is_there:
            return {}
        names = {folder: dict(entries) for folder, entries in self.names.items()}
        _apply(names, [it for it in kept
                       if it.needs is None or it.needs not in self.pending or it.needs in kept])
        tree = {}
        self._collect("", names, data_of, tree, {})
        return tree

    def _collect(self, folder, names, data_of, tree, first):
        for name, inode in names.get(folder, {}).items():
            path = f"{folder}/{name}".strip("/")
            if inode is None:
                tree[path] = None
                self._collect(path, names, data_of, tree, first)
            elif inode in first:
                tree[path] = Linked(data_of(inode))
                tree[path].to = first[inode]
            else:
                first[inode] = path
                tree[path] = data_of(inode)

    def unsynced(self):
        """Inodes with pending bytes that a name leads to."""
        found = []
        changes = [it.inode for it in self.pending if it.inode is not None]
        named = [it for entries in self.names.values() for it in entries.values() if it]
        for inode in named + changes:
            if inode.pending and inode not in found:
                found.append(inode)
        return found


def _apply(names, changes):
    for change in changes:
        entries = names.setdefault(change.folder, {})
        entries.pop(change.gone, None)
        if change.come is not None:
            entries[change.come] = change.inode


def _sectors(change):
    """The pieces of a write that reach the disk or not, each by itself."""
    if change[0] == "cut":
        return [change]
    _, offset, data = change
    pieces = []
    while data:
        size = SECTOR - offset % SECTOR
        pieces.append(("write", offset, data[:size]))
        offset, data = offset + size, data[size:]
    return pieces


def _torn(inode, chance):
    """Durable bytes and a part of what was done since."""
    pieces = [piece for change in inode.pending for piece in _sectors(change)]
    way = chance.randrange(4)
    if way == 0:  # a prefix
        kept = pieces[:chance.randrange(len(pieces) + 1)]
    elif way == 1:  # one lost
        lost = chance.randrange(len(pieces))
        kept = pieces[:lost] + pieces[lost + 1:]
    else:
        share = chance.random()
        kept = [piece for piece in pieces if chance.random() < share]
    data = bytearray(inode.durable)
    for piece in kept:
        _change_in_place(data, piece)
    data = bytes(data)
    if way == 3 and len(data) < len(inode.current):  # the length came through, the bytes did not
        data = data.ljust(len(inode.current), b"\0")
    return data


def _states_of(disk, chance, samples):
    """Trees of one moment: first all that is lost or kept as a whole, then mixtures by chance."""
    inodes = disk.unsynced()
    subsets = [[], disk.pending] + [[it for it in disk.pending if it is not lost]
                                    for lost in disk.pending]
    if len(disk.pending) <= MOST_COMBINED:
        subsets = [list(it) for size in range(len(disk.pending) + 1)
                   for it in itertools.combinations(disk.pending, size)]
    for kept in subsets:
        yield disk.tree(kept, lambda inode: inode.durable)
        yield disk.tree(kept, lambda inode: inode.current)
    if not inodes:
        return
    for _ in range(samples):
        kept = chance.choice(subsets)
        torn = {inode: _torn(inode, chance) for inode in inodes}
        yield disk.tree(kept, lambda inode: torn.get(inode, inode.current))


def _some_state_of(disk, chance):
    """One of them by chance."""
    if len(disk.pending) <= MOST_COMBINED:
        kept = [it for it in disk.pending if chance.random() < 0.5]
    else:
        lost = chance.choice([[], disk.pending, *([it] for it in disk.pending)])
        kept = [it for it in disk.pending if it not in lost]
    way = chance.randrange(4)
    if way == 0:
        return disk.tree(kept, lambda inode: inode.durable)
    torn = {} if way == 1 else {inode: _torn(inode, chance) for inode in disk.unsynced()}
    return disk.tree(kept, lambda inode: torn.get(inode, inode.current))


def _outline(data):
    """Length and holes: of a file whose bytes differ with every run (ids, times, seeds of hashes,
    order of arrival) but which is only appended to, so that a state of it is told by what is lost."""
    holes = [(it.start() // HOLE, len(it.group()) // HOLE) for it in _HOLES.finditer(data)]
    return f"{len(data)} {holes}".encode()


def digest(tree):
    """The same for states that differ in nothing but what every run has of its own."""
    hashed = hashlib.blake2b(digest_size=16)
    for name in sorted(tree):
        data = tree[name]
        if data is None:
            what = b"/"
        elif name == ".ffdump/lock":
            what = b""
        else:
            what = _outline(data) if name.startswith(OF_THE_RUN) else hashlib.blake2b(data).digest()
        hashed.update(f"{name}\0{len(what)}\0".encode())
        hashed.update(what)
    return hashed.digest()


def crash_states(before, calls, root, chance_of, samples, number=None):
    """(number of the last call, place among its states, tree) of every state, of one call's if
    `number` is given. Many are the same as an earlier one. `chance_of`: what gives the random
    numbers of each call, so that its states come out the same whenever they are asked for."""
    disk = Disk(before, root)
    for call in calls:
        disk.do(call)
        if number in (None, call.number):
            states = _states_of(disk, chance_of(call.number), samples)
            for place, tree in enumerate(states):
                yield call.number, place, tree
        if number == call.number:
            return


def some_crash_states(before, calls, root, chance, count, seen):
    """Up to `count` of them, at moments by chance: to make all of them to choose from costs more
    than to try those that are chosen."""
    disk = Disk(before, root)
    moments = collections.Counter(chance.randrange(len(calls)) for _ in range(count))
    for moment, call in enumerate(calls):
        disk.do(call)
        for _ in range(moments[moment]):
            for _ in range(MOST_TRIES):
                tree = _some_state_of(disk, chance)
                key = digest(tree)
                if key not in seen:
                    seen.add(key)
                    yield call.number, tree
                    break
