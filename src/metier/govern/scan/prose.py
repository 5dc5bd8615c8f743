"""What does this prose tell an agent to do? Sentences, what speaks for and against them, and the rules that they meet.

A sentence that forbids or describes is not one that orders: quotation, negation and the talk of defenders are told apart
from orders, sentence by sentence, so that a warning elsewhere takes nothing back here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from metier.govern.scan.adding import MET, SENDS_FILES, added_up, following
from metier.govern.scan.concepts import told_elsewhere
from metier.govern.scan.demanded import demanded
from metier.govern.scan.filled import filled
from metier.govern.scan.hosts import URL, Place, borrows_name, host_of, is_home, is_lent, leads_nowhere, place_of
from metier.govern.scan.leads import leads, swept
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.rules import Rule, rules
from metier.govern.scan.sentence import Said, Sentence
from metier.govern.scan.triggers import Alternative, Triggers, holding, places_of
from metier.verdict import Severity

_QUOTED = re.compile(r"\"[^\"\n]{3,300}\"|“[^”\n]{3,300}”|`[^`\n]{3,300}`|'[^'\n]{12,300}'(?!\w)|«[^»\n]{3,300}»")
_TALKS_ABOUT = re.compile(
    r"\b(?:attack(?:er|s|ing)?|malicious|inject(?:ion|ions|ed)|adversar\w+|phishing|scam\w*|detect\w*|flag(?:s|ged)?|red flags?|suspicious|jailbreak\w*|poison(?:ing|ed)|exploit\w*|payloads?|threats?|social engineering|warning signs?|prompt such as|virustotal|goodware|canar(?:y|ies)|attack strings|bypass(?:es)?|mitigations?|(?:phrases?|stuff|things?|lines?|messages?|text) like|examples? of|untrusted|hostile)\b",
    re.I,
)
_FOR_AGENTS_ALONE = re.compile(
    r"\b(?:for|to)\s+(?:the\s+|all\s+|any\s+)?(?:agents?|assistants?|models?|AIs?|LLMs?)\b[^\n]{0,60}\b(?:not\s+(?:part|shown|visible|displayed|rendered|meant)|only|alone|hidden|invisible|internal)\b"
    r"|\bnot\s+(?:part\s+of|in)\s+the\s+(?:visible|rendered|shown|public)\b",
    re.I,
)
_BENDS = re.compile(
    r"\b(?:replace|swap|exchange|prefer|favou?r\w*|recommend|skip|omit|loosen|weaken|disable|invent|ignore[- ]scripts\s*=\s*false|audit\s*=\s*false|(?:do\s+not|don't|never)\s+(?:mention|tell|say|show|list))\b",
    re.I,
)
"""What is hidden from people, and has the agent do its work otherwise than they read."""
_OF_DEFENDERS = re.compile(
    r"\bzero-width (?:and hidden )?(?:characters?|joiners?)|\bhidden instructions?\b|\btypical tricks\b|\bfake prerequisites?\b|\btypo-?squat\w*|\bwallet swaps?\b|\bpaste sites?\b",
    re.I,
)
"""What else those speak of who look for attacks."""
_NEGATED = re.compile(
    r"\b(?:never|do not|don't|must not)\s+\w+:\s[^.;!?]{0,80}$"
    r"|\b(?:never|do not|don't|must not|should not|shouldn't|cannot|can't|won't|will not|avoid|refuse to|refuses to|without ever|forbidden to|not allowed to|no)\b[^.;:!?]{0,50}$",
    re.I,
)
_SAYS_NOT = re.compile(
    r"\W{0,6}(?:what\s+)?(?:it|(?:this|the)\s+[\w-]{2,30}|[\w-]{1,40}\.(?:py|sh|ps1|js|ts|rb|go))\s+(?:does\s+not|doesn['’]t)\s+(?:ever\s+)?\Z",
    re.I,
)
"""A sentence that begins so tells what a program leaves alone,"""
_TAKES_BACK = re.compile(
    r"[:;]|://|@|\b(?:unless|until|except\w*|without|but|only|alone|just|instead|yet|however|merely|because|before|after|then|also|again|once|twice|each|every|you|it|them|send\w*|upload\w*|forward\w*|post\w*|cop(?:y|ies)|run|execute|put)\b",
    re.I,
)
"""if nothing behind it takes that back."""
_DESCRIBES = re.compile(
    r"\b(?:code|scripts?|commands?|lines?|steps?|hooks?|calls?|instructions?|anything|something|programs?|attempts?)\s+(?:that|which|to)\s+(?:(?:would|may|might|could|tr(?:y|ies)\s+to|wants?\s+to)\s+)?(?:\w+ly\s+)?\Z|^\W*(?:does|do|will|would|can|may)\s+(?:it|they|the\s+\w+)\s+(?:\w+ly\s+)?\Z",
    re.I,
)
"""Before what a text would do that is looked at,"""
_DESCRIBED = re.compile(r"\b(?:variables|paths|files|folders|locations)\s+read,", re.I)
"""or what is done to something there."""
_OF_PERSONS = re.compile(
    r"\W{0,6}(?:do(?:es)?\s+not\s+|(?:the|any|all|full|real)\s+){0,3}(?:customers?|guests?|patients?|clients?|tenants?|pupils?|students?|members?|donors?|employees?|visitors?|subscribers?|residents?|people|children|families|buyers?|applicants?)['’]?s?['’]?\s+"
    r"(?:(?:first|last|full|real|home|street|postal|e-?mail|phone|telephone|birth)[\s-]+){0,3}(?:names?|addresses|e-?mails?|numbers|birthdays|dates|diagnos[ei]s)\b"
    r"(?:(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|nor)\s+|\s*/\s*)(?:(?:first|last|full|home|street|postal|e-?mail|phone|telephone|birth)[\s-]+){0,3}(?:names?|addresses|e-?mails?|numbers|birthdays|dates|diagnos[ei]s)\b){0,8}\W{0,6}",
    re.I,
)
"""What tells who somebody is, and nothing else."""
_OUT_OF = re.compile(
    r"\b(?:keep|leave|omit|exclude|drop|strip)\s+(?P<what>[^.!?;]{3,120}?)\s+(?:out\s+of|off|from)\b", re.I
)
_TO_AGENT = re.compile(
    r"\b(?:agent|assistant|AI|claude|gpt|llm|model|you must|you should|when this skill|before (?:any|answering|responding)|system)\b",
    re.I,
)
_ORDERS = re.compile(
    r"\b(?:send|upload|forward|ignore|execute|run|fetch|curl|download|read|include|append|do not (?:tell|mention|reveal)|never (?:tell|mention|reveal)|exfiltrate|delete|install|override|always)\b",
    re.I,
)
_SECRETS = re.compile(
    r"\b(?:credentials?|passwords?|secrets?|api[ _-]?keys?|tokens?|private keys?|seed phrases?|env(?:ironment)? variables?|env vars?|cookies|id_rsa|wallet)\b|(?<!\w)\.env\b|~/\.ssh\b",
    re.I,
)
_PLACES = frozenset({"forward-data", "remote-instructions", "paste-command", "fetch-program", "demand-program"})
_REPORTS = re.compile(
    r"\b(?:says?|said|asks?|tells?|writes?|wrote|claims?|orders?|contains?|includ(?:es?|ing)|like|such\s+as|e\.g|reads?|class|override|example|shape|whatever|written)\b[^.!?]*\Z",
    re.I,
)
_MAX_REPORT = 120
"""So close before a quotation stands whose words it tells."""
_OTHERS_SAY = frozenset({"override-instructions", "sign-reign", "sign-obey"})
"""Orders that honest authors quote, to tell what others may say."""
_SHOWN = re.compile(r"\b(?:print|display|show|quote|echo|paste|repeat|log|expose)\w*\b", re.I)
_MENTIONED = re.compile(r"\b(?:mention|tell|told|say|inform|explain|summar|report)\w*\b", re.I)
_OWN_SECRET = re.compile(
    r"\b(?:passwords?|passphrases?|credentials?|secrets?|tokens?|keys?|codes?|reset\s+links?|cookies?|SecretStr)\b",
    re.I,
)
_OUT = re.compile(r"https?://|\b(?:send|forward|upload|post|submit)\b", re.I)
_UNTOLD = frozenset({"sign-conceal", "sign-excuse", "hide-from-user"})
"""Signs of the same words: that something is not told."""
_HUSHES = frozenset({"sign-conceal", "sign-hush"})
_ACROSS = frozenset({"paste-command", "fetch-program", "demand-program", "redirect-money", "remote-instructions"})
"""Rules that are also looked for in two sentences together."""
_EACH_TIME = re.compile(
    r"\b(?:each|every|any)\s+(?:conversation|session|chat|start|answer|reply|message|task|request|time|run|use)\b", re.I
)
_STANDING = re.compile(
    r"\b(?:before|after|at the start of|at the beginning of|on|in)\s+(?:any|every|each|all)\b|\bexactly as\b|\bwhatever\b|\balways\b|\bdaily\b|\b(?:shell|terminal)\s+commands\b",
    re.I,
)
_WALLET_WORDS = re.compile(
    r"seed|recovery|mnemonic|(?:12|24|twelve|twenty-four)[- ]words|palabras|palavras|\bmots\b|wörter|слов|recuperaci|recupera[çc]|semilla|semente|récupération|wiederherst|восстановл|助记词|私钥|恢复|シード|リカバリー|ニーモニック|秘密鍵|시드|복구|니모닉",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:ask|prompt|request|tell|require|instruct|pide|pídele|pedir|solicit|pregunt|peça|peca|pergunt|demand|invite|frag|bitte|fordere)|попрос|спрос|запрос|索要|询问|要求|让用户|请用户|聞|尋ね|入力|教え|물어|입력|요청|알려",
    re.I,
)
_PLAIN_TALK = re.compile(
    r"\bsilently\s+(?:fail|break|ignor|drop|skip|truncat|corrupt|return|produc|pass|use|overwrit|wrong|los)|(?:fail|break|drop|ignor|skip)\w*\s+(?:\w+\s+)?silently|\b(?:after|only\s+with)\s+(?:a|an|their|the\s+user's)\s+(?:explicit\s+)?(?:yes|ok|confirmation|approval|consent)\b|licen[sc]ed under|copyright|^description:|^-+ name|^\||^[^.]{0,60}\|\s*$",
    re.I,
)
_PLAIN_WORDS = ("lently", "after", "only", "ed under", "copyr")
"""What it matches begins with a sign, a field or a row, or holds one of them, whose letters are the same in every case."""
_SAMPLES = re.compile(
    r"(?:^|/)(?:(?:samples?|examples?|fixtures?|exercises?|tests?|evals?)/|(?:test-)?(?:sample|specimen|payload)[\w-]*\.(?:md|eml|txt|json|log|csv)(?:\.txt)?$)",
    re.I,
)
_SLOT = re.compile(
    r"(?:!\[[^\]]*\]\(\s*<?|<img[^>]{0,80}src=[\"']?)https?://[^)\s\"'>]*?[?&/=](?P<slot>[A-Z][A-Z_]{2,}|\{[^}]{1,60}\}|<[^>]{1,60}>|\$\{?\w+|\[[^\]]{1,60}\]|…|\.\.\.|(?<==)[^\x00-\x7f][^)&\s]{1,60})"
)
_KNOWN_TO_AGENT = re.compile(r"conversation|chat|message|history|prompt|context|secret|memory|transcript", re.I)
_CARRIED = re.compile(r"\bbase-?64|first\s+\d+\s+(?:characters|letters|words|bytes)", re.I)
"""What a part of an address is, if it carries a text."""
_FILLED = re.compile(
    r"\bURL-?encoded\b[^!?]{0,120}\b(?:in\s+full|details|contents?|quoted|amounts?|names?|text\s+of|clauses)\b|\b(?:replac|fill|encod|put|take|tak|writ|collect|gather|contain|carr|hold|insert|append|includ|add)\w*\b[^.!?]{0,90}\b(?:conversation|chat|messages?|history|transcript|system\s+prompt|context|keys?|tokens?|secrets?|memory|what\s+(?:the\s+)?(?:user|they)|user's\s+(?:last|question|name|words|request))\b"
    r"|\b(?:what(?:ever)?|everything|anything|all)\s+(?:that\s+)?(?:is\s+known|you\s+(?:know|remember))\s+(?:about|of)\s+(?:the\s+)?(?:user|them|person|customer|owner)\b"
    r"|\b(?:made|built|composed|joined|put\s+together)\s+(?:up\s+)?(?:of|from|out\s+of)\b[^.!?]{0,60}\b(?:full|whole|entire)\s+(?:entry|text|note|message|answer|conversation)\b"
    r"|会話|要約した|氏名|APIキー|对话|聊天记录|会话|密钥|대화|원문|\bconversaci[oó]n\b|\bconversa\b|\bGespräch\w*|\bVerlauf\b|\bразговор\w*|\bпереписк\w*",
    re.I,
)
_SECURITY = re.compile(
    r"\bsemgrep\b|\bcodeql\b|\bdangerous patterns\b|\bfirst-hour\b.{0,20}\bincident|\breverse shells\b|\b(?:application |cyber|code |cloud |network |web |information )?security\b|pen-?test|penetration test|red[- ]?team|vulnerab|malware|threat (?:model|hunt|intel)|exploit|\bctf\b|forensic|prompt[- ]injection|injection (?:attack|detect)|(?:handl|treat)(?:ing|es?|s)\b.{0,20}\buntrusted (?:content|input|text|data|pages?)|(?:hidden|injected|malicious) instructions|instructions (?:that are )?(?:hidden|injected|planted)|incident[- ]response|\b(?:been|be|is|was|got) (?:compromised|hacked|breached|infected)\b|(?:compromised|hacked|breached|infected) (?:\w+ )?(?:servers?|hosts?|machines?|accounts?|systems?|computers?)|intrusions?\b|hardening|\bsast\b|\bdast\b|owasp|\bcve\b|secrets? (?:detect|scan|leak)|secret-scan|phishing|\byara\b|reverse engineer|blue[- ]?team|\b(?:skill|package|plugin)s?[- ](?:vet|audit|guard|scan|shield|check)|(?:vet|audit|scan)(?:s|ting|ing)? (?:\w+ ){0,3}skills?\b|skill-?vet|social engineering|suspicious (?:\w+ )?(?:packages?|skills?|servers?|extensions?)|is this (?:skill|package|plugin|server) safe|(?:third-party|untrusted) (?:agent )?(?:skills?|packages?|mcp servers?|plugins?)|(?:stop|block|prevent|deny)s? (?:destructive|dangerous)|injection strings?|cross-site scripting|\bxss\b|\bcsrf\b|sql injection|detection rules?|\bsigma\b|\bfalco\b|\bauditd\b|\bsiem\b|\bmalwarebazaar\b|\bdefang(?:ed)?\b|hack\s?the\s?box|\btryhackme\b|\bprivesc\b|\bsearchsploit\b|\bobfuscation\b|\biocs?\b",
    re.I,
)
_BORNE_OUT = 3
"""So many words of defenders stand in the documents of one,"""
_WORDS_EACH = 40
"""or one for each so many words, where they are few."""
_OF_ANYBODY = frozenset({"example of", "examples of"})
_of_security: list[tuple[Triggers, list[tuple[int, Alternative]], Triggers]] = []
_compiled: list[tuple[Triggers, Triggers, list[tuple[int, Alternative]], list[Rule]]] = []
_FORBIDDEN_WORDS = re.compile(
    r"\b(?:[Nn]o|[Nn]ever|not) (?:[\"“][^\"“”.!?]{0,40}|['`]|(?:\w+[ ,]+){1,6}\([^()]{0,50}\Z)\Z"
)
"""What stands before words that are not to be written."""
_CASES = re.compile(
    r"(?:cases?|corpus|probes?|payloads?|attacks?|specimens?|samples?|examples?|injections?|fixtures?|tests?|evals?)(?:/[\w.-]+|[\w.-]*)\.(?:jsonl?|csv|tsv|ya?ml)$",
    re.I,
)
"""A list of attacks, by its name."""
_BARE = re.compile(r"(?<![\w./@-])(?:[\w-]+\.)+[a-z]{2,6}/[\w./-]+")
"""An address without a scheme."""
_ENDINGS = r"(?:com|net|org|io|app|dev|ai|co|xyz|site|online|cloud|link|me|tech|tools|pro|info)/(?=[\w-])"
_SCHEMELESS = re.compile(rf"(?<![\w./@:~{{-])(?:[a-z0-9][a-z0-9-]{{1,62}}\.){{1,3}}{_ENDINGS}")
_ENDS_HOST = re.compile(rf"\.{_ENDINGS}")
_QUERY = re.compile(r"https?://[^\s`\"'()]{1,200}[?&]\w+=(?:<[^>\n]{1,40}>|\{[^}\n]{1,40}\}|\[[^\]\n]{1,40}\])")
_OF_A_PERSON = re.compile(
    r"[?&]\w+=[<{\[][^>}\]\n]{0,40}\b(?:phone|mobile|seed|mnemonic|recovery|passphrase|private[ _]key|words|e-?mail|pass(?:word|code)|card|iban|salary|income|price|budget|address|diagnos\w+|birth\w*|name)\b[^>}\]\n]{0,20}[>}\]]|[?&]\w+=(?:PASSWORD|PASSCODE|EMAIL|PHONE|IBAN|CARD)\b",
    re.I,
)
"""A part of an address that holds what only the user knows of a person."""
_MANY_TOLD = 2
_HAS_IT_ASKED = re.compile(r"\b(?:fetch|open|load|call|request|visit|pass|ping|hit)\b[^.!?]{0,60}$", re.I)
_HOLDS = re.compile(
    r"\b(?:must|shall|should|has\s+to|always)\s+(?:hold|contain|carry|include)|\b(?:holds|contains|carries|consists\s+of)\b|\b(?:put|fill|write)\b[^.!?]{0,40}\b(?:in|into)\b",
    re.I,
)
_OF_AGENT = re.compile(
    r"\b(?:conversation|stored\s+memor|your\s+memor|chat\s+history|what\s+you\s+know\s+about|system\s+prompt|api\s+keys?|secrets|passwords)|\.env\b",
    re.I,
)
_LOOSENS = re.compile(
    r"\b(?:ignore|override|always|execute|install|delete|(?:do not|don't|never) (?:tell|mention|reveal|show|ask))\b",
    re.I,
)
"""What no form has to tell whoever fills it in."""
_KEY_FILES = re.compile(
    r"\b(?:values?|contents?|entries|keys|settings|lines)\b[^.!?]{0,60}(?:\benvironment\s+files?\b|(?<!\w)\.env\b|\bcredentials?\s+files?\b|\bconnection\s+strings\b|\bdeployment\s+config)",
    re.I,
)
_IN_ADDRESS = re.compile(r"\b(?:badge|image|picture|pixel|link|address|followed\s+by|query)\b", re.I)
_IN_SIGHT = re.compile(
    r"\b(?:conversation|chat|messages|transcript|system\s+prompt|(?:file|document)\s+contents?|contents?\s+of\s+(?:the\s+)?(?:open\s+)?files|customer\s+names|(?:is|are)\s+in\s+(?:your\s+|the\s+)?context)\b",
    re.I,
)
_IN_SIGHT_WORDS = (
    "onversation",
    "chat",
    "essages",
    "ranscript",
    "system prompt",
    "contents",
    "customer names",
    "in context",
)
"""What an agent has before it while it works."""
_MADE_PART = re.compile(
    r"\bbase-?64|\bURL-?(?:safe|encod)|\bpercent-?encod|\bhex(?:adecimal)?\b|\bcompressed\b|\bup\s+to\s+[\d,. ]+(?:characters|bytes|kB)",
    re.I,
)
"""A text is written so that it can be part of an address."""
_HELD_BACK = re.compile(r"\b(?:never|not|don't|without|redact\w*|strip\w*|remov\w*|except|mask\w*|no\s+\w+)\b", re.I)
_FILLED_IN = re.compile(
    r"\{\{\s*[\w.]+\s*\}\}|(?<!\{)\{\w+\}|<[a-z][\w -]{1,30}>|`[?&]?\w{1,20}=?`|\b[A-Z][A-Z_]{3,}\b"
)
_LOGS_IN = re.compile(r"\b(?:authorization|basic\s+auth|header|log\s?in|sign\s?in)\b", re.I)
_FIELDS = 'metadata: {"'
_NEAR = 5
_NUM_BEFORE = 4
_COPIES = re.compile(
    r"\b(?:cop(?:y|ies)|past(?:e|ing))\b|复制|複製|粘贴|コピー|복사|copi[ae]|cole|pega|вставь|скопируй", re.I
)
_ASKED = re.compile(r"(?<=[\w/])\?(?=\w+=)")
"""A mark in an address, where a question ends in prose."""
_HOMEPAGE = re.compile(
    r"\b(?:homepage|repository|website):\s*\S+|\b(?:author|maintainer|contact|e-?mail|support)s?:\s*[^@:]{0,60}@[\w.-]+>?"
)
_FOUR_MARKS = 4
_IMPLIED = {"sign-hush": "sign-conceal", "sign-feign": "sign-lie", "sign-presume": "sign-consent"}
"""What says this says the other, too."""
_ASKS_OF_GRAVER = re.compile(
    r"^\W*confirm\s+before\b|\b(?:always|must|then)\s+(?:ask|confirm)\b|\b(?:^|stop|show),?\s+(?:and\s+)?ask\b|\bask\s+(?:first|every\s+time)\b",
    re.I,
)
"""Where one question is demanded, so that the other is spared on purpose."""
_SAME_WORDS = {
    "sign-heedless": "sign-conceal", "sign-unasked": "sign-consent", "sign-obey": "sign-consent", "sign-plant": "sign-always",
    "sign-lasting": "sign-memory", **_IMPLIED,
}  # fmt: skip
"""Signs that the same words often show: there they count once."""
_SLOTS = re.compile(r"(?<=[?&/=])(?:\{[^}]{1,60}\}|<[^>]{1,60}>|\$\{?\w+|\[[^\]]{1,60}\]|[A-Z][A-Z_]{2,}(?=[)&]))")


def said(
    found: Sequence[Sentence], purpose: Purpose, signs: dict[tuple[str, int], dict[str, Sentence]] | None = None
) -> Iterator[Said]:
    """Tell which sentences meet which rules.

    Args:
        signs: Where to keep the signs that are heard, by path and line.
    """
    if not _compiled:
        pairs = [(rule, pattern) for rule in rules().values() for pattern in rule.patterns]
        triggers, tests = Triggers.of_alternatives([pattern for _, pattern in pairs])
        of_two = triggers.only(number for number, (place, _) in enumerate(tests) if pairs[place][0].id in _ACROSS)
        _compiled.append((triggers, of_two, tests, [rule for rule, _ in pairs]))
    triggers, of_two, tests, owners = _compiled[0]
    # Those who look for attacks keep lists of them, and quote them.
    shows = purpose.is_security
    lists = (
        {path for path in {sentence.path for sentence in found} if purpose.only_shows(path, _CASES)}
        if shows
        else set[str]()
    )
    found = [
        sentence
        for sentence in found
        if not (sentence.is_refused or (shows and (sentence.is_quoted or sentence.path in lists)))
        or _leads_on(sentence.text)
    ]
    if not purpose.is_security and any(sentence.fills for sentence in found):
        yield from filled(found, purpose)
        found = [sentence for sentence in found if not sentence.is_command]
    found = [_addressed(one) if "/" in one.text or "@" in one.text else one for one in found]
    texts = [one.text for one in found]
    whole = "\n".join(texts)
    # Two sentences that follow each other often are one thought.
    windows = [*found, *_neighbours(found), *(_rows(found) if "|" in whole else ())]
    candidates = triggers.candidates(texts)
    beside = of_two.candidates([sentence.text for sentence in windows[len(found) :]])
    candidates |= {len(found) + number: which for number, which in beside.items()}
    signs = {} if signs is None else signs
    heard: dict[tuple[Sentence, str], list[tuple[int, int]]] = {}
    spoken: set[tuple[str, str, int]] = set()
    alone: set[tuple[str, str, str]] = set()
    found_in: dict[str, list[tuple[int, re.Match[str]]]] = {}
    judged: dict[tuple[str, bool, int], Severity | None] = {}
    for number, which in sorted(candidates.items()):
        sentence, is_window = windows[number], number >= len(found)
        if sentence.text not in found_in:
            found_in[sentence.text] = _met([tests[one] for one in sorted(which)], sentence.text)
        for place, match in found_in[sentence.text]:
            rule = owners[place]
            key = (rule.id, sentence.path, sentence.line)
            # Rows that each quote something are no thought of two sentences.
            is_listed = is_window and shows and sentence.text.count('"') >= _FOUR_MARKS
            if key in spoken or is_listed or (is_window and rule.id not in _ACROSS):
                continue
            # What one sentence says by itself is not told again with its neighbour.
            words = (rule.id, sentence.path, match[0])
            if is_window and words in alone:
                continue
            # The same words weigh less in a list of what is looked for.
            said_so = (sentence.text, sentence.is_looked_for, place)
            if said_so not in judged:
                judged[said_so] = _weight(rule, sentence, match, purpose)
            weight = judged[said_so]
            if weight is None:
                continue
            if not is_window and rule.id in _ACROSS:
                alone.add(words)
            if shows and weight == Severity.REVIEW and _SAMPLES.search(sentence.path) and not _leads_on(sentence.text):
                weight = Severity.NOTE
            if rule.id.startswith("sign-"):
                said_as = (sentence, _SAME_WORDS.get(rule.id, rule.id))
                if rule.id in _HUSHES and _keeps_persons_out(sentence.text, match):
                    continue
                if rule.id == "sign-conceal" and _keeps_secret(match[0], windows[max(0, number - 1) : number + 1]):
                    continue
                if rule.id == "sign-consent" and _asks_of_graver(found, number):
                    continue
                is_name = " " not in sentence.text and sentence.text.isascii()
                if not (is_name or _is_plain_talk(sentence.text)) and _is_new(
                    match.span(), heard.setdefault(said_as, [])
                ):
                    here = signs.setdefault((sentence.path, sentence.line), {})
                    here.setdefault(rule.id, sentence)
                    here.setdefault(_IMPLIED.get(rule.id, rule.id), sentence)
            else:
                spoken.add(key)
                if rule.id in MET:
                    signs.setdefault((sentence.path, sentence.line), {}).setdefault(rule.id, sentence)
                # What describes a tool is read by the model alone.
                is_unseen = sentence.is_hidden or sentence.path.lower().endswith(".json")
                if is_unseen and weight == Severity.REVIEW and rule.id in MET and not shows:
                    weight = Severity.BLOCK
                yield Said(rule.id, weight, sentence, match.start())
    for sign, sentence, led in told_elsewhere(found) if not shows else ():
        here = signs.setdefault((sentence.path, sentence.line), {})
        if sign in _UNTOLD and not here.keys().isdisjoint(_UNTOLD):
            continue
        if sign in MET:
            weight = _weight_of_place(rules()[sign], led, purpose) if sign in _PLACES else Severity.REVIEW
            if weight not in (Severity.REVIEW, Severity.BLOCK):
                continue
            if (sign, sentence.path, sentence.line) not in spoken:
                yield Said(sign, Severity.REVIEW, sentence)
        here.setdefault(sign, sentence)
    yield from _hidden_orders(found, purpose)
    leading = found if not shows else [one for one in found if _leads_on(one.text)]
    leading = [_without_fields(one) if one.line <= 1 else one for one in leading]
    for told in demanded(leading, purpose):
        if (told.rule, told.sentence.path, told.sentence.line) not in spoken or told.severity == Severity.BLOCK:
            yield told if not shows else Said(told.rule, Severity.REVIEW, told.sentence)
    for sentence, met in leads(leading, purpose):
        signs.setdefault((sentence.path, sentence.line), {}).setdefault("sign-abroad", sentence)
        is_new = met is not None and (met.rule, sentence.path, sentence.line) not in spoken
        if met is not None and (is_new or met.severity == Severity.BLOCK):
            signs[sentence.path, sentence.line].setdefault(met.rule, sentence)
            yield met if not shows else Said(met.rule, Severity.REVIEW, sentence)
    if not shows:
        yield from swept(found)
    for path, line, command in purpose.sends if signs else ():
        # What a command sends is an act of the passage in which it stands.
        here = signs.setdefault((path, line), {})
        here.setdefault("sign-abroad", Sentence(path, line, command))
        here.setdefault(SENDS_FILES, Sentence(path, line, command))
    for told in added_up(signs, following([one for one in found if " " in one.text], signs)) if signs else ():
        # Whoever looks for attacks speaks of their signs, and has samples of them.
        if not purpose.is_security or (
            told.severity == Severity.BLOCK and not purpose.only_shows(told.sentence.path, _SAMPLES)
        ):
            yield told
    if not purpose.is_security and ("![" in whole or "<img" in whole):
        yield from _carried_by_images(found)
    if not purpose.is_security and any(word in whole for word in _IN_SIGHT_WORDS):
        yield from _carried_by_slots(found)
    if not purpose.is_security and "https://" in whole:
        yield from _carried_by_parts(found)
    if "=<" in whole or "={" in whole or "=[" in whole:
        yield from _carried_by_queries(found, purpose)


def _keeps_secret(said: str, sentences: Sequence[Sentence]) -> bool:
    """Whether what is not to be shown is a secret of the user's, of which the sentence or the one before it speaks."""
    is_shown = _SHOWN.search(said) is not None and _MENTIONED.search(said) is None
    return is_shown and any(_OWN_SECRET.search(one.text) and not _OUT.search(one.text) for one in sentences)


