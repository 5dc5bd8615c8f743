"""What is said on the wire? A Request as the body of `/chat/completions`, and what comes back as a Reply.

Knows the format, not the connection: bytes in, nouns out. What cannot be read is a `Reply` whose `error` begins with
one of these stable codes:

    timeout         no whole answer in time            malformed_json   a 200 that is not JSON
    unreachable     no connection could be made        endpoint_error   a 200 that holds an error
    connection      it broke before the whole answer   no_choices       JSON without a choice
    http_<status>   any status but 200                 no_content       a choice without text
    too_large       more than MAX_BYTES                refused          the model declined, in so many words
                                                       content_filter   the endpoint withheld the text
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metier.attempt import Cost
from metier.client import Message, Reply, Request

MAX_BYTES = 16 * 1024 * 1024
"""A longer answer is refused: a million tokens are about 4 MiB of text."""

Prices = tuple[float, float]
"""US dollars for a million input tokens, and for a million output tokens."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def to_body(
    request: Request, *, model: str, extra: Mapping[str, Any] | None = None, limit_key: str = "max_tokens"
) -> dict[str, Any]:
    """Write the body that asks for one reply. A value of `extra` replaces ours; `None` leaves the key out.

    >>> body = to_body(Request.ask("2 + 2 =", seed=5, epoch=2), model="m", extra={"temperature": None, "top_p": 0.9})
    >>> {key: body[key] for key in body if key != "messages"}
    {'model': 'm', 'max_tokens': 256, 'seed': 7, 'top_p': 0.9}
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": _content(message)} for message in request.messages],
        limit_key: request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed + request.epoch,
        "stop": list(request.stop) or None,
        **(extra or {}),
    }
    return {key: value for key, value in body.items() if value is not None}


def _content(message: Message) -> str | list[dict[str, Any]]:
    if not message.images:
        return message.content
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in message.images]
    return [{"type": "text", "text": message.content}, *pictures]


def to_reply(status: int, data: bytes, *, prices: Prices | None = None) -> Reply:
    """Read an answer. Never raises: what cannot be read is an error with a code.

    >>> to_reply(200, b'{"choices": [{"message": {"content": "4"}, "finish_reason": "stop"}]}').text
    '4'
    >>> to_reply(502, b"<html>Bad gateway</html>").error
    "http_502: The endpoint said '<html>Bad gateway</html>'."
    """
    if status != 200:
        return failure(f"http_{status}", _said(data))
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        return failure("malformed_json", f"Expected JSON. {_said(data)}")
    if not isinstance(answer, dict):
        return failure("malformed_json", f"Expected a JSON object. {_said(data)}")
    return _reply_of(answer, prices) or failure(*_fault_of(answer, data))


def failure(code: str, sentence: str, *, cost: Cost | None = None) -> Reply:
    """Make the Reply of a request that failed.

    >>> failure("timeout", "No answer within 60 s.").error
    'timeout: No answer within 60 s.'
    """
    return Reply(text="", finish="error", error=f"{code}: {sentence}", cost=cost or Cost())


def to_cost(usage: object, *, prices: Prices | None = None) -> Cost:
    """Read the token counts that an endpoint reports. What it does not report is 0, never a guess.

    >>> to_cost({"prompt_tokens": 1000, "completion_tokens": 500}, prices=(3.0, 15.0))
    Cost(input_tokens=1000, output_tokens=500, usd=0.0105)
    >>> to_cost(None)
    Cost(input_tokens=0, output_tokens=0, usd=0.0)
    """
    counts = usage if isinstance(usage, dict) else {}
    read, written = _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))
    input_price, output_price = prices or (0.0, 0.0)
    usd = (read * input_price + written * output_price) / 1_000_000
    return Cost(input_tokens=read, output_tokens=written, usd=usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """The parts of the first choice that count. `reasoning_content` is not among them: thinking is not the answer."""

    content: object
    refusal: object
    finish: str


def _reply_of(answer: dict[str, Any], prices: Prices | None) -> Reply | None:
    choice = _first_choice(answer)
    if choice is None:
        return None
    cost = to_cost(answer.get("usage"), prices=prices)
    if choice.finish == "content_filter":
        return failure("content_filter", "The endpoint withheld the text.", cost=cost)
    text = _text(choice.content)
    if text is None and isinstance(choice.refusal, str) and choice.refusal:
        return failure("refused", f"The model said {_excerpt(choice.refusal)!r}.", cost=cost)
    if text is None and choice.finish == "length":
        # Some servers send null, others "", when a model thought until its tokens were spent. Both are an empty answer.
        text = ""
    if text is None:
        return failure("no_content", f"The first choice holds no text and ended with {choice.finish!r}.", cost=cost)
    return Reply(text=text, finish=choice.finish, cost=cost)


def _first_choice(answer: dict[str, Any]) -> _Choice | None:
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(message, dict):
        return None
    finish = first.get("finish_reason")
    return _Choice(
        content=message.get("content"),
        refusal=message.get("refusal"),
        finish=_excerpt(finish) if isinstance(finish, str) and finish else "stop",
    )


def _text(content: object) -> str | None:
    """The text of a message: a string, or a list of parts of which those of type `text` count."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        texts = [part for part in parts if isinstance(part, str)]
        content = "".join(texts) if texts else None
    # JSON can escape half of a surrogate pair, which no UTF-8 file can hold.
    return _LONE_SURROGATE.sub("\ufffd", content) if isinstance(content, str) else None


def _fault_of(answer: dict[str, Any], data: bytes) -> tuple[str, str]:
    code = "endpoint_error" if answer.get("error") else "no_choices"
    return code, _said(data) if code == "endpoint_error" else f"Expected a choice with a message. {_said(data)}"


def _said(data: bytes) -> str:
    message = _error_message(data)
    return f"The endpoint said {_excerpt(message)!r}." if message.strip() else "The endpoint said nothing."


def _error_message(data: bytes) -> str:
    """The message inside `{"error": {"message": …}}` and its kin, or the text as it came."""
    text = data[:20_000].decode("utf-8", "replace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for key in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(key):
            found = found[key]
    return found if isinstance(found, str) else text


def _excerpt(text: str, limit: int = 200) -> str:
    # What an endpoint says is shown on terminals, where control characters would be commands.
    words = " ".join(text[: 4 * limit].split())
    printable = "".join(character if character.isprintable() else "\ufffd" for character in words)
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
