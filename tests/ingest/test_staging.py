"""Staging: what a file is, its columns, and exact positions of what could not be read."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranking.errors import CancelledError, InputError
from ranking.ingest import Mapping, check, delimited, stage
from ranking.ingest.progress import Watch
from ranking.ingest.source import open_source

HEADER = "a,b,winner\n"
GOOD = "x,y,a\n"
MAPPING = Mapping(first="a", second="b", outcome="winner", dialect="words")


def rejects(file, mapping=MAPPING):
    """Return (line, reason) of what is rejected."""
    found = check(file, mapping).rejects()
    return list(zip(found["line"], found["reason"], strict=True))


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (HEADER + GOOD, "log.csv", "csv"),
        (HEADER + GOOD, "log.parquet", "csv"),
        ('{"a":"x","b":"y","winner":"a"}\n', "log.csv", "json lines"),
        ('\n [{"a":"x","b":"y","winner":"a"}]', "log.txt", "json array"),
        (gzip.compress((HEADER + GOOD).encode(), mtime=0), "log.csv", "csv"),
        ("\ufeff" + HEADER + GOOD, "log.csv", "csv"),
        ((HEADER + GOOD).encode("utf-16"), "log.csv", "csv"),
        ('\ufeff{"a":"x","b":"y","winner":"a"}\n', "log.json", "json lines"),
    ],
)
def test_content_decides_what_a_file_is(staged, content, name, expected):
    """The ending of the name plays no part; compression and byte order marks are honoured."""
    file = staged(content, name)
    assert (file.format, file.columns, file.rows) == (expected, ("a", "b", "winner"), 1)
    assert file.head().iloc[0].to_list() == ["x", "y", "a"]


def test_parquet_is_recognised_and_typed_columns_become_text(staged, tmp_path: Path):
    """A Parquet file is read where it lies; numbers, times and lists are shown as text."""
    table = pd.DataFrame(
        {"a": ["x"], "n": [1.5], "t": pd.to_datetime(["2024-01-02"]), "l": [["p"]]}
    )
    table.to_parquet(tmp_path / "t.bin")
    with stage(tmp_path / "t.bin") as file:
        assert (file.format, file.position, file.rows) == ("parquet", "row", 1)
        assert file.head().iloc[0].to_list() == ["x", "1.5", "2024-01-02 00:00:00", '["p"]']


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(staged, delimiter):
    """Comma, semicolon, tab and bar are told apart by the first records."""
    text = "a,b,note\nx,y,'p q'\nu,v,w\n".replace(",", delimiter)
    file = staged(text)
    assert (file.delimiter, file.columns) == (delimiter, ("a", "b", "note"))


def test_a_stated_delimiter_is_used(staged):
    """Any one character can be stated."""
    assert staged("a^b^winner\nx^y^a\n", delimiter="^").columns == ("a", "b", "winner")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "nothing but blank lines"),
        (b"a,b,winner\n", "no rows"),
        (b"a,b,a\nx,y,z\n", "two columns named 'a'"),
        (b"a,,winner\nx,y,z\n", "Column 2 of log.csv has no name"),
        (b"winner\na\n", "only one column"),
        (bytes(range(256)) * 8, "not a text file"),
        (b"PK\x03\x04rest", "zip archive or an Excel"),
        (b"PAR1 but not really", "damaged Parquet"),
        (b"\x1f\x8b\x08broken", "damaged gzip"),
        (b"[1, 2", "not valid JSON: Expecting ',' delimiter at line 1, column 6"),
        (b'{"a": 1,\n "b": 2}', "one JSON object"),
        (b"{broken\n{broken too\n", "first problem is in line 1: The line is not valid JSON"),
        (b"[]", "no rows"),
        (b"\xe4,b,winner\nx,y,a\n", "header of log.csv is not valid UTF-8"),
        (b"a,b,winner\rx,y,a\r", "carriage returns alone"),
        (b'"a,b,winner\nx,y,a\n', "quotes of the header"),
        (b"a,b,winner\nx,y\n", "line 2: Too few columns: the line has 2 columns, the header has 3"),
    ],
)
def test_what_cannot_be_read_at_all_is_one_sentence(staged, content, words):
    """Each kind of unusable file has its own sentence, which names the file."""
    with pytest.raises(InputError, match=r"log\.csv") as error:
        staged(content)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_directory_are_named(tmp_path: Path):
    """Neither is a traceback."""
    with pytest.raises(InputError, match=r"There is no file gone\.csv"):
        stage(tmp_path / "gone.csv")
    with pytest.raises(InputError, match="is a directory"):
        stage(tmp_path)


def test_an_unnamed_row_index_is_called_index(staged):
    """What pandas and R write first is no reason to refuse a file."""
    assert staged(",a,b,winner\n0,x,y,a\n").columns == ("index", "a", "b", "winner")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x,y\n" + GOOD, [(2, "Too few columns: the line has 2 columns, the header has 3.")]),
        ("x,y,a,z\n" + GOOD, [(2, "Too many columns: the line has 4 columns, the header has 3.")]),
        (GOOD + '"x,y,a\n' + GOOD, [(3, delimited.BROKEN_QUOTES)]),
        (GOOD + 'x"",y,a\n"x"z,y,a\n', [(4, delimited.BROKEN_QUOTES)]),
        (GOOD + "x\0,y,a\n" + GOOD, [(3, delimited.NUL_BYTES)]),
        (GOOD + "\n\nx,y\n", [(5, "Too few columns: the line has 2 columns, the header has 3.")]),
        (GOOD + "x,y\rz,a\n", [(3, delimited.STRAY_RETURN)]),
        ('"x\n1",y,a\n"x\n\n2",y,a\nx,x,a\n', [(7, "Both competitors are the same.")]),
        ('"x\r\n1",y,a\r\nx,x,a\r\n', [(4, "Both competitors are the same.")]),
        ('"x\n1",y,a\nz,y\nx,x,a\n', [
            (4, "Too few columns: the line has 2 columns, the header has 3."),
            (5, "Both competitors are the same."),
        ]),
        (GOOD + 'x,"y\nx,y,a\nx,y,b\n', [(3, delimited.BROKEN_QUOTES)]),
    ],
)  # fmt: skip
def test_rejected_lines_have_exact_numbers(staged, body, expected):
    """Blank lines, line ends inside quotes and broken lines never shift a line number."""
    assert rejects(staged(HEADER + body)) == expected


def test_a_line_that_is_not_utf8_is_rejected_alone(staged):
    """One bad byte costs one line, and the sentence says what to do."""
    file = staged(HEADER.encode() + b"x,y,a\nx\xe4,y,a\nx,y,b\n")
    assert rejects(file) == [(3, delimited.NOT_UTF8)]
    assert check(file, MAPPING).accepted == 2


def test_a_stated_encoding_is_used(staged):
    """Latin-1 text reads when it is stated; a wrong or unknown encoding is a sentence."""
    content = (HEADER + "mäx,y,a\n").encode("latin-1")
    assert staged(content, encoding="latin-1").head()["a"][0] == "mäx"
    with pytest.raises(InputError, match="is not utf-8"):
        staged(content, encoding="utf-8")
    with pytest.raises(InputError, match="no encoding 'klingon'"):
        staged(content, encoding="klingon")
    with pytest.raises(InputError, match="no encoding 'base64'"):
        staged(content, encoding="base64")


def test_a_stray_quote_never_eats_good_rows(staged):
    """A quote that is opened and not closed costs its own line, however many follow."""
    file = staged(HEADER + 'x,"y,a\n' + GOOD * 3000)
    assert rejects(file) == [(2, delimited.BROKEN_QUOTES)]
    assert file.rows == 3000


def test_very_long_values_are_read_on_both_paths(staged):
    """A value of several megabytes is no reason to lose its row or any other."""
    long = "z" * 5_000_000
    assert staged(HEADER + f"{long},y,a\n" + GOOD).rows == 2
    assert staged(HEADER + f'"{long}\n",y,a\nx\n' + GOOD).rows == 2


def test_json_lines_keep_line_numbers(staged):
    """Blank lines, broken lines and lines that are no objects are told apart."""
    good = '{"a":"x","b":"y","winner":"a"}\n'
    text = good + "\n" + "{oops\n" + "[1]\n" + good + '{"a":"x","b":"x","winner":"a"}\n'
    assert rejects(staged(text)) == [
        (3, "The line is not valid JSON."),
        (4, "The record is not an object with named values."),
        (6, "Both competitors are the same."),
    ]


def test_json_arrays_count_records(staged):
    """Positions in an array count records; missing names are missing values."""
    records = [{"a": "x", "b": "y", "winner": "a"}, {"a": "x", "winner": "b"}, 3]
    file = staged(json.dumps(records))
    assert file.position == "record"
    assert rejects(file) == [
        (2, "The name of competitor B is missing."),
        (3, "The record is not an object with named values."),
    ]


def test_json_names_are_exact(staged):
    """Names that differ in case, or hold slashes, tildes and quotes, are different columns."""
    record = {"a": "1", "A": "2", "a/b": "3", "a~b": "4", 'q"': "5", "": "6"}
    with pytest.raises(InputError, match="Column 6"):
        staged(json.dumps(record) + "\n")
    del record[""]
    file = staged(json.dumps(record) + "\n")
    assert dict(zip(file.columns, file.head().iloc[0], strict=True)) == record


def test_nan_in_json_is_no_value(staged):
    """Python writes NaN, which JSON does not have; it reads as a missing value."""
    text = '{"a":"x","b":"y","winner":"a","score":NaN}\n'
    mapping = Mapping(first="a", second="b", outcome="winner", score_first="score")
    for content in (text, text + "oops\n"):
        assert check(staged(content), mapping).sample["score A"].isna().all()


def test_progress_grows_and_cancelling_leaves_nothing(tmp_path: Path):
    """Fractions never fall; a cancelled staging raises and removes its files."""
    from ranking.store.staging import staging_directory

    path = tmp_path / "log.csv"
    path.write_text(HEADER + GOOD * 1000)
    told: list[float] = []
    stage(path, progress=lambda fraction, _: told.append(fraction)).close()
    assert told == sorted(told)
    before = set(staging_directory().iterdir())
    with pytest.raises(CancelledError):
        stage(path, cancelled=lambda: True)
    assert set(staging_directory().iterdir()) == before


cell = st.text(alphabet="ab \",;\n\r\té'\\#", max_size=6)
rows = st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=12)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows, crlf=st.booleans(), final=st.booleans())
def test_what_csv_wrote_is_read_back(tmp_path: Path, rows, crlf, final):
    """Whatever Python's csv module writes is read back cell by cell."""
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if crlf else "\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "winner"], *rows])
    content = text.getvalue() if final else text.getvalue().rstrip("\r\n")
    path = tmp_path / "round.csv"
    path.write_bytes(content.encode())
    with stage(path) as file:
        read = file.head(100).fillna("").to_numpy().tolist()
    assert [[cell.lstrip(" ") for cell in row] for row in read] == [
        [cell.lstrip(" ") for cell in row] for row in rows
    ]