def _keeps_persons_out(text: str, match: re.Match[str]) -> bool:
    """Whether what is not to be in a report is who somebody is, and nothing that was done.

    >>> said = re.compile("(?:do|does) not belong in the report")
    >>> texts = ("Guest names or emails do not belong in the report.", "Guest names and transfers do not belong in the report.")
    >>> [_keeps_persons_out(text, said.search(text)) for text in texts]
    [True, False]
    """
    begin = max(text.rfind(sign, 0, match.start()) for sign in ".!?;:") + 1
    out_of = _OUT_OF.match(text, match.start())
    what = out_of["what"] if out_of else text[begin : match.start()]
    return _OF_PERSONS.fullmatch(what) is not None


def _asks_of_graver(found: Sequence[Sentence], number: int) -> bool:
    """Whether what is done without a question is set against what is not, in the same line or the ones around it."""
    here = found[number] if number < len(found) else None
    near = found[max(0, number - 2) : number + 3]
    return here is not None and any(
        one is not here
        and one.path == here.path
        and abs(one.line - here.line) <= 1
        and _ASKS_OF_GRAVER.search(one.text)
        for one in near
    )


def _addressed(sentence: Sentence) -> Sentence:
    """A sentence with its addresses written in full, and without that of its maker, which says nothing of what goes there."""
    text = sentence.text
    if _ENDS_HOST.search(text):
        text = _SCHEMELESS.sub(lambda found: f"https://{found[0]}", text)
    if sentence.line <= 2 and ("://" in text or "@" in text):
        text = _HOMEPAGE.sub(" ", text)
    return sentence if text == sentence.text else sentence._replace(text=text)


