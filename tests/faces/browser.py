"""What tests of pages ask of a real browser."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

Show = Callable[..., str]
"""Open a page in a browser of its own and give what it writes to standard output."""


def widths(page: Path, show: Show, width: int) -> tuple[int, int]:
    """How wide the page and the window are: measured by a script in a copy whose policy lets scripts run."""
    text = POLICY.sub("", page.read_text(encoding="utf-8"))
    measured = page.with_name("measured.html")
    script = "<script>document.body.dataset.is = document.documentElement.scrollWidth + '/' + innerWidth</script>"
    measured.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    found = re.search(r'data-is="(\d+)/(\d+)"', show(measured, f"--window-size={width},900", "--dump-dom"))
    assert found
    return int(found[1]), int(found[2])


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
