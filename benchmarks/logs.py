"""Synthetic logs with a known truth, made once and kept in benchmarks/.data."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.tally import Codes

DATA = Path(__file__).parent / ".data"
ARENA = "benchmark"
COLUMNS = ["model_a", "model_b", "winner"]
WORDS = ("model_a", "tie", "model_b")
_TIES = 0.6  # Davidson's nu: about a quarter of the comparisons of equals are ties
_JUDGES = 100
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


def drawn(log: Log, *, seed: int = 0) -> "Iterator[tuple[Codes, Codes, Codes, Codes]]":
    """Draw a log in chunks of rows: both sides, the place of the outcome in `WORDS`, the judge.

    Strengths are normal with an SD of 1 logit; outcomes follow Davidson's model, P(a wins), P(tie)
    and P(b wins) in proportion to ``e^(d/2), nu, e^(-d/2)``; competitors meet in proportion to the
    product of their lognormal popularities.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    m = log.competitors
    strength = rng.normal(0, 1, m)
    popularity = rng.lognormal(0, 0.7, m)
    popularity /= popularity.sum()
    for start in range(0, log.rows, _CHUNK):
        rows = min(_CHUNK, log.rows - start)
        first = rng.choice(m, rows, p=popularity)
        second = rng.choice(m, rows, p=popularity)
        second = np.where(second == first, (first + rng.integers(1, m, rows)) % m, second)
        half = (strength[first] - strength[second]) / 2
        shares = np.exp(np.stack([half, np.full(rows, np.log(_TIES)), -half]))
        above = rng.random(rows) * shares.sum(axis=0) > np.cumsum(shares, axis=0)
        yield first, second, above[:2].sum(axis=0), rng.integers(0, _JUDGES, rows)


def name(competitor: int) -> str:
    """Return the name of a competitor, of 29 characters."""
    return f"laboratory/language-model-{competitor:03d}"


def write(log: Log) -> None:
    """Write a log as Parquet and into a store."""
    import pyarrow as pa
    import pyarrow.parquet

    from ranking import Store
    from ranking.ingest import import_file

    DATA.mkdir(exist_ok=True)
    names = pa.array([name(at) for at in range(log.competitors)])
    judges = pa.array([f"j{at:02d}" for at in range(_JUDGES)])
    table = pa.concat_tables(
        pa.table({
            "model_a": names.take(pa.array(first)),
            "model_b": names.take(pa.array(second)),
            "winner": pa.array(WORDS).take(pa.array(word)),
            "judge": judges.take(pa.array(judge)),
        })
        for first, second, word, judge in drawn(log)
    )  # fmt: skip
    pa.parquet.write_table(table, log.parquet)
    log.database.unlink(missing_ok=True)
    import_file(Store(log.database), log.parquet, arena=ARENA)


def write_csv(log: Log) -> None:
    """Write a log that is there as Parquet as CSV."""
    import pyarrow.csv
    import pyarrow.parquet

    options = pyarrow.csv.WriteOptions(quoting_style="none")
    pyarrow.csv.write_csv(pyarrow.parquet.read_table(log.parquet), log.csv, options)


def make(log: Log, *, csv: bool = False) -> None:
    """Write the files of a log that are missing, in a process of its own: this one stays small."""
    if not log.database.exists() or (csv and not log.csv.exists()):
        print(f"making {log}", file=sys.stderr)
        wanted = ["--csv"] if csv else []
        command = [sys.executable, "-m", "benchmarks.logs", log.name, *wanted]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    told = Log.parse(sys.argv[1])
    if not told.database.exists():
        write(told)
    if "--csv" in sys.argv[2:]:
        write_csv(told)
