# SPDX-License-Identifier: Apache-2.0
"""What is expected of ffdump under each fault of the services: the table behind G11.

Of 120 records in batches of 4: 30 requests for facens and 120 for images, without any fault."""
import dataclasses

RECORDS, BATCH, WORKERS = 120, 4, 2
#: Where a fault begins: the number of the request.
EXTRACTION_AT = {"start": 1, "middle": 14, "end": 29}
IMAGES_AT = {"start": 1, "middle": 60, "end": 119}
SERVICE_REASONS = {
    "service_refuses": "401 403 404 405",
    "service_overloaded": "429 429:1 500 501 502 503 503:1 504",
    "connection_lost": "reset close reset-body truncated",
    "answer_malformed": "408 empty malformed-json missing-response extra-response",
    "request_timed_out": "hang slow-body:40",
}
IMAGE_REASONS = {
    "service_refuses": "image-401 image-403",
    "service_overloaded": "image-429 image-500 image-501 image-502 image-503 image-504",
    "connection_lost": "image-reset image-close image-reset-body image-truncated",
    "answer_malformed": "image-400 image-405 image-408 image-413 image-415 image-422",
    "request_timed_out": "image-hang image-slow:40",
}
#: What a service says of single records: of one it is believed, of all it is not.
OF_RECORDS = {
    "extraction_rejected": "400 413 415 422",
    "facen_invalid": "nan:all zero-vector:all wrong-dimension:all bad-norm:all not-base64:all",
    "no_face": "no-face:all",
    "several_faces": "two-faces:all",
    "image_missing": "image-404",
    "image_unreadable": "image-html image-empty",
}
TIMED_OUT = ("hang", "slow-body:40", "image-hang", "image-slow:40")
FIRST_REFUSAL_IS_FINAL = ("401", "403", "404", "405")
#: More than this would be a storm; a run gives up after a tenth of a second.
MOST_REQUESTS = 120


@dataclasses.dataclass
class Case:
    """One fault at one place, and what is to come of it."""
    fault: str               # as --fault has it
    place: str
    code: int = 0
    reason: str = ""         # of the message or, with code 3, of the failures
    booked: int = 0          # records in the failures list
    again: int = None        # requests for what was asked for before, exactly
    most_met: int = None     # requests that met the fault, at most
    least_met: int = 1
    lasts: bool = False
    short_time: bool = False
    is_mended: bool = True   # the same command, or --retry-failed, then gives the undisturbed bytes

    @property
    def on_images(self):
        return self.fault.startswith("image-")

    def __str__(self):
        return f"{self.fault} ({self.place})"


def _words(table):
    return [(word, reason) for reason, words in table.items() for word in words.split()]


def _places(word):
    return (IMAGES_AT if word.startswith("image-") else EXTRACTION_AT).items()


def passing_cases():
    """Two requests are met, then all is well: nobody is booked, nothing but those is repeated."""
    for word, reason in _words(SERVICE_REASONS) + _words(IMAGE_REASONS):
        for place, at in _places(word):
            case = Case(f"{word}@{at}-{at + 1}", place, again=2, most_met=2, least_met=2,
                        short_time=word in TIMED_OUT)
            if word in FIRST_REFUSAL_IS_FINAL and place == "start":
                # Nothing has worked yet: a wrong path or password, and waiting mends neither.
                case.code, case.reason, case.again = 5, reason, None
                case.least_met = 1
            if word in ("429:1", "503:1") and place != "middle":
                continue  # a second each; the middle shows it
            yield case


def single_cases():
    """One request is met. What may come of the company in the batch is asked again by halves (which
    are the first to be read) or alone; what is told of one record is that record's."""
    for word, again in (("400", 1), ("413", 1), ("415", 1), ("422", 1), ("nan:0", 1), ("nan:3", 1),
                        ("nan:all", 4), ("zero-vector:0", 1), ("wrong-dimension:0", 1),
                        ("bad-norm:0", 1), ("not-base64:0", 1), ("not-base64:all", 4)):
        for place, at in _places(word):
            yield Case(f"{word}@{at}-{at}", place, again=again, most_met=1)
    for word, reason in (("no-face:0", "no_face"), ("two-faces:0", "several_faces")):
        for place, at in _places(word):
            yield Case(f"{word}@{at}-{at}", place, code=3, reason=reason, booked=1, again=0,
                       most_met=1)
    # A storage that has the image all the same says so when it is asked once more.
    for word in ("image-404", "image-html", "image-empty"):
        for place, at in _places(word):
            yield Case(f"{word}@{at}-{at}", place, again=1, most_met=1)


def lasting_cases():
    """From a request on for ever: ends with 5 and books nobody."""
    for word, reason in _words(SERVICE_REASONS) + _words(IMAGE_REASONS):
        for place, at in _places(word):
            is_final = word in FIRST_REFUSAL_IS_FINAL and place == "start"
            yield Case(f"{word}@{at}", place, code=5, reason=reason, lasts=True,
                       most_met=WORKERS if is_final else MOST_REQUESTS,
                       short_time=word in TIMED_OUT)
    for word, reason in _words(OF_RECORDS):
        for place, at in _places(word):
            case = Case(f"{word}@{at}", place, code=5, reason="failure_pattern", lasts=True)
            if place == "end":
                # Too few are left to tell a fault of the service from records like this.
                left = 2 if case.on_images else 2 * BATCH
                case.code, case.reason, case.booked = 3, reason, left
            yield case


def mixed_cases():
    """A share of the requests, all the time: slow, and nobody is booked."""
    for word in ("500", "503", "429", "reset", "close", "truncated", "malformed-json",
                 "image-500", "image-503", "image-reset", "image-close", "image-truncated"):
        for share in (10, 50, 70):
            # Of 30 requests a tenth may be none.
            yield Case(f"{word}@1%{share}", f"{share} %", least_met=0)
