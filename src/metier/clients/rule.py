"""Can a function stand in for a model? A fake that is part of the product, for tests, examples and baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from metier.client import Reply, Request
from metier.clients.chat import failure
from metier.errors import ConfigError, nearest

Rule = Callable[[Request], str]
"""Answers a request. What it raises becomes the error of the reply."""


class RuleClient:
    """Answer by a rule. It reads no tokens and costs nothing.

    Args:
        rule: A function of the request, or the name of a ready one: `"echo"`.
        name: Which model this is.

    Raises:
        ConfigError: No rule has that name.

    >>> client = RuleClient(lambda request: request.messages[-1].content.upper(), name="shout")
    >>> [reply.text for reply in client.replies([Request.ask("a"), Request.ask("b")])]
    ['A', 'B']
    """

    def __init__(self, rule: Rule | str, *, name: str = "rule") -> None:
        self.rule = _ready(rule) if isinstance(rule, str) else rule
        self._name = name

    def __repr__(self) -> str:
        return f"RuleClient(name={self._name!r})"

    @property
    def name(self) -> str:
        """The name given to the rule."""
        return self._name

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer each request when its reply is taken. A rule that raises gives a reply with a `rule_error`."""
        return map(self._reply, requests)

    def close(self) -> None:
        """Nothing is held open."""

    def _reply(self, request: Request) -> Reply:
        try:
            text = self.rule(request)
        except Exception as fault:
            return failure("rule_error", f"{type(fault).__name__}: {fault}")
        if not isinstance(text, str):
            return failure("rule_error", f"Expected a string, got {type(text).__name__}.")
        return Reply(text=text)


def echo(request: Request) -> str:
    """Say the last message again.

    >>> echo(Request.ask("hello"))
    'hello'
    """
    return request.messages[-1].content


def always(text: str) -> Rule:
    """Make a rule that answers everything with one text.

    >>> always("42")(Request.ask("Why?"))
    '42'
    """
    return lambda request: text


def from_mapping(answers: Mapping[str, str], *, default: str | None = None) -> Rule:
    """Make a rule that looks the last message up. Without a default, an unknown one is an error of its reply.

    >>> from_mapping({"2 + 2 =": "4"})(Request.ask("2 + 2 ="))
    '4'
    >>> next(RuleClient(from_mapping({})).replies([Request.ask("3 + 3 =")])).error
    "rule_error: LookupError: No answer to '3 + 3 ='."
    """
    return lambda request: _found(answers.get(echo(request), default), request)


def by_phrase(answers: Mapping[str, str], *, default: str | None = None) -> Rule:
    """Make a rule that answers by the first phrase that occurs in any message, system messages included.

    With it a stand-in can behave as if it had learnt something from the skill in its context.

    >>> rule = by_phrase({"carry the one": "110"}, default="100")
    >>> rule(Request.ask("55 + 55 =")), rule(Request.ask("55 + 55 =", system="Remember to carry the one."))
    ('100', '110')
    """

    def answer(request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        return _found(next((answers[phrase] for phrase in answers if phrase in said), default), request)

    return answer


_READY: dict[str, Rule] = {"echo": echo}


def _ready(name: str) -> Rule:
    if name not in _READY:
        raise ConfigError(f"Expected the name of a ready rule, got {name!r}. {nearest(name, _READY)}")
    return _READY[name]


def _found(answer: str | None, request: Request) -> str:
    if answer is None:
        raise LookupError(f"No answer to {echo(request)[:80]!r}.")
    return answer
