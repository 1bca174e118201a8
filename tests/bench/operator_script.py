#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an operator would write in place of ffdump: eight threads, urllib, one record a request.

    operator_script.py DUMP.json NEW.json EXTRACTION_URL UPLOAD_URL

The base line of speed_bench.py, kept as plain as such a script is. It lists nothing, checks
nothing and cannot go on after a fault: do not migrate with it.
"""

import concurrent.futures
import itertools
import json
import sys
import urllib.request

BOUNDARY = "a5a8d1f2c3"
ASK = json.dumps(
    {"requests": [{"image": "multipart:sample", "detector": "prenormalized", "need_facen": True}]}
)


def migrate(line, extraction, uploads):
    record = json.loads(line)
    with urllib.request.urlopen(uploads + record["meta"]["normalized_id"]) as answer:
        image = answer.read()
    body = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"request\"\r\n"
        f"Content-Type: application/json\r\n\r\n{ASK}\r\n"
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"sample\"; filename=\"s\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode() + image + f"\r\n--{BOUNDARY}--\r\n".encode()
    request = urllib.request.Request(
        extraction, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    )
    with urllib.request.urlopen(request) as answer:
        record["facen"] = json.load(answer)["responses"][0]["faces"][0]["facen"]
    return json.dumps(record)


def main():
    dump, new, extraction, uploads = sys.argv[1:]
    with open(dump, encoding="utf-8") as lines, open(new, "w", encoding="utf-8") as out, \
            concurrent.futures.ThreadPoolExecutor(8) as threads:
        while some := list(itertools.islice(lines, 1000)):
            for line in threads.map(lambda text: migrate(text, extraction, uploads), some):
                out.write(line + "\n")


if __name__ == "__main__":
    main()
