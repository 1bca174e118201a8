# SPDX-License-Identifier: Apache-2.0
"""When another model answers, or answers come for other images: the schedules of G14."""
import dataclasses

from lab.made_dumps import MadeDump

OTHER = "other_16"
BATCH, WORKERS, CANARIES = 4, 2, 8
#: Only the batches after these are watched one in so many: of a large dump, the ten thousandth on.
LATER = ("--set", "ffdump.canaries.watched_batches=64")
EVERY = 16
BEGUN = "begun by another"
MODELS, ORDERS = "models", "orders"

#: Of the wrong answers to batches that carry a sentinel each, the first shows another model, or
#: answers that all moved or are all the same.
SHOWN_BY_ONE = 1
#: Of a batch of four the first and the last answer change places, and the sentinel has a place by
#: chance: one batch in two shows it. That so many do not is one case in a million.
SWAPS_UNSEEN = 20
#: Wrong answers besides: what is under way when one shows it, and what is sent in the turn that
#: reads it.
UNDER_WAY = 2 * WORKERS


@dataclasses.dataclass
class Regime:
    """The beginning of a run, where every batch is watched closely, or what comes later."""
    name: str
    records: int
    padding: int  # of each record
    every: int    # records between two checks
    first: int    # request in which the fault may begin, those of checks among them
    last: int
    made: MadeDump = None
    good: list = None  # dumps without a mixture: of either model

    @property
    def most_fresh(self):
        """Records that are extracted from a lasting change on until a check of the canaries would
        show it: an interval, and what is under way when it ends, during the check (which goes
        before other requests), and in the turn that reads its answer."""
        return self.every + 3 * WORKERS * BATCH


REGIMES = (Regime("early", 240, 8192, 40, 2, 80), Regime("late", 720, 2048, 120, 120, 240))


@dataclasses.dataclass
class Schedule:
    number: int
    group: str
    regime: Regime
    kind: str
    fault: str
    seed: int
    is_later: bool = False  # see LATER

    @property
    def word(self):
        return self.fault.partition("@")[0].partition(":")[0]

    @property
    def lasts(self):
        """The wrong answers come one after another from some request on."""
        return self.kind in ("change", "swapped", "rotated", "same facen")

    @property
    def batches_to_show(self):
        """Wrong answers that show it, of batches with a sentinel each. None where it began with the
        run, so that the canaries may be of either model."""
        if self.kind == BEGUN or "@1%" in self.fault:
            return None
        return SWAPS_UNSEEN if self.word == "swap" else SHOWN_BY_ONE

    @property
    def swaps_tolerated(self):
        """Records of a passing swap that no sentinel may have shown, two of each batch."""
        return 0 if self.lasts or self.word != "swap" else 2 * SWAPS_UNSEEN

    def __str__(self):
        return (f"{self.group} {self.number}{', later' if self.is_later else ''}, "
                f"{self.regime.name}, {self.kind} (--fault {self.fault} --seed {self.seed})")


def draw(campaign, group, number, is_later, attempt):
    """One of a group; further attempts are for faults that no request met."""
    chance = campaign.chance("schedule", group, number, is_later, attempt)
    regime = REGIMES[1] if is_later else REGIMES[number % len(REGIMES)]
    at = chance.randrange(regime.first, regime.last)
    until = at + chance.randrange(0, 30)
    share = chance.choice((1, 2, 5, 10, 20, 35, 50, 65, 80, 95))
    kinds = _models if group == MODELS else _orders
    kind, fault = chance.choice(kinds(chance, regime, at, until, share, is_later))
    return Schedule(number, group, regime, kind, fault, chance.randrange(1 << 30), is_later)


def _models(chance, regime, at, until, share, is_later):
    size = "small" if share < 20 else "large"
    kinds = [("change", f"model:{OTHER}@{at}"),
             ("passing change", f"model:{OTHER}@{at}-{until}"),
             (f"{size} share", f"model:{OTHER}@1%{share}"),
             (f"{size} share from there", f"model:{OTHER}@{at}%{share}"),
             (f"{size} share, passing", f"model:{OTHER}@{at}-{until}%{share}")]
    if not is_later:
        # Most likely when the operator has just seen the wrong model, and no fault is more
        # ordinary: hence so many.
        kinds += 3 * [(BEGUN, f"503@{chance.choice((2, 3, chance.randrange(2, regime.last)))}")]
    return kinds


def _orders(_chance, _regime, at, until, share, _is_later):
    size = "small" if share < 20 else "large"
    return [(name.format(size=size), f"{word}{when}")
            for word, names in (("swap", ("swapped", "swapped for a while",
                                          "swapped, {size} share")),
                                ("rotate", ("rotated", "rotated for a while",
                                            "rotated, {size} share")),
                                ("same", ("same facen", "same for a while",
                                          "same, {size} share")))
            for name, when in zip(names, (f"@{at}", f"@{at}-{until}", f"@{at}%{share}"))]
