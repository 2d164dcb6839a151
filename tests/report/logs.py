"""A small log with a planted strength and weakness, and names that want to be more than names."""

import numpy as np
import pandas as pd

from ranking.comparisons import Comparisons
from ranking.ingest import read

SCRIPT = "<script>alert(1)</script>"
MARKED = "**x** [y](http://e.example) | $z$ www.e.example"
CYRILLIC, CHINESE, HEBREW, THAI = "модель", "通义千问", "עברית", "ไทย"
ENDLESS = "A" * 400
NAMES = (SCRIPT, MARKED, "=1+1", CYRILLIC, CHINESE, ENDLESS)
LAW, CODE = "law & <i/суд", "code/`sql`|x"


def table(items: int = 420, *, seed: int = 0) -> pd.DataFrame:
    """The first competitor wins in law, loses in code, and is even elsewhere."""
    rng = np.random.default_rng(seed)
    paths = (LAW, CODE, "writing/essays")
    other = np.arange(items) % (len(NAMES) - 1) + 1
    chance = np.array([0.95, 0.1, 0.5])[np.arange(items) % 3]
    won = rng.random(items) < chance
    swapped = rng.random(items) < 0.5
    first = np.where(swapped, other, 0)
    return pd.DataFrame(
        {
            "model_a": np.array(NAMES)[first],
            "model_b": np.array(NAMES)[np.where(swapped, 0, other)],
            "winner": np.where(won ^ swapped, "model_a", "model_b"),
            "prompt_id": [f"item {at} <b>" for at in range(items)],
            "prompt": [
                f"Prompt {at}: 你好 {THAI} {SCRIPT}\n# not a heading" for at in range(items)
            ],
            "capability": [paths[at % 3] for at in range(items)],
            "judge": ["ann <i>", "bob"] * (items // 2),
            "response_a": "first </td> http://e.example/a.png " * 20,
            "response_b": "y" * 600,
            "feedback": "good\r\nbad",
        }
    )


def comparisons(**options: int) -> Comparisons:
    """The same, imported into a database of its own."""
    return read(table(**options))
