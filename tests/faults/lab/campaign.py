# SPDX-License-Identifier: Apache-2.0
"""What a goal's script is given: how much to do, by which seed, and workers to do it."""
import dataclasses
import multiprocessing
import multiprocessing.util
import os
import random
import tempfile

from lab.workshop import Workshop, memory_folder

_WORKER = {}


@dataclasses.dataclass
class Outcome:
    """A line of the table. A violation is a sentence that says how to see it again.

    `counts`: what the figure is made of, as (what, how many, how many at least): a goal that tried
    less than it says is not reached, whatever it found."""
    reached: str
    violations: list
    notes: list = dataclasses.field(default_factory=list)
    counts: list = dataclasses.field(default_factory=list)

    def shortfalls(self):
        return [f"{done} {what}, at least {least} are wanted"
                for what, done, least in self.counts if done < least]


class Violation(Exception):
    """Of a run that a goal only prepares with: the goal ends there, and that is what it found."""


def _begin_worker(programs, sim_arguments, function):
    _WORKER["function"] = function
    workshop = _WORKER["workshop"] = Workshop(programs, sim_arguments)
    # Called when the worker ends in an orderly way, so that nothing is left in memory.
    multiprocessing.util.Finalize(workshop, workshop.close, exitpriority=0)


def _work(task):
    try:
        return _WORKER["function"](_WORKER["workshop"], task)
    except Exception as error:  # a broken script must not pass for a run without violations
        return error


class Campaign:
    def __init__(self, programs, is_ci, seed, jobs):
        self.programs = programs
        self.is_ci = is_ci
        self.seed = seed
        self.jobs = jobs
        self._stage = tempfile.TemporaryDirectory(prefix="ffdump-stage-", dir=memory_folder())
        self.stage = self._stage.name

    def chance(self, *words):
        """Random numbers that depend on the seed and on what they are for, not on the order."""
        return random.Random(f"{self.seed} {' '.join(map(str, words))}")

    def figure(self, ci, campaign):
        return ci if self.is_ci else campaign

    def each(self, function, tasks, sim_arguments=()):
        """function(workshop, task) for every task, on all processors; yields results."""
        # Forked, so that the workers have what the script prepared; only tasks are sent to them.
        context = multiprocessing.get_context("fork")
        begin = (self.programs, sim_arguments, function)
        with context.Pool(self.jobs, _begin_worker, begin) as pool:
            for result in pool.imap_unordered(_work, tasks, chunksize=4):
                if isinstance(result, Exception):
                    raise result
                yield result
            pool.close()
            pool.join()

    def close(self):
        self._stage.cleanup()


def available_processors():
    return len(os.sched_getaffinity(0))
