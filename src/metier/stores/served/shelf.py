"""Which skills of a folder are served, as what, and what may be read of each?

A package is shown as far as its verdict lets it: one that is blocked is not shown at all, one that may not be read is
listed by its metadata, and only what may be read is read. A verdict holds for the bytes that were judged; bytes that
changed since are not handed out until they are judged anew, and all are judged anew when a mark beside the judge moves.
Packages that strict hosts would refuse have no entry in the listing and are still there for the plain tools. What a
verdict is made of is passed in; this module judges nothing.
"""

from __future__ import annotations

import bisect
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from metier.errors import MetierError, NotStored, PackageError, StoreError, nearest
from metier.skill import File, Skill
from metier.stores.package import read_package
from metier.stores.served.entry import Entry
from metier.stores.served.files import is_folder_inside, read_inside
from metier.stores.served.head import body_of
from metier.stores.served.offer import Child, Offer, children_of, entry_of, whole
from metier.stores.served.pages import Page, page
from metier.stores.served.places import Look, look, stamp
from metier.stores.served.uris import MANIFEST, SCHEME, Address, parse
from metier.verdict import ExposureTier, Severity, Verdict

Judge = Callable[[Path, Skill], Verdict | None]
"""What judges a package by its folder and what was read of it; None where no verdict holds for these bytes."""