def _is_plain_talk(text: str) -> bool:
    """Whether words that look like signs are those of a table, of the front matter or of a licence, or speak of failing."""
    said = text.lower()
    may_be = text[:1] in "dD-" or "|" in text or any(word in said for word in _PLAIN_WORDS)
    return may_be and _PLAIN_TALK.search(text) is not None


def _is_new(span: tuple[int, int], heard: list[tuple[int, int]]) -> bool:
    """Whether words share none with those that were heard as a sign before: the same words are one sign."""
    begin, end = span
    if any(begin < b and a < end for a, b in heard):
        return False
    heard.append(span)
    return True


def _hidden_orders(found: Sequence[Sentence], purpose: Purpose) -> Iterator[Said]:
    """Orders to an agent that a page does not show."""
    hidden = [one for one in found if one.is_hidden]
    alone = {one.path for one in hidden if _FOR_AGENTS_ALONE.search(one.text)}
    bent = {one.path for one in hidden if one.path in alone and _BENDS.search(one.text)}
    for sentence in hidden:
        orders = sentence.path in bent or _ORDERS.search(sentence.text)
        if orders and _TO_AGENT.search(sentence.text) and len(sentence.text) > 25:
            grave = _SECRETS.search(sentence.text) or URL.search(sentence.text)
            if not re.search(
                r"TODO|FIXME|copyright|licen[sc]e|generated|eslint|prettier|markdownlint|SPDX|maintainer|note to (?:author|editor)",
                sentence.text,
                re.I,
            ):
                is_shown = purpose.is_security and (
                    purpose.only_shows(sentence.path, _SAMPLES) or (not grave and len(sentence.text) < 80)
                )
                sends = re.search(
                    r"send|upload|forward|curl|fetch|exfil|post|authorized_keys|\b(?:append|add|put|attach)\b.{0,80}\b(?:url|address|link|query|request|parameter)",
                    sentence.text,
                    re.I,
                )
                # Whoever fills a form in reads in it how.
                is_form = "template" in sentence.path and not _LOOSENS.search(sentence.text)
                is_shown = is_shown or (is_form and not (grave and sends))
                yield Said(
                    "hidden-instructions",
                    Severity.BLOCK
                    if not is_shown and ((grave and sends) or sentence.path in bent)
                    else Severity.NOTE
                    if is_shown
                    else Severity.REVIEW,
                    sentence,
                )


