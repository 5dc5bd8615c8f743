"""What is seen of a step before it is a finding: the rule, the weight, where it leads, whether it only names the act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place, holds_others_key, host_of, place_of
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.triggers import alternatives, literals
from metier.verdict import Severity

_INDIRECTLY = (
    r"\[\s*[\"'](?:exec|eval)[\"']\s*\]\s*\(",
    r"\b\w+\(\s*[\"'`]\w*[\"'`]\s*,\s*(?:Buffer\.from|atob)\([^\n]{0,80}\)\s*\)\s*\(",
    r"(?:globalThis|window|global|self)\s*\[[^\]]+\]\s*\(",
)
_INDIRECTLY_WORDS = ("exec", "eval", "buffer.from(", "atob(", "global", "window", "self")
"""What these match holds one of them, in lower case, which tell more than the signs that it must hold as well."""
RUNS_DIRECTLY = re.compile(
    "|".join(_INDIRECTLY)
    + r"|\(0,\s*eval\)\s*\(|\.runsource\(|\.runcode\(|\btimeit\.(?:timeit|repeat)\(|\bcProfile\.run\(|\.constructor\.constructor\s*\(|getPrototypeOf\(\s*(?:async\s*)?(?:function|\()|Reflect\.construct\(\s*Function\b|\bsource\(\s*[\"\']https?:|\.then\(\s*\(?(?:0,\s*)?eval\b|\)\.constructor\s*\(\s*[\w\"'`]|\._compile(?:\.(?:call|apply))?\(|\[\s*[\"']_compile[\"']\s*\]\s*\(|new Worker\(.*eval:\s*true|new Worker\(\s*URL\.createObjectURL\(|\bimport\(\s*[\"'`](?:data|https?):|(?:instance|class|module)_eval\b|(?i:scriptblock\]::Create|Assembly\]::Load|ExecuteGlobal|\bExecute\s+\w)|__builtins__\[|getattr\(\s*(?:__builtins__|builtins|__import__\([\"']builtins[\"']\))\s*,|^eval\s"
    r"|(?<![\w.])(?:exec|eval|execfile|compile)\s*\(|new \w{0,9}Function|\bFunction\s*\(|\brunIn(?:This|New)?Context\(|vm\.runIn|Invoke-Expression|\biex\b(?!\s*(?:$|[,)\]\"']))|\|\s*iex\b|importlib|marshal\.loads|pickle\.loads?|joblib\.load|dill\.loads?|torch\.load\(.*weights_only\s*=\s*False|allow_pickle\s*=\s*True|runpy|\.load_module|spec_from_loader|new vm\.Script"
)
"""What hands a text straight to an interpreter."""
_PICTURE = r"[^\n;|&]{0,200}\.(?:png|jpe?g|gif|webp|svg|pdf|html?|txt|md|csv|json|mp[34]|wav|docx|xlsx|pptx)\b"
_SHOWS = re.compile(
    rf"^(?:xdg-)?open\s+{_PICTURE}|\b(?:run|call|Popen|check_\w+|system|exec\w*|spawn\w*)\(\s*\[?\s*[\"'`](?:xdg-)?open(?:[\"'`]\s*,|\s){_PICTURE}"
)
DOCUMENTS = (".md", ".txt", ".rst", ".mdx", ".markdown")
"""Endings of files that tell of programs and are none."""
UNSEEN = re.compile(r"(?:>|-o)\s*/dev/null")
"""What a command says is thrown away."""
_ACCOUNT = re.compile(
    r"(?P<forge>\bg(?:h|lab)\s+(?:gist|issue|pr|mr|release|snippet)\s)|\|\s*(?:mailx?|mutt|msmtp|s-nail)\s.*@[\w-]+\.\w|\|\s*ssh\s+(?:-\S+\s+)*[\w.-]+@[\w.-]+|\brclone\s+(?:rcat|copyto|moveto)\b|(?P<all>\bipfs\s+add\b)"
)
_COPIED_TO = re.compile(
    r"(?:\b(?:scp|rsync|sftp)\b.*\s\S+@(?=\S+:)|\b(?:sftp|ssh)\s+(?:-\S+\s+)*\S+@)([\w-]+(?:\.[\w-]+)*\.[a-z]{2,})"
)
_BUCKET = re.compile(
    r"\b(?:aws\s+s3|gsutil)\s.*\s(?:s3|gs)://(?![\w-]*(?:your|example|bucket)|my-)\w|upload_file(?:obj)?\([^,]+,\s*[\"'](?![\w-]*(?:your|example)|my-)\w"
)
"""A store in a cloud that the package names, so that it is not one of the user's."""
_BUCKET_HOST = re.compile(
    r"//(?![\w.-]*(?:your|example|my-?bucket))[\w.-]{3,80}\.(?:s3[\w.-]{0,40}\.amazonaws\.com|blob\.core\.windows\.net|storage\.googleapis\.com|r2\.cloudflarestorage\.com)|//(?:s3[\w.-]{0,40}\.amazonaws\.com|storage\.googleapis\.com)/(?!\$|\{|<|your|example|my-?bucket)[\w.-]{3,}"
)
_FORGE_CALL = re.compile(r"issues\.create\w*\(|createComment\(|create_(?:issue|comment|gist)\(|gists\.create\(")
_HOST_SLOT = re.compile(r"://[\w.-]{0,60}\$\{?([A-Za-z_]\w{0,40})")
"""A name within the host of an address."""
_TO_NAME = re.compile(r"(?:fetch|\.(?:post|put|get)|urlopen|Request|axios|got)\(\s*([A-Za-z_]\w*)\s*[,)]")
_REPOSITORY = re.compile(
    r"https?://(?:(?:raw|gist)\.githubusercontent\.com/(?P<raw>[A-Za-z0-9][\w-]{1,38}/[\w.-]+)/|api\.github\.com/repos/(?P<api>[A-Za-z0-9][\w-]{1,38}/[\w.-]+)/(?:contents|releases|zipball|tarball)"
    r"|(?:(?:www|codeload)\.)?(?:github|gitlab|bitbucket|codeberg)\.(?:com|org)/(?P<of>[A-Za-z0-9][\w-]{1,38}/[\w.-]+)/(?:-/)?(?:raw|releases/\S*download|archive|zip|tar\.gz)\b)"
    r"|https?://(?:github|gitlab|bitbucket|codeberg)\.(?:com|org)/(?P<clone>[A-Za-z0-9][\w-]{1,38}/[\w.-]+?)(?:\.git)?/?$",
    re.I,
)
_MIN_TOLD = 3
_SAYS = ("print(", "console.", "logger.", "log.")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_CALLED = re.compile(
    r"\b(?:subprocess\.\w+|os\.(?:system|popen)|eval|exec\w*|spawn\w*|requests\.\w+|urlopen|fetch|axios\.\w+)\s*\("
)
"""A call that does something."""
OUTWARD = frozenset({"send", "name-lookup", "looks-up", "get-with-data"})
"""The labels of a way out."""
_WORTH_TAKING = frozenset({"encoded", "credentials", "browser", "wallet", "history", "dotenv", "environment"})
"""A name that is made of this is looked up to tell it to somebody."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding before it is written out; the words that weigh, where the step says more than they do."""

    rule: str
    severity: Severity
    step: Step
    also: str = ""
    words: str = ""


