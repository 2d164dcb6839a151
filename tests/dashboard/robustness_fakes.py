"""Results of the redundancy laboratory and of cycles made by hand, for charts."""

from typing import Any

import numpy as np

from ranking.diagnostics.cycles import Cycle
from ranking.diagnostics.redundancy import AttackResult, CloneCompetitor, Move, Robustness

NAMES = ("ant", "bee", "cat", "dog")


def fake_move(**changes: Any) -> Move:
    """Return the move of a method under which bee and cat change places."""
    fields: dict[str, Any] = {
        "method": "bradley-terry",
        "title": "Bradley–Terry",
        "competitors": NAMES,
        "before": np.array([1100.0, 1040.0, 1000.0, 900.0]),
        "after": np.array([1100.0, 990.0, 1030.0, 900.0]),
        "rank_before": np.array([1.0, 2.0, 3.0, 4.0]),
        "rank_after": np.array([1.0, 3.0, 2.0, 4.0]),
        "largest": 50.0,
        "mover": "bee",
        "changed": 2,
        "seconds": 0.1,
    }
    return Move(**{**fields, **changes})


def still(**changes: Any) -> Move:
    """Return the move of a method that does not move."""
    before = fake_move()
    return fake_move(
        **{
            "method": "nash", "title": "Nash averaging", "after": before.before,
            "rank_after": before.rank_before, "largest": 1e-9, "mover": "", "changed": 0,
            **changes,
        }
    )  # fmt: skip


def failed(**changes: Any) -> Move:
    """Return the move of a method that could not rate."""
    unknown = np.full(len(NAMES), np.nan)
    return fake_move(
        **{
            "method": "cce", "title": "Coarse correlated equilibrium", "before": unknown,
            "after": unknown, "rank_before": unknown, "rank_after": unknown, "largest": np.nan,
            "mover": "", "changed": 0, "error": "It did not converge.", **changes,
        }
    )  # fmt: skip


def fake_result(*moves: Move, competitor: str = "dog") -> AttackResult:
    """Return the result of cloning a competitor."""
    return AttackResult(CloneCompetitor(competitor), moves or (fake_move(), still()), True, 100.0)


def fake_robustness(*results: AttackResult) -> Robustness:
    """Return the results of some attacks."""
    results = results or (fake_result(),)
    return Robustness(
        arena="Arena",
        noun="model",
        tasks_by="none",
        methods=tuple(move.method for move in results[0].moves),
        results=results,
        sentence="Exact copies move Bradley–Terry by up to 50 points.",
    )


def fake_cycle(**changes: Any) -> Cycle:
    """Return a full circle of three."""
    fields: dict[str, Any] = {
        "competitors": ("ant", "bee", "cat"),
        "closed": True,
        "curl": 2.0,
        "z": 5.0,
        "adjusted_p": 0.0004,
        "won": (60.0, 30.0, 8.0),
        "lost": (40.0, 10.0, 2.0),
    }
    return Cycle(**{**fields, **changes})
