# SPDX-License-Identifier: Apache-2.0
"""Real Tarantool as shards, and what restores a dump into them and takes it out again: test doubles
of findface-storage-api-restore and -dump. ffdump itself has no part in this."""
import ctypes
import http.client
import json
import pathlib
import shutil
import signal
import subprocess

SHARD = pathlib.Path(__file__).with_name("shard.lua")
FACES_IN_A_REQUEST = 100
PR_SET_PDEATHSIG = 1


def _end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Refused(Exception):
    """What a shard says to a request that it does not take."""


class Shard:
    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        pathlib.Path(folder).mkdir(parents=True)
        self.process = subprocess.Popen(["tarantool", str(SHARD), folder], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, preexec_fn=_end_with_parent)
        # It says where it listens once it does.
        said = self.process.stdout.readline().split()
        if said[:1] != ["listening"]:
            log = pathlib.Path(folder, "tarantool.log")
            raise RuntimeError(f"tarantool did not come up: {log.read_text()[-400:] if log.exists() else said}")
        self.connection = http.client.HTTPConnection("127.0.0.1", int(said[1]), timeout=60)

    def ask(self, method, path, body=b""):
        self.connection.request(method, path, body)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Refused(f"{answer.status} {text.decode()}")
        return text

    def stop(self):
        self.connection.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Shards:
    """As many as wanted; a record lives on the one that its id says."""

    def __init__(self, folder, count):
        self.folder = pathlib.Path(folder)
        self.all = []
        try:
            for number in range(count):
                self.all.append(Shard(f"{folder}/tarantool{number}"))
        except BaseException:
            self.stop()
            raise

    def restore(self, dump):
        """Every file of the dump, a record a line or an element of an array; bytes go as they are."""
        for path in sorted(pathlib.Path(dump).glob("*.json")):
            gallery = path.stem
            waiting = [[] for _ in self.all]
            for shard in self.all:
                shard.ask("POST", f"/v2/galleries/{gallery}")
            for record in records_of(path.read_bytes()):
                to = json.loads(record)["id"] % len(self.all)
                waiting[to].append(record)
                if len(waiting[to]) == FACES_IN_A_REQUEST:
                    self._add(to, gallery, waiting)
            for to in range(len(self.all)):
                self._add(to, gallery, waiting)

    def _add(self, to, gallery, waiting):
        if waiting[to]:
            body = b"[" + b",".join(waiting[to]) + b"]"
            self.all[to].ask("POST", f"/v2/faces/add/{gallery}?return_face=false", body)
            waiting[to] = []

    def dump(self, galleries):
        """A folder a shard with a file a gallery; their paths."""
        folders = []
        for number, shard in enumerate(self.all):
            folder = self.folder / f"redump{number}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            folders.append(str(folder))
            for gallery in galleries:
                (folder / f"{gallery}.json").write_bytes(shard.ask("GET", f"/dump/{gallery}"))
        return folders

    def stop(self):
        for shard in self.all:
            shard.stop()


def records_of(data):
    """JSON lines, or one record a line within an array."""
    lines = (line.strip().rstrip(b",") for line in data.splitlines())
    return [line for line in lines if line not in (b"", b"[", b"]")]
