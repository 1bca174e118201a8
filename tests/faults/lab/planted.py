# SPDX-License-Identifier: Apache-2.0
"""What must not be said or written, in each form in which it could be."""
import base64
import json
import pathlib
import re
import urllib.parse

PASSWORD, TOKEN, HEADER = "PLANTED/pass+w0rd&one", "PLANTED/tok3n+and~two=", "PLANTED h3ader/three"
ACCESS_KEY, SECRET_KEY = "PLANTEDACC3SSKEY0001", "PLANTED/s3cret+Key/four"
SECRETS = (PASSWORD, TOKEN, HEADER, ACCESS_KEY, SECRET_KEY)
META = "PLANTEDmeta five"
#: What other tests give to ffdump as passwords, tokens and keys, and look for in what it says.
OF_THE_SUITE = ("planted", "hush", "hush-key", "hush-from-file", "from-environment",
                "planted-of-storage", "planted-header", "wrong-planted-secret")
#: What ctest itself says in its log: names of tests may have any word.
_OF_CTEST = re.compile(rb"^(\d+/\d+ Test(ing)?: |Command: |Directory: |\".*\" (start time|end time|"
                       rb"time elapsed): )")
_PIECE = 16


def forms_of_text(name, text):
    """name -> bytes: as it is, in base64 (of any text around it), for URLs and in JSON."""
    data = text.encode()
    forms = {name: data, f"{name} for URLs": urllib.parse.quote(text, safe="").encode(),
             f"{name} in a query": urllib.parse.quote_plus(text).encode(),
             f"{name} in JSON": json.dumps(text)[1:-1].replace("/", "\\/").encode()}
    forms[f"{name} for URLs, lower case"] = re.sub(
        rb"%..", lambda code: code[0].lower(), forms[f"{name} for URLs"])
    return forms | _in_base64(name, data)


def forms_of_bytes(name, data):
    return {name: data, f"{name} in hex": data.hex().encode()} | _in_base64(name, data)


def _in_base64(name, data):
    """Of whatever text it is in: there are three ways to fall into groups of three bytes."""
    forms = {}
    for before in range(3):
        # Without the digits that other bytes have a part in.
        first, groups = -before % 3, (len(data) - (-before % 3)) // 3
        inner = data[first:first + 3 * groups]
        forms[f"{name} in base64, {before}"] = base64.b64encode(inner)
        forms[f"{name} in base64 for URLs, {before}"] = base64.urlsafe_b64encode(inner)
    return forms


def of_facens(name, dump_bytes):
    """Of each facen of a JSON dump: its text, at two places, and its bytes."""
    forms = {}
    for number, match in enumerate(re.finditer(rb'"facen":"([^"]+)"', dump_bytes)):
        text = match[1]
        data = base64.b64decode(text)
        forms[f"facen {number} of {name}"] = text[:_PIECE]
        forms[f"the middle of facen {number} of {name}"] = text[len(text) // 2:][:_PIECE]
        forms[f"the bytes of facen {number} of {name}"] = data[:_PIECE]
        forms[f"facen {number} of {name} in hex"] = data[:_PIECE].hex().encode()
    return forms


def of_images(folder):
    """Of each image a piece that no other has."""
    forms = {}
    for image in sorted(folder.iterdir()):
        forms |= forms_of_bytes(f"{image.name}", image.read_bytes()[80:104])
    return forms


def in_log(path):
    """Secrets of the suite that are in a log of ctest, but for its own lines."""
    lines = [line for line in pathlib.Path(path).read_bytes().splitlines()
             if not _OF_CTEST.match(line)]
    said = b"\n".join(lines)
    words = OF_THE_SUITE + SECRETS
    return [word for word in words if any(form in said for form in forms_of_text("", word).values()
                                          if form == word.encode() or len(form) > 7)]


def not_planted(tests):
    """Of the list, what no source of the tests has: it has changed, and nothing is looked for."""
    texts = [path.read_text(errors="replace") for path in pathlib.Path(tests).rglob("*_test.cpp")]
    return [word for word in OF_THE_SUITE if not any(word in text for text in texts)]
