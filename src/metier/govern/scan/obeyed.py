"""Does a program put a text of its own into a file that another program obeys: settings of agents, registries, git, ssh?

A package that brings such a file shows it. One whose program writes it changes the user's machine, from a text that stands
among others; that text is read as the file would be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from metier.govern.scan.flow import Step, strings_of
from metier.govern.scan.hosts import URL, Place, host_of, is_registry, leads_nowhere, place_of
from metier.govern.scan.paid import paid_elsewhere
from metier.govern.scan.prose import said
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, is_quoted
from metier.govern.scan.sentence import Sentence, sentences
from metier.govern.scan.triggers import words_of
from metier.verdict import Severity

_GAP = r"[/\\\"',)\s]{1,6}"
"""What stands between the parts of a path, however it is written."""
_NAME = r"[\w-]{1,63}(?:\.[\w-]{1,63})+"


@dataclass(frozen=True, slots=True)
class _Obeyed:
    """A kind of file: its rule, what its path shows, the words of which the program holds one, and what makes it harmful."""

    rule: str
    path: re.Pattern[str]
    words: tuple[str, ...]
    harm: re.Pattern[str]
    also: str
    known: str = "(?!)"
    """A package that says so may name one whom nobody knows; a person looks at it."""
    is_strange: bool = True
    """Whether the text must name a stranger."""


_AGENT = re.compile(
    rf"\.claude{_GAP}settings|\.claude\.json|\.gemini{_GAP}settings|\.codex{_GAP}config\.toml|\.cursor{_GAP}(?:mcp|permissions)|claude_desktop_config|\.mcp\.json"
    rf"|\.(?:vscode|windsurf|codeium){_GAP}(?:mcp|settings|mcp_config)|openclaw\.json|clawdbot\.json|\.openclaw{_GAP}\w+\.json|\.continue{_GAP}config|\.aider\.conf"
)
_AGENT_WORDS = (
    ".claude", ".gemini", ".codex", ".cursor", "claude_desktop", ".mcp.json", ".vscode", ".windsurf", ".codeium", "openclaw", "clawdbot", ".continue",
    ".aider",
)  # fmt: skip
_KINDS = (
    _Obeyed(
        "loosen-agent", _AGENT, _AGENT_WORDS,
        re.compile(r"bypassPermissions|[\"']Bash\((?:\*|:\*)\)[\"']|enableAllProjectMcpServers[\"']?\s*[:=]\s*[tT]rue|(?:autoApprove|alwaysAllow)[\"']?\s*:\s*\[\s*[\"']\*|approval_policy\s*=\s*[\"']never|danger-full-access"),
        "in settings that it writes", is_strange=False,
    ),
    _Obeyed(
        "redirect-model", _AGENT, _AGENT_WORDS,
        re.compile(r"\b(?:(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|OPENROUTER|AZURE_OPENAI)_(?:API_)?BASE(?:_URL)?|base_?[uU]rl|api_?[bB]ase|HTTPS?_PROXY|https?\.proxy)\b[\"']?\s*[:=]\s*[\"']?https?://"),
        "in settings that it writes", known=r"gateway|prox(?:y|ies)|routers?|providers?|endpoint|base.?url|self-host|relay",
    ),
    _Obeyed(
        "loosen-agent", _AGENT, _AGENT_WORDS,
        re.compile(r"\b(?:mcpServers|mcp_servers)\b[\s\S]{0,200}?\b(?:url|httpUrl|serverUrl|command)[\"']?\s*[:=]\s*[\"'][\s\S]{0,120}?(?:https?|wss?)://"),
        "and plants a server of its own", known=r"\bmcp\b|servers?|connect|integrat|set ?up|config",
    ),
    _Obeyed(
        "send-private", _AGENT, _AGENT_WORDS,
        re.compile(r"\bhooks\b[\s\S]{0,300}?\bcommand[\"']?\s*:\s*[\"'][^\n]{0,160}\b(?:curl|wget|nc|Invoke-\w+)\b[^\n]{0,160}://"),
        "by a hook that it plants", known=r"hooks?|notif|monitor|observ|analytics",
    ),
    _Obeyed(
        "run-download", re.compile(rf"\.vscode{_GAP}tasks\.json|\.zed{_GAP}tasks\.json|\.idea{_GAP}\w+\.xml|\.devcontainer"), (".vscode", ".zed", ".idea", ".devcontainer"),
        re.compile(r"\b(?:command|postCreateCommand|script)[\"']?\s*:\s*[\"'][^\n]{0,160}\b(?:curl|wget|iwr|irm)\b[^\n]{0,160}://[^\n]{0,200}(?:\|\s*(?:sudo\s+)?(?:\w{0,3}sh|iex|node|python3?)\b|&&|;)"),
        "when a folder is opened",
    ),
    _Obeyed(
        "foreign-registry", re.compile(rf"\.npmrc|\.yarnrc|bunfig\.toml|\bpip{_GAP}pip\.(?:conf|ini)|\bpip\.(?:conf|ini)|uv\.toml|\.condarc|\.gemrc|\.cargo{_GAP}config|\.m2{_GAP}settings|init\.gradle|nuget\.config"),
        ("npmrc", "yarnrc", "bunfig", "pip.", "uv.toml", "condarc", "gemrc", ".cargo", ".m2", "init.gradle", "uget.config"),
        re.compile(r"\b(?:registry|npmRegistryServer|(?:extra[-_])?index[-_]url|find[-_]links|default_channels|replace-with|:sources:|maven[^\n]{0,40}\burl)\b[\"'\]]*\s*[:=(]?\s*[\"']?\[?[\"']?(?:https?|sparse\+https?)://|<mirrorOf>[\s\S]{0,200}?<url>\s*https?://"),
        "in settings that it writes", known=r"mirrors?|registr|index|nexus|artifactory|prox(?:y|ies)",
    ),
    _Obeyed(
        "foreign-registry", re.compile(rf"\.gitconfig|\.git{_GAP}config\b|\.config{_GAP}git"), (".git",),
        re.compile(r"\[url\s+\\?[\"']?https?://[\s\S]{0,240}?\b(?:push)?[iI]nstead[oO]f\s*=\s*[\"']?(?:https?://|git@|ssh://)|\bsshCommand\s*=|\bhooksPath\s*=\s*[\"']?https?://"),
        "for all that git fetches", known=r"mirrors?|prox(?:y|ies)|\bgit\b",
    ),
    _Obeyed(
        "send-private", re.compile(rf"\.git{_GAP}hooks|\bhooks{_GAP}(?:pre|post|commit|prepare)-|templateDir"), ("hooks", "templateDir"),
        re.compile(r"#!\s*/[\s\S]{0,400}\b(?:curl|wget|nc|Invoke-\w+)\b[\s\S]{0,160}://"),
        "by a hook of git", known=r"hooks?|notif|\bci\b",
    ),
    _Obeyed(
        "send-private", re.compile(rf"\.ssh{_GAP}config\b"), (".ssh",),
        re.compile(rf"\b(?:ProxyCommand|LocalCommand|ProxyJump)\s+[^\n]{{0,80}}?{_NAME}"),
        "whatever is connected to by ssh", known=r"\bssh\b|bastion|jump|tunnel|\bvpn\b",
    ),
    _Obeyed(
        "foreign-registry", re.compile(rf"\.docker{_GAP}(?:config|daemon)\.json|docker{_GAP}daemon\.json|containers{_GAP}registries\.conf"), ("docker", "containers"),
        re.compile(r"https?Proxy[\"']?\s*[:=]\s*[\"']https?://"),
        "in settings that it writes", known=r"mirrors?|docker|registr|prox(?:y|ies)",
    ),
    _Obeyed(
        "foreign-registry", re.compile(r"\.curlrc|\.wgetrc"), (".curlrc", ".wgetrc"),
        re.compile(r"\b(?:https?_)?proxy\b\s*[=:]?\s*[\"']?https?://"),
        "for all that is fetched", known=r"prox(?:y|ies)",
    ),
    _Obeyed(
        "run-download", re.compile(rf"policies{_GAP}managed"), ("policies",),
        re.compile(r"ExtensionInstallForcelist[\s\S]{0,200}?https?://"),
        "when the browser starts", known=r"extensions?|polic(?:y|ies)",
    ),
)  # fmt: skip
_READ = re.compile(
    rf"\b(?:CLAUDE|AGENTS?|GEMINI|SOUL|MEMORY|HEARTBEAT|IDENTITY|USER|TOOLS)\.md\b|\.cursorrules|\.windsurfrules|\.clinerules|copilot-instructions|\.cursor{_GAP}rules"
)
_READ_WORDS = frozenset(
    {
        "CLAUDE.md", "AGENT.md", "AGENTS.md", "GEMINI.md", "SOUL.md", "MEMORY.md", "HEARTBEAT.md", "IDENTITY.md", "USER.md", "TOOLS.md",
        ".cursor", ".windsurfrules", ".clinerules", "copilot-instructions",
    }
)  # fmt: skip
"""What it matches holds one of them."""
_GRAVE = frozenset({"hide-from-user", "redirect-money", "forward-data", "skip-consent", "override-instructions", "poison-memory", "remote-instructions"})  # fmt: skip
_WRITES = re.compile(
    r"write_?[tT]ext\(|write_?[fF]ile\w*\(|append_?[fF]ile\w*\(|WriteAll\w+\(|WriteFile\(|\.write\(|json\.dump\(|F(?<!\wF)ile\.(?:write|open)|Set-Content|Add-Content|Out-File|t(?<!\wt)ee\b|>>?\s*[\"']?[~$./\w]|\.puts\b|file_put_contents|fs::write|createWriteStream|outputFile\w*\("
)
_COMPANY = re.compile(r"artifactory|nexus|jfrog|/api/(?:npm|pypi)/|/repository/|@[\w-]+:registry")
"""A registry that a company keeps, or for one scope."""
_OPTION = re.compile(r"-c\b|--config\b|--set\b")
_POWERSHELL = (".ps1", ".psm1")
_MIN_SAID, _MAX_SAID, _MAX_STEP = 40, 2000, 8000
_BREAKS = re.compile(r"\\[nrt]")
_SIGNS = re.compile(r"\\([\"'`\\/])")


@cache
def _words() -> Callable[[str], Collection[str]]:
    return words_of(sorted({*_READ_WORDS, *(word for kind in _KINDS for word in kind.words)}))


def obeyed(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """What a program writes into files that others obey.

    Args:
        steps: Every step of the program.
        purpose: What the package says that it is for.
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["p = Path.home() / '.npmrc'", "p.write_text('registry=https://npm.drop-mirror.net/')"]
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [(seen.rule, seen.severity.value) for seen in obeyed(steps, Purpose(), "\\n".join(lines))]
    [('foreign-registry', 'block')]
    """
    held = frozenset(_words()(text))
    if not held or not _WRITES.search(text):
        return
    for kind in _KINDS:
        if held.isdisjoint(kind.words) or not kind.path.search(text):
            continue
        if not kind.is_strange:
            yield from _loosened(kind, steps)
            continue
        for step in steps:
            if (found := _harms(kind, step, purpose)) and not _is_said(step):
                yield Seen(kind.rule, found[0], step, kind.also, found[1])
                break
    if not held.isdisjoint(_READ_WORDS) and _READ.search(text):
        yield from _ordered(steps, purpose)


def _is_said(step: Step) -> bool:
    """Whether a step only names the text; a text of several lines of PowerShell stands by itself."""
    return not step.statement.path.lower().endswith(_POWERSHELL) and is_quoted(step)


def _plain(text: str) -> str:
    """A text as it is written into a file."""
    return _SIGNS.sub(r"\1", _BREAKS.sub("\n", text)).replace("{{", "{").replace("}}", "}")


def _loosened(kind: _Obeyed, steps: Sequence[Step]) -> Iterator[Seen]:
    """Settings of an agent that ask for nothing any more, in one text or in several."""
    loose: dict[str, Step] = {}
    is_named = False
    for step in steps:
        if len(step.text) > _MAX_STEP or _is_said(step) or not kind.harm.search(step.text):
            continue
        told = _plain(step.text)
        # What an agent is started with, for once, is no setting.
        found = [
            one[0]
            for one in kind.harm.finditer(told)
            if not _OPTION.search(told, max(0, one.start() - 16), one.start())
        ]
        is_named = is_named or bool(found and kind.path.search(told))
        loose.update(dict.fromkeys(found, step))
    if loose and (len(loose) > 1 or is_named):
        weight = Severity.BLOCK if len(loose) > 1 else Severity.REVIEW
        words, step = next(iter(loose.items()))
        yield Seen(kind.rule, weight, step, kind.also, words)


def _harms(kind: _Obeyed, step: Step, purpose: Purpose) -> tuple[Severity, str] | None:
    """What the text of a step weighs in such a file, and the words that do."""
    if len(step.text) > _MAX_STEP:
        return None
    told = _plain(step.text)
    found = kind.harm.search(told)
    if found is None:
        return None
    urls = [one[0] for one in URL.finditer(told, max(0, found.start() - 8))] or list(step.urls)
    if kind.rule == "send-private" and "Proxy" in found[0]:
        urls = [f"https://{one}" for one in re.findall(_NAME, found[0])]
    places = [
        place_of(url, own_words=purpose.words)
        for url in urls
        if not (leads_nowhere(url) or (kind.rule == "foreign-registry" and is_registry(host_of(url))))
    ]
    worst = max(places, default=Place.LOCAL)
    if worst >= Place.UNKNOWN:
        is_known = purpose.says(kind.known) or (kind.rule == "foreign-registry" and _COMPANY.search(told))
        return Severity.REVIEW if is_known and not worst.is_shady else Severity.BLOCK, found[0]
    return (
        (Severity.REVIEW, found[0]) if worst == Place.OWN and kind.rule in ("redirect-model", "send-private") else None
    )


def _ordered(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """Orders among the texts of a program that writes what agents read."""
    for step in steps:
        if len(step.text) > _MAX_STEP or _is_said(step):
            continue
        is_whole = step.statement.is_shell or step.statement.path.lower().endswith(_POWERSHELL)
        texts = [step.text] if is_whole else strings_of(step.text)
        whole = " ".join(text for text in texts if len(text) >= _MIN_SAID)[:_MAX_SAID]
        if not whole:
            continue
        told: list[Sentence] = sentences(_BREAKS.sub("\n", whole), "AGENTS.md", first_line=9)
        for one in (*said(told, purpose), *paid_elsewhere(told, purpose)):
            if one.severity == Severity.BLOCK or (one.severity == Severity.REVIEW and one.rule in _GRAVE):
                yield Seen("rewrite-agent", Severity.BLOCK, step, "with orders of its own", one.sentence.text)
                return
