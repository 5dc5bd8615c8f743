"""Does a real browser show the page: light, dark, on a phone and on paper?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser import DARK, LIGHT, Show, pixels, widths
from metier.faces.report import write_report
from sample_run import TITLE, sample_run

pytestmark = pytest.mark.browser

SECTIONS = ("wheel", "before-after", "curves", "skills", "plans", "failures", "update", "method")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    records, store = sample_run(folder)
    try:
        return write_report(records, store, folder / "report.html", title=TITLE, reused=("discover",), seed=0)
    finally:
        store.close()


@pytest.mark.parametrize(
    ("scheme", "width", "is_dark"), [(LIGHT, 1200, False), (DARK, 1200, True), (LIGHT, 400, False), (DARK, 400, True)]
)
def test_the_page_is_drawn(page: Path, show: Show, tmp_path: Path, scheme: str, width: int, is_dark: bool) -> None:
    picture = tmp_path / "page.png"
    show(page, scheme, f"--window-size={width},900", f"--screenshot={picture}")
    size, rows = pixels(picture.read_bytes(), num_rows=500)
    assert size == (width, 900)
    assert picture.stat().st_size > 15_000
    assert len({pixel for row in rows for pixel in row}) > 40
    assert (sum(rows[0][0]) < 3 * 128) == is_dark


def test_every_section_is_in_the_page_as_shown(page: Path, show: Show) -> None:
    shown = show(page, "--dump-dom")
    assert re.findall(r'<section id="([\w-]+)"', shown) == list(SECTIONS)
    assert shown.count("<svg") > 15


@pytest.mark.parametrize("width", [400, 800, 1200])
def test_nothing_is_wider_than_the_window(page: Path, show: Show, width: int) -> None:
    """Measured by a script of ours in a copy whose policy lets scripts run; wide tables scroll by themselves."""
    of_page, of_window = widths(page, show, width)
    assert of_page <= of_window


def test_no_script_runs_in_the_page_itself(page: Path, show: Show, tmp_path: Path) -> None:
    """Even if markup slipped through, the policy of the page would not let it run."""
    slipped = tmp_path / "slipped.html"
    script = "<script>document.body.dataset.ran = 'yes'</script>"
    slipped.write_text(page.read_text(encoding="utf-8").replace("</body>", f"{script}</body>"), encoding="utf-8")
    assert "data-ran" not in show(slipped, "--dump-dom")


def test_the_page_prints(page: Path, show: Show, tmp_path: Path) -> None:
    paper = tmp_path / "page.pdf"
    show(page, DARK, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    data = paper.read_bytes()
    assert data.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) <= 40
