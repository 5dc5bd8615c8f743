"""Does a real browser show the pages of ads: light, dark, on a phone and on paper?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser import DARK, LIGHT, Show, pixels, widths
from metier.discover.extraction.corpus import survey
from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.faces import demanded, extracted
from metier.faces.page import write_page

pytestmark = pytest.mark.browser

_TEXT = "You know SQL. <script>document.body.dataset.ran = 1</script>\n" + "verylongword" * 30


def _ad(date: str, label: str) -> Extraction:
    skill = Extracted(
        uri="http://example.org/" + "long" * 30, label=label, score=1, probability=0.9, kind=Kind.EXPLICIT, start=9,
        end=12, form="SQL", lanes={"lexical": 1.0, "a lane with a long name": -3.25}, neighbours=("word " * 40,),
    )  # fmt: skip
    reads = (Read(start=0, end=13, skills=(skill,)), Read(start=13, end=len(_TEXT), skipped="company"))
    return Extraction(text=_TEXT, sentences=reads, skills=(skill,), date=date, source="ads/" + "long" * 20)


@pytest.fixture(scope="module", params=["ad", "corpus"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    ads = [_ad(f"2024-0{month}-01", f"skill {'x' * month}" * 6) for month in range(1, 7)]
    made = (
        extracted.as_page(ads[:2], title="Ads") if request.param == "ad" else demanded.as_page(survey(ads), title="Ads")
    )
    return write_page(made, tmp_path_factory.mktemp("page") / f"{request.param}.html")


@pytest.mark.parametrize(("scheme", "width", "is_dark"), [(LIGHT, 1200, False), (DARK, 400, True)])
def test_the_page_is_drawn(page: Path, show: Show, tmp_path: Path, scheme: str, width: int, is_dark: bool) -> None:
    picture = tmp_path / "page.png"
    show(page, scheme, f"--window-size={width},900", f"--screenshot={picture}")
    size, rows = pixels(picture.read_bytes(), num_rows=500)
    assert size == (width, 900)
    assert len({pixel for row in rows for pixel in row}) > 40
    assert (sum(rows[0][0]) < 3 * 128) == is_dark


def test_no_script_of_a_stranger_runs(page: Path, show: Show) -> None:
    assert "data-ran" not in show(page, "--dump-dom")


@pytest.mark.parametrize("width", [400, 800, 1200])
def test_nothing_is_wider_than_the_window(page: Path, show: Show, width: int) -> None:
    of_page, of_window = widths(page, show, width)
    assert of_page <= of_window


def test_the_page_prints(page: Path, show: Show, tmp_path: Path) -> None:
    paper = tmp_path / "page.pdf"
    show(page, DARK, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    data = paper.read_bytes()
    assert data.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) <= 10