def _without_fields(sentence: Sentence) -> Sentence:
    """A sentence without the fields for programs that stand above a document: the commands in them are read as such."""
    if _FIELDS not in sentence.text:
        return sentence
    return sentence._replace(text=sentence.text.partition(_FIELDS)[0])


def _leads_on(text: str) -> bool:
    """Whether a text that is shown, or forbidden, names an address at which somebody answers."""
    return "://" in text and not all(leads_nowhere(found[0]) for found in URL.finditer(text))


def _carried_by_images(found: Sequence[Sentence]) -> Iterator[Said]:
    """Pictures of which the address is to be filled with what the agent knows: whoever serves them reads it."""
    shown = [number for number, sentence in enumerate(found) if "![" in sentence.text or "<img" in sentence.text]
    for number in shown:
        sentence = found[number]
        if (slot := _SLOT.search(sentence.text)) is None:
            continue
        near = [s.text for s in found[number : number + 6] if s.path == sentence.path and s.line <= sentence.line + 8]
        before = [
            s.text
            for s in found[max(0, number - _NUM_BEFORE) : number]
            if s.path == sentence.path and s.line >= sentence.line - 8
        ]
        slots = _SLOTS.findall(sentence.text, slot.start())
        explained = [
            text
            for text in (*before, *near[1:])
            if any(
                re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) for one in (*slots, slot["slot"].strip("<>{}[]$"))
            )
            and (_SECRETS.search(text) or _KNOWN_TO_AGENT.search(text) or _CARRIED.search(text))
        ]
        if (
            explained
            or _KNOWN_TO_AGENT.search(" ".join((slot["slot"], *slots)))
            or any(_FILLED.search(text) for text in (*near, *before))
            or _is_made_part(sentence.text[slot.end() :])
            or _told_elsewhere((slot["slot"], *slots), sentence.path, found)
        ):
            yield Said("forward-data", Severity.BLOCK, sentence)


