"""Synthetic logs with a known truth, made once and kept in benchmarks/.data."""

import sys
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / ".data"
ARENA = "benchmark"
COLUMNS = ["model_a", "model_b", "winner"]
_WORDS = ("model_a", "tie", "model_b")
_TIES = 0.6  # Davidson's nu: about a quarter of the comparisons of equals are ties
_CHUNK = 1_000_000


@dataclass(frozen=True)
class Log:
    """A log of `rows` comparisons between `competitors` competitors."""

    rows: int
    competitors: int

    def __str__(self) -> str:
        thousands = self.rows // 1000
        size = f"{thousands // 1000}M" if thousands >= 1000 else f"{thousands}k"
        return f"{size} × {self.competitors}"

    @classmethod
    def parse(cls, name: str) -> "Log":
        """Return the log of a name such as ``5000000x200``."""
        rows, competitors = name.split("x")
        return cls(int(rows), int(competitors))

    @property
    def name(self) -> str:
        return f"{self.rows}x{self.competitors}"

    @property
    def parquet(self) -> Path:
        return DATA / f"{self.name}.parquet"

    @property
    def csv(self) -> Path:
        return DATA / f"{self.name}.csv"

    @property
    def database(self) -> Path:
        """Podium's own store, with this log as its only arena."""
        return DATA / f"{self.name}.duckdb"

    @property
    def scratch(self) -> Path:
        """Where a database may be made to be thrown away."""
        return DATA / f"{self.name}.scratch.duckdb"


def write(log: Log, *, seed: int = 0) -> None:
    """Write a log as Parquet, as CSV and into a store.

    Strengths are normal with an SD of 1 logit; outcomes follow Davidson's model, P(a wins), P(tie)
    and P(b wins) in proportion to ``e^(d/2), nu, e^(-d/2)``; competitors meet in proportion to the
    product of their lognormal popularities. Names have 29 characters.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    from ranking import Store
    from ranking.ingest import import_file

    DATA.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    m = log.competitors
    names = pa.array([f"laboratory/language-model-{at:03d}" for at in range(m)])
    strength = rng.normal(0, 1, m)
    popularity = rng.lognormal(0, 0.7, m)
    popularity /= popularity.sum()

    def chunk(rows: int) -> pa.Table:
        first = rng.choice(m, rows, p=popularity)
        second = rng.choice(m, rows, p=popularity)
        second = np.where(second == first, (first + rng.integers(1, m, rows)) % m, second)
        half = (strength[first] - strength[second]) / 2
        shares = np.exp(np.stack([half, np.full(rows, np.log(_TIES)), -half]))
        above = rng.random(rows) * shares.sum(axis=0) > np.cumsum(shares, axis=0)
        judges = pa.array([f"j{at:02d}" for at in range(100)])
        return pa.table({
            "model_a": names.take(pa.array(first)),
            "model_b": names.take(pa.array(second)),
            "winner": pa.array(_WORDS).take(pa.array(above[:2].sum(axis=0))),
            "judge": judges.take(pa.array(rng.integers(0, 100, rows))),
        })  # fmt: skip

    table = pa.concat_tables(chunk(min(_CHUNK, log.rows - at)) for at in range(0, log.rows, _CHUNK))
    pa.csv.write_csv(table, log.csv, pa.csv.WriteOptions(quoting_style="none"))
    pa.parquet.write_table(table, log.parquet)
    log.database.unlink(missing_ok=True)
    import_file(Store(log.database), log.parquet, arena=ARENA)


if __name__ == "__main__":
    write(Log.parse(sys.argv[1]))
