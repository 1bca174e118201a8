# SPDX-License-Identifier: Apache-2.0
"""Planted secrets, facens, images and meta must not turn up in what ffdump says, nor in its own
files, nor in the list of processes; in any form, and of every command.

Secrets are looked for in all that was written, facens, images and meta in all but what holds
records by design. In the log of ctest, if there is one under the build folder or where
FFDUMP_SUITE_LOG says, what other tests plant is looked for."""
import os
import pathlib
import subprocess
import time

from lab import file_tree, planted
from lab.campaign import Outcome
from lab.made_dumps import ROOT, MadeDump
from lab.scenarios import work_folder
from lab.workshop import Simulator, Workshop

GOAL = "G20"
WANTED = {True: "0 hits; what the whole suite says too, where its log is",
          False: "0 hits; what the whole suite says too, where its log is"}
FORMS = ("text", "json")
#: Below an output: whole records, images and facens, documented as biometric data. Else all is
#: ffdump's own.
RECORDS = ("failures.jsonl", "failures.jsonl.part", "canaries")
FILES = ("g_lines.json", "g_array.json", "g_clusters.json")
OK, LISTED, USAGE, SERVICE = 0, 3, 2, 5
LEAST_RUNS, LEAST_FILES = 40, 20
#: Old and new facens of 64 records, 63 images, meta.
LEAST_FOUND = 2 * 64 + 63 + 1


class Storages:
    """Configurations with secrets: basic and header, bearer, and S3, which refuses."""

    def __init__(self, made, url):
        self._made = made
        self._text = (made.folder / "migration.ini").read_text()
        where = f"webdav: {{upload-url: '{url}/uploads/'}}"
        header = f"headers: {{X-Planted: '{planted.HEADER}'}}"
        self.basic = self._write(
            "basic", f"type: chain\n  chain:\n    - type: directory\n"
            f"      directory: {{path: {made.less}}}\n    - type: webdav\n      {where}\n"
            f"      access: {{auth: basic, user: reader, password: '{planted.PASSWORD}', "
            f"{header}}}")
        self.bearer = self._write(
            "bearer", f"type: webdav\n  {where}\n"
            f"  access: {{auth: bearer, token: '{planted.TOKEN}'}}")
        self.bearer_of_environment = self._write(
            "environment", f"type: webdav\n  {where}\n  access: {{auth: bearer}}")
        self.s3 = self._write(
            "s3", f"type: s3\n  s3: {{endpoint: '{url[7:]}', bucket-name: faces, secure: False, "
            f"access-key: '{planted.ACCESS_KEY}', secret-access-key: '{planted.SECRET_KEY}'}}")

    def _write(self, name, storage):
        begin = self._text.index("normalized_storage:")
        end = self._text.index("\n", begin) + 1
        path = self._made.folder / f"{name}.ini"
        path.write_text(f"{self._text[:begin]}normalized_storage:\n  enabled: True\n  {storage}\n"
                        f"{self._text[end:]}")
        path.chmod(0o600)
        return str(path)