def _told_elsewhere(slots: Sequence[str], path: str, found: Sequence[Sentence]) -> bool:
    """Whether another file says of a slot that what the agent has before it goes there, so that it can stand in an address."""
    names = {name for slot in slots if len(name := slot.strip("<>{}[]$ ")) > 1}
    return any(
        one.path != path
        and _is_made_part(one.text)
        and any(f"{sign}{name}" in one.text for name in names for sign in "{`<$")
        for one in found
    )


def _is_made_part(text: str) -> bool:
    """Whether what the agent has before it, or a secret, is written so that it can stand in an address."""
    is_taken = _IN_SIGHT.search(text) or _SECRETS.search(text)
    return is_taken is not None and _MADE_PART.search(text) is not None and not _HELD_BACK.search(text)


@cache
def _made_in() -> Callable[[str], Iterable[int]]:
    return places_of(
        ["ase64", "ase-64", "ASE64", "ASE-64", "RL-", "ercent", "encod", "hex", "Hex", "HEX", "ompress", "p to "]
    )


def _carried_by_slots(found: Sequence[Sentence]) -> Iterator[Said]:
    """A slot of an address or a picture is to hold what the agent has before it, and the secrets in it."""
    made = holding([one.text for one in found], _made_in())
    for number in sorted(made):
        here = found[number]
        if not (_IN_SIGHT.search(here.text) and _SECRETS.search(here.text) and _is_made_part(here.text)):
            continue
        near = [one.text for one in found[max(0, number - _NEAR) : number + _NEAR] if one.path == here.path]
        is_part = _IN_ADDRESS.search(" ".join(near)) and (
            _FILLED_IN.search(here.text) or any("://" in text for text in near)
        )
        if is_part:
            yield Said("forward-data", Severity.BLOCK, here)


