"""A simulated log: what was drawn, the table to write, and the truth as JSON."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.simulation.probabilities import outcome_probabilities
from ranking.simulation.truth import Truth


@dataclass(frozen=True)
class Simulation:
    """One simulated log as integer codes and numbers; every array has one entry per comparison.

    Attributes
    ----------
    truth : Truth
        What it was drawn from.
    seed : int
        What it was drawn with.
    first, second : ndarray of int
        Positions of the two sides in ``truth.competitors``; `first` was shown first.
    outcome : ndarray of int
        Codes of `ranking.outcomes`.
    moment : ndarray of float
        When, as a fraction of the time span, in [0, 1]; rising.
    item, judge : ndarray of int, or None
        Position of the item, and of the judge in ``truth.judges``.
    leaves : ndarray of int, shape (items, facets)
        The leaf of every *item* in each facet.
    strength : ndarray of float, shape (comparisons, 2)
        True points of both sides on that item at that time.
    difference, level : ndarray of float
        `d` and `m` of `Truth`: the lead of the first side, biases included, and the mean strength
        less the item's difficulty.
    words : ndarray of int, shape (comparisons, 2), or None
        Length of the two responses.
    progress : ndarray of float, shape (comparisons, 2), or None
        Score of the two sides.
    """

    truth: Truth
    seed: int
    first: np.ndarray
    second: np.ndarray
    outcome: np.ndarray
    moment: np.ndarray
    item: np.ndarray | None
    judge: np.ndarray | None
    leaves: np.ndarray
    strength: np.ndarray
    difference: np.ndarray
    level: np.ndarray
    words: np.ndarray | None
    progress: np.ndarray | None

    def __len__(self) -> int:
        return len(self.first)

    def chances(self) -> np.ndarray:
        """Return the chance that each comparison had of each outcome, shape (comparisons, 4)."""
        return outcome_probabilities(
            self.difference, level=self.level, ties=self.truth.ties, both_bad=self.truth.both_bad
        )

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """The log as a table with the columns that ingest recognises, in the order of time.

        ``model_a, model_b, winner`` (with the arena's own noun), ``prompt_id``, ``judge``,
        ``judge_family`` and the judges' fields, ``family_a, family_b``, one column per facet,
        ``time``, ``words_a, words_b``, ``progress_a, progress_b``; only those that the truth has.
        """
        return pd.DataFrame(self._columns())

    def _columns(self) -> dict[str, Any]:
        truth, noun = self.truth, self.truth.noun
        names = np.array(truth.names, object)
        winner = np.empty(4, object)
        winner[[SECOND, TIE, FIRST, BOTH_BAD]] = f"{noun}_b", "tie", f"{noun}_a", "both_bad"
        columns: dict[str, Any] = {
            f"{noun}_a": names[self.first],
            f"{noun}_b": names[self.second],
            "winner": winner[self.outcome],
        }
        if self.item is not None:
            columns["prompt_id"] = self.item
            for position, facet in enumerate(truth.facets):
                paths = np.array(list(facet.leaves), object)
                columns[facet.name] = paths[self.leaves[self.item, position]]
        if self.judge is not None:
            columns |= self._judge_columns(self.judge)
        if any(competitor.family for competitor in truth.competitors):
            families = np.array([competitor.family for competitor in truth.competitors], object)
            columns |= {"family_a": families[self.first], "family_b": families[self.second]}
        columns["time"] = self._times()
        for name, sides in (("words", self.words), ("progress", self.progress)):
            if sides is not None:
                columns |= {f"{name}_a": sides[:, 0], f"{name}_b": sides[:, 1]}
        return columns

    def _judge_columns(self, judge: np.ndarray) -> dict[str, np.ndarray]:
        judges = self.truth.judges
        columns = {"judge": np.array([j.name for j in judges], object)[judge]}
        if any(j.family for j in judges):
            columns["judge_family"] = np.array([j.family for j in judges], object)[judge]
        for name in dict.fromkeys(name for j in judges for name in j.fields):
            columns[name] = np.array([j.fields.get(name, "") for j in judges], object)[judge]
        return columns

    def _times(self) -> np.ndarray:
        seconds = np.rint(self.moment * self.truth.seconds).astype("timedelta64[s]")
        return np.datetime_as_string(np.datetime64(self.truth.start, "s") + seconds).astype(object)

    def truth_json(self) -> str:
        """Return the truth as a JSON text: settings, strengths, judges, strengths by capability."""
        truth = self.truth
        settings = {
            name: getattr(truth, name)
            for name in (
                "items", "item_spread", "item_effect", "item_difficulty", "ties", "both_bad",
                "words", "length_effect", "weeks",
            )
        }  # fmt: skip
        table = truth.capabilities()
        content = {
            "simulated": True,
            "seed": self.seed,
            "comparisons": len(self),
            "start": truth.start.isoformat(),
            "points_per_factor_10_of_odds": 400,
            "settings": settings,
            "competitors": truth.strengths().to_dict("records"),
            "planted_capabilities": truth.planted(),
            "judges": [
                {
                    "judge": judge.name,
                    "family": judge.family,
                    "position_bias": judge.position_bias,
                    "family_preference": judge.family_preference,
                    "sharpness": judge.sharpness,
                    "both_orders": judge.both_orders,
                }
                for judge in truth.judges
            ],
            "strength_by_capability": {
                path: dict(zip(rows["competitor"], rows["strength"], strict=True))
                for path, rows in table.groupby("capability", sort=True)
            },
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
