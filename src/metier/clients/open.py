"""Which client does a configuration name? Kinds are found in the entry-point group `metier.clients`, when needed.

So another package can add a kind, and naming one imports no other.
"""

from __future__ import annotations

import inspect
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metier.border import load
from metier.client import Client
from metier.errors import ConfigError, nearest

_GROUP = "metier.clients"


def open_client(spec: Mapping[str, Any] | str, *, where: str = "client") -> Client:
    """Make the client that a configuration names.

    Args:
        spec: A table with a `kind` and the options of that kind, or a short form: `http://127.0.0.1:8000/v1#model`,
            `replay:records.jsonl`, `local:folder`, `rule:echo`, or
            the path of a TOML file that holds such a table (see `read_options`).
        where: What to name in the message, such as `metier.toml: [client]`.

    Raises:
        ConfigError: The kind or an option is unknown, or an option is not of its type.

    >>> open_client("http://127.0.0.1:8000/v1#small")
    HttpClient('http://127.0.0.1:8000/v1', 'small')
    >>> open_client({"kind": "rule", "rule": "echo", "name": "parrot"})
    RuleClient(name='parrot')
    >>> open_client({"kind": "htp"}, where="metier.toml")
    Traceback (most recent call last):
    metier.errors.ConfigError: metier.toml: no kind of client is called 'htp'. Did you mean 'http'?
    """
    if isinstance(spec, str) and is_file_of_options(spec):
        return open_client(read_options(Path(spec)), where=spec)
    if isinstance(spec, str) and spec.startswith(("http://", "https://")):
        spec = _endpoint(spec, where)
    if isinstance(spec, str):
        kind, first = _short_form(spec, where)
        make = _make(kind, where)
        return _built(make, kind, {next(iter(inspect.signature(make).parameters)): first}, where)
    options = dict(spec)
    kind = str(options.pop("kind", ""))
    return _built(_make(kind, where), kind, options, where)


def is_file_of_options(spec: str) -> bool:
    """Whether a short form is the path of a TOML file.

    >>> is_file_of_options("models/small.toml"), is_file_of_options("replay:small.toml")
    (True, False)
    """
    return spec.endswith(".toml") and ":" not in spec


def read_options(path: Path) -> dict[str, Any]:
    """Read a client's table from a TOML file: `kind` and the options of that kind, as `open_client` takes them.

    A relative path in it begins at the folder of the file.

    Raises:
        ConfigError: The file cannot be read or is not TOML, or it names an unknown kind.
    """
    try:
        options = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"Expected a TOML file with a client, found none at {str(path)!r}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Cannot read {str(path)!r}: {error}.") from error
    hints = _hints(_make(str(options.get("kind", "")), str(path)))
    paths = {name for name, hint in hints.items() if Path in (hint, *typing.get_args(hint))} | {"record"}
    return {
        name: str(path.parent / value) if name in paths and isinstance(value, str) else value
        for name, value in options.items()
    }


def _endpoint(spec: str, where: str) -> dict[str, Any]:
    base_url, _, model = spec.partition("#")
    if not model:
        # The address may hold a password, so it is not repeated.
        raise ConfigError(
            f"{where}: expected the model after the address.", hint="For example: http://127.0.0.1:8000/v1#model-name"
        )
    return {"kind": "http", "base_url": base_url, "model": model}


def _short_form(spec: str, where: str) -> tuple[str, str]:
    kind, colon, first = spec.partition(":")
    if not colon or not first:
        raise ConfigError(
            f"{where}: expected a client such as 'replay:records.jsonl', got {spec!r}.",
            hint="Short forms: http://127.0.0.1:8000/v1#model-name, replay:FILE, local:FOLDER, rule:echo, FILE.toml",
        )
    return kind, first


def _make(kind: str, where: str) -> type[Client]:
    from importlib.metadata import entry_points

    kinds = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if kind not in kinds:
        fault = f"no kind of client is called {kind!r}" if kind else "the key 'kind' is missing"
        raise ConfigError(f"{where}: {fault}. {nearest(kind, kinds)}")
    made: type[Client] = kinds[kind].load()
    return made


def _built(make: type[Client], kind: str, options: Mapping[str, Any], where: str) -> Client:
    if "api_key" in options:
        raise ConfigError(
            f"{where}: expected no api_key, for a configuration is copied and shared.",
            hint="Set it in the environment: METIER_API_KEY",
        )
    known = inspect.signature(make).parameters
    for option in options:
        if option not in known:
            raise ConfigError(f"{where}: a client of kind {kind!r} has no option {option!r}. {nearest(option, known)}")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in options:
            raise ConfigError(f"{where}: a client of kind {kind!r} needs the option {name!r}.")
    hints = _hints(make)
    return make(**{name: _checked(hints.get(name), value, f"{where}: {name}") for name, value in options.items()})


def _checked(hint: Any, value: Any, where: str) -> Any:
    return load(hint, value, where=where, error=ConfigError) if hint is not None else value


def _hints(make: type[Client]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(make.__init__)
    except NameError:
        # A kind may name types of a heavy library that it does not import yet; then it checks its options itself.
        return {}
