"""How does data become one HTML page that needs nothing but itself, and how does it reach the disk?

Whatever comes from a document, a package or a model is text in a page, never markup, and what cannot be seen in it is
spelt out. This module knows no stage and no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metier.faces import words
from metier.faces.output import writing

_FILTERS = ("percent", "points", "p_value", "duration", "clip", "tier", "brief", "size")


def render(template: str, page: Mapping[str, Any]) -> str:
    """Fill a template of `templates/` with data.

    >>> "<title>Scan of &lt;b&gt; · metier</title>" in render("scan.html.j2", {"title": "Scan of <b>"})
    True
    """
    from jinja2 import ChainableUndefined, Environment, FileSystemLoader

    class Reader(Environment):
        """Looks names up in data alone: no method of a dictionary stands in for a part that is missing."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, Mapping):
                return obj.get(attribute, self.undefined(name=attribute))
            return super().getattr(obj, attribute)

    environment = Reader(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(words, name) for name in _FILTERS}
    return words.seen(environment.get_template(template).render(page))


def write_page(text: str, path: Path) -> Path:
    """Write a page, as `metier.faces.output.writing` writes, and return its path.

    Raises:
        OSError: The file cannot be written; what was there before is left as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_page("<p>", Path(folder) / "a" / "page.html").read_text()
    '<p>'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as file:
        file.write(text.encode())
    return path