def _carried_by_parts(found: Sequence[Sentence]) -> Iterator[Said]:
    """An address of which a part is what the agent finds in the user's keys, written in another way."""
    for number in [number for number, sentence in enumerate(found) if "https://" in sentence.text]:
        here = found[number]
        near = [one for one in found[number : number + _NEAR] if one.path == here.path and one.line <= here.line + 3]
        said = " ".join(one.text for one in near)
        if _CARRIED.search(said) and _KEY_FILES.search(said) and _IN_ADDRESS.search(said) and not _LOGS_IN.search(said):
            yield Said("forward-data", Severity.BLOCK, here)


def _carried_by_queries(found: Sequence[Sentence], purpose: Purpose) -> Iterator[Said]:
    """An address with a part to be filled in, of which a sentence close by says that the agent's knowledge belongs there."""
    for number in [number for number, sentence in enumerate(found) if "://" in sentence.text]:
        sentence = found[number]
        asked = _QUERY.search(sentence.text)
        if asked is None or place_of(asked[0], own_words=purpose.words) < Place.OWN:
            continue
        near = [one.text for one in found[number : number + _NEAR] if one.path == sentence.path]
        before = [one.text for one in found[max(0, number - 2) : number + 1] if one.path == sentence.path]
        told = {found[0].lower() for found in _OF_A_PERSON.finditer(sentence.text, asked.start())}
        is_asked = _HAS_IT_ASKED.search(sentence.text, 0, asked.start()) is not None
        if is_asked and len(told) >= _MANY_TOLD and place_of(asked[0], own_words=purpose.words) >= Place.UNKNOWN:
            yield Said("forward-data", Severity.BLOCK, sentence)
            continue
        is_encoded = any(_CARRIED.search(text) and _OF_AGENT.search(text) for text in before)
        is_filled = any(_HOLDS.search(text) and _OF_AGENT.search(text) for text in near)
        if is_encoded or (is_filled and not purpose.is_security):
            is_shown = purpose.is_security and leads_nowhere(asked[0])
            yield Said("forward-data", Severity.REVIEW if is_shown else Severity.BLOCK, sentence)


