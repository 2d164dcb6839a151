"""Scenarios: casts of competitors, judges and capabilities that make plausible arenas."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ranking.errors import InputError
from ranking.outcomes import NAMES
from ranking.simulation import texts
from ranking.simulation.draw import TEXTS, simulate, stream, uniform
from ranking.simulation.result import Simulation
from ranking.simulation.truth import Competitor, Facet, Judge, Truth

_GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True)
class Scenario:
    """One kind of arena that can be made in any size.

    Attributes
    ----------
    name : str
        As it is given at the command line.
    noun : str
        What a competitor is called.
    competitors, comparisons, seed : int
        The size and the seed of the sample arena that ships with Podium.
    truth : callable
        From the numbers of competitors and comparisons to a `Truth`.
    log : callable
        From a `Simulation` to the table that is written, texts included.
    """

    name: str
    noun: str
    competitors: int
    comparisons: int
    seed: int
    truth: Callable[[int, int], Truth]
    log: Callable[[Simulation], pd.DataFrame]

    def simulate(
        self,
        *,
        comparisons: int | None = None,
        competitors: int | None = None,
        seed: int | None = None,
    ) -> Simulation:
        """Draw a log of this kind; what is not given is as in the sample arena.

        Raises
        ------
        InputError
            If there are fewer than two competitors, no comparison, or a negative seed.
        """
        comparisons = self.comparisons if comparisons is None else comparisons
        competitors = self.competitors if competitors is None else competitors
        if competitors < 2:
            raise InputError(f"An arena needs at least two competitors, not {competitors}.")
        truth = self.truth(competitors, max(comparisons, 1))
        return simulate(truth, comparisons=comparisons, seed=self.seed if seed is None else seed)


_MODELS = (
    Competitor("aurelle-4-max", 1152, "aurelle", 1.8, capabilities={"reasoning/spatial": -110}),
    Competitor("quillon-9-pro", 1143, "quillon", 1.7, capabilities={"mathematics": 60}),
    Competitor("tessaly-ultra-3", 1150, "tessaly", 1.4,
               capabilities={"writing": 60, "coding/sql": -120}),
    _VELDT := Competitor("veldt-large-2", 1098, "veldt", 1.2),
    _VELDT.clone("veldt-large-2-turbo", share=1.0),
    Competitor("aurelle-4", 1088, "aurelle", 1.6, verbosity=1.6),
    Competitor("quillon-9", 1102, "quillon", 1.5, verbosity=0.75),
    Competitor("tessaly-pro-3", 1093, "tessaly", 1.1, capabilities={"knowledge/medicine": 90}),
    Competitor("lumenfold-coder-2", 1030, "lumenfold", 1.0,
               capabilities={"coding": 130, "writing": -90}),
    Competitor("brambly-poet-1", 1002, "brambly", 0.9,
               capabilities={"writing/creative": 160, "mathematics": -100}),
    Competitor("harrow-chat-5", 1030, "harrow", 1.0, drift=-140),
    Competitor("harrow-chat-4", 1012, "harrow", 0.8),
    Competitor("veldt-medium-2", 1016, "veldt", 1.0, capabilities={"languages": 110}),
    Competitor("marlowe-70", 1014, "marlowe", 1.0),
    Competitor("marlowe-30", 983, "marlowe", 0.9),
    Competitor("quillon-8", 1006, "quillon", 0.8, capabilities={"instructions/length": -130}),
    Competitor("tessaly-lite-3", 968, "tessaly", 0.9, verbosity=0.6),
    Competitor("aurelle-3", 990, "aurelle", 0.7, capabilities={"coding/python/debugging": 100}),
    Competitor("lumenfold-base-2", 936, "lumenfold", 0.7),
    Competitor("brambly-core-1", 922, "brambly", 0.6),
    Competitor("harrow-mini-5", 903, "harrow", 0.7, verbosity=0.7),
    Competitor("marlowe-8", 868, "marlowe", 0.7),
    Competitor("veldt-small-2", 860, "veldt", 0.6, capabilities={"languages": 110}),
    Competitor("tessaly-4-preview", 1010, "tessaly", 0.1, joins=0.965),
)  # fmt: skip
_HUMANS = 60
_CARELESS = 41


def _language_judges() -> tuple[Judge, ...]:
    people = tuple(
        Judge(
            f"annotator-{number:02d}",
            "human",
            position_bias=float(round(12 + 8 * _spread_normal(number), 1)),
            sharpness=0.0 if number == _CARELESS else 1.0,
            share=(0.5 + number % 7) / np.sqrt(number),
        )
        for number in range(1, _HUMANS + 1)
    )
    total = sum(judge.share for judge in people)
    return (
        *people,
        Judge("aurelle-judge", "aurelle", 45, 70, 1.2, 0.2 * total, both_orders=True),
        Judge("quillon-judge", "quillon", -30, 45, 1.1, 0.12 * total, both_orders=True),
    )


def _language_truth(competitors: int, comparisons: int) -> Truth:
    paths = list(texts.LANGUAGE_TASKS)
    shares = {path: 1.0 + 2.0 * (position * 3 % 5) / 4 for position, path in enumerate(paths)}
    return _centred(
        Truth(
            _cast(_MODELS, competitors, "model"),
            judges=_language_judges(),
            facets=(Facet("capability", shares),),
            items=max(comparisons // 40, 1),
            item_spread=1.2,
            item_effect=100,
            item_difficulty=120,
            ties=0.35,
            both_bad=800,
            words=220,
            length_effect=140,
        )
    )


def _language_log(simulation: Simulation) -> pd.DataFrame:
    """Name the prompts and add texts; rows are grouped by prompt, then in the order of time."""
    item, paths = simulation.item, list(simulation.truth.facets[0].leaves)
    assert item is not None
    log = simulation.comparisons.copy()
    log["prompt_id"] = _numbered("p", simulation.truth.items)[item]
    prompts = texts.item_texts(texts.LANGUAGE_TASKS, simulation.leaves[:, 0], paths)
    log.insert(4, "prompt", prompts[item])
    for column, side in enumerate((simulation.first, simulation.second)):
        log[f"response_{'ab'[column]}"] = texts.response_summaries(
            simulation.strength[:, column], item, side
        )
    number = uniform(stream(simulation.seed, TEXTS), (2, len(simulation)))
    spoken = (number[0] < 0.08) & (log["judge_family"] == "human").to_numpy()
    said = texts.remarks(np.array(NAMES, object)[simulation.outcome], number[1])
    log["feedback"] = np.where(spoken, said, "")
    return log.iloc[np.argsort(item, kind="stable")].reset_index(drop=True)


_POLICIES = (
    Competitor("kestrel-flow-2", 1132, "kestrel", 1.4),
    Competitor("palmara-vla", 1126, "palmara", 1.3, capabilities={"deformable": -130}),
    Competitor("kestrel-flow-1", 1050, "kestrel", 1.0),
    Competitor("tidepool-diffusion", 985, "tidepool", 1.0, capabilities={"precise": 150}),
    Competitor("palmara-vla-small", 1005, "palmara", 0.9),
    Competitor("mosaic-chunks", 950, "mosaic", 0.9, capabilities={"kitchen": 90}),
    Competitor("ferrule-tokens", 946, "ferrule", 0.8),
    Competitor("gripwell-base", 850, "gripwell", 0.7),
    Competitor("kestrel-flow-3-beta", 1110, "kestrel", 0.4, joins=0.9),
)
_INSTITUTIONS = (
    "Ashgrove Institute", "Calder University", "Eastmere Polytechnic", "Fenwick Robotics Lab",
    "Holloway College", "Norrland Technical University", "Saint Brannock University",
)  # fmt: skip
_SCENES = {
    "kitchen/counter": 3.0, "kitchen/sink": 1.0, "office/desk": 2.0,
    "home/table": 2.0, "lab/bench": 3.0,
}  # fmt: skip


def _robot_truth(competitors: int, comparisons: int) -> Truth:
    evaluators = tuple(
        Judge(
            f"evaluator-{number:02d}",
            position_bias=float(round(10 + 8 * _spread_normal(number), 1)),
            share=1.0 / np.sqrt(number),
            fields={"institution": _INSTITUTIONS[number * 5 % len(_INSTITUTIONS)]},
        )
        for number in range(1, 29)
    )
    skills = dict(zip(texts.ROBOT_TASKS, (6, 4, 3, 3, 2, 2, 2, 1, 2, 2), strict=True))
    return _centred(
        Truth(
            _cast(_POLICIES, competitors, "policy"),
            judges=evaluators,
            facets=(Facet("skill", skills), Facet("scene", _SCENES)),
            items=max(comparisons // 8, 1),
            item_effect=90,
            ties=0.5,
            words=30,
            progress=True,
            noun="policy",
        )
    )


def _robot_log(simulation: Simulation) -> pd.DataFrame:
    """Name the columns as robot evaluations do and add instructions and reports."""
    item, paths = simulation.item, list(simulation.truth.facets[0].leaves)
    assert item is not None and simulation.progress is not None
    log = simulation.comparisons.drop(columns=["family_a", "family_b"])
    log["winner"] = log["winner"].map({"policy_a": "A", "policy_b": "B", "tie": "tie"})
    log["prompt_id"] = _numbered("task-", simulation.truth.items)[item]
    log.insert(4, "instruction", texts.instructions(simulation.leaves[:, 0], paths)[item])
    log["feedback"] = texts.session_reports(simulation.progress)
    return log.rename(
        columns={
            "winner": "preference",
            "prompt_id": "task_id",
            "judge": "evaluator",
            "words_a": "seconds_a",
            "words_b": "seconds_b",
        }
    )


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario("language-models", "model", 24, 60_000, 20260105, _language_truth, _language_log),
        Scenario("robot-policies", "policy", 9, 2_400, 20260106, _robot_truth, _robot_log),
    )
}
"""Scenarios by name."""


def find_scenario(name: str) -> Scenario:
    """Return the scenario of that name.

    Raises
    ------
    InputError
        If there is none; the message names those that exist.
    """
    if name not in SCENARIOS:
        raise InputError(
            f"There is no scenario {name!r}; the scenarios are: {', '.join(SCENARIOS)}."
        )
    return SCENARIOS[name]


def _cast(known: tuple[Competitor, ...], count: int, noun: str) -> tuple[Competitor, ...]:
    """Return the first competitors of a cast, or the cast and more of no particular profile."""
    more = (
        Competitor(f"{noun}-{number:03d}", float(round(1000 + 90 * _spread_normal(number), 1)))
        for number in range(len(known) + 1, count + 1)
    )
    return (*known[:count], *more)


def _centred(truth: Truth) -> Truth:
    """Shift all strengths so that their overall mean is 1000, as on a leaderboard."""
    shift = 1000 - truth.overall().mean()
    return replace(
        truth,
        competitors=tuple(
            replace(c, strength=float(round(c.strength + shift, 2))) for c in truth.competitors
        ),
        both_bad=None if truth.both_bad is None else float(round(truth.both_bad + shift, 2)),
    )


def _spread_normal(number: int) -> float:
    """Return the n-th of an even sequence of normal numbers, without a seed."""
    return float(ndtri(0.02 + 0.96 * (number * _GOLDEN_RATIO % 1.0)))


def _numbered(prefix: str, count: int) -> np.ndarray:
    width = max(4, len(str(count)))
    return np.array([f"{prefix}{number:0{width}d}" for number in range(1, count + 1)], object)
