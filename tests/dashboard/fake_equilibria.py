"""Equilibrium ratings made by hand, for views that need no game to be solved."""

from typing import Any

import numpy as np

from ranking.equilibria.affinity import NearClones
from ranking.equilibria.report import EquilibriumReport
from ranking.ratings import Ratings
from tests.dashboard.fakes import fake_ratings


def fake_report(m: int = 5, tasks: int = 3, **changes: Any) -> EquilibriumReport:
    """Return a report in which the first two tasks decide and each task costs m a little."""
    rng = np.random.default_rng(m * tasks)
    task_rating = 1000.0 - np.maximum(0, np.arange(tasks) - 1) * 20
    mass = np.zeros(tasks)
    mass[:2] = (0.7, 0.3) if tasks > 1 else (1.0,)
    fields: dict[str, Any] = {
        "tasks": tuple(f"task-{number}" for number in range(1, tasks + 1)),
        "tasks_by": "capabilities",
        "task_rating": task_rating,
        "task_low": task_rating - 15,
        "task_high": task_rating + 15,
        "task_mass": mass,
        "mass": np.eye(m)[0],
        "contribution": rng.normal(-10, 20, (m, tasks)),
        "exploitability": 0.3,
        "precision": 1e5,
        "folds": 2,
        "stages": 0,
        "iterations": 40,
        "data_share": 0.62,
        "spread": 0.5,
        "shrinkage": 12.0,
        "clones": (("model-1", "model-1-copy"),),
        "task_clones": (),
        "near_clones": (NearClones("model-2", "model-3", 0.02, 0.9),),
        "near_task_clones": (),
        "kernel_width": 0.03,
        "resamples": 200,
        "bias": np.linspace(-4, -14, m),
    }
    return EquilibriumReport(**{**fields, **changes})


def fake_equilibrium(m: int = 5, tasks: int = 3, **changes: Any) -> Ratings:
    """Return ratings of m competitors by an equilibrium: its report says the same as they do."""
    report = fake_report(m, tasks, **changes)
    rating = 1000 - 30.0 * np.arange(m)
    if report.contribution is not None and "contribution" not in changes:
        parts = report.contribution
        parts = parts - parts.mean(axis=1, keepdims=True) + ((rating - 1000) / tasks)[:, None]
        report = fake_report(m, tasks, **{**changes, "contribution": parts})
    return fake_ratings(
        m,
        rating=rating,
        low=rating - 20,
        high=rating + 20,
        method="logit-equilibrium",
        settings={"both_bad": "tie", "cluster": "auto", "resamples": 200, "payoff": "wins"},
        log_loss=float("nan"),
        scale="7 points for a percentage point of the score; 1000 holds its own",
        equilibrium=report,
    )
