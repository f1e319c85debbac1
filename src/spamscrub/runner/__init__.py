"""Many documents: which go where, in order, one failure never stopping the others, and every run resumable."""

from pathlib import Path

from spamscrub.runner.feed import LIMIT, Options
from spamscrub.runner.plan import Job, plan
from spamscrub.runner.run import Run, Step
from spamscrub.runner.undo import Restored, restore
from spamscrub.runner.work import Change, Failure, Processed, Recipe, Totals

STDIN = Path("-")
"""The path that stands for standard input."""

__all__ = ["LIMIT", "STDIN", "Change", "Failure", "Job", "Options", "Processed", "Recipe", "Restored", "Run", "Step", "Totals", "plan", "restore"]
