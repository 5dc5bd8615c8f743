"""Where is the endpoint, and who may know the key? The only module that holds a secret.

The key goes into one header. It is not shown, and is taken out of what an endpoint says when it repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import SplitResult, unquote, urlsplit

from metier.client import Reply
from metier.errors import ConfigError

# A shorter key is a placeholder such as "EMPTY", and may well be a word of an answer.
_SECRET_LENGTH = 16


class Address:
    """An address and the key for it.

    Args:
        base_url: The address before `/chat/completions`; it may hold a user and a password.
        api_key: The bearer token; `None` takes `METIER_API_KEY` of the environment. `OPENAI_API_KEY` is taken for
            `https://api.openai.com` and this machine alone: a key is not sent to whoever is named.

    Raises:
        ConfigError: The address or the key cannot be one.

    >>> address = Address("https://me:secret@models.example/v1/", "sk-secret")
    >>> address, address.url
    (Address('https://models.example/v1'), 'https://models.example/v1/chat/completions')
    >>> address.place
    'models.example/v1'
    """

    def __init__(self, base_url: str, api_key: str | None = None) -> None:
        parts = _parts(base_url)
        path = parts.path.rstrip("/").removesuffix("/chat/completions")
        self.shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"
        self.place = f"{parts.netloc.rpartition('@')[2].lower()}{path}"
        self.url = f"{self.shown}/chat/completions" + (f"?{parts.query}" if parts.query else "")
        self.login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._key = _key(api_key, parts)

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    @property
    def headers(self) -> Mapping[str, str]:
        """The header that holds the key, when there is one."""
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def scrubbed(self, data: bytes) -> bytes:
        """Take the key out of what an endpoint says.

        >>> Address("http://127.0.0.1", "sk-0123456789abcdef").scrubbed(b"Not a key: sk-0123456789abcdef")
        b'Not a key: ***'
        """
        return data.replace(self._key.encode(), b"***") if len(self._key) >= _SECRET_LENGTH else data

    def without_key(self, reply: Reply) -> Reply:
        """Take the key out of the error of a reply, however short it is.

        >>> Address("http://127.0.0.1", "short").without_key(Reply(text="short", error="http_401: Not 'short'.")).error
        "http_401: Not '***'."
        """
        code, colon, sentence = reply.error.partition(": ")
        hidden = sentence.replace(self._key, "***") if self._key else sentence
        return replace(reply, error=code + colon + hidden) if hidden != sentence else reply


def _parts(base_url: str) -> SplitResult:
    try:
        parts = urlsplit(base_url.strip())
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        # The address may hold a password, so it is not repeated.
        raise ConfigError(
            "Expected base_url to be an address with http:// or https:// and a host.",
            hint="For example: http://127.0.0.1:8000/v1",
        )
    return parts


def _key(api_key: str | None, parts: SplitResult) -> str:
    key = (_key_of_environment(parts) if api_key is None else api_key).strip()
    if not (key.isascii() and key.isprintable()):
        raise ConfigError("Expected an API key of printable ASCII characters, got others.")
    return key


def _key_of_environment(parts: SplitResult) -> str:
    is_openai = parts.scheme == "https" and parts.hostname == "api.openai.com"
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    other = os.environ.get("OPENAI_API_KEY", "") if is_openai or is_here else ""
    return os.environ.get("METIER_API_KEY") or other
