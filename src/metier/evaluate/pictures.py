"""How are questions with pictures put? Any strategy, with the pictures of an item shown beside its question."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from metier.client import Request
from metier.digest import digest
from metier.errors import InputError
from metier.evaluate.strategy import Direct, Strategy, Turns
from metier.evaluate.unreadable import unreadable
from metier.item import ExamProtocol, Item

MAX_BYTES = 20 * 1024 * 1024
"""What common endpoints take of one picture."""

_STARTS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustrated:
    """Put questions by another strategy, with their pictures.

    Args:
        pictures: By `item_id`, as `data:` URLs; an item that has none is asked as it is.

    >>> item = Item(prompt="Which colour?", reference="red")
    >>> strategy = Illustrated(pictures={item.item_id: ("data:image/png;base64,AA==",)})
    >>> next(strategy.turns(item, ExamProtocol())).messages[0].images
    ('data:image/png;base64,AA==',)
    """

    pictures: Mapping[str, tuple[str, ...]]
    strategy: Strategy = field(default_factory=Direct)

    @property
    def name(self) -> str:
        """The name of the other strategy, and which pictures."""
        return f"{self.strategy.name}-pictures-{digest(self.pictures)[7:15]}"

    def turns(self, item: Item, protocol: ExamProtocol) -> Turns:
        """Ask as the other strategy does; the pictures go with the question in every call."""
        shown = self.pictures.get(item.item_id, ())
        under_way = self.strategy.turns(item, protocol)
        try:
            request = next(under_way)
            while True:
                reply = yield _shown(request, item.prompt, shown)
                request = under_way.send(reply)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def data_url(path: Path) -> str:
    """Read a picture: PNG, JPEG, GIF or WebP, told by what is in the file.

    Raises:
        InputError: It cannot be read, is none of these or larger than `MAX_BYTES`.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise unreadable(path, fault) from fault
    kind = next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    if not kind or len(data) > MAX_BYTES:
        found = f"one of more than {MAX_BYTES} bytes" if kind else f"{data[:8]!r}…"
        raise InputError(f"Expected a picture (PNG, JPEG, GIF, WebP) in {str(path)!r}, got {found}.")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _shown(request: Request, question: str, pictures: tuple[str, ...]) -> Request:
    """The request with the pictures at its last message that holds the question."""
    places = [n for n, m in enumerate(request.messages) if m.role == "user" and question in m.content]
    if not pictures or not places:
        return request
    messages = list(request.messages)
    messages[places[-1]] = replace(messages[places[-1]], images=pictures)
    return replace(request, messages=tuple(messages))
