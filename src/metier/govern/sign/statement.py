"""What was signed? An in-toto statement with the digest of every file (OpenSSF Model Signing v1.0).

It reads and writes the statement; who signed it and what lies on the disk is not known here.
https://github.com/ossf/model-signing-spec
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from metier.govern.sign.bundle import read_json
from metier.govern.sign.report import FaultKind, SignatureFault

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
PREDICATE_TYPE_0_2 = "https://model_signing/Digests/v0.1"
GIT_PATHS = (".git", ".gitattributes", ".github", ".gitignore")
"""What model-signing leaves out unless it is told otherwise."""

_HEX = re.compile(r"[0-9a-f]{64,128}")
_ALGORITHMS = ("sha256", "blake2b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a statement says of a package.

    Attributes:
        name: Of the folder that was signed; anybody may rename it.
        algorithm: What the digests were made with, `sha256` or `blake2b`.
        shard_size: Bytes of a shard when files were hashed in pieces, else 0.
        files: The digest of each path; of a file in pieces, `start:end:digest` of every piece.
        ignored: What the signer left out.
        executables: Which files were executable; None when the signer did not say, as model-signing does not.
    """

    name: str = ""
    algorithm: str = "sha256"
    shard_size: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    executables: frozenset[str] | None = None


def read_statement(payload: bytes) -> tuple[Manifest, list[SignatureFault]]:
    """Read a statement, and tell every fault of it.

    >>> manifest = Manifest(name="sum", files={"SKILL.md": "0" * 64})
    >>> read_statement(write_statement(manifest))[0].files == manifest.files
    True
    >>> [fault.kind.value for fault in read_statement(b"{}")[1]]
    ['statement']
    """
    try:
        statement = read_json(payload)
        if not isinstance(statement, dict) or statement.get("_type") != STATEMENT_TYPE:
            raise ValueError(f"its type is not {STATEMENT_TYPE!r}")
        if statement.get("predicateType") == PREDICATE_TYPE_0_2:
            return _of_0_2(statement)
        if statement.get("predicateType") != PREDICATE_TYPE:
            raise ValueError(f"its predicate type is {statement.get('predicateType')!r}, not {PREDICATE_TYPE!r}")
        return _of_1_0(statement)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        return Manifest(), [_fault(FaultKind.STATEMENT, f"The signed statement cannot be read: {reason}.")]


def write_statement(manifest: Manifest) -> bytes:
    """Write the statement of a manifest of whole files; the same manifest gives the same bytes."""
    resources = [
        {"name": path, "algorithm": manifest.algorithm, "digest": digest}
        for path, digest in sorted(manifest.files.items(), key=lambda item: PurePosixPath(item[0]))
    ]
    serialization = {
        "method": "files",
        "hash_type": manifest.algorithm,
        "allow_symlinks": False,
        "ignore_paths": list(manifest.ignored),
    }
    predicate: dict[str, Any] = {"serialization": serialization, "resources": resources}
    if manifest.executables is not None:
        # A verifier of v1.0 passes over what it does not know; ours refuses a file that became executable.
        predicate["executables"] = sorted(manifest.executables)
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": manifest.name, "digest": {"sha256": _root_digest(r["digest"] for r in resources)}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    return json.dumps(statement, indent=2).encode()


def _of_1_0(statement: dict[str, Any]) -> tuple[Manifest, list[SignatureFault]]:
    (subject,) = statement["subject"]
    predicate = statement["predicate"]
    serialization = predicate["serialization"]
    shard_size = _shard_size(serialization)
    algorithm, resources = serialization["hash_type"], predicate["resources"]
    faults = []
    if algorithm not in _ALGORITHMS:
        message = f"Its files are hashed with {algorithm!r}; {' and '.join(_ALGORITHMS)} can be checked."
        faults.append(_fault(FaultKind.UNSUPPORTED, message))
    named = f"{algorithm}-sharded-{shard_size}" if shard_size else algorithm
    if any(resource["algorithm"] != named for resource in resources):
        faults.append(_fault(FaultKind.STATEMENT, f"A file is not hashed with {named!r}, as the statement says."))
    if _root_digest(resource["digest"] for resource in resources) != subject["digest"]["sha256"]:
        faults.append(_fault(FaultKind.STATEMENT, "The digest of the whole is not that of the files it lists."))
    files, more = _files(((r["name"], r["digest"]) for r in resources), is_sharded=bool(shard_size))
    executables = predicate.get("executables")
    manifest = Manifest(
        name=str(subject["name"]),
        algorithm=algorithm if algorithm in _ALGORITHMS else "sha256",
        shard_size=shard_size,
        files=files,
        ignored=tuple(str(path) for path in serialization.get("ignore_paths", ())),
        executables=None if executables is None else frozenset(map(str, executables)),
    )
    return manifest, faults + more


def _of_0_2(statement: dict[str, Any]) -> tuple[Manifest, list[SignatureFault]]:
    """The experimental format before 1.0: a subject for each file, and nothing else."""
    files, faults = _files(((s["name"], s["digest"]["sha256"]) for s in statement["subject"]), is_sharded=False)
    return Manifest(files=files, ignored=GIT_PATHS), faults


def _shard_size(serialization: dict[str, Any]) -> int:
    method: Literal["files", "shards"] = serialization["method"]
    if method == "files":
        return 0
    if method != "shards":
        raise ValueError(f"files are listed by the method {method!r}, which is neither 'files' nor 'shards'")
    size = int(serialization["shard_size"])  # protobuf writes every number as a floating one
    if size <= 0:
        raise ValueError(f"a shard has {size} bytes")
    return size


def _files(named: Iterable[tuple[Any, Any]], *, is_sharded: bool) -> tuple[dict[str, str], list[SignatureFault]]:
    files: dict[str, str] = {}
    seen: set[str] = set()
    faults = []
    for name, digest in named:
        path, piece = _split(name) if is_sharded else (name, "")
        if not isinstance(digest, str) or not _HEX.fullmatch(digest):
            faults.append(_fault(FaultKind.STATEMENT, f"The digest of {name!r} is no digest."))
        elif not _lies_inside(path):
            faults.append(_fault(FaultKind.PATH, f"The path {path!r} does not lie inside the package.", str(path)))
        elif name in seen:
            faults.append(_fault(FaultKind.DUPLICATE, f"{name!r} is listed twice.", path))
        else:
            files[path] = files.get(path, "") + (f"{piece}:{digest} " if is_sharded else digest)
        seen.add(str(name))
    return files, faults


def _split(name: Any) -> tuple[str, str]:
    path, start, end = str(name).rsplit(":", 2)
    return path, f"{int(start)}:{int(end)}"


def _lies_inside(path: Any) -> bool:
    return (
        isinstance(path, str)
        and path.isprintable()
        and "\\" not in path
        and not any(part in ("", ".", "..") for part in path.split("/"))
    )


def _root_digest(digests: Iterable[Any]) -> str:
    hasher = hashlib.sha256()
    for digest in digests:
        hasher.update(bytes.fromhex(digest))
    return hasher.hexdigest()


def _fault(kind: FaultKind, message: str, path: str = "") -> SignatureFault:
    return SignatureFault(kind=kind, message=message, path=path)