def runs_directly(text: str) -> bool:
    """Whether a step hands a text straight to an interpreter.

    >>> runs_directly("eval(answer)"), runs_directly("evaluate(answer)")
    (True, False)
    """
    said = text.lower()
    for word in _run_words():
        if word in said:
            return RUNS_DIRECTLY.search(text) is not None
    return False


def is_untold_repository(step: Step, purpose: Purpose) -> bool:
    """Whether a program turns to a repository of somebody whom no document of its package names.

    >>> from metier.govern.scan.statement import Statement
    >>> url = "https://raw.githubusercontent.com/kestrel-perf/tables/main/tune.sh"
    >>> step = Step(Statement("build.rs", 1, url), frozenset({"fetch"}), (url,))
    >>> [is_untold_repository(step, Purpose(documents=(text,))) for text in ("Made by Kestrel-perf.".lower(), "searches logs")]
    [False, True]
    """
    if not purpose.documents or step.statement.path.lower().endswith(DOCUMENTS):
        return False
    found = filter(None, map(_REPOSITORY.match, step.urls))
    names = [(one["raw"] or one["api"] or one["of"] or one["clone"]).lower().split("/") for one in found]
    told = [name for one in names for name in one if len(name) >= _MIN_TOLD]
    return bool(names) and not any(name in text for name in told for text in purpose.documents)


