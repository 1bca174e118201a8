# SPDX-License-Identifier: Apache-2.0
"""Planted secrets, facens, images and meta must not turn up in what ffdump says, nor in its own
files (but those that hold records by design), nor in the list of processes."""
import base64
import os
import pathlib
import shutil
import subprocess

from lab import file_tree
from lab.campaign import Outcome
from lab.made_dumps import MadeDump
from lab.scenarios import work_folder
from lab.workshop import Workshop

GOAL = "G20"
WANTED = {True: "0 hits", False: "0 hits"}
SECRETS = ("PLANTEDpassw0rd", "PLANTEDtok3n", "PLANTEDacc3ss", "PLANTEDs3cret")
META = "PLANTEDmeta"
#: Whole records, images and facens: documented as biometric data.
BY_DESIGN = (".ffdump/failures.jsonl", ".ffdump/failures.jsonl.part", ".ffdump/canaries")


def _configurations(made, url):
    """Two files with secrets: one that works, and one whose storage refuses."""
    text = (made.folder / "migration.ini").read_text()
    begin = text.index("normalized_storage:")
    end = text.index("\n", begin) + 1
    storages = (
        f"  type: chain\n  chain:\n"
        f"    - type: directory\n      directory: {{path: {made.less}}}\n"
        f"    - type: webdav\n      webdav: {{upload-url: '{url}/uploads/'}}\n"
        f"      access: {{auth: basic, user: reader, password: {SECRETS[0]}}}\n",
        f"  type: s3\n  s3: {{endpoint: '{url[7:]}', bucket-name: faces, secure: False, "
        f"access-key: {SECRETS[2]}, secret-access-key: {SECRETS[3]}}}\n")
    for number, storage in enumerate(storages):
        path = made.folder / f"secret{number}.ini"
        path.write_text(text[:begin] + "normalized_storage:\n  enabled: True\n" + storage +
                        text[end:])
        path.chmod(0o600)
        yield path


def _tokens(made):
    """What to look for: name -> bytes."""
    tokens = {}
    for secret in SECRETS:
        tokens[secret] = secret.encode()
        tokens[f"{secret} in base64"] = base64.b64encode(f"reader:{secret}".encode())[8:24]
    tokens["meta"] = META.encode()
    for image in sorted(made.images.iterdir())[:4]:
        tokens[f"bytes of {image.name}"] = image.read_bytes()[80:104]
    line = (made.dump / "g_lines.json").read_text().splitlines()[1]
    facen = line.split('"facen":"')[1].split('"')[0]
    tokens["an old facen"] = facen[:24].encode()
    tokens["an old facen's bytes"] = base64.b64decode(facen)[:16]
    return tokens


def _new_facens(to):
    tokens = {}
    for name in ("g_lines.json", "g_array.json"):
        data = pathlib.Path(to, name).read_bytes()
        facen = data.split(b'"facen":"')[2].split(b'"')[0]
        tokens[f"a new facen of {name}"] = facen[:24]
        tokens[f"a new facen's bytes of {name}"] = base64.b64decode(facen)[:16]
    return tokens


def _run_watched(workshop, arguments, seen):
    """What it says, and its line in the list of processes while it runs."""
    process = subprocess.Popen(workshop.command(arguments), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE,
                               env={**os.environ, "FFDUMP_STORAGE_TOKEN": SECRETS[1]})
    while process.poll() is None:
        try:
            seen.add(pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes())
            out, err = process.communicate(timeout=0.01)
            return process.returncode, out + err
        except subprocess.TimeoutExpired:
            continue
        except OSError:
            break
    out, err = process.communicate()
    return process.returncode, out + err


def _commands(workshop, made, to):
    config, refusing = _configurations(made, workshop.simulator.url)
    common = ["--config", str(config), "--from", str(made.dump), "--extraction-api",
              workshop.simulator.url]
    for form in ("text", "json"):
        loud = ["--log-level", "debug", "--log-format", form]
        yield ["inspect", str(made.dump), *(["--json"] if form == "json" else [])]
        yield ["plan", *common, *loud]
        yield ["plan", *common, "--check-images", *loud]
        yield ["migrate", *common, "--to", to, *loud]
        yield ["verify", "--from", str(made.dump), "--to", to,
               *(["--json"] if form == "json" else [])]
        yield ["migrate", *common, "--to", to, "--retry-failed", *loud]
        yield ["migrate", *common, "--to", to, "--model", "other", *loud]
        yield ["migrate", *common[2:], "--config", str(refusing), "--to", f"{to}-s3",
               "--give-up-after", "1s", *loud]
        yield ["migrate", *common, "--to", f"{to}-down", "--set",
               "extraction-api.extraction-api=http://127.0.0.1:1", "--give-up-after", "1s", *loud]
        yield ["migrate", *common, "--fetch-only", f"{to}-images", *loud]
        yield ["migrate", *common, "--to", f"{to}-bad", "--set", f"ffdump.retyr={META}", *loud]


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g20", {"g_lines.json": 12, "g_array.json": 8,
                                              "g_clusters.json": 2}, missing=(3, 14),
                    without_image=(5,), note=META)
    workshop = Workshop(campaign.programs, ("--images", str(made.less)))
    to = work_folder(workshop)
    tokens = _tokens(made)
    violations = []
    places = []
    seen = set()
    runs = 0
    for arguments in _commands(workshop, made, to):
        code, said = _run_watched(workshop, arguments, seen)
        runs += 1
        # The last command names a key of its own on the command line: that is the operator's.
        if f"ffdump.retyr={META}" not in arguments:
            places.append((f"what `ffdump {arguments[0]}` says (exit {code})", said))
        if arguments[0] == "migrate" and os.path.isdir(to) and code in (0, 3):
            tokens.update(_new_facens(to))
            places += [(name, data) for name, data in file_tree.take(to).items()
                       if data and name.startswith(".ffdump/") and name not in BY_DESIGN]
            if len(places) > 60:
                shutil.rmtree(to)
    places += [("the list of processes", line) for line in seen if META.encode() not in line]
    for place, data in places:
        violations += [f"{what} is in {place}" for what, token in tokens.items() if token in data]
    workshop.close()
    size = sum(len(data) for _, data in places)
    return Outcome(f"{runs} runs, {len(tokens)} tokens, {size >> 10} KiB in {len(places)} places",
                   violations)
