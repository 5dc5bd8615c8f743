"""What do the logs of Inspect AI say, and how do our transcripts become such logs? Without Inspect itself.

An `.eval` file is a zip of JSON: `header.json`, `summaries.json` with the scores of every sample, and each sample with
all its messages under `samples/`. Inspect compresses with zstd, which `zipfile` knows from Python 3.14 on; before that,
reading needs the small library zstandard. We write deflate, which every reader of such logs knows, too.
"""

from __future__ import annotations

import json
import math
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from metier.errors import InputError, MissingExtra
from metier.evaluate.bridges.measures import Measured, rows
from metier.evaluate.samples import Sample

_ZSTD = 93
_MISSHAPEN = (ValueError, KeyError, AttributeError, TypeError, RecursionError)
"""What reading JSON of another shape than expected raises."""
_CODES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0, "yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
"""As `value_to_float` of Inspect reads them."""


def samples_of_eval(path: Path, *, measure: str = "") -> Iterator[Sample]:
    """Read the scores of an `.eval` log; each scorer is a measure, and each key of a scorer with several values.

    Args:
        measure: Take this scorer, or `scorer/key`, alone.

    Raises:
        InputError: It is no such log, or there is no such measure.
        MissingExtra: It is compressed with zstd and zstandard is not installed.
    """
    where = repr(str(path))
    try:
        with zipfile.ZipFile(path) as log:
            names = set(log.namelist())
            head = _json(log, next((name for name in ("header.json", "_journal/start.json") if name in names), ""))
            measured = list(_measured(head, _summaries(log, names)))
    except (zipfile.BadZipFile, zlib.error, struct.error, *_MISSHAPEN) as fault:
        raise InputError(
            f"{where} is no log of Inspect AI that can be read: {fault}.",
            hint="A log whose run was killed is mended with: inspect log recover",
        ) from None
    yield from rows(measured, measure=measure, where=where)


def samples_of_eval_json(path: Path, *, measure: str = "") -> Iterator[Sample]:
    """Read the scores of a log that Inspect wrote as JSON; as `samples_of_eval`."""
    where = repr(str(path))
    try:
        log = json.loads(path.read_bytes())
        measured = list(_measured(log, log.get("samples") or []))
    except _MISSHAPEN as fault:
        raise InputError(f"{where} is no log of Inspect AI that can be read: {fault}.") from None
    yield from rows(measured, measure=measure, where=where)


def _summaries(log: zipfile.ZipFile, names: set[str]) -> Iterator[Mapping[str, Any]]:
    """The scores of each sample: from the summaries of a finished log, else from the samples themselves."""
    if "summaries.json" in names:
        yield from _json(log, "summaries.json")
        return
    for name in sorted(names):
        if name.startswith("samples/") and name.endswith(".json"):
            yield _json(log, name)


def _measured(head: Mapping[str, Any], told: Iterable[Mapping[str, Any]]) -> Iterator[Measured]:
    about = head["eval"]
    for one in told:
        values: dict[str, object] = {}
        replies: dict[str, str] = {}
        for name, score in (one.get("scores") or {}).items():
            said = str(score.get("answer") or "")
            for key, value in _values(name, score.get("value")):
                values[key], replies[key] = value, said
        yield Measured(
            sample_id=str(one["id"]),
            values=values,
            task=str(about.get("task", "")),
            cluster=str((one.get("metadata") or {}).get("cluster") or ""),
            epoch=int(one.get("epoch", 1)) - 1,
            model=str(about.get("model", "")),
            replies=replies,
        )


def _values(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield f"{name}/{key}", _number(part)
    else:
        yield name, _number(value)


def _number(value: object) -> object:
    if isinstance(value, str):
        if value in _CODES or value.lower() in _CODES:
            return _CODES.get(value, _CODES.get(value.lower()))
        try:
            return float(value)
        except ValueError:
            return value
    return None if isinstance(value, float) and math.isnan(value) else value


def _json(log: zipfile.ZipFile, name: str) -> Any:
    return json.loads(_member(log, name))


def _member(log: zipfile.ZipFile, name: str) -> bytes:
    info = log.getinfo(name)
    try:
        return log.read(info)
    except NotImplementedError:
        if info.compress_type != _ZSTD:
            raise ValueError(f"unknown compression of {name}") from None
    try:
        import zstandard
    except ModuleNotFoundError:
        raise MissingExtra("zstandard", extra="evaluate", needed_for="Reading an .eval log") from None
    data = zstandard.ZstdDecompressor().decompressobj().decompress(_raw(log, info))
    if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
        raise ValueError(f"{name} is damaged")
    return data


def _raw(log: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of a member as they lie in the file: after its local header of 30 bytes, its name and its extra."""
    assert log.fp is not None
    log.fp.seek(info.header_offset)
    name_size, extra_size = struct.unpack("<26x2H", log.fp.read(30))
    log.fp.seek(name_size + extra_size, 1)
    return log.fp.read(info.compress_size)
