# SPDX-License-Identifier: Apache-2.0
"""The other end of fault_shim.cpp: its environment and its trace."""
import dataclasses
import os


@dataclasses.dataclass
class Call:
    kind: str
    number: int
    path: str
    other: str
    offset: int
    size: int
    result: int
    micros: int
    fault: str
    flags: str
    data: bytes = b""
    possible: tuple = ()  # faults that it could have met; with reads=True


def environment(library, under, at=0, do="", sticky=False, trace=None, with_bytes=False,
                reads=False, on=None, void=False):
    """`on`: (kind, number, path) of the call, in place of `at`; `void`: syncs do nothing."""
    values = {
        "LD_PRELOAD": str(library),
        "FFDUMP_FAULT_UNDER": str(under),
        "FFDUMP_FAULT_AT": str(at),
        "FFDUMP_FAULT_DO": str(do),
        "FFDUMP_FAULT_STICKY": "1" if sticky else "0",
        "FFDUMP_FAULT_BYTES": "1" if with_bytes else "0",
    }
    if reads:
        values["FFDUMP_FAULT_READS"] = "1"
    if on:
        values["FFDUMP_FAULT_ON"] = "\t".join(map(str, on))
    if void:
        values["FFDUMP_FAULT_VOID"] = "1"
    if trace:
        values["FFDUMP_FAULT_TRACE"] = str(trace)
    return {**os.environ, **values}


def read_trace(path, with_bytes=False):
    calls = []
    try:
        with open(path, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        return calls
    at = 0
    while at < len(text):
        end = text.find(b"\n", at)
        if end < 0:  # killed from outside while it wrote this down: the call was not synced yet
            break
        fields = text[at:end].decode().split("\t")
        at = end + 1
        call = Call(fields[0], int(fields[1]), fields[2], fields[3], int(fields[4]),
                    int(fields[5]), int(fields[6]), int(fields[7]), fields[8], fields[9])
        call.possible = tuple(word for word in fields[10].split(",") if word)
        if with_bytes and call.kind == "write" and call.result > 0:
            call.data = text[at:at + call.result]
            at += call.result
        calls.append(call)
    return calls
