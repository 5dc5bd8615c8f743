"""How is SKOS read? Turtle, N-Triples, RDF/XML and JSON-LD, by pyoxigraph (extra `skos`).

The classes and properties are those of the SKOS Reference (https://www.w3.org/TR/skos-reference/); labels of SKOS-XL
are followed. Nothing is fetched: a JSON-LD context has to stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from metier.discover.taxonomies.draft import Draft, finish
from metier.discover.taxonomies.report import Loaded, note
from metier.errors import DocumentError, MissingExtra

FORMATS = {
    ".ttl": "TURTLE",
    ".turtle": "TURTLE",
    ".nt": "N_TRIPLES",
    ".rdf": "RDF_XML",
    ".xml": "RDF_XML",
    ".owl": "RDF_XML",
    ".jsonld": "JSON_LD",
}
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_XL = "http://www.w3.org/2008/05/skos-xl#"
_DCT = "http://purl.org/dc/terms/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_UP = ("broader", "broaderGeneric", "broaderPartitive")
_RIGHTS = (f"{_DCT}rights", f"{_DCT}license", f"{_DCT}bibliographicCitation", "http://purl.org/dc/elements/1.1/rights")


class Graph:
    """The statements of a file, by subject and property."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, list[Any]]] = {}

    def add(self, subject: str, predicate: str, value: Any) -> None:
        """Take one statement; a value keeps the form of pyoxigraph."""
        self._of.setdefault(subject, {}).setdefault(predicate, []).append(value)

    def of(self, subject: str, *predicates: str) -> list[Any]:
        """The values of some properties, in the order of the file."""
        own = self._of.get(subject, {})
        return [value for predicate in predicates for value in own.get(predicate, ())]

    def subjects(self, *types: str) -> list[str]:
        """The subjects of some classes."""
        return [s for s, own in self._of.items() if any(t.value in types for t in own.get(_TYPE, ()))]


def read_skos(text: str, path: Path, *, name: str, languages: Sequence[str] = ()) -> Loaded:
    """Read a concept scheme.

    Args:
        languages: As for `read_esco`; without it English comes first, then whatever is most often there.

    Raises:
        MissingExtra: pyoxigraph is not installed.
        DocumentError: The file is not what its name says.
    """
    graph = _parse(text, path)
    concepts = graph.subjects(f"{_SKOS}Concept")
    labels = {concept: _labels(graph, concept) for concept in concepts}
    wanted = _wanted(labels.values(), languages)
    draft = Draft(uris=False, notes=note("blank nodes among the concepts", (c for c in concepts if c[:2] == "_:")))
    for concept in concepts:
        own = labels[concept]
        main = next((code for code in (*wanted[:1], "", *wanted[1:]) if code in own), "")
        first, *alts = own.get(main, ("",))
        draft.add(
            concept,
            label=first,
            alt_labels=tuple(alts),
            definition=_text(graph.of(concept, f"{_SKOS}definition", f"{_SKOS}scopeNote", f"{_DCT}description"), main),
            codes=tuple(dict.fromkeys(v.value for v in graph.of(concept, f"{_SKOS}notation"))),
            status="obsolete" if _deprecated(graph, concept) else "",
            replaced_by=tuple(v.value for v in graph.of(concept, f"{_DCT}isReplacedBy")),
            translations=tuple((code, own[code]) for code in wanted if code != main and code in own),
        )
        draft.edges += [(concept, up.value) for up in graph.of(concept, *(_SKOS + prop for prop in _UP))]
        draft.edges += [(down.value, concept) for down in graph.of(concept, f"{_SKOS}narrower")]
        draft.relations += [(concept, "related", other.value) for other in graph.of(concept, f"{_SKOS}related")]
    schemes = graph.subjects(f"{_SKOS}ConceptScheme")
    return finish(
        draft,
        name=name,
        version=next((v.value for s in schemes for v in graph.of(s, "http://www.w3.org/2002/07/owl#versionInfo")), "1"),
        language=wanted[0] if wanted else "",
        attribution=" ".join(dict.fromkeys(v.value for s in schemes for v in graph.of(s, *_RIGHTS))),
    )


def _parse(text: str, path: Path) -> Graph:
    try:
        import pyoxigraph
    except ImportError:
        raise MissingExtra("pyoxigraph", extra="skos", needed_for="Reading SKOS") from None
    suffix = Path(path.name.removesuffix(".gz")).suffix
    graph = Graph()
    try:
        for quad in pyoxigraph.parse(text.encode(), format=getattr(pyoxigraph.RdfFormat, FORMATS[suffix])):
            graph.add(_name(quad.subject), quad.predicate.value, quad.object)
    except (SyntaxError, ValueError) as error:
        raise DocumentError(f"{path.name} is no {FORMATS[suffix]}: {error}.") from error
    return graph


def _name(node: Any) -> str:
    return str(node.value) if type(node).__name__ == "NamedNode" else str(node)


def _labels(graph: Graph, concept: str) -> dict[str, tuple[str, ...]]:
    """Language → the preferred label and the others; a language without a preferred label does not count."""
    found: dict[str, dict[str, None]] = {}
    for kind in ("prefLabel", "altLabel", "hiddenLabel"):
        literals = graph.of(concept, _SKOS + kind)
        for node in graph.of(concept, _XL + kind):
            literals += graph.of(_name(node), f"{_XL}literalForm")
        for literal in literals:
            language = getattr(literal, "language", None) or ""
            if kind == "prefLabel" or language in found:
                found.setdefault(language, {})[literal.value.strip()] = None
    return {language: tuple(values) for language, values in found.items()}


def _wanted(labels: Iterable[dict[str, tuple[str, ...]]], languages: Sequence[str]) -> list[str]:
    counts: dict[str, int] = {}
    for own in labels:
        for code in own:
            counts[code] = counts.get(code, 0) + 1
    for code in languages:
        if code not in counts:
            raise DocumentError(f"Expected labels in {code!r}, got {', '.join(filter(None, counts)) or 'none'}.")
    return list(languages) or sorted(counts, key=lambda code: (code != "en", -counts[code], code))


def _text(literals: Sequence[Any], language: str) -> str:
    own = [v.value for v in literals if (getattr(v, "language", None) or "") in (language, "")]
    return own[0] if own else ""


def _deprecated(graph: Graph, concept: str) -> bool:
    return any(v.value in ("true", "1") for v in graph.of(concept, "http://www.w3.org/2002/07/owl#deprecated"))
