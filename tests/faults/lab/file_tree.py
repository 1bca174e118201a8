# SPDX-License-Identifier: Apache-2.0
"""A folder as a value: taken from the disk, put back there, compared with what was wanted.

Never compared, since two good runs of one source differ in it: RUN_FIELDS of the manifest; the bytes
of `.ffdump/lock`, which says who has it, and of `.ffdump/journal`, which has run ids, times and one
commit or more where the other run has fewer, and which nothing reads once a manifest is there (they
must exist all the same); the time line, which may be missing. Of links only the bytes."""
import hashlib
import json
import os
import shutil
import stat
import subprocess

#: What differs between two good runs of the same source. `sequence` and `parent_run`: --retry-failed
#: given again after the retry was complete is another retry. `extraction`: the address of the double.
#: `manifest_sha256` is of all of these; that it fits is looked at.
RUN_FIELDS = ("run_id", "sequence", "parent_run", "started", "ended", "resumes", "extraction",
              "manifest_sha256")
#: For people: when how much was done. It differs with every run and may be lost; nothing else may.
MANIFEST = ".ffdump/manifest.json"
TIME_LINE = ".ffdump/timeline"


def take(folder):
    """Relative path -> bytes; folders -> None. A folder that is not there is an empty tree."""
    tree = {}

    def walk(path, prefix):
        with os.scandir(path) as entries:
            for entry in entries:
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    tree[name] = None
                    walk(entry.path, name + "/")
                else:
                    with open(entry.path, "rb") as file:
                        tree[name] = file.read()

    if os.path.isdir(folder):
        walk(folder, "")
    return tree


def put(tree, folder):
    """Makes `folder` hold exactly this tree, with the modes that ffdump gives."""
    shutil.rmtree(folder, ignore_errors=True)
    if not tree:
        return
    os.mkdir(folder, 0o700)
    links = []
    for name, data in sorted(tree.items()):
        path = f"{folder}/{name}"
        if hasattr(data, "to"):
            links.append((f"{folder}/{data.to}", path))
            continue
        if data is None:
            os.mkdir(path, 0o700)
            continue
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, data) if data else None
        os.close(descriptor)
    for existing, path in links:
        os.link(existing, path)


def manifest_essence(text):
    """The manifest without what differs between two good runs; None when it is not whole."""
    head = text[:text.rfind(b"\n", 0, -1) + 1]
    if text != head + b'"manifest_sha256": "%s"}\n' % hashlib.sha256(head).hexdigest().encode():
        return None
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return {key: value for key, value in document.items() if key not in RUN_FIELDS}


def whole_manifest(document):
    """With its checksum, as what is compared must have it."""
    head = json.dumps(document).encode()[:-1] + b",\n"
    return head + b'"manifest_sha256": "%s"}\n' % hashlib.sha256(head).hexdigest().encode()


def unpacked(tree):
    """The same tree without where the zstd frames of a dump end: one does at each commit, and a run
    that is stopped has other commits. What the manifest says of packed files is held to them here."""
    packed = {name: data for name, data in tree.items()
              if name.endswith(".zst") and not name.endswith(".tar.zst") and isinstance(data, bytes)}
    if not packed:
        return tree
    tree = dict(tree)
    for name, data in packed.items():
        plain = subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=False)
        if plain.returncode == 0:
            tree[name] = plain.stdout
    document = manifest_essence(tree.get(MANIFEST) or b"")
    if document:
        for file in document["files"]:
            data = packed.get(file["name"] + ".zst")
            if data is not None:
                target = file["target"]
                target["bytes"] = target["bytes"] == len(data)
                target["sha256"] = target["sha256"] == hashlib.sha256(data).hexdigest()
        tree[MANIFEST] = whole_manifest(document)
    return tree


def essence(name, data):
    if name in (".ffdump/lock", ".ffdump/journal"):
        return True
    return manifest_essence(data) if name == ".ffdump/manifest.json" else data


def wide_modes(folder):
    """Names that somebody else could read."""
    wide = []
    for path, folders, files in os.walk(folder):
        names = [(path, 0o700)] + [(f"{path}/{file}", 0o600) for file in files]
        for name, most in names:
            mode = stat.S_IMODE(os.lstat(name).st_mode)
            is_time_line = name.endswith("/" + TIME_LINE)
            if mode & ~most or (is_time_line and mode != most):
                wide.append(f"{name} has mode {mode:o}")
    return wide


def differences(tree, wanted):
    """Sentences on how a finished output differs from that of an undisturbed run."""
    found = []
    tree, wanted = ({name: data for name, data in unpacked(it).items() if name != TIME_LINE}
                    for it in (tree, wanted))
    for name in sorted(wanted.keys() - tree.keys()):
        found.append(f"{name} is not there")
    for name in sorted(tree.keys() - wanted.keys()):
        found.append(f"{name} was left behind")
    for name in sorted(tree.keys() & wanted.keys()):
        if essence(name, tree[name]) != essence(name, wanted[name]):
            found.append(f"{name} differs from an undisturbed run's{_where(name, tree, wanted)}")
    return found


def _where(name, tree, wanted):
    if name != ".ffdump/manifest.json":
        return ""
    is_, should = (manifest_essence(it[name]) or {} for it in (tree, wanted))
    keys = [key for key in should if is_.get(key) != should[key]]
    return " in " + ", ".join(f"{key} ({str(is_.get(key))[:40]})" for key in keys)


def early_names(tree, wanted, before):
    """I1 and I2 on a state in the middle: what has its final name is complete."""
    found = []
    tree, wanted, before = unpacked(tree), unpacked(wanted), unpacked(before)
    for name, data in tree.items():
        last = os.path.basename(name)
        is_hidden = name.startswith(".ffdump/") or last.startswith(".") or last.endswith(".new")
        if data is None or is_hidden:
            continue
        if data not in (wanted.get(name), before.get(name)):
            found.append(f"{name} has its final name and not its bytes")
    manifest = tree.get(".ffdump/manifest.json")
    if manifest is not None:
        goal = before if manifest == before.get(".ffdump/manifest.json") else wanted
        for name, data in goal.items():
            is_kept = not name.startswith(".ffdump/") or name.endswith("failures.jsonl")
            if data is not None and is_kept and tree.get(name) != data:
                found.append(f"a manifest is there, and {name} is not what it says")
        if manifest_essence(manifest) != manifest_essence(goal[".ffdump/manifest.json"]):
            found.append("a manifest is there and is not whole")
    return found
