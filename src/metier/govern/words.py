"""What does a description say in plain English that a skill touches?

A declaration is an action with its object ("sends … as an email"), said of the skill and not against it. A clause with
"not", "never" or "without" declares nothing. Meant for the few sentences of a description, not for a body.
"""

from __future__ import annotations

import re

from metier.capability import Capability
from metier.govern.programs import touched_by

_CLAUSE = re.compile(r"[.;!?\n]+(?:\s|$)|,?\s+but\s+")
_AGAINST = re.compile(
    r"\b(?:not?|never|without|cannot|doesn't|don't|won't|instead of|rather than|avoid\w*|refuses?|no longer|offline"
    r"|how to|warns?)\b|^\s*(?:teach|explain|detect)\w*",
    re.IGNORECASE,
)
_FILE = r"(?:\w+ ){0,3}(?:files?|folders?|director(?:y|ies)|documents?|spreadsheets?|pdfs?|csvs?)\b"
_NET = r"(?:web(?:sites?|\s?pages?)?|internet|urls?|apis?|online|remote server|github|cloud)\b"

_SAID: tuple[tuple[Capability, str], ...] = (
    (Capability.READ_FILES, rf"\b(?:reads?|reading|pars(?:es?|ing)|opens?|scans?|analy[sz]es?) {_FILE}"),
    (Capability.WRITE_FILES, rf"\b(?:writ(?:es?|ing)|creat(?:es?|ing)|sav(?:es?|ing)|edits?|modif(?:y|ies)"
                             rf"|fills?) {_FILE}"),
    (Capability.DELETE_FILES, rf"\b(?:delet(?:es?|ing)|remov(?:es?|ing)|erases?|cleans? up) {_FILE}"),
    (Capability.CHANGE_PERMISSIONS, r"\b(?:chang|set|fix|adjust)(?:es|s|ing)? (?:\w+ ){0,2}(?:file )?permissions\b"),
    (Capability.FETCH, rf"\b(?:download|fetch|retriev|scrap|crawl|brows|search|look|pull|access|quer"
                       rf"|call)\w*\b[^.]{{0,60}}?\b{_NET}"
                       r"|\b(?:internet|network) (?:access|connection)\b"),
    (Capability.SEND, r"\b(?:uploads?|uploading|publish(?:es|ing)?|submits?|pushes|posts?)\b[^.]{0,50}?"
                      r"\b(?:server|site|api|cloud|bucket|registry|webhook|endpoint|service|to (?:s3|github))\b"),
    (Capability.LISTEN, r"\b(?:starts?|runs?|launch(?:es)?|opens?|serves?|hosts?)\b[^.]{0,40}?"
                        r"\b(?:web |local |http |dev(?:elopment)? )+server\b|\blistens? on\b"),
    (Capability.RUN_SHELL, r"\b(?:runs?|running|executes?|executing) (?:\w+ ){0,2}(?:shell|bash|terminal"
                           r"|command[- ]line)\b"),
    (Capability.EVALUATE_CODE, r"\b(?:runs?|executes?|evaluates?) (?:\w+ ){0,2}(?:python |javascript |user "
                               r"|generated )*code\b"),
    (Capability.INSTALL_PACKAGES, r"\b(?:installs?|installing)\b[^.]{0,40}?\b(?:packages?|dependenc(?:y|ies)"
                                  r"|librar(?:y|ies)|modules?)\b"),
    (Capability.READ_ENVIRONMENT, r"\b(?:reads?|uses?|needs?|requires?)\b[^.]{0,30}?\benvironment variables?\b"),
    (Capability.READ_CREDENTIALS, r"\b(?:reads?|uses?|needs?|requires?|loads?)\b[^.]{0,40}?"
                                  r"\b(?:api keys?|access tokens?|credentials|passwords?|ssh keys?|secrets)\b"),
    (Capability.READ_BROWSER, r"\b(?:browser|browsing|chrome|firefox|safari)\b[^.]{0,30}?"
                              r"\b(?:history|cookies|bookmarks|passwords|profile data)\b"
                              r"|\b(?:cookies|bookmarks|history|passwords)\b[^.]{0,30}?"
                              r"\b(?:browser|chrome|firefox|safari)\b"),
    (Capability.READ_WALLETS, r"\b(?:crypto(?:currency)? wallets?|wallet (?:files?|keys?|balances?)"
                              r"|seed phrases?)\b"),
    (Capability.READ_SYSTEM, r"\b(?:system information|(?:cpu|memory|disk)(?: and \w+)? usage|hardware "
                             r"(?:details|info\w*)|running processes)\b"),
    (Capability.CONTROL_PROCESSES, r"\b(?:kills?|stops?|restarts?|terminates?)\b[^.]{0,30}?\b(?:process(?:es)?"
                                   r"|services?|daemons?)\b"),
    (Capability.PERSIST, r"\bcron ?(?:jobs?|tabs?)\b|\b(?:installs?|registers?|sets? up)\b[^.]{0,40}?"
                         r"\b(?:daemon|launch agent|start-?up|background service|scheduled task)\b"),
    (Capability.ELEVATE, r"\b(?:needs?|requires?|with|uses?) (?:sudo|root|administrator|admin) ?(?:rights"
                         r"|privileges|access)?\b"),
    (Capability.CHANGE_AGENT, r"\b(?:updat|edit|chang|writ|modif|creat|append|add|install)\w*\b[^.]{0,50}?"
                              r"\b(?:CLAUDE\.md|AGENTS\.md|GEMINI\.md|\.cursorrules|MEMORY\.md|agent(?:'s)? "
                              r"(?:settings|memory|instructions)|other skills)"),
    (Capability.CLIPBOARD, r"\bclipboard\b"),
    (Capability.SCREEN, r"\b(?:takes?|captur\w*|mak\w*|grabs?|records?)\b[^.]{0,30}?\b(?:screenshots?|the screen"
                        r"|screen recordings?)\b"),
    (Capability.SEND_MESSAGES, r"\b(?:sends?|sending|posts?|drafts? and sends?|notif(?:y|ies))\b[^.]{0,60}?"
                               r"\b(?:e-?mails?|slack|telegram|discord|sms|whatsapp|messages?|teams)\b"),
    (Capability.SPEND, r"\b(?:mak(?:es?|ing) (?:\w+ )?payments?|plac(?:es?|ing) (?:\w+ )?(?:orders?|trades?)"
                       r"|purchas(?:es?|ing)"
                       r"|buys?|pays? (?:for|\w+ )?(?:bills?|invoices?)|transfers? (?:\w+ )?(?:money|funds"
                       r"|tokens|crypto))\b"),
    (Capability.DATABASE, r"\b(?:quer(?:y|ies|ying)|connects? to|reads?|writes?|manages?|migrates?|inspects?"
                          r"|uses?)\b[^.]{0,40}?"
                          r"\b(?:databases?|postgres(?:ql)?|mysql|sqlite|mongodb|redis|bigquery|snowflake)\b"),
)  # fmt: skip
_PATTERNS = tuple((capability, re.compile(pattern, re.IGNORECASE)) for capability, pattern in _SAID)
_NEEDS = re.compile(r"\b(?:requires?|needs?|uses?|depends? on|designed for|works with)\b([^.;]*)", re.IGNORECASE)
_PROGRAM_NAMES = re.compile(
    r"\b(?:git|docker|node(?:\.?js)?|python ?3?|ffmpeg|jq|curl|wget|kubectl|terraform|gh|uv|npm|pandoc"
    r"|imagemagick|psql"
    r"|sqlite3|aws|gcloud|cargo|make|rg|tmux)\b",
    re.IGNORECASE,
)


def declared_in_words(text: str, *, programs: bool = False) -> frozenset[Capability]:
    """Find what a few plain sentences declare.

    Args:
        programs: Whether names of programs after "requires" count, as in `compatibility`.

    >>> sorted(declared_in_words("Downloads rates from the web. Never writes files."))
    [<Capability.FETCH: 'fetch'>]
    >>> declared_in_words("Writes the letters backwards.")
    frozenset()
    """
    found: set[Capability] = set()
    for clause in _CLAUSE.split(text):
        if _AGAINST.search(clause):
            continue
        found |= {capability for capability, pattern in _PATTERNS if pattern.search(clause)}
        needed = _NEEDS.search(clause) if programs else None
        for name in _PROGRAM_NAMES.findall(needed[1]) if needed else ():
            found |= {Capability.RUN_PROGRAMS, *touched_by([name])}
    return frozenset(found)
