"""How is a figure or a foreign text written so that a person can read it? Plain functions from values to words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, TypeGuard

from metier.verdict import ExposureTier, VettingTier

_UNSEEN = re.compile(
    # A variation selector after a sign is seen, as it makes a picture of it.
    "(?<![#*0-9\xa9\xae\u203c-\u27ff\u2900-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]|"
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def percent(share: Any, digits: int = 1) -> str:
    """Write a share in per cent, without the sign; a dash where there is none.

    >>> percent(0.1234), percent(0.5, 0), percent(None)
    ('12.3', '50', '–')
    """
    return f"{100 * share:.{digits}f}" if is_number(share) else "–"


def points(share: Any) -> str:
    """Write a difference of shares in percentage points, with its sign and one decimal.

    >>> points(0.1234), points(-0.5), points(0.0)
    ('+12.3', '−50.0', '0.0')
    """
    text = f"{100 * share:+.1f}" if is_number(share) else "–"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def p_value(value: Any) -> str:
    """Write a p-value in full down to one in ten thousand.

    >>> p_value(0.04321), p_value(0.5), p_value(1e-9)
    ('0.0432', '0.500', '< 0.0001')
    """
    if not is_number(value):
        return "–"
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}" if value < 0.1 else f"{value:.3f}"


def duration(seconds: float) -> str:
    """Write how long something took.

    >>> duration(0.42), duration(48.2), duration(192), duration(7380)
    ('0.4 s', '48 s', '3 min 12 s', '2 h 3 min')
    """
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def clip(text: Any, most: int = 400) -> str:
    """Cut a long text and say how much is left out.

    >>> clip("abcdef", 4)
    'abcd … (2 more characters)'
    """
    text = str(text or "")
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} more characters)"


def size(num_bytes: Any) -> str:
    """Write a number of bytes.

    >>> size(812), size(4_096), size(2_700_000)
    ('812 B', '4.1 kB', '2.7 MB')
    """
    value = float(num_bytes or 0)
    return f"{value:.0f} B" if value < 1000 else f"{value / 1e3:.1f} kB" if value < 1e6 else f"{value / 1e6:.1f} MB"


def brief(digest: Any) -> str:
    """Shorten a digest to its first twelve digits.

    >>> brief("sha256:0123456789abcdef")
    '0123456789ab'
    """
    return str(digest or "").removeprefix("sha256:")[:12]


def tier(level: Any, ladder: str) -> str:
    """Name a tier of the ladder "vetting" or "exposure".

    >>> tier(2, "vetting"), tier(1, "exposure"), tier(9, "vetting")
    ('community', 'metadata', '–')
    """
    tiers: Iterable[VettingTier | ExposureTier] = VettingTier if ladder == "vetting" else ExposureTier
    return next((step.name.lower() for step in tiers if step == level), "–")


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value of a record is a finite number.

    >>> is_number(0.5), is_number(True), is_number(float("nan")), is_number(None)
    (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def seen(text: str) -> str:
    """Spell out the characters that a reader cannot see and those that HTML or UTF-8 do not allow.

    >>> seen("a\\u202eb\\nc\\ud800")
    'a\\\\u202eb\\nc\\\\ud800'
    """
    return _UNSEEN.sub(lambda found: _spelt(ord(found[0])), text)


def _spelt(code: int) -> str:
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