def table_of(file):
    """Return the line numbers and cells of a staged file."""
    cells = ", ".join(f"ltrim(coalesce({file.text(column)}, ''), ' ')" for column in file.columns)
    with file.reading() as connection:
        return connection.execute(
            f"SELECT {file.line}, {cells} FROM {file.relation()} ORDER BY 1"
        ).fetchall()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows, quoting=st.sampled_from([0, 1]))
def test_the_fast_and_the_careful_reader_agree(tmp_path: Path, rows, quoting):
    """A broken line at the end sends the file to the careful reader: same rows, same lines."""
    import csv
    import io

    text = io.StringIO(newline="")
    if not quoting:  # the csv module leaves a lone carriage return bare
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)
    writer.writerows([["a", "b", "winner"], *rows])
    path = tmp_path / "both.csv"
    path.write_bytes(text.getvalue().encode())
    if any(not "".join(row).strip() for row in rows):
        return  # a row of blanks is a blank line to the careful reader only
    with stage(path) as fast:
        expected = table_of(fast)
    path.write_bytes((text.getvalue() + "broken\n").encode())
    with stage(path) as careful:
        assert careful.unreadable == 1
        assert table_of(careful) == expected


def test_the_survey_counts_every_line(tmp_path: Path):
    """The bytes add up: lines, quotes, NULs, lone returns, validity."""
    path = tmp_path / "x"
    path.write_bytes(b'a\r\n"b"\0\rc\n\xff')
    survey = open_source(path, "x", encoding=None, watch=Watch(), made=[]).survey
    assert survey is not None
    assert (survey.lines, survey.quotes, survey.nuls, survey.lone_returns) == (3, 2, 1, 1)
    assert not survey.utf8


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".csv.gz"])
def test_the_users_file_stays(tmp_path: Path, ending: str):
    """Staging removes its own files only, even where the user's lies in the private directory."""
    from ranking.store.staging import staged_path, staging_directory

    table = pd.DataFrame({"a": ["x"], "b": ["y"], "winner": ["a"]})
    path = staged_path(ending)
    table.to_parquet(path) if ending == ".parquet" else table.to_csv(path, index=False)
    before = set(staging_directory().iterdir())
    with stage(path) as file:
        assert file.rows == 1
    with pytest.raises(InputError):
        stage(path, delimiter="too long") if ending != ".parquet" else stage(tmp_path)
    assert set(staging_directory().iterdir()) == before
    path.unlink()


def test_damaged_parquet_pages_are_a_sentence(tmp_path: Path):
    """A file whose footer is whole but whose pages are not is refused, wherever that shows."""
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a": ["x", "y"] * 99, "b": ["z"] * 198, "winner": ["a"] * 198}).to_parquet(path)
    data = bytearray(path.read_bytes())
    data[4:150] = bytes(146)
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"t\.parquet"), stage(path) as file:
        check(file, MAPPING)