def _met(tests: Iterable[tuple[int, Alternative]], text: str) -> list[tuple[int, re.Match[str]]]:
    """The numbers of the patterns that match, in order, and how each does: by its first alternative where it begins first."""
    met: dict[int, re.Match[str]] = {}
    unasked = _ASKED.sub("/", text) if "?" in text and "://" in text else text
    for place, alternative in tests:
        match = alternative.search(text) or (alternative.search(unasked) if unasked is not text else None)
        if match and (place not in met or match.start() < met[place].start()):
            met[place] = match
    return sorted(met.items())


_PURSE = re.compile(r"\W{0,3}(?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,62}|[1-9A-HJ-NP-Za-km-z]{32,44})\W{0,3}")
"""An address that money goes to, alone on its line."""
_PACKAGE = re.compile(r"\b(?:npx|uvx|bunx|dlx|npm|pipx)\s")


def _rows(found: Sequence[Sentence]) -> Iterator[Sentence]:
    """Rows of a table that name an address, each with the head of the table."""
    head = last = None
    for sentence in [sentence for sentence in found if "|" in sentence.text]:
        if sentence.text.count("|") < 2:
            continue
        if head is None or last is None or sentence.path != last.path or not 0 < sentence.line - last.line <= 2:
            head = sentence
        elif "http" in sentence.text:
            yield Sentence(sentence.path, sentence.line, f"{head.text[:300]} | {sentence.text}")
        last = sentence


def _runs_package(text: str) -> bool:
    """Whether a sentence names a command that runs or installs a package."""
    return (
        "npx" in text or "npm" in text or "uvx" in text or "bunx" in text or "dlx" in text or "pipx" in text
    ) and _PACKAGE.search(text) is not None


@cache
def _linking() -> Callable[[str], Iterable[int]]:
    """Where a word stands of what leads elsewhere: an address, a link, or a command that runs a package."""
    return places_of(("http", "](", "npx", "npm", "uvx", "bunx", "dlx", "pipx"))


def _neighbours(found: Sequence[Sentence]) -> Iterator[Sentence]:
    texts = [sentence.text for sentence in found]
    linking = holding(texts, _linking())
    links = [
        n
        for n, text in enumerate(texts)
        if (n in linking and ("http" in text or "](" in text or ("`" in text and _runs_package(text))))
        or (" " not in text and _PURSE.fullmatch(text))
    ]
    for number in sorted({n + before for n in links for before in (-1, 0) if 0 <= n + before < len(found) - 1}):
        one, two = found[number], found[number + 1]
        if (
            one.path == two.path
            and not one.is_hidden
            and not two.is_hidden
            and two.line - one.line <= (5 if _PURSE.fullmatch(two.text) else 3)
            and len(one.text) + len(two.text) < 900
        ):
            yield Sentence(one.path, one.line, f"{one.text.rstrip('.!')}; {two.text}")


_LOCKED = re.compile(
    r"\bpass(?:word|wd|phrase|code)?\b|\b(?:archive|zip|unlock\w*|extraction)\s+(?:code|key|phrase)\b|\bpwd?\s*[:=]|\(\s*(?:pwd?|pass)\s+\W{0,3}\w|contraseña|\bclave\b|senha|mot\s+de\s+passe|парол|密码|密碼|口令|パスワード|비밀번호|암호|passwort|kennwort"
    r"|\b(?:extract|unzip|unpack|decompress|unlock)\b[^.!?\n]{0,30}\b(?:with|using)\b[^.!?\n]{0,16}[`\"'“]\w{3,}[`\"'”]",
    re.IGNORECASE,
)
"""An archive that is locked keeps scanners out and lets readers in."""


def _weight(rule: Rule, sentence: Sentence, match: re.Match[str], purpose: Purpose) -> Severity | None:
    text = sentence.text
    if rule.unless is not None and rule.unless.search(text):
        return None
    before = text[: match.start()]
    if (
        rule.id not in ("hide-from-user",)
        and _NEGATED.search(before)
        and not match[0].lower().startswith(("never", "do not", "don't", "without"))
    ):
        return None
    if _FORBIDDEN_WORDS.search(before[-120:]):
        return None
    if rule.id == "take-secrets" and _tells_of_taking(sentence, match):
        return None
    is_quoted = _is_quoted(text, match)
    if rule.id in _OTHERS_SAY and (is_quoted or _opens_quote(before)) and _REPORTS.search(before[-_MAX_REPORT:]):
        # Who gives such an order does not give it in quotation marks.
        return None
    about = _TALKS_ABOUT.search(text) if is_quoted or purpose.is_security else None
    if (
        is_quoted
        or (
            purpose.is_security
            and rule.severity != Severity.BLOCK
            and not _SECRETS.search(text)
            and (_opens_quote(before) or _opens_quote(match[0]) or _opens_quote(text[match.end() :]))
        )
    ) and (about or purpose.is_security or rule.severity == Severity.NOTE):
        # A whole item in quotation marks is what is to be written or said, not what others say.
        whole = rule.severity == Severity.NOTE and not about and not purpose.is_security
        if not (whole and _QUOTED.fullmatch(text.strip())):
            return None
    if about and purpose.is_security and (is_quoted or rule.severity != Severity.BLOCK):
        return None
    if rule.id in _PLACES:
        return _weight_of_place(rule, text, purpose)
    if rule.id == "hide-from-user":
        return Severity.BLOCK if URL.search(text) and _SECRETS.search(text) else rule.severity
    if rule.id == "take-secrets" and _WALLET_WORDS.search(match[0]) and _ASKS.search(match[0]):
        return Severity.BLOCK
    if rule.id == "take-secrets":
        sends = re.search(r"\b(?:send|upload|forward|post|transmit|submit|exfiltrat\w+)\b", text, re.I) and URL.search(
            text
        )
        if purpose.is_security or purpose.says(
            r"password|credential|secret|\benv\b|ssh|key|vault|auth|wallet|login|token|cookie"
        ):
            return Severity.BLOCK if sends else None
        return Severity.BLOCK if sends else rule.severity
    return rule.severity


