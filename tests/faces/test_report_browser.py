"""Does a real browser show the page: light, dark, on a phone and on paper?"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from metier.faces.report import write_report
from sample_run import TITLE, sample_run

pytestmark = pytest.mark.browser

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
SECTIONS = ("wheel", "before-after", "curves", "skills", "plans", "failures", "update", "method")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

Show = Callable[..., str]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    records, store = sample_run(folder)
    try:
        return write_report(records, store, folder / "report.html", title=TITLE, reused=("discover",), seed=0)
    finally:
        store.close()


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """Open a page in a browser of its own and give what it writes to standard output."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        (pytest.fail if os.environ.get("METIER_REQUIRE") == "all" else pytest.skip)(
            "No Chromium: apt-get install chromium, then run the tests marked browser again."
        )

    def shown(page: Path, *options: str) -> str:
        command = [browser, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", *options, page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    return shown


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
def test_nothing_is_wider_than_the_window(page: Path, show: Show, tmp_path: Path, width: int) -> None:
    """Measured by a script of ours in a copy whose policy lets scripts run; wide tables scroll by themselves."""
    text = POLICY.sub("", page.read_text(encoding="utf-8"))
    measured = tmp_path / "measured.html"
    script = "<script>document.body.dataset.is = document.documentElement.scrollWidth + '/' + innerWidth</script>"
    measured.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    found = re.search(r'data-is="(\d+)/(\d+)"', show(measured, f"--window-size={width},900", "--dump-dom"))
    assert found and int(found[1]) <= int(found[2])


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


def pixels(png: bytes, *, num_rows: int) -> tuple[tuple[int, int], list[list[tuple[int, ...]]]]:
    """The size of a picture and the colours of its first rows (PNG of 8 bits a channel, not interlaced)."""
    place, packed = 8, b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        body = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            packed += body
        place += 12 + length
    assert depth == 8 and colour in (2, 6)
    step = 3 if colour == 2 else 4
    data = zlib.decompress(packed)
    above, rows = bytearray(width * step), []
    for y in range(min(num_rows, height)):
        start = y * (width * step + 1)
        above = unfiltered(data[start], bytearray(data[start + 1 : start + 1 + width * step]), above, step)
        rows.append([tuple(above[x : x + 3]) for x in range(0, width * step, step)])
    return (width, height), rows


def unfiltered(method: int, row: bytearray, above: bytearray, step: int) -> bytearray:
    """Undo the filter of one row (PNG specification, section 9)."""
    for x in range(len(row) if method else 0):
        left, up = (row[x - step] if x >= step else 0), above[x]
        corner = above[x - step] if x >= step else 0
        ends = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
        paeth = (left, up, corner)[ends.index(min(ends))]
        row[x] = (row[x] + (0, left, up, (left + up) // 2, paeth)[method]) % 256
    return row