class Watch:
    """Runs commands and keeps what they say, their ends, and their lines in the process list."""

    def __init__(self, workshop):
        self._workshop = workshop
        self.places = []      # (name, bytes)
        self.processes = []
        self.violations = []
        self.runs = 0

    def run(self, code, arguments, env=None):
        process = subprocess.Popen(self._workshop.command(arguments), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
        self.processes.append(_line_of(process))
        out, err = process.communicate()
        self.runs += 1
        if process.returncode != code:
            self.violations.append(f"`ffdump {' '.join(arguments)}` ended with "
                                   f"{process.returncode} in place of {code}: {err.decode()[:300]}")
        self.places.append((f"what `ffdump {arguments[0]}` says (exit {process.returncode})",
                            out + err))


def _line_of(process):
    """It has none yet when it has just been started, and none any more when it has ended."""
    line = b""
    while not line and process.poll() is None:
        try:
            line = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
        except OSError:
            break
    return line


def _commands(form, made, url, down_url, storages, to):
    """(exit code, arguments, environment)"""
    loud = ["--log-level", "debug", "--log-format", form]
    common = ["--from", str(made.dump), "--extraction-api", url, *loud]
    basic = ["--config", storages.basic, *common]
    is_json = form == "json"
    json = ["--json"] if is_json else []
    yield OK, ["inspect", str(made.dump), *json], None
    yield OK, ["plan", *basic], None
    yield LISTED, ["plan", *basic, "--check-images"], None
    yield LISTED, ["migrate", *basic, "--to", to], None
    yield OK, ["failures", to, *(json or ["--ids"])], None
    yield OK, ["failures", to], None
    yield OK, ["verify", "--from", str(made.dump), "--to", to, "--report",
               f"{to}-reports/verify.html", *json], None
    yield OK, ["verify", "--from", str(made.dump), "--to", to, "--config", storages.basic,
               "--sample", "5", "--extraction-api", url, *loud, *json], None
    yield OK, ["quality", "--from", str(made.dump), "--to", to, "--report",
               f"{to}-reports/quality.html", *json, *loud], None
    yield LISTED, ["migrate", *basic, "--to", to, "--retry-failed"], None
    yield USAGE, ["migrate", *basic, "--to", to, "--model", "other"], None
    yield OK, ["pack", to, "-o", f"{to}-pack.tar.zst", *loud], None
    yield OK, ["unpack", f"{to}-pack.tar.zst", "-C", f"{to}-unpacked", *loud], None
    yield OK, ["convert", "--from", str(made.dump), "--to", f"{to}-converted", "--format",
               "json-array" if is_json else "json-lines", *loud], None
    for name, config, env in (("bearer", storages.bearer, None),
                              ("environment", storages.bearer_of_environment,
                               {"FFDUMP_STORAGE_TOKEN": planted.TOKEN})):
        yield (LISTED, ["migrate", "--config", config, *common, "--to", f"{to}-{name}"], env)
    yield SERVICE, ["migrate", "--config", storages.s3, *common, "--to", f"{to}-s3",
                    "--give-up-after", "1s"], None
    for name, address in (("down", "http://127.0.0.1:1"), ("unfinished", down_url)):
        yield SERVICE, ["migrate", "--config", storages.basic, "--from", str(made.dump),
                        "--extraction-api", address, *loud, "--to", f"{to}-{name}",
                        "--give-up-after", "1s"], None
    yield OK, ["failures", f"{to}-unfinished"], None
    yield LISTED, ["migrate", *basic, "--fetch-only", f"{to}-images"], None
    yield USAGE, ["migrate", *basic, "--to", f"{to}-bad", "--set", "ffdump.retyr=5"], None


def _is_by_design(name, fetched):
    """Of a file below an output: whether it is there to hold records, images or facens."""
    parts = pathlib.PurePath(name).parts
    if ".ffdump" in parts:
        last = parts[-1]
        of_dump = any(last.startswith(f"{file}.part") for file in FILES)
        return last in RECORDS or last.startswith("redo-") or of_dump
    return fetched or parts[-1] in FILES or not name.endswith(".html")


def _written(to):
    """(name, bytes, whether it holds records by design) of every file that was written."""
    base = pathlib.Path(to)
    for path in sorted(base.parent.glob(f"{base.name}*")):
        if path.is_file():
            yield path.name, path.read_bytes(), True  # the archive
            continue
        for name, data in file_tree.take(str(path)).items():
            if data:
                yield f"{path.name}/{name}", data, _is_by_design(name, "-images" in path.name)


def _suite_log(campaign):
    """(what is said of it, violations)"""
    told = os.environ.get("FFDUMP_SUITE_LOG")
    path = pathlib.Path(told) if told else (
        pathlib.Path(campaign.programs.ffdump).parent / "Testing/Temporary/LastTest.log")
    if not path.exists():
        return "the suite's log is not there", [f"{path} is not there"] if told else []
    hits = [f"{word}, which a test plants, is in {path}" for word in planted.in_log(path)]
    hours = (time.time() - path.stat().st_mtime) / 3600
    return (f"the suite's log ({path.stat().st_size >> 10} KiB, {hours:.0f} h old): {len(hits)} of "
            f"{len(planted.OF_THE_SUITE)} secrets"), hits


def run(campaign):
    made = MadeDump(f"{campaign.stage}/g20", {"g_lines.json": 40, "g_array.json": 24,
                                              "g_clusters.json": 2}, missing=(3, 14),
                    without_image=(5,), note=planted.META)
    workshop = Workshop(campaign.programs, ("--images", str(made.less)))
    down = Simulator(campaign.programs, workshop.at("."), ("--fault", "503@6"))
    storages = Storages(made, workshop.simulator.url)
    watch = Watch(workshop)
    to = work_folder(workshop)
    for form in FORMS:
        pathlib.Path(f"{to}-{form}-reports").mkdir()
        for code, arguments, env in _commands(form, made, workshop.simulator.url, down.url,
                                              storages, f"{to}-{form}"):
            watch.run(code, arguments, env)
    down.stop()
    secrets, tokens = {}, {}
    for secret in planted.SECRETS:
        secrets |= planted.forms_of_text(secret, secret)
    tokens = secrets | planted.forms_of_text("meta", planted.META) | planted.of_images(made.images)
    for name in FILES[:2]:
        tokens |= planted.of_facens(f"the old {name}", (made.dump / name).read_bytes())
        tokens |= planted.of_facens(f"the new {name}", pathlib.Path(f"{to}-text",
                                                                    name).read_bytes())
    files = list(_written(to))
    workshop.close()
    places = [(place, data, tokens) for place, data in watch.places]
    places += [(place, data, secrets if is_by_design else tokens)
               for place, data, is_by_design in files]
    places += [("the list of processes", line, tokens) for line in watch.processes]
    violations = watch.violations + [
        f"{what} is in {place}" for place, data, wanted in places
        for what, token in wanted.items() if token in data]
    said, hits = _suite_log(campaign)
    violations += hits + [f"no test plants {word} any more"
                          for word in planted.not_planted(ROOT / "tests")]
    # Where they belong they are found: they are looked for in the right form.
    found = {what for _, data, is_by_design in files if is_by_design
             for what, token in tokens.items() if what not in secrets and token in data}
    seen = sum(b"ffdump" in line for line in watch.processes)
    own = sum(not is_by_design for _, _, is_by_design in files)
    size = sum(len(data) for _, data, _ in places)
    return Outcome(f"{watch.runs} runs, {len(tokens)} tokens, {size >> 10} KiB in {len(places)} "
                   f"places, {own} files of ffdump's own, {len(found)} tokens where they belong; "
                   f"{said}", violations, [],
                   [("runs", watch.runs, LEAST_RUNS),
                    ("commands seen in the list of processes", seen, watch.runs),
                    ("files of ffdump's own", own, LEAST_FILES),
                    ("facens, images and meta found where they belong", len(found), LEAST_FOUND)])