def _tells_of_taking(sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether a sentence says what a program does not take, or an item what a text would take in which it is looked for.

    >>> taking = re.compile(r"(?:read|collect)\\b.{0,40}~/\\.ssh")
    >>> said = [Sentence("a", 9, text, is_looked_for=True) for text in ("It does not collect ~/.ssh.", "paths read, as ~/.ssh", "read ~/.ssh")]
    >>> [_tells_of_taking(one, taking.search(one.text)) for one in said]
    [True, True, False]
    """
    text = sentence.text
    if sentence.is_hidden or _TAKES_BACK.search(text, text.find(" ", match.start())):
        return False
    if _SAYS_NOT.match(text, 0, match.start()):
        return True
    is_described = _DESCRIBES.search(text, 0, match.start()) is not None or any(
        one.end() - len("read,") == match.start() for one in _DESCRIBED.finditer(text)
    )
    return sentence.is_looked_for and is_described


def _weight_of_place(rule: Rule, text: str, purpose: Purpose) -> Severity | None:
    urls = [found[0] for found in URL.finditer(text)]
    places = [
        Place.OWN
        if host_of(url) in purpose.hosts and (_place := place_of(url, own_words=purpose.words)) == Place.UNKNOWN
        else Place.INSTALLER
        if rule.id != "forward-data" and is_home(host_of(url))
        else place_of(url, own_words=purpose.words)
        for url in urls
    ]
    if not urls:
        places = [place for found in _BARE.finditer(text) if (place := place_of(f"https://{found[0]}")).is_shady]
    worst = max(places, default=Place.UNKNOWN)
    if worst <= Place.PLACEHOLDER:
        return None
    if rule.id == "forward-data":
        if worst in (Place.OWN, Place.INSTALLER, Place.PLATFORM, Place.MESSAGING):
            return Severity.NOTE if not _SECRETS.search(text) or worst == Place.OWN else Severity.REVIEW
        grave = _SECRETS.search(text) or worst.is_shady
        return (
            Severity.BLOCK
            if grave
            and re.search(
                r"\b(?:all|any|every|each|user'?s?|full|silently|must|forward|also|before|after)\b", text, re.I
            )
            else Severity.REVIEW
        )
    if rule.id == "remote-instructions":
        if worst.is_shady or (worst == Place.UNKNOWN and _EACH_TIME.search(text)):
            return Severity.BLOCK
        return (
            Severity.NOTE
            if worst in (Place.PLATFORM, Place.INSTALLER) or (worst == Place.OWN and not _STANDING.search(text))
            else Severity.REVIEW
        )
    if rule.id == "paste-command" and purpose.is_security and not places:
        return Severity.NOTE
    if rule.id == "paste-command":
        return (
            Severity.NOTE
            if worst == Place.INSTALLER
            else Severity.REVIEW
            if worst == Place.OWN or (worst == Place.PLATFORM and not _COPIES.search(text))
            else rule.severity
            if places or "](" in text
            else Severity.REVIEW
        )
    locked = _LOCKED.search(text)
    if worst == Place.INSTALLER:
        return Severity.NOTE
    if worst == Place.OWN:
        return (
            Severity.BLOCK
            if locked and re.search(r"\.zip|\.rar|\.7z|archive|executable|\.exe", text, re.I)
            else Severity.NOTE
        )
    if worst in (Place.PLATFORM, Place.PUBLIC):
        return Severity.BLOCK if locked else Severity.REVIEW
    is_nobodys = any(
        place == Place.UNKNOWN and (is_lent(url) or borrows_name(url)) for url, place in zip(urls, places, strict=False)
    )
    return Severity.BLOCK if is_nobodys else rule.severity


def _opens_quote(before: str) -> bool:
    """Whether a part of a sentence holds one end of a quotation; the other may be in the sentence beside it."""
    return before.count('"') % 2 == 1 or before.count("“") != before.count("”")


def _is_quoted(text: str, match: re.Match[str]) -> bool:
    quotations = [found.span() for found in _QUOTED.finditer(text)]
    # A row of a table quotes in each of its cells.
    begins = any(start < match.start() + 3 and match.start() < end for start, end in quotations)
    ends = any(start < match.end() and match.end() - 3 < end for start, end in quotations)
    whole = any(start < match.start() + 3 and match.end() - 3 < end for start, end in quotations)
    return whole or (begins and ends and "|" in text)


def purpose_is_security(name: str, description: str, documents: Iterable[str], *, num_words: int) -> bool:
    """Whether a name and a description speak of looking for attacks, and documents bear them out.

    Anybody can claim to be a defender in one line; those who are one go on speaking of it.

    Args:
        documents: What documents show below their fields, in lower case.
        num_words: How many words they have, with what is not shown.

    >>> claim = ("skill-vetter", "Scans skills for prompt injection before they are installed.")
    >>> purpose_is_security(*claim, ["look for malware, flag what is suspicious, and run no payload."], num_words=200)
    True
    >>> purpose_is_security(*claim, ["writes bills."], num_words=200)
    False
    """
    if not _of_security:
        _of_security.append(
            (*Triggers.of_alternatives([_SECURITY]), Triggers.of([_SECURITY, _TALKS_ABOUT, _OF_DEFENDERS]))
        )
    triggers, tests, of_defenders = _of_security[0]
    text = f"{name} {description}"
    if not any(tests[which][1].search(text) for which in triggers.candidates([text]).get(0, ())):
        return False
    spoken: set[str] = set()
    for document in documents:
        lines = document.split("\n")
        for number in of_defenders.lines(document):
            for found in itertools.chain.from_iterable(
                words.finditer(lines[number]) for words in (_SECURITY, _TALKS_ABOUT, _OF_DEFENDERS)
            ):
                if (said := found[0].lower()) not in _OF_ANYBODY:
                    spoken.add(said)
                if len(spoken) == _BORNE_OUT:
                    return True
    return len(spoken) >= num_words // _WORDS_EACH
