"""Is a place that a version names one that the old version led to, or a sister of it?

Whoever holds a registered name holds all names below it: `dl.keel.example` and `downloads.keel.example` are of one hand.
Not so below names where anybody gets one of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from metier.govern.scan.hosts import Place, place_of, registered

_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[a-z][\w-]{1,30}")
_OF_ANYBODY = frozenset(
    [
        "windows.net",
        "cloudfront.net",
        "azureedge.net",
        "digitaloceanspaces.com",
        "r2.dev",
        "backblazeb2.com",
        "wasabisys.com",
        "fastly.net",
        "akamaized.net",
        "firebaseio.com",
        "appspot.com",
        "myshopify.com",
        "blogspot.com",
        "wordpress.com",
        "ghost.io",
        "notion.site",
        "repl.co",
        "glitch.me",
        "pythonanywhere.com",
        "webflow.io",
        "zendesk.com",
        "atlassian.net",
        "sharepoint.com",
        "b-cdn.net",
        "kinsta.app",
        "zapier.com",
        "ngrok-free.app",
        "trycloudflare.com",
        "ondigitalocean.app",
        "hf.space",
        "readthedocs.io",
    ]
)
"""Hosts below which a customer or a user has a name, besides those that the scan knows."""


def names_held(places: Collection[str]) -> frozenset[str]:
    """The registered names of some places, as far as one hand holds all that is below them.

    >>> sorted(names_held(["dl.keel.dev", "notes.s3.amazonaws.com", "10.1.2.3"]))
    ['keel.dev']
    """
    return frozenset(registered(place) for place in places if _is_of_one_hand(place))


def is_sister(place: str, held: Collection[str]) -> bool:
    """Whether a place stands below one of some registered names.

    >>> is_sister("get.keel.dev", names_held(["dl.keel.dev"])), is_sister("keel-dl.dev", names_held(["dl.keel.dev"]))
    (True, False)
    """
    return _is_of_one_hand(place) and registered(place) in held


def _is_of_one_hand(place: str) -> bool:
    if not _HOST.fullmatch(place) or registered(place) in _OF_ANYBODY:
        return False
    return place_of(f"https://{place}") in (Place.PLACEHOLDER, Place.OWN, Place.UNKNOWN)
