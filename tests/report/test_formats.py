"""Reports as Markdown, HTML, PDF and CSV: the same bytes each time, and no text that does more."""

import csv
import io
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import InputError
from ranking.report import FORMATS, check_format, findings_csv, write_report, written
from ranking.report.blocks import Bar, Bullets, Document, Evidence, Heading, Scale, Table
from ranking.report.document import document
from ranking.report.html_page import as_html
from ranking.report.interval_bar import strokes
from ranking.report.markdown import as_markdown, escaped
from tests.report.conftest import reported
from tests.report.logs import CHINESE, CYRILLIC, HEBREW, MARKED, SCRIPT, THAI

A4 = (595.28, 841.89)


@pytest.mark.parametrize("suffix", FORMATS)
def test_another_database_gives_the_same_bytes(report, suffix) -> None:
    """A report depends on the evidence alone: no clock, no counter, no order of a set."""
    assert written(report, suffix) == written(report, suffix)
    assert written(reported(), suffix) == written(report, suffix)


class Page(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.targets: list[str] = []
        self.names: set[str] = set()
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        held = dict(attrs)
        self.names.add(held.get("id"))
        self.targets += [v for k, v in attrs if k in ("href", "src", "action", "data", "srcset")]
        assert not any(name.startswith("on") for name in held)

    def handle_data(self, data) -> None:
        self.text.append(data)


def test_html_fetches_nothing_and_runs_nothing(report) -> None:
    """No script, no image, no address but places within the page, each of which is there."""
    page = Page(written(report, ".html").decode())
    assert not page.tags & {"script", "img", "link", "iframe", "object", "form", "base"}
    assert page.targets and all(target.startswith("#e") for target in page.targets)
    assert {target.removeprefix("#") for target in page.targets} <= page.names
    assert "url(" not in written(report, ".html").decode().partition("</style>")[0]


def test_html_shows_names_as_they_are(report) -> None:
    """What looks like markup in a name is text."""
    text = "".join(Page(written(report, ".html").decode()).text)
    for name in (SCRIPT, MARKED, CYRILLIC, CHINESE, "law & <i", "</td>"):
        assert name in text


def test_markdown_shows_names_as_they_are(report) -> None:
    """No markup of a name is left unescaped, and every row of a table has all its cells."""
    text = written(report, ".md").decode()
    assert not re.search(r"(?<!\\)<|(?<!\\)\]\(|(?<!\\)!\[|(?<!\\)\$|(?<![\\ ])`", text)
    assert "http://" not in text and "www." not in text.replace("www\\.", "")
    for rows in re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE):
        cells = [len(re.findall(r"(?<!\\)\|", row)) for row in rows.splitlines()]
        assert len(set(cells)) == 1


