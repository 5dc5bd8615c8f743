"""Which forms of commands, programs and settings open something, and which guard it?

Each under the sentence that tells what it comes to where one that opens stands more often than before, or one that guards
less often. Counted over a whole package, so what moves or is put in another form of the same kind changes nothing.
"""

from __future__ import annotations

import re

from metier.govern.units import Unit

OPENS = {
    what: re.compile(form, re.I)
    for what, form in {
        "accepts any certificate": r"\bverify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|NODE_TLS_REJECT_UNAUTHORIZED\W{1,4}0|rejectUnauthorized\W{1,3}false|InsecureSkipVerify:\s*true|StrictHostKeyChecking[= ]no\b|\bcurl\b[^|\n]{0,80}\s(?:(?-i:-[a-zA-Z]*k)\b|--insecure)|--no-check-certificate|strict-ssl\W{1,3}false|sslverify\W{1,3}false|--trusted-host|allow-insecure-host"
        r"|\bVERIFY_NONE\b|CURLOPT_SSL_VERIFY\w+,\s*(?:false|0)|Certificate\w*ValidationCallback\b[^\n]{0,80}=>\s*true|danger_accept_invalid|NoopHostnameVerifier|ALLOW_ALL_HOSTNAME|TrustAll\w*|DangerousAcceptAny|badCertificateCallback\W[^\n]{0,40}=>\s*true|\b(?:proxy_)?ssl_verify\w*\s+(?:off|none)|--tls-verify[= ]false|--skip-tls-verify|ssl_?mode\W{1,3}disable",
        "accepts a token that nobody signed": r"\balg\w*\W{1,6}[^\n]{0,80}[\"']none[\"']|verify_signature[\"']?\s*[:=]\s*(?:False|false)|ParseUnverified|\balgorithms?\W{1,6}\[[^\]]*(?:RS|ES|PS)\d{3}[^\]]*HS\d{3}|\bdecode\([^)\n]{0,80}\bverify\s*=\s*False",
        "can be reached from everywhere": r"\b\d{1,3}(?:\.\d{1,3}){3}/[0-7]\b|::/0\b|^\s*(?:PasswordAuthentication|PermitRootLogin|PermitEmptyPasswords|GatewayPorts)\s+(?:yes|all)\b|\b(?:host|bind|listen|addr\w*)\b\W{1,6}0\.0\.0\.0|HOST_AUTH_METHOD\W{1,3}trust|protected-mode no|Access-Control-Allow-Origin\W{1,6}\*|allow_origins\W{1,4}\*|^\s*allow\s+all;|\bRequire all granted\b|\bauth_basic\s+off\b",
        "gives access to the host machine": r"docker\.sock|\bprivileged:\s*true|--privileged\b|network_mode:\s*[\"']?host|pid:\s*[\"']?host|cap_add:|hostPath:|--cap-add|\b(?:CAP_)?(?:SYS_ADMIN|SYS_PTRACE|SYS_MODULE|NET_ADMIN)\b|host(?:Network|PID|IPC):\s*true|allowPrivilegeEscalation:\s*true",
        "runs with all rights": r"\brunAsUser:\s*0\b|^\s*user:\s*[\"']?(?:root|0)\b",
        "runs what a stranger sends with the keys of the repository": r"\bpull_request_target\b|permissions:\s*write-all|secrets:\s*inherit",
        "runs an action by the name of a branch": r"\buses:\s*[\w.-]+/[\w./-]+@(?:main|master|latest|dev|develop|head)\b",
        "can be opened by another key": r"\bage1[a-z0-9]{20,}|\bssh-(?:ed25519|rsa)\s+AAAA",
        "is not looked at by the defender": r"Exclusion(?:Path|Process|Extension)\b[^\n]{0,120}(?:\$env:|\bUsers\b|\bTemp\b|\bpwsh\b|powershell)",
        "has a pattern that matches everything": r"[^|\s(]\|\)?['\"]{1,3}\s*[,\])]?\s*$",
        "grants more than it did": r"\"\w+:\*\"|\biam:(?:PassRole|Create\w+|Attach\w+|Put\w+)|\bsts:AssumeRole|\bcluster-admin\b|\bverbs:\s*\[\s*[\"']?\*|\bresources:\s*\[[^\]]*\bsecrets\b|\bGRANT\s+ALL|roles/(?:owner|editor)\b|AdministratorAccess|\bSUPERUSER\b|\bDISABLE ROW LEVEL SECURITY\b|\bUSING\s*\(\s*true\s*\)",
        "is open to whoever asks": r"\bAllowAny\b|\bpermitAll\b|\bAllowAnonymous\b|\bcsrf_exempt\b|\bcsrf\(\)\.disable|\bskip_before_action\b[^\n]{0,20}auth|\bskip_forgery_protection\b|\.permit!",
        "may lose what was written": r"\b(?:fsync|full_page_writes|synchronous_commit)\b[\s=|\"':]{1,6}off\b",
        "compares only a part": r"(?:compare_digest|hmac\.Equal|timingSafeEqual)\([^\n]*\[(?:\d+|\w+)?:|\[\.\.\w+\]\.ct_eq\(",
        "is public": r"\bpublic-read(?:-write)?\b|publicly_accessible\s*=\s*true|BlockPublic\w+\W{1,4}false|--public\b|allUsers\b",
        "skips a check": r"--no-verify\b|--skip-(?:checks?|tests?|verif\w+|valid\w+|sign\w*)|--no-gpg-check|--allow-unauthenticated|--nogpgcheck|--dangerously-\w|bypassPermissions|--no-sandbox|--ignore-scripts[= ]false|\bsetenforce 0|\bufw disable|NOPASSWD|git\s+add\b[^\n`]{0,30}\s(?:-f|--force)\b|git\s+push\b[^\n`]{0,60}\s(?:-f|--force)(?![\w-])|--auto-approve\b|\brm\s+-\w*f\w*\s+(?:/|~|\$HOME)\s*$|--exit-(?:code[= ]0|zero)\b|--soft-fail\b|\bcontinue-on-error:\s*true|\ballow_failure:\s*true|\bgpgsign\s*=\s*false",
        "can run code out of the data that it loads": r"\byaml\.(?:unsafe_load|load\((?!.{0,80}Safe))|\bpickle\.loads?\(|weights_only\s*=\s*False|trust_remote_code\s*=\s*True|allow_pickle\s*=\s*True",
        "runs a text as a command": r"\bshell\s*=\s*True\b|\bexec\.Command\(\s*\"(?:ba)?sh\",\s*\"-c\",[^\n]*\+|\bexec(?:Sync)?\(\s*`[^`\n]*\$\{",
        "puts a value into a query as it comes": r"\b(?:execute\w*|raw|query|QueryRow|Exec)\(\s*(?:f[\"'][^\n]*\{|`[^`\n]*\$\{|[\"'][^\"'\n]*[\"']\s*(?:%|\+|\.format\()\s*\w|fmt\.Sprintf\()",
        "takes packages from another place": r"\bextra-index-url\b|\bindex-url\b(?![= ]+https://pypi\.org)|--find-links\b|\bPIP_EXTRA_INDEX_URL\b|--registry[= ](?!https://registry\.npmjs\.org)",
        "lets a page run any script": r"['\"]unsafe-(?:eval|inline)['\"]|\b(?:default|script)-src\b[^;\"\n]{0,120}\s\*(?=[\s;\"']|$)",
        "speaks an old protocol": r"(?<![\w!-])(?:SSLv[23]|TLSv1(?:[._][01])?|VersionTLS1[01]|VersionSSL30)(?![.\w])",
    }.items()
}  # fmt: skip
GUARDS = {
    what: re.compile(form, re.I | re.M)
    for what, form in {
        "no longer keeps a file private": r"\bumask\s+0?77\b|\bchmod\s+(?:0?[467]00|go-\w+|o-\w+)\b|\b0o[467]00\b|\binstall\b[^\n]{0,40}-m\s*0?[467]00\b",
        "no longer pins or checks its packages": r"--require-hashes|--frozen-lockfile|--ignore-scripts|--locked\b|\bnpm ci\b|ignore-scripts\W{1,3}true|#sha(?:256|384|512)[=-]|--hash=sha|@sha256:",
        "no longer makes a run without effect first": r"--dry-run\b|--what-?if\b|-WhatIf\b|^(?!.*\b(?:black|ruff|isort|prettier|rustfmt|fmt|biome|yapf|format\w*|lint\w*)\b).*--check\b|--plan\b",
        "no longer asks before it moves or deletes": r"\b(?:rm|mv|cp)\s+-[in]\b|--interactive\b|-Confirm\b",
        "no longer draws a secret by chance": r"\bsecrets\.\w|\bfrom secrets import\b|\btoken_(?:hex|urlsafe|bytes)\(|SystemRandom|randomUUID|getRandomValues|randomBytes|urandom\b|openssl rand|crypto/rand|SecureRandom|random_bytes|OsRng",
        "no longer makes a digest with a key": r"\bhmac\.\w+\(|createHmac\(|\bHMAC\b",
        "masks less than it did": r"<\w*(?:secret|cred|redact|mask|token|password|email|phone)\w*>|\bREDACTED|\[redacted|\[masked|\*{4,}|█{2,}|[\"'][*•█]{1,3}[\"']\s*(?:\*|\.repeat\()",
        "no longer escapes what it puts in": r"\bhtml\.escape\(|\bescape\w*\(|shlex\.quote\(|\bsubprocess\.\w+\(\s*\[|escapeshellarg\(|textContent\b|createTextNode\(|DOMPurify|sanitize\w*\(|parameteri[sz]ed|\bSafeLoader|safe_load\(|\bMarkup\([^\n]*\)\.format\(|\bmarkupsafe\b|\bbleach\.|\bnh3\.|\bdefusedxml\b",
        "no longer keeps to this machine": r"127\.0\.0\.1:\d+(?::\d+)?|\blisten\(\s*[\w.]+\s*,\s*[\"'](?:127|localhost)|(?:\b|(?:app|http|web|server|bind|listen|ui|api)_)host\W{1,4}127\.0\.0\.1|\bbind\s+127\.",
        "no longer runs without rights": r"^\s*USER\s+(?!root\b)\w+|runAsNonRoot:\s*true|readOnlyRootFilesystem:\s*true|:ro\b|no-new-privileges|cap_drop:|\bdrop:\s*\[\s*[\"']?ALL\b",
        "no longer checks who made the code": r"\bcosign verify|gpg --verify|--verify-signatures|integrity=",
        "no longer checks what was signed": r"\bjwt\.verify\(|\bjwtVerify\(|\bverify_signature\(|\bMessageDigest\.isEqual\(|\btimingSafeEqual\(|\bcompare_digest\(|\bhmac\.Equal\(|\bconstant_time\w*|\bct_eq\(|\bverifyIdToken\(",
        "no longer checks who asks": r"(?:@\w*|\b)(?:login|auth|permission|role|admin|user|staff)\w*_?required\b|@require\w*|@(?:PreAuthorize|Secured|RolesAllowed|Authorize|UseGuards|rate_?limit\w*)\b|\brequire_?(?:Auth\w*|Admin|Login|Role|User|Permission\w*)\b|\b(?:ensure|is)Authenticated\b|\bauthenticate\w*!?(?=[,)(]|\s*$)|\bauthori[sz]e\w*!?\(|\b(?:verify|check)(?:Token|Session|Csrf|Admin)\b|\bcsrf\w*\(\)|Csrf\w*Middleware|AuthenticationMiddleware|\bDepends\([^)\n]*(?:user|auth|token|admin|role)|\b(?:Login|Permission|UserPasses)\w*Required\w*Mixin|\bPermissionRequiredMixin|\bprotect_from_forgery\b|\bmiddleware\(\s*\[?['\"]auth|^\s*deny\s+all;|head\.repo\.full_name == github\.repository",
        "no longer keeps a path inside its folder": r"\bis_relative_to\(|\bsafe_join\(|\bsecure_filename\(|\bcommonpath\(|\bfilepath\.IsLocal\(|\bensure_?within\w*\(",
    }.items()
}  # fmt: skip
FOR_ALL = re.compile(
    r"\bfor\b|\bforEach\b|\.map\(|\.use\(|\bmethod_decorator\b|\bclass\s|\bbefore_action\b|\bdependencies\s*=|_middleware\b"
)
"""One line that guards for many."""
AT_RANDOM = "no longer draws a secret by chance"
_AGAINST = re.compile(r"\b(?:never|not|don'?t|avoid|without|instead of|forbid\w*|reject\w*|refuse\w*|no)\b", re.I)


def opens(form: re.Pattern[str], unit: Unit) -> bool:
    """Tell whether a form stands in a unit, and nothing before it that speaks against it.

    >>> from metier.govern.units import text_units
    >>> [opens(OPENS["skips a check"], unit) for unit in text_units("Use `--no-verify`. Never use `--no-verify`.", "a.md")]
    [True, False]
    """
    found = form.search(unit.text)
    return found is not None and _AGAINST.search(unit.text, 0, found.start()) is None
