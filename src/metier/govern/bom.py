"""What is this package made of, said so that other tools understand it? A CycloneDX 1.6 bill of materials.

The same package gives the same bytes: the serial number follows from the digest, and no clock is read.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.errors import MissingExtra
from metier.govern.needs import Need, needs_of
from metier.govern.sign.report import SignatureReport
from metier.skill import Skill
from metier.stores.package import read_package
from metier.stores.tree import Tree, read_tree

if TYPE_CHECKING:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # of addresses, RFC 9562


def bill_of_materials(
    folder: str | Path, *, signature: SignatureReport | None = None, at: datetime | None = None
) -> bytes:
    """Write the bill of materials of a package as CycloneDX 1.6 JSON.

    Args:
        signature: What came of checking its signature; without, the bill says that it was not checked.
        at: When it was written; left out by default, so that the same package gives the same bytes.

    Raises:
        PackageError: It is no package.
        MissingExtra: `cyclonedx-python-lib` is not installed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "SKILL.md").write_text("---\\nname: sum\\ndescription: Add.\\n---\\nAdd them.\\n")
    ...     bill = json.loads(bill_of_materials(folder))
    >>> bill["specVersion"], bill["metadata"]["component"]["name"], bill["components"][0]["name"]
    ('1.6', 'sum', 'SKILL.md')
    """
    _require()
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.dependency import Dependency
    from cyclonedx.output.json import JsonV1Dot6

    package, tree = read_package(folder), read_tree(folder)
    needs = needs_of(Path(folder), [file.path for file in tree.files])
    whole = _skill(package.skill, tree, signature)
    # One package may be named in capitals and without, which is one address to a registry.
    others = list({one.bom_ref.value: one for one in map(_other, needs)}.values())
    files = list(_files(tree))
    odd = [f"{one.name} {one.value}" for one in _left_out(tree)]
    ours = [Dependency(one.bom_ref) for one in (*files, *others)]
    bom = Bom(
        serial_number=uuid.uuid5(_NAMESPACE, "\n".join([f"{package.skill.name}@{tree.digest}", *odd])),
        metadata=BomMetaData(component=whole, timestamp=at),
        components=[*files, *others],
        dependencies=[Dependency(whole.bom_ref, dependencies=ours), *ours],
    )
    # The library registers each component again, and looks through all of them for each: 10,000 files took 44 s.
    bom.register_dependency = lambda *_, **__: None  # type: ignore[method-assign]
    plain: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    if at is None:
        plain["metadata"].pop("timestamp", None)
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _skill(skill: Skill, tree: Tree, signature: SignatureReport | None) -> Component:
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import DisjunctiveLicense

    sha = tree.digest.removeprefix("sha256:")
    return Component(
        name=skill.name,
        type=ComponentType.APPLICATION,
        version=skill.version,
        description=skill.description,
        bom_ref=f"skill:{skill.name}@{sha[:16]}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha)],
        licenses=[DisjunctiveLicense(name=skill.licence)] if skill.licence.strip() else (),
        properties=[*_properties(skill, signature), *_left_out(tree)],
    )


def _properties(skill: Skill, signature: SignatureReport | None) -> Iterator[Property]:
    from cyclonedx.model import Property

    yield Property(name="metier:digest", value=skill.digest)
    yield Property(name="metier:signature", value=signature.state.value if signature else "unchecked")
    if signature and signature.is_verified:
        yield Property(name="metier:signer", value=signature.signer)
    for source in skill.provenance:
        yield Property(name="metier:provenance", value=source)


def _left_out(tree: Tree) -> Iterator[Property]:
    """What lies in the package and is no file with a digest: links, pipes, what cannot be read."""
    from cyclonedx.model import Property

    for odd in tree.odd:
        path = odd.path.encode("utf-8", "backslashreplace").decode()
        yield Property(name=f"metier:{odd.kind.replace(' ', '-')}", value=path)


def _files(tree: Tree) -> Iterator[Component]:
    from cyclonedx.model import HashAlgorithm, HashType, Property
    from cyclonedx.model.component import Component, ComponentType

    for file in tree.files:
        yield Component(
            name=file.path,
            type=ComponentType.FILE,
            bom_ref=f"file:{file.path}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=file.digest)],
            properties=[Property(name="metier:size", value=str(file.size))],
        )


def _other(need: Need) -> Component:
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    space, _, name = need.name.rpartition("/")
    told = {"vcs_url" if "+" in need.address.partition(":")[0] else "download_url": need.address}
    address = PackageURL(need.kind, space or None, name, need.version or None, told if need.address else None)
    return Component(
        name=need.name,
        type=ComponentType.LIBRARY,
        version=need.version or None,
        bom_ref=str(address),
        purl=address,
    )


def _require() -> None:
    try:
        import cyclonedx.output.json  # noqa: F401
    except ImportError:
        raise MissingExtra("cyclonedx-python-lib", extra="govern", needed_for="A bill of materials") from None