def shows_document(text: str) -> bool:
    """Whether a step opens a picture or a document for the user to see.

    >>> shows_document("subprocess.run(['open', 'out.png'])"), shows_document("subprocess.run(['open', 'out.app'])")
    (True, False)
    """
    return "open" in text and _SHOWS.search(text) is not None


@cache
def _run_words() -> tuple[str, ...]:
    """What `RUNS_DIRECTLY` matches holds one of them, in lower case."""
    directly = "|".join(one for one in alternatives(RUNS_DIRECTLY.pattern) if one not in _INDIRECTLY)
    held = {*_INDIRECTLY_WORDS, *(max(literal.split(), key=len) for literal in literals(re.compile(directly)))}
    return tuple(sorted(word for word in held if not any(other in word for other in held - {word})))


_TYPED_IN = re.compile(r"\bdecode\(\s*(?:sys\.argv\[|input\()|\bsys\.argv\[\d\]|(?<![\w.])input\(")


def place_of_step(step: Step, purpose: Purpose) -> Place:
    """The least ordinary place that a step leads to.

    >>> from metier.govern.scan.statement import Statement
    >>> place_of_step(Step(Statement("a", 1, ""), frozenset(), ("http://203.0.113.7/",)), Purpose()).name
    'BARE_IP'
    """
    decoded = step.received.get("decoded")
    if decoded is not None and _TYPED_IN.search(decoded.text):
        decoded = None  # whoever uses it brings the code
    if step.labels & {"send", "fetch"} and (
        "others-key" in step.received or holds_others_key(f"{step.text} {' '.join(step.urls)}")
    ):
        return Place.AUTHORS
    if (
        step.hidden_url
        or (step.hidden and step.urls)
        or (decoded and decoded is not step and _told(decoded) & set(step.urls))
    ):
        return Place.HIDDEN
    if decoded and decoded is not step and step.labels & {"fetch", "send"} and _led_by(step, decoded):
        return Place.HIDDEN
    if decoded and decoded is not step and not step.urls and (to := _TO_NAME.search(step.text)):
        if to[1] in decoded.statement.assigns:
            return Place.HIDDEN
    if not step.urls:
        return _place_unnamed(step, purpose.words)
    sends = "send" in step.labels
    return max(_place_of_url(url, purpose, sends=sends) for url in step.urls)


def _place_of_url(url: str, purpose: Purpose, *, sends: bool) -> Place:
    place = place_of(url, own_words=purpose.words)
    if sends and place == Place.PLATFORM and _BUCKET_HOST.search(url):
        # Anybody has a bucket of a cloud.
        place = Place.UNKNOWN
    if place == Place.UNKNOWN and host_of(url) in purpose.hosts:
        place = Place.OWN
    if place == Place.OWN and not purpose.names(host_of(url)):
        # A host that is called like the skill and stands in none of its documents is nobody's home.
        place = max(place_of(url), Place.PLATFORM)
    return place


def _led_by(step: Step, decoded: Step) -> bool:
    """Whether the host that a command asks stands under a name that was decoded."""
    slot = _HOST_SLOT.search(step.text)
    return slot is not None and slot[1] in decoded.statement.assigns


def _told(decoded: Step) -> set[str]:
    """The addresses that a step decodes, and not those that were handed to it."""
    return {url for url in decoded.urls if decoded.hidden_url or url in decoded.text}


