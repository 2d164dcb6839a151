"""The sample arenas that ship with Podium: what they are, how they are made and loaded.

``python -m ranking.samples data`` (or ``make samples``) makes their files again, byte for byte.
"""

import gzip
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ranking.errors import StoreError
from ranking.ingest.mapping import Mapping
from ranking.simulate import compressed, csv_bytes, find_scenario, truth_path

if TYPE_CHECKING:
    from ranking.store.connection import Store

DIRECTORY = Path(__file__).resolve().parent.parent / "data"
"""Where the files are: beside the `ranking` package, in the checkout."""

_CITATIONS = {
    # Rows are cited, columns are citing, in the order of the rows; a journal citing itself is left
    # out. Stigler 1994, Statistical Science 9:94, as used by Agresti 2002, p. 448.
    "Biometrika": (None, 730, 498, 221),
    "Communications in Statistics": (33, None, 68, 17),
    "JASA": (320, 813, None, 142),
    "JRSS-B": (284, 276, 325, None),
}


@dataclass(frozen=True)
class Sample:
    """One sample arena.

    Attributes
    ----------
    name : str
        Name of the arena.
    file : str
        Name of its file in the data directory.
    noun : str
        What a competitor is called.
    description : str
        Where the evidence comes from.
    simulated : bool
        Whether the evidence was simulated.
    mapping : Mapping
        Which column plays which role.
    """

    name: str
    file: str
    noun: str
    description: str
    simulated: bool
    mapping: Mapping


SAMPLES: tuple[Sample, ...] = (
    Sample(
        name="language-models",
        file="language-models.csv.gz",
        noun="model",
        description=(
            "Simulated: 60,000 comparisons of 24 invented language models on about 1,500 prompts "
            "by people and two model judges over 20 weeks, drawn from a known truth."
        ),
        simulated=True,
        mapping=Mapping(
            first="model_a",
            second="model_b",
            outcome="winner",
            dialect="words",
            item="prompt_id",
            item_text="prompt",
            judge="judge",
            judge_family="judge_family",
            time="time",
            response_first="response_a",
            response_second="response_b",
            feedback="feedback",
            capability=("capability",),
            features=(("words", "words_a", "words_b"),),
            fields=("family_a", "family_b"),
        ),
    ),
    Sample(
        name="robot-policies",
        file="robot-policies.csv",
        noun="policy",
        description=(
            "Simulated: 2,400 blind A/B sessions of 9 invented robot policies at seven invented "
            "institutions over 20 weeks, with progress scores, drawn from a known truth."
        ),
        simulated=True,
        mapping=Mapping(
            first="policy_a",
            second="policy_b",
            outcome="preference",
            dialect="words",
            item="task_id",
            item_text="instruction",
            judge="evaluator",
            time="time",
            score_first="progress_a",
            score_second="progress_b",
            feedback="feedback",
            capability=("skill", "scene"),
            features=(("seconds", "seconds_a", "seconds_b"),),
            fields=("institution",),
        ),
    ),
    Sample(
        name="journal-citations",
        file="journal-citations.csv",
        noun="journal",
        description=(
            "Published facts: citations among four journals of statistics (Stigler 1994). "
            "A citation of one journal by another is a win for the cited one."
        ),
        simulated=False,
        mapping=Mapping(
            first="journal_a", second="journal_b", outcome="winner", dialect="name", count="count"
        ),
    ),
)
"""The sample arenas, in the order in which they are loaded."""


def load_samples(
    store: "Store", *, progress: Callable[[float, str], None] | None = None
) -> tuple[str, ...]:
    """Import the sample arenas into a store; those that are there already stay as they are.

    Parameters
    ----------
    store : Store
        The database.
    progress : callable, optional
        Told the fraction done in [0, 1] and what is being done.

    Returns
    -------
    tuple of str
        Names of the arenas.

    Raises
    ------
    StoreError
        If the files are not there, or the store cannot be written.
    """
    from ranking.ingest import import_staged, stage

    for position, sample in enumerate(SAMPLES):
        if progress is not None:
            progress(position / len(SAMPLES), f"Loading the sample {sample.name}")
        with stage(sample_path(sample)) as staged:
            import_staged(
                store,
                staged,
                sample.mapping,
                arena=sample.name,
                noun=sample.noun,
                description=sample.description,
                simulated=sample.simulated,
            )
    if progress is not None:
        progress(1.0, "The samples are loaded")
    return tuple(sample.name for sample in SAMPLES)


def sample_path(sample: Sample, directory: Path | None = None) -> Path:
    """Return where a sample's file is; `directory` defaults to the data directory.

    Raises
    ------
    StoreError
        If it is not there.
    """
    path = (DIRECTORY if directory is None else directory) / sample.file
    if not path.is_file():
        raise StoreError(
            f"The sample arena {sample.name!r} needs {path}, which is not there; run Podium from "
            "its checkout, where `make samples` makes the file again."
        )
    return path


def sample_files() -> dict[str, bytes]:
    """Make the contents of all files of the samples, logs (uncompressed) and truths, by name."""
    files: dict[str, bytes] = {}
    for sample in SAMPLES:
        if not sample.simulated:
            files[sample.file] = csv_bytes(_citations())
            continue
        scenario = find_scenario(sample.name)
        simulation = scenario.simulate()
        files[sample.file] = csv_bytes(scenario.log(simulation))
        files[truth_path(Path(sample.file)).name] = simulation.truth_json().encode()
    return files


def write_samples(directory: Path) -> list[Path]:
    """Write the files of all samples; a file that holds the right content already is left alone.

    Builds of zlib compress the same content to different bytes. So compressed files are compared by
    what they hold, and a file that was made elsewhere does not change here.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    StoreError
        If a file cannot be written.
    """
    written = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in sample_files().items():
            path = directory / name
            if path.is_file() and read_sample_file(path) == content:
                continue
            path.write_bytes(compressed(content) if path.suffix == ".gz" else content)
            written.append(path)
    except OSError as error:
        raise StoreError(f"The samples cannot be written: {error}.") from error
    return written


def read_sample_file(path: Path) -> bytes:
    """Return what a file holds, uncompressed; nothing where a compressed one is damaged."""
    content = path.read_bytes()
    if path.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError):
        return b""


def _citations() -> pd.DataFrame:
    rows = [
        (cited, citing, cited, count)
        for cited, counts in _CITATIONS.items()
        for citing, count in zip(_CITATIONS, counts, strict=True)
        if count is not None
    ]
    return pd.DataFrame(rows, columns=["journal_a", "journal_b", "winner", "count"])


def main(arguments: list[str] | None = None) -> int:
    """Write the samples into the directory that is named, by default the data directory."""
    arguments = sys.argv[1:] if arguments is None else arguments
    directory = Path(arguments[0]) if arguments else DIRECTORY
    written = write_samples(directory)
    for path in written:
        print(f"{path}: {path.stat().st_size:,} bytes")
    if not written:
        print(f"The samples in {directory} are as they should be.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