@given(st.text(alphabet="ab1.)+-=*_`[]()<>#|!&~$@:\\/ w", max_size=30))
def test_escaped_markdown_reads_back(text) -> None:
    """Taking the backslashes away gives the text, and nothing that opens markup stands bare."""
    shown = escaped(text)
    assert re.sub(r"\\(.)", r"\1", shown) == text
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`\[\]<>#|!&~$@]", re.sub(r"\\.", "", shown))
    assert not re.match(r"\d+[.)](\s|$)|[-+=](\s|$)", shown)


@pytest.fixture(scope="module")
def pdf(report):
    pypdf = pytest.importorskip("pypdf")
    return pypdf.PdfReader(io.BytesIO(written(report, ".pdf")))


def test_pdf_has_numbered_a4_pages(pdf) -> None:
    """Every page is A4 and says which of how many it is."""
    for at, page in enumerate(pdf.pages, 1):
        assert tuple(map(float, page.mediabox[2:])) == pytest.approx(A4, abs=0.1)
        assert f"Page {at} of {len(pdf.pages)}" in page.extract_text()


def test_pdf_embeds_its_fonts_and_leads_nowhere_else(pdf) -> None:
    """The fonts are inside but those for Chinese; no script, no address of another place."""
    embedded, standard = set(), set()
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            held = font.get_object()
            inside = "/FontFile2" in held.get("/FontDescriptor", {})
            (embedded if inside else standard).add(held["/BaseFont"].partition("+")[2])
        for note in page.get("/Annots", ()):
            assert "/URI" not in str(note.get_object()) and "/JS" not in str(note.get_object())
    assert {"DejaVuSansCondensed", "DejaVuSansCondensed-Bold"} <= embedded
    assert "/OpenAction" not in pdf.trailer["/Root"] and "/Names" not in pdf.trailer["/Root"]
    assert "/CreationDate" not in (pdf.metadata or {}) or "2000" in pdf.metadata["/CreationDate"]


def test_pdf_links_each_sentence_to_its_evidence(pdf, report) -> None:
    """Each number of a sentence is a link to the page on which that item stands."""
    numbers = [number for held in report.numbers.values() for number in held]
    links = [note.get_object()["/Dest"] for page in pdf.pages for note in page.get("/Annots", ())]
    assert len(links) == len(numbers) > 0
    titles = {f"E{one.number} · {one.label}" for one in report.exhibits}
    contents = [link[0]["/Contents"] for link in links]
    targets = "".join(page.extract_text() for page in pdf.pages if page["/Contents"] in contents)
    assert all(title in targets for title in titles)
    assert len({float(link[3]) for link in links}) == len(titles)  # each at a height of its own


def test_pdf_holds_names_of_other_scripts(pdf) -> None:
    """Cyrillic and Chinese can be read back; what no font has is a box, and never an error."""
    text = "".join(page.extract_text() for page in pdf.pages)
    assert CYRILLIC in text and CHINESE in text and SCRIPT in text
    assert THAI not in text and "□" in text


def test_pdf_keeps_text_within_its_margins(pdf) -> None:
    """No line begins outside the page's margins, however long a word is."""
    for page in pdf.pages:
        found = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, found=found: found.append(
                (text.strip(), tm[4] + cm[4], tm[5] + cm[5])
            )
        )
        for text, x, y in found:
            if text:
                assert 40 < x < A4[0] - 40 and 20 < y < A4[1] - 40, text


def test_a_document_of_awkward_parts_is_written_in_every_format() -> None:
    """Unknown numbers, open intervals, empty texts, right-to-left names: each has its place."""
    from ranking.report.pdf import as_pdf

    nan, inf = float("nan"), float("inf")
    rows = (("–", "", Bar(nan, nan, nan)), ("1", HEBREW * 80, Bar(5, -inf, inf, 3, "above")))
    table = Table(("n", "name", ""), rows, (0.1, 0.6, 0.3), Scale(0, 0), 1, "Caption.")
    parts = (Heading("H"), table, Bullets(()), Evidence(1, "", "", ()))
    awkward = Document(SCRIPT * 30, "", parts)
    assert as_pdf(awkward).startswith(b"%PDF")
    assert "nan" not in as_html(awkward).partition("</style>")[2]
    assert as_markdown(awkward)


def test_bars_lie_where_their_numbers_do() -> None:
    """Strokes are shares of the scale, open limits end at its edge, and unknown ones are left."""
    scale = Scale(-10, 10, 0.0, 5)
    drawn = {one.kind: (one.start, one.end) for one in strokes(Bar(5, -20, 7.5, 2), scale)}
    assert drawn["band"] == (0.25, 0.75)
    assert drawn["reference"] == (0.5, 0.5)
    assert drawn["interval"] == (0.0, 0.875)
    assert drawn["dot"] == (0.75, 0.75)
    assert drawn["ring"] == (0.6, 0.6)
    unknown = strokes(Bar(float("nan"), float("nan"), float("nan")), scale)
    assert {one.kind for one in unknown} == {"band", "axis", "reference"}


def test_findings_as_csv_are_all_there_and_no_formula(report) -> None:
    """A row for each finding; numbers read back, and text cannot start a formula."""
    rows = list(csv.DictReader(io.StringIO(findings_csv(report.found))))
    assert [row["verdict"] for row in rows] == [one.verdict for one in report.found.findings]
    for row, one in zip(rows, report.found.findings, strict=True):
        assert float(row["effect"]) == pytest.approx(one.effect, rel=1e-5)
        assert not any(cell.startswith(("=", "@")) for cell in row.values())
        assert row["most_specific"] == str(one.most_specific).lower()


def test_what_cannot_be_written_is_said(report, tmp_path) -> None:
    """An unknown suffix, none, or a folder that is not there: one sentence each."""
    with pytest.raises(InputError, match=r"\.md, \.html, \.pdf; not as '\.docx'"):
        check_format("a.docx")
    with pytest.raises(InputError, match="ends in none of them"):
        check_format("report")
    with pytest.raises(InputError, match="cannot be written: No such file"):
        write_report(report, tmp_path / "no" / "a.md")
    write_report(report, tmp_path / "A.HTML")
    assert (tmp_path / "A.HTML").read_bytes() == written(report, ".html")


def test_headings_go_down_one_at_a_time(report) -> None:
    """Sections, and below them sub-sections; none is skipped."""
    levels = [block.level for block in document(report).blocks if isinstance(block, Heading)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
