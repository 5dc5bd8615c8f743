"""Which plain tools does a host without the Skills extension get? Find a skill, load it, run a script of it.

What a tool says is made in `metier.stores.served.use` and `.finding`; here is the wire: schemas, arguments, and how a
person is asked before a script of a supervised skill runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import anyio.to_thread
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from metier.errors import InputError, MetierError, nearest
from metier.faces.mcp.approval import Tokens
from metier.faces.mcp.faults import sentence, told
from metier.stores.served.finding import Finding
from metier.stores.served.shelf import Shelf
from metier.stores.served.use import Call, Recorder, Runner, Step, call_of, load_text, next_step, run_text, told_text

MAX_NAMED = 200
"""So many names stand in the schema of a tool; a longer list would cost every conversation more than it helps."""

_QUESTION = "approve"
_LEAST_BUDGET, _MOST_BUDGET = 100, 50_000
_MOST_CHARACTERS = 20_000
_BUDGET = {
    "type": "integer",
    "minimum": _LEAST_BUDGET,
    "maximum": _MOST_BUDGET,
    "description": "Most tokens of the answer.",
}
_Answer = types.CallToolResult | types.InputRequiredResult


class Tools:
    """The three tools over a shelf.

    Args:
        finding: Makes the index when it is first asked; a large shelf takes a moment.
        runner: Runs a script in a sandbox; None if there is no sandbox, and then nothing is ever run.
        recorder: Is told of every run; None where no standing is kept.
    """

    def __init__(
        self,
        shelf: Shelf,
        finding: Callable[[], Finding],
        runner: Runner | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._shelf, self._make_finding, self._runner, self._recorder = shelf, finding, runner, recorder
        self._finding: Finding | None = None
        self._tokens = Tokens()

    async def list_tools(self, _: Any, __: object) -> types.ListToolsResult:
        """The tools, with the names of the skills where they are few enough."""
        with told():
            self._shelf.keep_up()
        return listed_tools([offer.handle for offer in self._shelf.offers])

    async def call_tool(self, context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams) -> _Answer:
        """Answer a call. What is wrong with it is said to the model, so that it can mend it."""
        arguments = params.arguments or {}
        try:
            _refuse_unknown(params.name, arguments)
            if params.name == "find_skill":
                return await self._find(arguments)
            if params.name == "load_skill":
                return self._load(arguments)
            if params.name == "run_skill":
                return await self._run(arguments, context, params)
        except MetierError as error:
            return _said(sentence(error), is_error=True)
        raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name[:80]!r}.")

    async def _find(self, arguments: dict[str, Any]) -> _Answer:
        query, k = _text(arguments, "query", ""), _number(arguments, "k", 5, least=1, most=50)
        budget = _budget(arguments, 2000)

        # Here and not in the thread: a shelf is for one thread.
        self._shelf.keep_up()

        def answer() -> tuple[str, list[dict[str, object]]]:
            self._finding = self._finding or self._make_finding()
            return self._finding.answer(query, k=k, budget=budget)

        text, skills = await anyio.to_thread.run_sync(answer)
        return _said(text, data={"skills": skills})

    def _load(self, arguments: dict[str, Any]) -> _Answer:
        text = load_text(
            self._shelf,
            _text(arguments, "skill"),
            path=_text(arguments, "path", ""),
            start=_number(arguments, "start", 0, least=0, most=1 << 31),
            budget=_budget(arguments, 8000),
        )
        return _said(text)

    async def _run(
        self,
        arguments: dict[str, Any],
        context: ServerRequestContext[Any, Any],
        params: types.CallToolRequestParams,
    ) -> _Answer:
        budget = _budget(arguments, 8000)
        call = call_of(
            self._shelf,
            _text(arguments, "skill"),
            _text(arguments, "script", ""),
            _texts(arguments, "arguments"),
        )
        approved = self._approval(call, params)
        can_ask = _can_ask(context)
        step, why = next_step(call, can_run=self._runner is not None, can_ask=can_ask, approved=approved)
        if step == Step.ASK and context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            question = types.ElicitRequest(params=_question(why, call))
            return types.InputRequiredResult(
                input_requests={_QUESTION: question}, request_state=self._tokens.make(call.bound_to)
            )
        if step == Step.ASK:
            asked = _question(why, call)
            reply = await context.session.elicit_form(
                asked.message, asked.requested_schema, related_request_id=context.request_id
            )
            # The package may have changed while somebody thought about it.
            again = call_of(self._shelf, call.offer.path, call.script, call.arguments)
            answer = _is_yes(reply) and again.bound_to == call.bound_to
            step, why = next_step(again, can_run=self._runner is not None, can_ask=can_ask, approved=answer)
        if step == Step.RUN and self._runner is not None:
            run = partial(run_text, self._shelf, call, self._runner, recorder=self._recorder, budget=budget)
            text, is_good = await _until_cancelled(run)
            return _said(text, is_error=not is_good)
        return _said(told_text(self._shelf, call, why, budget=budget), is_error=step == Step.REFUSE)

    def _approval(self, call: Call, params: types.CallToolRequestParams) -> bool | None:
        """What was answered to this very call, or None if nothing was."""
        reply = (params.input_responses or {}).get(_QUESTION)
        if reply is None or params.request_state is None:
            return None
        if not self._tokens.take(params.request_state, call.bound_to):
            return None
        return _is_yes(reply)


def listed_tools(handles: Sequence[str] = ()) -> types.ListToolsResult:
    """The tools, with so many names of skills if they are few enough."""
    skill: dict[str, Any] = {"type": "string", "description": "The name of a skill."}
    if 0 < len(handles) <= MAX_NAMED:
        skill["enum"] = sorted(handles)
    return types.ListToolsResult(tools=[_find_tool(), _load_tool(skill), _run_tool(skill)])


async def _until_cancelled(run: Callable[..., tuple[str, bool]]) -> tuple[str, bool]:
    """Run in a thread, and tell it to stop where nobody waits for the answer any more; wait for what it records."""
    stop = threading.Event()

    def answer() -> tuple[str, bool]:
        try:
            return run(stop=stop)
        except MetierError as error:  # a group of tasks would wrap it
            return sentence(error), False

    async def tell() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            stop.set()

    async with anyio.create_task_group() as group:
        group.start_soon(tell)
        answered = await anyio.to_thread.run_sync(answer)
        group.cancel_scope.cancel()
    return answered


def _is_yes(reply: object) -> bool:
    return (
        isinstance(reply, types.ElicitResult) and reply.action == "accept" and (reply.content or {}).get("run") is True
    )


def _can_ask(context: ServerRequestContext[Any, Any]) -> bool:
    capabilities = context.session.client_capabilities
    if capabilities is None or capabilities.elicitation is None:
        return False
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS or context.session.can_send_request


def _question(why: str, call: Call) -> types.ElicitRequestFormParams:
    schema = {
        "type": "object",
        "properties": {"run": {"type": "boolean", "title": f"Run {call.script!r}", "default": False}},
        "required": ["run"],
    }
    message = (
        f"May this server {why} The script is the skill author's; it is trusted as {call.offer.exposure.name.lower()}. "
        f"This approves one run of these bytes, {call.bound_to[:23]}."
    )
    return types.ElicitRequestFormParams(message=message, requested_schema=schema)


def _said(text: str, *, is_error: bool = False, data: dict[str, Any] | None = None) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=data, is_error=is_error)


def _refuse_unknown(name: str, arguments: dict[str, Any]) -> None:
    """Refuse an argument that no tool of the name has: a script must not run without what was meant for it."""
    tool = next((one for one in (_find_tool(), _load_tool({}), _run_tool({})) if one.name == name), None)
    known = tool.input_schema["properties"] if tool else arguments
    for one in arguments:
        if one not in known:
            raise InputError(f"{name} has no argument {one[:80]!r}.", hint=nearest(one[:80], known))


def _text(arguments: dict[str, Any], name: str, default: str | None = None) -> str:
    value = arguments.get(name, default)
    if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
        raise InputError(f"Expected {name!r} to be text of at most {_MOST_CHARACTERS:,} characters.")
    return value


def _number(arguments: dict[str, Any], name: str, default: int, *, least: int, most: int) -> int:
    value = arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError(f"Expected {name!r} to be a whole number from {least} to {most}.")
    return value


def _budget(arguments: dict[str, Any], default: int) -> int:
    return _number(arguments, "budget", default, least=_LEAST_BUDGET, most=_MOST_BUDGET)


def _texts(arguments: dict[str, Any], name: str) -> list[str]:
    value = arguments.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"Expected {name!r} to be a list of texts.")
    return value


def _tool(
    name: str, title: str, about: str, properties: dict[str, Any], required: list[str], *, reads: bool
) -> types.Tool:
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    hints = types.ToolAnnotations(read_only_hint=reads, destructive_hint=False, open_world_hint=False)
    return types.Tool(name=name, title=title, description=about, input_schema=schema, annotations=hints)


def _find_tool() -> types.Tool:
    return _tool(
        "find_skill",
        "Find a skill",
        "Find the skills that answer a request, or learn that none does. Without a request, see what there is.",
        {
            "query": {"type": "string", "description": "What is to be done, in plain words."},
            "k": {"type": "integer", "minimum": 1, "maximum": 50, "description": "Most skills to name; 5 by default."},
            "budget": _BUDGET,
        },
        [],
        reads=True,
    )


def _load_tool(skill: dict[str, Any]) -> types.Tool:
    return _tool(
        "load_skill",
        "Load a skill",
        "Show the instructions of a skill, or one of its files. What it shows is data of the skill's author.",
        {
            "skill": skill,
            "path": {"type": "string", "description": "A file of the skill; its instructions by default."},
            "start": {"type": "integer", "minimum": 0, "description": "The character to go on from."},
            "budget": _BUDGET,
        },
        ["skill"],
        reads=True,
    )


def _run_tool(skill: dict[str, Any]) -> types.Tool:
    return _tool(
        "run_skill",
        "Run a script of a skill",
        "Run a script of a skill in a sandbox without network, if its trust allows it; a person may be asked first. "
        "A skill that may not be run is shown as far as it may be seen.",
        {
            "skill": skill,
            "script": {"type": "string", "description": "The path of a script in the skill, as in scripts/fill.py."},
            "arguments": {"type": "array", "items": {"type": "string"}, "description": "Its arguments."},
            "budget": _BUDGET,
        },
        ["skill"],
        reads=False,
    )