Mark = Callable[[], object]
"""What differs once the same bytes may be judged otherwise: an audit log, a policy. Asked at every call.

Where it is `Marks`, only the skills that it moved of are judged anew.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """A mark of the rules that hold for all skills, and one of each skill by its name."""

    rules: object
    of: Mapping[str, object]


_ByPlace = dict[Path, tuple[object, Offer | None]]
_PAGE_SKILLS, _PAGE_FILES = 100, 5000
_SHORT_LOOK_S, _SHARE_LOOKING = 0.005, 0.05
"""A look for what changed that takes longer than the first is put off until looking is this share of the time."""


class Shelf:
    """The skills of a folder as a server offers them.

    Args:
        folder: Holds packages, at most 6 folders deep; or is one.
        judge: Gives the verdict on a package.
        mark: Tells when the judge may say otherwise of what did not change; by default it never does.
        hide: Whether a skill that may not be read is hidden, and not listed by its metadata.
        later: Whether nothing is judged, and nothing shown, before the first `refresh` or the first request.
        tell: Hears after each package that was judged at which it is, of how many.

    Raises:
        PackageError: There is no such folder.
    """

    def __init__(
        self,
        folder: Path,
        judge: Judge,
        *,
        mark: Mark = lambda: None,
        hide: bool = False,
        later: bool = False,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._folder, self._judge, self._mark, self._hide, self._tell = folder, judge, mark, hide, tell
        self._judged_at: object = object()  # no mark yet
        self._by_place: _ByPlace = {}
        self._taken: dict[str, Path] = {}
        self.withheld: tuple[tuple[str, str], ...] = ()
        self._reasons: dict[Path, str] = {}
        self._look_again_at = 0.0
        self._look, _ = self._seen()
        self._arrange()
        if not later:
            self.refresh()

    @property
    def num_packages(self) -> int:
        """How many packages lay there at the last look, whether or not they are shown."""
        return len(self._look.places)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Every skill that is shown, by its path."""
        return self._offers

    def refresh(self) -> bool:
        """Look again at what changed in the folder, judge that anew, and tell whether anything is served otherwise."""
        seen, mark = self._seen()
        before = self._by_place
        self._by_place = {}
        kept = (before[place][1] for place in seen.places if place in before)
        self._taken = {offer.path: offer.folder for offer in kept if offer}
        try:
            self._take_up(seen.places, before, mark)
        except BaseException:
            self._by_place = before
            raise
        self._look, self._judged_at = seen, mark
        self._arrange()
        return before != self._by_place

    def _seen(self) -> tuple[Look, object]:
        if not self._folder.is_dir():
            raise PackageError(f"Expected a folder of packages, got {str(self._folder)!r}.")
        return look(self._folder), self._mark()

    def _take_up(self, places: Sequence[Path], before: _ByPlace, mark: object) -> None:
        """Judge what changed, and what the mark moved of."""
        for number, place in enumerate(places, start=1):
            now = stamp(place)
            known = before.get(place)
            is_same = known is not None and known[0] == now
            if known is not None and is_same and not _moved(self._judged_at, mark, known[1]):
                self._by_place[place] = known
            else:
                self._by_place[place] = (now, self._offer(place, known[1] if known and is_same else None))
                self._tell(number, len(places))

    def keep_up(self) -> None:
        """Refresh if a package came or went, a SKILL.md was written or a verdict may have changed.

        For packages a large folder is not looked at at every call; for verdicts it is.

        Raises:
            StoreError: The folder cannot be looked at any more, or what is in it not judged.
        """
        if self._follow() or time.monotonic() < self._look_again_at:
            return
        begin = time.thread_time()
        holds = self._look.holds
        took_s = time.thread_time() - begin
        self._look_again_at = time.monotonic() + took_s / _SHARE_LOOKING if took_s > _SHORT_LOOK_S else 0.0
        if not holds:
            self._renew()

    def list_page(self, cursor: str | None = None, *, size: int = _PAGE_SKILLS) -> Page[Entry]:
        """One page of the listing, by URI.

        Raises:
            InputError: The cursor is not one of ours.
        """
        if cursor is None:
            self.keep_up()
        else:
            self._follow()
        return page(
            self._entries,
            self._uris,
            cursor,
            size=size,
            weight=lambda entry: len(entry.resources or ()),
            max_weight=_PAGE_FILES,
        )

    def entry(self, uri: str) -> Entry:
        """The entry of one skill as it lies there now.

        Raises:
            NotStored: No skill is served at that URI.
            InputError: It is no URI.
        """
        address = parse(uri)
        self._follow()
        offer = self._served_at(address)
        if offer is not None and self._by_place[offer.folder][0] != stamp(offer.folder):
            self._renew()
            offer = self._served_at(address)
        if offer is None or offer.entry is None:
            known = self._near(address)
            raise NotStored(f"No skill is served at {uri!r}.", hint=nearest(address.uri, known) if known else "")
        return offer.entry

    def read(self, uri: str) -> bytes:
        """The bytes of one file of a skill that may be read, as they were judged.

        Raises:
            NotStored: No such file is served, or it may not be read.
            StoreError: It changed since it was judged.
            InputError: It is no URI.
        """
        address = parse(uri)
        self._follow()
        closed = None
        for offer in self._around(address):
            path = offer.root.path_of(address)
            file = next((file for file in offer.files if file.path == path), None)
            if file is not None and offer.readable:
                return self.read_file(offer, file)
            closed = closed or (offer if file else None)
        if closed is not None:
            raise NotStored(
                f"The skill {closed.handle!r} may not be read: it is exposed by its metadata alone.",
                hint="Its verdict says why: metier govern scan. What it takes to be read is set by a policy.",
            )
        raise NotStored(f"No file of a skill is served at {uri!r}.", hint="Use the URIs that skills/list gives.")

    def read_file(self, offer: Offer, file: File) -> bytes:
        """The bytes of a file of an offer.

        Raises:
            NotStored: It is gone.
            StoreError: It changed since it was judged, or cannot be read.
        """
        data = read_inside(offer.folder, file.path, limit=file.size)
        if len(data) == file.size and f"sha256:{hashlib.sha256(data).hexdigest()}" == file.digest:
            return data
        raise StoreError(
            f"The file {file.path!r} of the skill {offer.handle!r} changed since it was judged.",
            hint="Ask for its entry again with skills/get: it is judged anew, and approved anew.",
        )

    def body(self, offer: Offer) -> str:
        """The instructions of an offer: its SKILL.md without the frontmatter."""
        manifest = next(file for file in offer.files if file.path.lower() == MANIFEST.lower())
        data = self.read_file(offer, manifest)
        try:
            return body_of(data)
        except PackageError:
            return offer.skill.policy

    def children(self, uri: str, cursor: str | None = None, *, size: int = 500) -> Page[Child]:
        """The direct children of a directory of a skill, by URI.

        Raises:
            NotStored: It is no directory of a skill that may be read.
            InputError: It is no URI, or the cursor is not one of ours.
        """
        address = parse(uri)
        self._follow()
        for offer in self._around(address):
            inner = offer.root.path_of(address)
            children = children_of(offer, address, inner)
            if offer.readable and (children or (inner and is_folder_inside(offer.folder, inner))):
                return page(children, [child.uri for child in children], cursor, size=size)
        raise NotStored(f"{uri!r} is not a directory resource.")

    def find(self, handle: str) -> Offer:
        """The skill that the plain tools call by a name, a path or a URI, as it lies there now.

        Raises:
            NotStored: None is called so; the hint names the nearest one.
        """
        self._follow()
        offer = self._called(handle)
        if not self._look.holds if offer is None else self._by_place[offer.folder][0] != stamp(offer.folder):
            self._renew()
            offer = self._called(handle)
        if offer is not None:
            return offer
        shared = [offer.handle for offer in self._offers if offer.skill.name == handle]
        known = shared or [offer.handle for offer in self._offers]
        raise NotStored(
            f"No skill {handle[:80]!r} is served." if not shared else f"{len(shared)} skills are called {handle!r}.",
            hint=nearest(handle[:80], known),
        )

    def _follow(self) -> bool:
        """Refresh if what did not change may be judged otherwise by now, and tell whether it was."""
        with _kept_in():
            is_stale = self._mark() != self._judged_at
        if is_stale:
            self._renew()
        return is_stale

    def _renew(self) -> None:
        with _kept_in():
            self.refresh()

    def _called(self, handle: str) -> Offer | None:
        wanted = handle.removeprefix(f"{SCHEME}://").removesuffix(f"/{MANIFEST}")
        return next((one for one in self._offers if handle == one.handle or wanted == one.path), None)

    def _arrange(self) -> None:
        """Order what is shown, give each its handle, and index the entries."""
        offers = sorted((offer for _, offer in self._by_place.values() if offer), key=lambda offer: offer.path)
        names = Counter(offer.skill.name for offer in offers)
        self._offers = tuple(
            replace(offer, handle=offer.skill.name if names[offer.skill.name] == 1 else offer.path) for offer in offers
        )
        self._by_path = {offer.path: offer for offer in self._offers}
        listed = sorted((offer.entry for offer in self._offers if offer.entry), key=lambda entry: entry.uri)
        self._entries, self._uris = listed, [entry.uri for entry in listed]
        self.withheld = tuple(
            (place.relative_to(self._folder).as_posix(), self._reasons[place])
            for place in self._by_place
            if place in self._reasons
        )

    def _offer(self, place: Path, known: Offer | None) -> Offer | None:
        """What is offered of a package; of one that is known and did not change, only its verdict is asked for."""
        self._reasons.pop(place, None)
        try:
            offer = self._judged(place, known.skill if known else read_package(place).skill)
        except (PackageError, StoreError) as failure:
            self._reasons[place] = str(failure)
            return None
        except (MetierError, OSError):
            raise
        except Exception as fault:  # whatever a package does to its readers, the others are still to be served
            self._reasons[place] = f"The package {str(place)!r} cannot be looked at: {type(fault).__name__}."
            return None
        if offer is not None and offer.why_not:
            self._reasons[place] = offer.why_not
        return offer

    def _judged(self, place: Path, skill: Skill) -> Offer | None:
        verdict = self._judge(place, skill)
        if verdict and any(finding.severity == Severity.BLOCK for finding in verdict.findings):
            why = verdict.reasons[0] if verdict.reasons else "by its scan"
            self._reasons[place] = f"blocked: {why.removeprefix('blocked: ')}"
            return None
        exposure = verdict.exposure if verdict else ExposureTier.METADATA
        if exposure == ExposureTier.METADATA and self._hide:
            self._reasons[place] = "hidden: its verdict lets it be shown by its metadata alone"
            return None
        files, manifest = whole(place, skill)
        path = self._path(place, skill.name)
        offer = Offer(
            handle=skill.name, path=path, folder=place, skill=skill, files=files, exposure=exposure, entry=None
        )
        try:
            return replace(offer, entry=entry_of(offer, manifest, nested=self._enclosing(place) is not None))
        except PackageError as failure:
            return replace(offer, why_not=f"not listed, as strict hosts would refuse it: {failure}")

    def _path(self, place: Path, name: str) -> str:
        """Where a skill is served: its folder below ours, or below the skill it lies in; the last part is its name."""
        around = self._enclosing(place)
        top, parts = (around.folder, around.root.segments) if around else (self._folder, ())
        inner = place.relative_to(top).parts
        short, long = "/".join((*parts, *inner[:-1], name)), "/".join((*parts, *inner, name))
        # One that is served keeps its path, whoever comes; else the one whose folder has its name is served by it.
        if place in (self._taken.get(short), self._taken.get(long)):
            return short if self._taken.get(short) == place else long
        other = place.name != name and inner and (place.parent / name / MANIFEST).is_file()
        path = long if other or short in self._taken else short
        if path in self._taken:
            raise PackageError(f"another skill is served at {path!r}")
        self._taken[path] = place
        return path

    def _enclosing(self, place: Path) -> Offer | None:
        around = (self._by_place[above][1] for above in place.parents if above in self._by_place)
        return next((offer for offer in around if offer), None)

    def _served_at(self, address: Address) -> Offer | None:
        if address.scheme != SCHEME or address.segments[-1] != MANIFEST:
            return None
        return self._by_path.get("/".join(address.segments[:-1]))

    def _around(self, address: Address) -> Iterator[Offer]:
        """The skills that a URI may lie in, the innermost first."""
        if address.scheme == SCHEME:
            for length in range(len(address.segments), 0, -1):
                offer = self._by_path.get("/".join(address.segments[:length]))
                if offer is not None and offer.entry is not None:
                    yield offer

    def _near(self, address: Address) -> list[str]:
        """Some served URIs around the place where this one would stand, and those of the same name."""
        at = bisect.bisect_left(self._uris, address.uri)
        return self._uris[max(0, at - 50) : at + 50]


def _moved(before: object, now: object, offer: Offer | None) -> bool:
    """Whether what is served may be judged otherwise by now."""
    if offer and isinstance(before, Marks) and isinstance(now, Marks) and before.rules == now.rules:
        return before.of.get(offer.skill.name) != now.of.get(offer.skill.name)
    return before != now


@contextmanager
def _kept_in() -> Iterator[None]:
    """Say that something is wrong here and not what, for it may name places of this machine to whoever asks."""
    try:
        yield
    except (MetierError, OSError) as fault:
        raise StoreError(
            "The skills of this server cannot be looked at or judged now, so none is served.",
            hint="Whoever runs it learns why by starting it anew.",
        ) from fault