def _place_unnamed(step: Step, own_words: frozenset[str]) -> Place:
    """Where a step leads that names no address."""
    if "name-lookup" in step.labels or ("looks-up" in step.labels and not _WORTH_TAKING.isdisjoint(step.received)):
        return Place.UNKNOWN
    if "send" in step.labels and step.statement.is_shell and (told := _ACCOUNT.search(step.text)):
        return Place.PUBLIC if told["forge"] or told["all"] else Place.UNKNOWN
    if "send" in step.labels and "@" in step.text and (copied := _COPIED_TO.search(step.text)):
        return place_of(copied[1], own_words=own_words)
    if "send" in step.labels and ("upload_file" in step.text or "://" in step.text) and _BUCKET.search(step.text):
        return Place.UNKNOWN
    if "send" in step.labels and not step.statement.is_shell and _FORGE_CALL.search(step.text):
        return Place.PUBLIC
    return Place.PLACEHOLDER


_FED = re.compile(
    r"(?:echo|printf)\s+(?:-\w+\s+|%s\s+)*\{\s*\"(?!.*(?:\$\(|`))(?:.*\})\s*\|\s*(?:(?:python3?|node|bash|sh|uv\s+run)\s+)?[\w./-]+\.(?:py|sh|[cm]?js|ts)\b[^|;&]*$"
)
"""An object of JSON is handed to a program of the package."""


TEMPLATE = re.compile(r"(?:^|/)(?:assets|templates?|boilerplate|scaffolds?|starters?|examples?)/", re.I)
"""Where a package keeps what is to be filled in."""
_ONLY_SHOWS = re.compile(
    r"(?:[<$]\(\s*)?(?:rg|grep|egrep|ag|echo|printf|semgrep|yara|#)\b(?!.*\s\|\s+(?:sudo\s+)?(?:sh|bash|zsh|base64|python3?|curl|wget|nc|ncat|socat|openssl|ssh|mailx?|mutt|msmtp|gh|aws|rclone|https?|tee|xargs|crontab|at)\b)(?!.*>\s*/dev/(?:tcp|udp)/)(?!(?<=echo)\s.*\s>\s)(?!(?<=printf)\s.*\s>\s)"
)
"""A command that looks for words, or prints them."""
_NAMES_ACT = re.compile(
    r"-?\s*pattern(?:-\w+)?:|[\[{(]?\s*[rbfRBF]*[\"'`]|(?:[A-Z_]+|\w*(?:pattern|regex|rule|deny|block|danger|suspicious|signature|indicator|test|example|bad|unsafe)\w*)\s*(?::\s*[\w\[\], ]+)?=\s*[\[{(rR\"'/]|\(?\s*r[\"']|re\.(?:compile|search|match|findall)\(|assert\b|expect\(|console\.(?:log|warn|error)\(|print\(|logger?\.|raise\b|throw\b"
)
_RUNS_PROGRAM = re.compile(
    r"(?:exec|eval|system|popen|run|spawn\w*|Popen|call|check_output)\s*\((?!.*(?:re\.|pattern))"
)
_SAYS_OR_TESTS = re.compile(r"(?:assert|re\.|expect|console|print|logger?|raise|throw)")
_BACKTICKS = (".rb", ".pl", ".pm", ".php", ".cr")
"""Files of languages in which a command stands in back-ticks."""


def is_quoted(step: Step) -> bool:
    """Whether a line of code only names the act: a pattern, a rule, a list, a message or a search for it.

    >>> from metier.govern.scan.statement import Statement
    >>> said = ['print("rm -rf /")', 'os.system("rm -rf /")']
    >>> [is_quoted(Step(Statement("a.py", 1, text), frozenset())) for text in said]
    [True, False]
    """
    text = step.text
    if step.statement.is_shell:
        return _FED.match(text) is not None or _ONLY_SHOWS.match(text) is not None
    if text.startswith("`") and step.statement.path.endswith(_BACKTICKS):
        return False
    if _NAMES_ACT.match(text):
        bare = _QUOTED.sub("", text) if text.startswith(_SAYS) or "lambda" in text or "=>" in text else ""
        if bare and _CALLED.search(bare):
            # What is said is the answer of a call, or what is listed are functions.
            return False
        return not _RUNS_PROGRAM.search(text.split("=", 1)[-1][:400]) or _SAYS_OR_TESTS.match(text) is not None
    return False
