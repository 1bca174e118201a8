# SPDX-License-Identifier: Apache-2.0
"""What is expected of ffdump under each fault of the services: the table behind G11.

Of 120 records in batches of 4: 30 requests for facens and 120 for images, without any fault."""
import dataclasses

RECORDS, BATCH, WORKERS, FETCHES = 120, 4, 2, 8
CANARIES = 8  # by default
#: Where a fault begins: the number of the request.
EXTRACTION_AT = {"start": 1, "middle": 14, "end": 29}
IMAGES_AT = {"start": 1, "middle": 60, "end": 119}
#: With canaries there are 60: two that canaries come from, their check, batches with one each from
#: 16 on, and the last check from 50 on.
WATCHED_AT = {"start": 3, "middle": 30, "end": 44}
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
#: libcurl itself asks again over a new connection when a kept one ends before an answer (unless it
#: notices while it sends, or a sixth time): ffdump need not have heard of that request.
LOSES_KEPT_CONNECTIONS = ("reset", "close", "image-reset", "image-close")
FIRST_REFUSAL_IS_FINAL = ("401", "403", "404", "405")
#: What a fault that lasts may cost follows from the waits of the run: the breaker opens after so
#: many faults in a row, then a probe follows the end of the one before after half of probe_max at
#: the soonest, until the run gives up.
BREAKER, PROBE_MS, GIVES_UP_MS = 10, 10, 100
PROBES = GIVES_UP_MS // PROBE_MS + 1
#: So many records in a row that fail alike are a pattern (FailureHold), which is looked into with
#: images that came, at most so many and the first (KnownImages).
PATTERN, KNOWN_IMAGES = 20, 33
#: Requests for a batch of which nothing is taken: all, its halves and each alone; or all and each
#: alone, when it was answered; or no other.
OF_A_BATCH = {"extraction_rejected": 7, "facen_invalid": 5, "no_face": 1, "several_faces": 1}
AS_OFTEN_AS_MET = -1
#: What a storage says of an image is believed when it is said so often, or of enough others.
LEAST_DENIALS, MOST_DENIALS = 2, 5


@dataclasses.dataclass
class Case:
    """One fault at one place, and what is to come of it."""
    fault: str               # as --fault has it
    place: str
    code: int = 0
    reason: str = ""         # of the message or, with code 3, of the failures and the summary
    booked: int = 0          # records in the failures list
    again: int = None        # requests for what was asked for before, exactly
    most_met: int = None     # requests that met the fault, at most
    least_met: int = 1
    lasts: bool = False
    short_time: bool = False
    absent: int = None       # record whose image is not in the storage
    is_watched: bool = False  # with canaries and sentinels, as by default

    @property
    def on_images(self):
        return self.fault.startswith("image-") or self.absent is not None

    @property
    def what(self):
        """The kind of fault, wherever it is."""
        return self.fault.split("@")[0] or "absent image"

    def __str__(self):
        return f"{self.fault or self.what} ({self.place})"


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
                case.least_met, case.most_met = 1, WORKERS
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
    for place, at in IMAGES_AT.items():
        yield Case("", place, code=3, reason="image_missing", booked=1, again=1, least_met=2,
                   most_met=2, absent=at)


def _most_faults(word, place):
    """Of the service, all the time from there on. Each that was under way and came well begins the
    count of the breaker anew; on a busy machine they come one by one, long after the first fault."""
    width = FETCHES if word.startswith("image-") else WORKERS
    if word in FIRST_REFUSAL_IS_FINAL and place == "start":
        return width
    if word in TIMED_OUT:
        return 2 * width  # each is asked once more, and that one has no time to end
    counted_anew = 0 if place == "start" else (width - 1) * (BREAKER - 1)
    return BREAKER + counted_anew + width - 1 + PROBES


def _most_failures(reason, word, place):
    """Of records, as all of them fail, until that is taken for a fault of the service."""
    looks = 1 if place == "start" else 1 + PROBES
    # Once, by what was under way and came well, as above.
    counted_anew = 0 if place == "start" else PATTERN - 1
    if word.startswith("image-"):
        return PATTERN + counted_anew + FETCHES - 1 + looks * KNOWN_IMAGES
    batches = (PATTERN + counted_anew) // BATCH + WORKERS
    return batches * OF_A_BATCH[reason] + looks


def lasting_cases():
    """From a request on for ever: ends with 5 and books nobody."""
    for word, reason in _words(SERVICE_REASONS) + _words(IMAGE_REASONS):
        for place, at in _places(word):
            yield Case(f"{word}@{at}", place, code=5, reason=reason, lasts=True,
                       most_met=_most_faults(word, place), short_time=word in TIMED_OUT)
    for word, reason in _words(OF_RECORDS):
        for place, at in _places(word):
            if place == "end":
                # Too few are left to tell a fault of the service from records like this.
                yield _last_records(word, reason, at)
                continue
            yield Case(f"{word}@{at}", place, code=5, reason="failure_pattern", lasts=True,
                       most_met=_most_failures(reason, word, place))


def _last_records(word, reason, at):
    left = 2 if word.startswith("image-") else 2 * BATCH
    if word.startswith("image-"):
        return Case(f"{word}@{at}", "end", code=3, reason=reason, booked=left, lasts=True,
                    least_met=LEAST_DENIALS * left, most_met=MOST_DENIALS * left)
    met = 2 * OF_A_BATCH[reason]
    # What is refused is refused unread: the double cannot tell a first request for it.
    again = met if reason == "extraction_rejected" else met - 2
    return Case(f"{word}@{at}", "end", code=3, reason=reason, booked=left, lasts=True, again=again,
                least_met=met, most_met=met)


def doubtful_cases():
    """From a request on for ever another model, or answers for other images, with canaries and a
    sentinel in each batch: ends with 7 after the first such answer. What is under way then is met
    as well, and what is sent in the turn that reads it. Of a request for one image the last two
    faults change nothing, and a check asks for each canary alone."""
    for word in ("model:other_16", "same", "rotate"):
        for place, at in WATCHED_AT.items():
            yield Case(f"{word}@{at}", place, code=7, reason="model_changed",
                       most_met=2 * WORKERS + (0 if word.startswith("model") else CANARIES),
                       is_watched=True)


def mixed_cases():
    """A share of the requests, all the time: slow, and nobody is booked. Each that met the fault is
    followed by one more."""
    for word in ("500", "503", "429", "reset", "close", "truncated", "malformed-json",
                 "image-500", "image-503", "image-reset", "image-close", "image-truncated"):
        for share in (10, 50, 70):
            yield Case(f"{word}@1%{share}", f"{share} %", again=AS_OFTEN_AS_MET)
