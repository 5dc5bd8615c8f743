"""What does one step of a program do? Sources, sinks and acts, told from its text by patterns.

A label alone condemns nothing: reading a key, sending a request or starting a program is what programs do. Labels become
findings in `chains`, where they meet. Each label also tells which capabilities are used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from metier.capability import Capability
from metier.govern.scan.hosts import ACCOUNT_KEY
from metier.govern.scan.triggers import Alternative

_HOME = r"(?:~|\$\{?HOME\}?|\$env:(?:USERPROFILE|APPDATA|LOCALAPPDATA)|%\w*(?:USERPROFILE|APPDATA)%|/root|/home/[\w$*{}.-]+|/Users/[\w$*{}.-]+|homedir\(\)|Path\.home\(\)|home)"
_SECRET_NAME = r"(?!(?:MAX|MIN|NUM|TOTAL|PUBLIC)_)[A-Z0-9_]*(?:TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?|SERVICE_ACCOUNT(?:_KEY)?|DATABASE_URL|CONNECTION_STRING|MNEMONIC|SEED_PHRASE|WEBHOOK_URL|AUTH_KEY|SESSION_KEY|_PAT|_PASS|COOKIE|(?<!PUBLIC)_KEY)(?:_(?:ID|B64|BASE64|PROD|DEV))?(?![A-Za-z0-9_])"
SECRET_NAME = re.compile(rf"\b{_SECRET_NAME}")


@dataclass(frozen=True, slots=True)
class Label:
    """One thing a step can do: its name, the pattern that shows it, the capabilities it uses."""

    name: str
    pattern: Alternative
    capabilities: tuple[Capability, ...] = ()


def _label(name: str, pattern: str, *capabilities: Capability, flags: int = re.I) -> Label:
    return Label(name, Alternative(pattern, flags), capabilities)


ASKED = r"\.rfile\.read\(|\bself\.headers(?:\.get\(|\[)|\bself\.path\b|\bparse_qs\(|\brequest\.(?:args|form|json|data|values|get_json|get_data|body|query_params|query|headers)\b|\breq\.(?:body|query|params|headers)\b|\br\.(?:FormValue|URL\.Query)\(|\.searchParams\.get\("
"""What somebody asks of a server."""
SOURCES = (
    _label(
        "environment",
        r"dict\(\s*os\.environ\s*\)|os\.environ\.(?:items|values|copy)\(\)|(?:dumps|str|repr|list|sorted|urlencode|b64encode)\(\s*\{?\s*\*{0,2}\s*os\.environ\b(?!\s*[\[.])"
        r"|\bin\s+os\.environ\b(?!\s*[\[.])|=\s*(?:\{\s*\*\*)?os\.environ\s*[,})]?\s*$|[(:,]\s*(?:\*\*)?os\.environ\s*[,})]|\{[^{}\n]{0,200}\.\.\.\s*\w+\s*\}\s*=\s*process\.env|(?<!\} = )(?<!\}=)process\.env(?!\s*[.\[\w]|\s*\?\.)"
        r"|\{\s*\.\.\.process\.env|toJSON\(\s*secrets\s*\)|(?:^|[|;(]\s*|\$\s+|\$\(\s*)(?:sudo\s+)?(?:printenv|env)(?=\s*(?:[|>;)]|$|<))|(?:getoutput|check_output|popen|run|Popen|execSync|exec|spawnSync|execFileSync|shell_exec|system)\(\s*\[?\s*[\"'`](?:/usr/bin/)?(?:printenv|env)[\"'`]\s*[\]),]|\bexport\s+-p\b|\bdeclare\s+-x\b|(?:Get-ChildItem|gci|dir|ls)\s+[Ee][Nn][Vv]:|/proc/(?:self|\d+|\*)/environ"
        r"|System\.getenv\(\)|os\.Environ\(\)|ENV\.to_h|env::vars\(\)|(?<![\w.>])getenv\(\s*\)|processInfo\.environment\b(?!\s*\[)|(?:keys\s+|[,(]\s*|map\s*\{[^}\n]{0,80}\}\s*(?:sort\s+)?(?:keys\s+)?)%ENV\b|\bset\s*\|\s*(?:curl|nc|base64|grep)",
        Capability.READ_ENVIRONMENT, flags=0,
    ),
    _label(
        "asked",
        ASKED,
    ),
    _label(
        "secret-variable",
        rf"(?:os\.environ(?:\.get)?\s*[\[(]|os\.getenv\s*\(|getenv\s*\(|process\.env\s*(?:\.|\??\.?\[)|ENV\[|ENV\.fetch\(|\$env:|Deno\.env\.get\(|Environment\.GetEnvironmentVariable\()\s*[\"'`]?{_SECRET_NAME}"
        rf"|\{{[^{{}}=]{{0,300}}\b{_SECRET_NAME}\b[^{{}}=]{{0,300}}\}}\s*=\s*process\.env\b|\$\{{?{_SECRET_NAME}\b|\$\(\s*{_SECRET_NAME}\s*\)|\$\{{\{{\s*secrets\.{_SECRET_NAME}|\$\{{env:{_SECRET_NAME}\}}|\bprintenv\s+{_SECRET_NAME}|\benv\s*\|\s*grep"
        rf"|^\w+(?:\s*,\s*\w+)+\s*=\s*\(?\s*os\.(?:environ(?:\.get)?\s*[\[(]|getenv\()\s*\w+\b[^\n]{{0,60}}\bfor\s+\w+\s+in\s*[\[(][^\])\n]{{0,200}}[\"']{_SECRET_NAME}[\"']",
        Capability.READ_ENVIRONMENT, flags=0,
    ),
    _label(
        "credentials",
        r"\.ssh[/\\\"',)\s]*(?:[+,/]\s*)?[\"']?(?:id_[\w*]+(?!\w*\.pub)|\*|authorized_keys|config\b|known_hosts|$|[\"'\s);|])|\bid_(?:rsa|ed25519|ecdsa|dsa)\b(?!\.pub)|\bid_\((?:\?:)?(?:rsa|ed25519|ecdsa|dsa)\|"
        r"|\.aws[/\\\"',\s]*(?:credentials|config)|(?:home\(\)|HOME\b|expanduser\([^)\n]{0,20}\))[^\n]{0,12}[/\"']\.aws[\"']|\.netrc\b|\.cargo[/\\\"',\s]*credentials|\.git-credentials|\.gnupg\b|secring\.gpg|\.kube[/\\\"',\s]*config|\.docker[/\\\"',\s]*config\.json|\.pypirc|\.npmrc\b|\.pgpass|\.my\.cnf"
        r"|gcloud[/\\\"',\s]*(?:credentials|application_default|access_tokens|legacy_credentials)|application_default_credentials|\.azure[/\\\"',\s]*(?:accessTokens|msal|azureProfile)|\.config[/\\\"',\s]{1,5}gh[/\\\"',\s]{1,5}hosts\.yml|/etc/(?:shadow|sudoers|gshadow)\b"
        r"|(?:\bcp|\bmv|\bsync|\btar|\bzip|\brsync|\bscp)\s.*\.(?:aws|kube|gnupg|azure|ssh)/?(?=[\"'\s);,*]|$)|[\"'/]\.(?:aws|kube|gnupg|azure)/\*"
        r"|get_frozen_credentials\(|fromNodeProviderChain\(|gh\s+auth\s+token|npm\s+config\s+get\s+\S*_authToken|npm\s+token\s+list|aws\s+iam\s+create-access-key|aws\s+sts\s+(?:get-session-token|assume-role)|keys\s+create\s.*--iam-account|kubectl\s+(?:-\S+\s+\S+\s+){0,3}create\s+token|az\s+ad\s+sp\s+create|aws\s+ssm\s+get-parameter|gcloud\s+auth\s+print-|aws\s+configure\s+get|find\s+(?:~|\$HOME)\S*\s.*(?:\.env|id_rsa|\.pem|\.key\b|credential|wallet|secret)|(?:security|keychain)\s+(?:find-(?:generic|internet)-password|dump-keychain|export)|login\.keychain|Library/Keychains|lsass|\bmimikatz\b|sekurlsa|\bSAM\b.{0,20}\bsave\b|reg\s+save\s+hklm\\sam|cmdkey\s+/list|secretsmanager\s+get-secret"
        r"|\.(?:boto|s3cfg|databrickscfg|sentryclirc|lastpass)\b|\.gem[/\\\"',\s]{1,5}credentials|\bcomposer[/\\\"',\s]{1,5}auth\.json|\.m2[/\\\"',\s]{1,5}settings\.xml|rclone[/\\\"',\s]{1,5}rclone\.conf|(?:gcalcli|gogcli|gmailctl|khal|vdirsyncer)[/\\\"',\s]{1,5}(?:oauth|token|credentials|status)\w*|\.oci[/\\\"',\s]{1,5}config\b|\.snowflake[/\\\"',\s]{1,5}(?:config|connections)|\.cloudflared[/\\\"',\s]{1,5}cert\.pem|\.fly[/\\\"',\s]{1,5}config\.yml|\.railway[/\\\"',\s]{1,5}config"
        r"|\bcom\.vercel\.cli|netlify[/\\\"',\s]{1,5}config\.json|huggingface[/\\\"',\s]{1,5}token\b|\.kaggle[/\\\"',\s]{1,5}kaggle\.json|\.ngrok2?[/\\\"',\s]{1,5}ngrok\.yml|\.subversion[/\\\"',\s]{1,5}auth|\.config[/\\\"',\s]{1,5}(?:hub|heroku|doctl|remmina)\b|\.local[/\\\"',\s]{1,5}share[/\\\"',\s]{1,5}keyrings|Bitwarden[/\\\"',\s]{1,5}data\.json|\.config[/\\\"',\s]{1,5}1Password|sitemanager\.xml|\.putty[/\\\"',\s]{1,5}sessions"
        r"|169\.254\.169\.254|metadata\.google\.internal|/var/run/secrets/kubernetes|kubectl\s+(?:config\s+view\b.*--raw|get\s+secrets?\b.*(?:-o|--output))|gpg\s.*--export-secret|(?:^|[|;&(`$\s])pass\s+show\s|\bop\s+(?:item\s+(?:get|list)|document\s+get|read)\s|\bbw\s+(?:get|export|list)\b|\bsecret-tool\s+(?:lookup|search)|\bgit[\"'\s,\[]{1,6}credential[\"'\s,]{1,5}fill|az\s+account\s+get-access-token|aws\s+configure\s+export|\bvault\s+kv\s+get|docker-credential-\w+\s+get|keyring\.get_password\(|keytar\.(?:find|get)\w*\(|get_secret_value\(|DEFAULT_SERVICE_ACCOUNT_FILENAME|netsh\s+wlan\s+(?:show|export)\s+profiles?\b[^\n]*key\s*=\s*clear|NetworkManager/system-connections|PasswordVault|SecretManagement|Get-StoredCredential|\.terraform\.d/credentials|\.vault-token|\.bitwarden|1password\.sqlite|\.password-store|keepass\S*\.kdbx|\.kdbx\b|wp-config\.php|\bmaster\.key\b|credentials\.yml\.enc|\bkeystore\.properties|\*\.(?:keystore|jks|p8|p12)\b|\b(?:production|secrets)\.key\b",
        Capability.READ_CREDENTIALS, Capability.READ_OUTSIDE,
    ),
    _label("agent-credentials", r"\b(?:openclaw|clawdbot)\.json\b|\.claude\.json\b|\.codex[/\\\"',\s]{1,5}auth\.json|oauth_creds\.json|\.cursor[/\\\"',\s]{1,5}mcp\.json|auth-profiles\.json|(?:\.openclaw|\.clawdbot|\.moltbot|\.clawd|\.claude|\.codex|\.cursor|\.gemini)[/\\\"',\s]*(?:\.env|credentials|auth(?:-profiles)?\.json|openclaw\.json|clawdbot\.json|agents/\S*auth|\.credentials\.json|secrets)", Capability.READ_CREDENTIALS, Capability.READ_OUTSIDE),
    _label("dotenv", r"~/\.Renviron\b|/\^?\\\.env\b(?=[^/\n]{0,40}/\w*\.(?:test|exec)\()|(?<!env_file:)(?:^|[\s\"'/\\(=@~]|,[^{}\n]{0,40}\})\.env(?:\.(?:local|production|prod|development)|\*|\.\*)?(?=[\s\"')|;,]|$)", Capability.READ_CREDENTIALS),
    _label(
        "browser",
        r"\bdocument\.cookie\b(?!\s*=)|(?:stringify|entries|keys)\(\s*(?:window\.)?(?:local|session)Storage\b|Login Data|Web Data\b|(?:Chrome|Chromium|Brave|Edge|Firefox|Opera|Vivaldi|Safari)\S*[/\\\"',\s]+(?:User Data|Profiles?|Default|Cookies|Network)|Local State[\"']|\bSafari[/\\\"',\s]+History\.db|\bplaces\.sqlite|logins\.json|key4\.db|cookies\.sqlite|Cookies\.binarycookies|Local Extension Settings|(?:Slack|[Dd]iscord\w*|Signal|Teams|WhatsApp|Telegram Desktop)(?:[/\\]|\"\s*,\s*\"|'\s*,\s*')(?:Local Storage|IndexedDB|leveldb|tdata|Cookies)"
        r"|\.config[/\\\"',\s]+(?:google-chrome|chromium|BraveSoftware)|Network\.getAllCookies|Storage\.getCookies|cookies\.getAll\(|CryptUnprotectData|browser_cookie3|chrome_(?:passwords|cookies)|\.mozilla[/\\\"',\s]{1,5}firefox|Application Support[/\\\"',\s]{1,5}(?:Google|BraveSoftware|Firefox)",
        Capability.READ_BROWSER, Capability.READ_OUTSIDE,
    ),
    _label(
        "wallet",
        r"wallet\.dat|\bwallet\.\*\\\.(?:\(|json|dat)|\b(?:keystore/UTC|UTC--)|\.config[/\\\"',\s]{1,5}solana(?:[/\\\"',\s]{1,5}id\.json|[/\\]?[\"'](?!\s*,))|\.ethereum\b|\.bitcoin\b|\.electrum\b|\bElectrum[/\\\"',\s]{1,5}wallets|Exodus[/\\\"',\s]{1,5}exodus\.wallet|Ledger Live|Atomic[/\\\"',\s]{1,5}Local Storage|\bnkbihfbeogaeaoehlefnkodbefgpgknn\b|MetaMask[/\\\"',\s]{1,5}|Phantom[/\\\"',\s]{1,5}|\bbfnaelmomeimhlpmgjnjophhpkkoljpa\b"
        r"|\b(?:seed_?phrase|mnemonic)s?\b.{0,40}(?:open\(|readFile|getItem|localStorage|glob)|(?:open\(|readFile\w*\(|read_text|\bcat\b).{0,60}\b(?:seed_?phrase|mnemonic)s?\b"
        r"|(?<![Kk]ey: )(?<![Kk]ey = )(?<![\w.])[\w.]{0,20}(?:Buffer\.from|encode|hexlify|toHex|encodeURIComponent|String|BigInt)\(\s*(?:\w+\.)*_?(?:secret_?[Kk]ey|private_?[Kk]ey)\b|(?<![Kk]ey: )(?<![Kk]ey = )(?<![\w.])\w{1,20}\.(?:secret_?[Kk]ey|private_?[Kk]ey)\.(?:toString|hex)\(",
        Capability.READ_WALLETS, Capability.READ_OUTSIDE,
    ),
    _label("others-key", rf"[\"'](?:{ACCOUNT_KEY})[\"']", flags=0),
    _label("history", r"\.(?:bash|zsh|sh|python|psql|mysql|node_repl)_history|ConsoleHost_history|Telegram Desktop[/\\\"',\s]*tdata|\btdata\b|Signal[/\\\"',\s]{1,5}config\.json|Discord[/\\\"',\s]*Local Storage|Slack[/\\\"',\s]*(?:Cookies|storage)|chat\.db\b|Messages/chat\.db|NoteStore\.sqlite|\.abcddb\b|(?:properties|phones|emails)\s+of\s+people", Capability.READ_OUTSIDE),
    _label("sessions", r"\.claude[/\\\"',\s]*(?:projects|history\.jsonl|transcripts)|\.codex[/\\\"',\s]*(?:sessions|history)|\.(?:openclaw|clawdbot|moltbot)[/\\\"',\s]*agents\S*sessions", Capability.READ_OUTSIDE),
    _label(
        "agent-memory",
        r"(?:SOUL|MEMORY|USER|IDENTITY|HEARTBEAT|AGENTS|CLAUDE|GEMINI)\.md\b|\.(?:claude|openclaw|clawdbot|cursor|codex|gemini)[/\\\"',\s]*(?:settings(?:\.local)?\.json|memory|projects|sessions|skills|history|rules|hooks|mcp\.json|config\.toml|agents)|\.cursorrules|copilot-instructions\.md|\.mcp\.json|claude_desktop_config\.json|conversation(?:_?history|s?\.json)",
        Capability.READ_FILES,
    ),
    _label("source-code", r"\bgit\s+(?:diff|log|show|archive|bundle)\b|\btar\s+-?\w*c\w*\s+(?:\S+\s+)*\.(?=\s*(?:\||$))|\bgit\s+push\b.*\s(?:--mirror|--all)\b", Capability.READ_FILES),
    _label("request", r"\brequest\.(?:args|form|json|values|data|headers|GET|POST|query_params|body)\b|\breq\.(?:body|query|params|headers)\b|\b(?:m|msg|message)\.(?:content|text)\b|update\.message\.text|request\.get_(?:data|json)|\bctx\.(?:query|request)\b|params\[:|\$_(?:GET|POST|REQUEST)", Capability.LISTEN),
    _label("conversation", r"\.SenderEmailAddress\b[^\n]{0,160}\.(?:HTML)?Body\b|\.Email1Address\b|<[^<>]{0,60}(?:conversation|chat history|system prompt|output of env|api keys?|full context|last (?:user )?message)[^<>]{0,60}>", Capability.READ_FILES),
    _label("home-files", rf"(?:rglob|glob|walk|find|tar\s+\S+\s+\S+|zip\s+-r\s+\S+|readdir\w*|Get-ChildItem|listdir|scandir|rsync|cp\s+-[rRa]+|\btar\s+-?[a-z]+|\bzip\s+-\w*r\w*\s+\S+)\b.{{0,60}}{_HOME}(?=[/\\\"'\s);,]|$)", Capability.READ_OUTSIDE, Capability.READ_FILES),
    _label("interpreter", r"getattr\(\s*(?:builtins|__builtins__|__import__\([\"']builtins[\"']\)|sys\.modules\[[\"']builtins[\"']\])\s*,\s*(?![\"']\w+[\"']\s*[,)])|(?:globalThis|window|global|self)\s*\[\s*(?:\w+\.(?:join|map|split|reverse)|atob|[\"']\w+[\"']\s*\+|String\.from|`)"),
    _label("typed-secret", r"\bread\s+-\w*s\w*\b|\bgetpass(?:\.getpass)?\(|Read-Host\b.*-AsSecureString|with hidden answer|readPassphrase|\bGet-Credential\b|zenity\s+--password|kdialog\s+--password"),
    _label("clipboard", r"\bpbpaste\b|\bxclip\b|\bxsel\b|wl-paste|Get-Clipboard|pyperclip\.paste|clipboard\.(?:readText|read\()|\bclip(?:boardy)?\.(?:read|paste|readSync|readText)\b|win32clipboard", Capability.CLIPBOARD),
    _label("screen", r"cv2\.VideoCapture\(|\b(?:sd|sounddevice)\.rec\(|\bpyaudio\b|\barecord\s|\bffmpeg\b.*-f\s+(?:avfoundation|dshow|pulse|alsa|x11grab|gdigrab)|getUserMedia\(|getDisplayMedia\(|\bimagesnap\b|\bfswebcam\b|ImageGrab\.grab|pyautogui\.screenshot|\bmss\.mss\b|screencapture\b|\bscrot\b|gnome-screenshot|desktopCapturer|CopyFromScreen|\bimport\s+-window\s+root|\bgrim\b\s", Capability.SCREEN),
    _label("keys-pressed", r"pynput|keyboard\.(?:Listener|on_press|hook)|GetAsyncKeyState|SetWindowsHookEx|\bxinput\s+test|logkeys\b|/dev/input/event", Capability.SCREEN),
    _label("system", r"\bplatform\.(?:uname|node|platform|system)\(|socket\.gethostname\(|getpass\.getuser\(|os\.(?:hostname|userInfo|networkInterfaces)\(|\bwhoami\b|\buname\s+-a|\bhostname\b|systeminfo\b|\bifconfig\b|\bip\s+addr|ipconfig\b|uuid\.getnode\(|api\.ipify\.org|ifconfig\.me|ipinfo\.io|icanhazip|checkip\.amazonaws|system_profiler|\bdmidecode\b", Capability.READ_SYSTEM),
)  # fmt: skip
"""Where something worth taking is read."""
CREDENTIALS = next(one.pattern for one in SOURCES if one.name == "credentials")

_SHELL_FETCH = r"(?:^|[|;&($`!\s/\"'])(?:(?:curl|wget|aria2c|fetch|lwp-download|http|axel)(?:\.exe)?\s|(?:lynx|w3m|e?links2?|GET|lwp-request|xh|wget2|curlie|hurl)\s(?=[^|;]*https?:))"
FETCH = _label(
    "fetch",
    rf"{_SHELL_FETCH}|requests\.(?:get|Session|request)\b|urlopen\(|urlretrieve\(|urllib\.request\b|httpx\.(?:get|stream|Client|AsyncClient)|aiohttp\.ClientSession|(?<!def )(?<!function )(?<!self\.)(?<!\bthis\.)\bfetch(?:\?\.)?\((?!\s*(?-i::\w|\d+\s*[,)]|[\"'][A-Z][A-Z0-9_]*[\"']))|axios(?:\.get|\()|\bURL\([^)]*\)\.(?:read\w*|openStream)\(|\bURI(?:\.parse)?\((?:[^()]|\([^()]*\))*\)\.(?:open|read)\b|\.dataTask\(|\bhttr2?::GET|download\.file\(|https?[\"\')]{{0,3}}\.(?:get|request)\(|HTTPS?Connection\(|ftplib\.FTP|paramiko\.|net\.connect\(|\bmshta\s+http|\bcertutil\b|got\(|node-fetch|superagent|XMLHttpRequest"
    r"|Invoke-(?:WebRequest|RestMethod)|\biwr\b|\birm\b|DownloadString|DownloadFile|Start-BitsTransfer|bitsadmin|certutil\b.{0,40}-urlcache|Net\.WebClient|http\.Get\(|http\.NewRequest(?:WithContext)?\((?:[\w.()]{1,40},\s*)?(?:\"GET\"|http\.MethodGet)|reqwest::|Net::HTTP|open-uri|LWP::|file_get_contents\(\s*[\"']http|\bgit\s+clone\b|\bftp\s|\bscp\s+\S+@\S+:|\bssh\s[^|]*@[^|]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|[\"'](?:dig|host|nslookup)[\"']\s*,.*\bTXT\b|\bresolveTxt\(|\.(?:resolve|query)\([^)]*[\"']TXT[\"']|Resolve-DnsName\b.*\bTXT\b|\bdig\b[^|;]*\bTXT\b|feedparser\.parse\(|\bgetstore\(|Data\(contentsOf:\s*URL\(|\bureq::get\(|\bsource\(\s*url\(|\bDownloads\.download\(|:httpc\.request\(|\b(?:HTTPoison|Req|Tesla)\.get!?\(|\.Get(?:ByteArray|String|Stream)Async\(",
    Capability.FETCH,
)
SEND = _label(
    "send",
    r"\bcurl(?:\.exe)?\b.*?\s(?:(?-i:-\w*[dFT]\w*\b)|--data(?:-\w+)?\b|--form\b|--upload-file\b|--json\b|-X\s*(?:POST|PUT|PATCH)\b|--request[\s=](?:POST|PUT|PATCH)\b)|\bwget\b.*--(?:post-(?:data|file)|body-(?:data|file)|method[= ]?(?:POST|PUT))|\bxargs\b[^|]*\bcurl\b"
    r"|\bwp_(?:safe_)?remote_(?:post|request)\(|(?:\.|->)(?:post|put|patch|post_form)\s*\(|\b(?:Redis|createClient)\([^()\n]{0,160}\)\.(?:set|hset|publish|[lr]push|xadd)\(|\.postContent\(|\boutputStream\.write\(|\bfile_get_contents\([^()\n]{1,200},\s*(?:false|null|0)\s*,\s*\$|\bhttr2?::(?:POST|PUT|PATCH|req_body)|\bhttp\.PostForm\(|\bhttpMethod\s*=\s*[\"'](?:POST|PUT)|\.uploadTask\(|\bhttpBody\s*=|publish\.(?:single|multiple)\(|\brequests\.request\(\s*[\"'](?:POST|PUT|PATCH)|\bRequest\((?:.*\bdata\s*=|[^,]{1,200},\s*(?!headers|method|timeout|\{)[\w(])|urlopen\(.*(?:data\s*=|,\s*(?!timeout|context|None)[\w.]+\s*[(,)])|\bmethod\s*[:=]\s*[\"'`](?:POST|PUT|PATCH)|https?\.request\(|\.request\(\s*[\"\'](?:POST|PUT|PATCH)|sendBeacon\(|\bsmtplib\b|\.sendmail\(|send_message\(|sendMail\(|nodemailer|\bsendmail\b|\bmail\s+-s\b|\bmutt\b"
    r"|\b(?:rq?|req(?:uest)?)\.(?:end|write)\(\s*[\w$]|\b(?:s|c|sock\w*|conn\w*|client|stream|tls)\.(?:write|write_all|Write|end)\(\s*[\w$&\[]|\bgit\s+push\b.*\s\w+://|\b(?:net|tls)\.(?:connect|createConnection)\([^()]{0,200}\)\.(?:end|write)\("
    r"|\.(?:sendall|sendto|send)\(|[\"']:method[\"']\s*:\s*[\"'](?:POST|PUT)|\bunary_(?:unary|stream)\(.*\)\(|\.stor(?:binary|lines)\(|(?<![^|;&(\s])(?:nc|ncat|netcat|socat)\s+(?!-\w*l)|\bscp\b.*\s\S+@\S+:|\brsync\b.*\s\S+@\S+:|\brsync\b.*\srsync://[^\s;&|>)]+\s*(?:$|[;&|>)])|\bsftp\b|\brclone\s+(?:copy|sync|move)|\baws\s+(?:--?[\w-]+(?:=|\s+)\S+\s+){0,4}s3\s+(?:cp|sync|mv)\b.*s3://|\bgsutil\s+(?:cp|rsync)|\bg(?:h|lab)\s+(?:gist|issue|pr|mr|release|snippet)\s+(?:create|comment|note|edit|upload)\b|\bopenssl\s+s_client\b.*-connect|\|\s*ssh\s+\S|\|\s*(?:mailx?|mutt|msmtp|s-nail)\s|(?:^|[|;&(\s])(?:https?|xh)\s+(?:-\S+\s+)*(?:POST|PUT|PATCH)\s|\brclone\s+(?:rcat|copyto|moveto)\b|(?:^|[|;&(\s])websocat\s|\bmosquitto_pub\b|\bredis-cli\s+-h\s|upload_(?:file(?:obj)?|folder|large_folder|blob|from_\w+)\(|PutObjectCommand\(|putObject\(|\.(?:capture|track|identify|trackEvent|logEvent)\(\s*[{\"'\w]|(?:capture_?[eE]xception|capture_?[mM]essage|set_?[cC]ontext|set_?[eE]xtras?)\(|\.from\([^)]*\)\.(?:insert|upsert)\(|\bipfs\s+add\b|\.putfo\(|open_sftp\(\)\.put|\bsftp\.put\(|\.publish\(|\.[lr]push\(|\.xadd\(|append_rows?\(|values_append\(|chat_?[pP]ost_?[mM]essage\(|files_upload\w*\(|capture_(?:message|event)\(|issues\.create\w*\(|createComment\(|create_(?:issue|comment|gist)\(|gists\.create\(|PostAsync\(|PutAsync\(|Send-MailMessage|\.post_form\(|HTTParty\.(?:post|put)|Faraday\.post|ureq::(?:post|put)\(|getOutputStream\(\)\.write\(|\.set_attributes?\(\s*(?:\w+\(|[\"'][^\"']{1,60}[\"']\s*,)|NewRequest(?:WithContext)?\((?:\w+,\s*)?(?:\"(?:POST|PUT|PATCH)|http\.Method(?:Post|Put|Patch))|CURLOPT_(?:POST|POSTFIELDS|READDATA)|[\"']method[\"']\s*=>\s*[\"'](?:POST|PUT)|->(?:post|put)\(|put_object\(|\bgit\s+(?:-[cC]\s+\S+\s+)*push\b|\.setopt\([\w.\s,]*\b(?:POSTFIELDS|READDATA|HTTPPOST)\b|CURLOPT_URL\b|\.setopt\(\s*[\w.]*\bURL\b|\bbasic_publish\(|\bDiscordWebhook\(|\bSyncWebhook\.|\b(?:io|socket)\.emit\(|\bssh\s+\S+@\S+\s[^|;]*<\s*\S|\b(?:wormhole|croc|ffsend)\s+(?:--\S+\s+)*send\b|\blogger\s+.*-n\s+\S|\bIO::Socket::\w+->new\(|\.(?:post|put|patch)!\(|\.[Oo]pen\s*\(?\s*[\"'](?:POST|PUT)[\"']\s*,|\bgit\s+(?:-[cC]\s+\S+\s+)*remote\s+set-url\b.*\s--push\s"
    r"|(?:Invoke-(?:WebRequest|RestMethod)|\biwr|\birm)\b.*-(?:Method\s+[\"']?(?:Post|Put)|Body|InFile)|UploadString|UploadFile|UploadData|>\s*/dev/(?:tcp|udp)/|api\.telegram\.org/bot|discord(?:app)?\.com/api/webhooks|hooks\.slack\.com/services|\bws(?:ocket)?\.send\(|new WebSocket\(|http\.Post\(|\.send_keys\(|\bftp\s+-n|\btelnet\s",
    Capability.SEND,
)
FETCH_BY_TEXT = _label(
    "fetch-by-text",
    r"file_get_contents\(\s*[\"']http|\bsource\(\s*[\"']https?:|\bimport\(\s*[\"'`]https?:|URI(?:\.parse\([^)]*\))?\.open\b|\bget\s*\(?\s*[\"']https?://|\.resolve\w*\(.*[\"']TXT[\"']|\.recv(?:from)?\(\s*\w|\b(?:ws|socket|sock|conn|feed|stream|client|es|source)\w{0,12}\.(?:on|once|addEventListener|addListener)\(\s*[\"']message[\"']|\b(?:ws|sock|conn|feed|es)\w{0,12}\.onmessage\s*=|MSXML2\.|WinHttp"
    r"|(?:check_output|getoutput|\brun|\bpopen|exec\w*|spawn\w*|shell_exec|capture\w*)\s*\(\s*\[?\s*f?[\"'`](?:curl|wget)\b|^\S+\s*=\s*`(?:curl|wget)\s|Command::new\(\s*\"(?:curl|wget)\"",
    Capability.FETCH,
)
"""A download that only a text of the step tells of: an address, or a command of another language."""
SEND_BY_COMMAND = _label(
    "send-by-command",
    r"[\"']curl(?:\.exe)?[\"'].*[\"'](?:(?-i:-\w*[dFT])|--data[\w-]*|--form|--upload-file|--json)[\"']"
    r"|(?:system|popen|run|exec\w*|spawn\w*|check_\w+|call|getoutput|`|\$)\s*\(?\s*f?[\"'`]\s*curl\b[^\n]*\s(?:(?-i:-\w*[dFT])|--data[\w-]*|--form|--upload-file|--json)[\s'\"@=].*(?:[\"'`]\s*[+.,%]|\{\w|\$\w)"
    r"|sendBeacon\(\s*[\"'`]https?:|fetch\(\s*[\"'`]https?:[^\n]*method\s*:\s*[\"'`](?:POST|PUT)"
    r"|^`curl\b.*\s(?:-\w*[dFT]|--data[\w-]*)\s.*\{",
    Capability.SEND,
)
"""A command, written as a text of another language, into which something is put."""
CONNECT = _label(
    "connect",
    r"(?:\.|TcpStream::)connect\(|(?:insecure|secure)_channel\(|\bnew\s+(?:pg\.)?(?:Client|Pool)\(|http2\.connect\(|\bTCPSocket\.(?:new|open)\(|\bnew\s+(?:java\.net\.)?Socket\(|\bsocket\((?:\w+,\s*)?[AP]F_INET|create_connection\(|net\.(?:connect|createConnection)\(|SMTP(?:_SSL)?\(|FTP(?:_TLS)?\(|HTTPS?Connection\(|\.open\(\s*[\"'](?:POST|PUT|GET|PATCH)|\bRedis\(|\b[Dd]ial(?:Context|TLS)?\(|TCPClient\(|curl_init\(|SmtpServer|createTransport\(|createClient\(|new WebSocket\(|mqtt\.connect|\bOTLP\w*Exporter\(|\.openConnection\(\)",
)
"""Where a connection is made that is written to later."""
NAME_LOOKUP = _label(
    "name-lookup",
    r"(?:^|[|;&(`]\s*)(?:sudo\s+)?(?:dig|nslookup|getent\s+a?hosts(?:v[46])?|host(?!\s*[=+.,)])|drill|delv|kdig|ping6?|Resolve-DnsName)\s+(?=.*(?:\$|\{|%s|\+|`))|(?:gethostbyname|getaddrinfo|dns(?:[\"']\))?\.(?:resolve|lookup|resolver\.(?:resolve|query))|(?:resolver|dns\w*|r|res)\.(?:resolve|query|lookup)(?:Txt|4|6|Any|Cname|Mx)?|resolve(?:Txt|4|6|Cname|Dns)|GetHost(?:Addresses|Entry)\w*|LookupHost|LookupTXT)\w*\(.*(?:\{|\+|%|\$\{|\$\(|\w+\()",
    Capability.SEND,
)
GET_WITH_DATA = _label(
    "get-with-data",
    r"\bcurl\b.*?\s(?:-\w*[Aeb]\s+[\"']?[^\"'|]*\$[\w(]|-H\s+[\"']?(?!Authorization|[\w-]*(?:Key|Token|Auth)|api-?key|Content|Accept)[\w-]+:\s*[^\"']*\$[\w(])|(?:\bcurl|\bwget|\biwr|\birm|Invoke-\w+|\bopen|xdg-open|Start-Process)\s.*[?&/=][\w-]*=?\$\(?\w|(?:\biwr|\birm|Invoke-\w+)\s.*[?&]\w+=[\"']\s*\+|(?:webbrowser\.open|window\.open|URI\.open|http\.Get|file_get_contents|location\.(?:href|assign))\b.*[?&=/][\"'`]?\s*[.+]"
    r"|(?:requests\.get|urlopen|httpx\.get|fetch|axios\.get|https?[\"\')]{0,3}\.get\(|curl|wget|new Image|webbrowser\.open).*(?:\$\(\s*(?:cat|gh auth|env\b|printenv|security|base64|fc\b)|[?&/=]\w*=?\s*[\"'`]?\s*(?:\{|\$\{|\$\(|\"?\s*\+|%s)|params\s*[:=]|\.src\s*=)"
    r"|\b(?:fetch|got|axios(?:\.get)?|request|https?\.get)\(.*\bheaders\s*:\s*\{\s*[\"'`]?(?!authorization|accept|content|user-agent|cookie|origin|referer|x-api-key|api|if-|range|host)[a-z][\w-]*[\"'`]?\s*:\s*[a-zA-Z_$`]"
    r"|(?:src|href|url)\s*=\s*\\?[\"'`]?https?://[^\s\"'`<>]*[?&]\w*=(?:\$\{|\{\w|[\"'`]\s*[+.]|%s)|!\[[^\]\n]*\]\(https?://[^)\s]*[?&=](?:\$\{|\{\w|\$\w)|\.AddCookie\(|\.Header\.(?:Set|Add)\(\s*\"(?!Authorization|Accept|User-Agent|Content|If-|X-Api)[\w-]+\"\s*,\s*(?!\")",
    Capability.FETCH,
)
EXECUTE = _label(
    "execute",
    r"(?<![\w.])(?:exec|eval|execfile)\s*\(|\bexec\(\s*compile|os\.(?:system|popen|exec[lv]\w*|spawn\w*|startfile)\s*\(|subprocess\.(?:run|call|Popen|check_\w+|getoutput|getstatusoutput)\s*\(|create_subprocess_shell|pty\.spawn|commands\.getoutput|asyncio\.create_subprocess"
    r"|child_process|(?<![Rr]egex\.)(?<![Rr]eg[Ee]xp\.)(?<![Pp]attern\.)(?<!_re\.)(?<!\bre\.)(?<!Re\.)(?<!RE\.)(?<!/\.)(?<!/[gimsuy]\.)\bexec(?:Sync|File|FileSync|P|Async|Promise|Cmd|Command)?\s*\(|\bspawn(?:Sync)?\s*\(|(?<![\w.])fork\(\s*[\w\"'`]|\bexeca(?:Sync|Command|CommandSync)?\(|\bBun\.\$`|new\s+Deno\.Command\(|new \w{0,9}Function(?:\.constructor)?\s*\(|\bFunction\s*\(|vm\.(?:runIn\w+|Script)|\brunIn(?:This|New)?Context\(|Deno\.(?:run|Command)|Bun\.spawn|\$`|Runtime\.getRuntime\(\)\.exec|ProcessBuilder|exec\.Command\(|\bCommand::new\(|shell_exec\(|passthru\(|proc_open|%x[\[{(]|IO\.popen|Kernel\.(?:system|exec)|\bos\.execute\s*\(|\bio\.popen\s*\(|\bProcess\(\)|(?<!\brop\.)(?<!\belf\.)\bsystem\s*\("
    r"|\biex\b(?!\s*(?:$|[,)\]\"']))|\|\s*iex\b|\b(?:Invoke-Expression|Invoke-Command|Start-Process)\b|WScript\.Shell|\bdo shell script\b|runpy\.run|importlib\.import_module|__import__\s*\(|marshal\.loads|pickle\.loads?\(|ctypes\.(?:CDLL|windll|memmove)|VirtualAlloc|LoadLibrary",
    Capability.RUN_PROGRAMS,
)
_SHELL_NAME = r"(?:sudo\s+(?:-\S+\s+)*|(?:busy|toy)box\s+|env\s+|nohup\s+|exec\s+|command\s+|time\s+|\w+=\S*\s+)*(?:/\S+/)?(?:(?:ba|z|da|k|a|fi)?sh|\$?\$\{?SHELL\b(?::-\w+)?\}?|python[\d.]*|node|deno|bun|perl|ruby|php|osascript|pwsh|powershell|iex|Invoke-Expression)(?:\.exe)?(?=\s*(?:$|[|;&)>\"'`]|\d>|-(?!-?version\b|c\b|m\b|e\b)|/dev/stdin|<))"
PIPED = _label(
    "runs-input",
    rf"\|\s*{_SHELL_NAME}|\|\s*(?:xargs\s+.*)?{_SHELL_NAME}|\|\s*xargs\s.*\b(?:ba|z|da)?sh\s+-c\b|(?:^|[|;&\s(])(?:ba|z|da)?sh\s+(?:-\w+\s+)*<<\s.*\$\(|\|\s*(?:source|\.)\s+/dev/stdin|\|\s*\$\(|(?:^|[|;&\s(])(?:source|\.|(?:ba|z|da|k)?sh|eval|python[\d.]*|node|perl|ruby|make|php|Rscript)\s+(?:-\w+\s+)*[\"']?(?:<\(|\$\(|<<<)|\b(?:npx|bunx|uvx|dlx|pipx\s+run)\s+(?:-{1, 2}[\w-]+\s+)*[\"']?https?://\S+\.(?:tgz|tar\.gz|zip|whl)\b",
    Capability.RUN_SHELL,
)
DECODE = _label(
    "decode",
    r"base64\s+(?:-\w*[dD]\w*|--decode)|openssl\s+(?:enc|base64|aes\S*)\s.*-d\b|\bgpg2?\b.*--passphrase[\s=][\"']?[^\s$\"'].*\s(?:-d\b|--decrypt\b)|\bxxd\s+-\w*r|\buudecode\b|base32\s+-d|\bgunzip\b|\bzcat\b|\brev\b(?=\s*(?:[|)]|$|<<<|[\w.$~-]*[./][\w./$~-]*\s*\|))|\btr\s+[\"']?[A-Za-z]-[A-Za-z]|certutil\s.*-decode|printf\s+[\"']?(?:\\\\x|\\x)|b(?:64|32|85|16)decode\(|a85decode\(|bytes\.fromhex\(|unhexlify\(|codecs\.decode\(|zlib\.decompress\(|gzip\.decompress\(|bz2\.decompress\(|lzma\.decompress\(|marshal\.loads\(|Fernet\(|\.decrypt\("
    r"|\bzlib\.(?:inflate|gunzip|unzip|brotliDecompress)\w*\(|\b(?:Buffer\.from|fromC\w{1,10}|TextDecoder)\b[^\n]{0,120}\.map\(\s*\(?\s*(\w{1,20})\b[^=\n]{0,20}=>\s*\(?\s*\1\s*\^|\batob\(|Buffer\.from\([^\n]{1,400}?,\s*[\"'](?:base64|hex)[\"']|String\.fromCharCode|unescape\(|decodeURIComponent\(|FromBase64String|-(?:enc|EncodedCommand|ec)\s+[A-Za-z0-9+/]{16,}|\bmap\(\s*chr\b|\bchr\(|\^\s*\w+\s+for\b|for\s+\w+\s+in\s+\w+\)\.decode\(|\[::-1\]|\.split\([\"']{2}\)\.reverse\(\)|base64_decode\(|str_rot13|\barray_map\(\s*[\"']chr\b|\bstrrev\(|\bpack\(\s*[\"'][cCU]\*|\bhex2bin\(|Base64\.decode|pack\(\s*[\"']H",
    flags=re.I,
)
ENCODE = _label(
    "encode",
    r"base64(?!\s+(?:-\w*[dD]|--decode))\b(?=\s*(?:\||\)|$|-w|<))|b64encode\(|btoa\(|\.toString\([\"'](?:base64|hex)[\"']\)|hexlify\(|\.hex\(\)|ToBase64String|openssl\s+(?:enc|base64|aes)\b(?!.*-d\b)|\bxxd\s+-p|gpg\s.*(?:-c|--symmetric|-e)\b|urlsafe_b64encode",
)

ACTS = (
    _label("reverse-shell", r"\bssh\b.*\s-\w*R\s*\S*:\S+:(?!(?:3000|3001|4200|4321|5000|5173|8000|8080|8888)\s)(?:\d+|\$\{?\w+\}?)\s+\S+|\bssh\b.*\s-\w*R\s*\d+\s+\S+@|Net\.Sockets\.TCPClient\(.*(?:iex|Invoke-Expression|cmd)|(?:bash|sh|zsh)\s+-i\s*(?:[>&<]|\d>&)*\s*.{0,20}/dev/(?:tcp|udp)/|/dev/(?:tcp|udp)/[\w.$-]+/\d+.{0,30}(?:0>&1|<&\d|>&\d)|exec\s+(?:\d*<>?\s*)?/dev/tcp/|\b(?:nc|ncat|netcat)\b[^|;]*\s(?:-\w*[ec]|--(?:sh-)?exec)\s*[\"']?(?:/\S*/)?(?:ba|z)?sh|\b(?:nc|ncat|netcat)\b[^|;]*\s-\w*e\s+(?:/bin/\w*sh|cmd)|mkfifo\s+\S+.*\b(?:nc|ncat|telnet|openssl)\b|\|\s*(?:/bin/)?(?:ba|z|da)?sh\b(?:\s+-i)?[^|;]*\|\s*(?:nc|ncat|telnet|openssl\s+s_client)\b|\b(?:telnet|openssl\s+s_client)\s[^|;]*\|\s*(?:/bin/)?(?:ba|z|da)?sh\b|/inet/tcp/[\s\S]{0,160}\|&\s*getline\s+(?P<heard>\w+)[\s\S]{0,120}?\(\s*(?P=heard)\s*\|&?\s*getline|\b(?:nc|ncat)\b.*\|\s*(?:/bin/)?(?:ba)?sh\b|socat\s.*(?:exec|system):|\bsh\s+-i\s.*\|\s*openssl\s+s_client|pty\.spawn\(\s*[\"'](?:/bin/)?(?:ba)?sh|os\.dup2\(\s*\w+\.fileno\(\)|TCPClient\(.*GetStream|fsockopen\(.*proc_open|\b(?:spawn|exec)\w*\(\s*[\"'](?:/bin/)?(?:ba)?sh[\"'].*(?:pipe|socket|client)|\.pipe\(\s*sh\.stdin|sh\.stdout\.pipe", Capability.RUN_SHELL, Capability.SEND),
    _label("listener", r"\b(?:nc|ncat|netcat)\s+(?:-\w*l|.*\s-l\b)|\.bind\(\s*\(|\.listen\(\s*\d*|http\.server|createServer\(|ListenAndServe|uvicorn\.run|app\.run\(|HTTPServer\(|serve_forever|socketserver", Capability.LISTEN),
    _label("miner", r"\bxmrig\b|--algo[\"\',\s=]+(?:rx/|cn/|randomx|kawpow|ethash)|stratum\+(?:tcp|ssl)|\bminerd\b|\bcpuminer\b|\bethminer\b|\bnicehash\b|randomx\b|cryptonight|donate-level|max-threads-hint|coinhive|monero(?:ocean)?\.\S*:\d{3,5}|\bnbminer\b|\bt-rex\s+-a", Capability.RUN_PROGRAMS),
    _label("persist", r"\bcrontab\b(?!\s+-l\b)|/etc/cron|@reboot\b|\bschtasks\b.*/create|\bat\s+now\b|launchctl\s+(?:load|bootstrap|submit)|Library/Launch(?:Agents|Daemons)|systemctl\s+(?:--user\s+)?enable|/etc/systemd/system|\.config/systemd/user|\.config/autostart|CurrentVersion\\+Run\b|Start Menu\\+Programs\\+Startup|New-ScheduledTask|/etc/rc\.local|/etc/ld\.so\.preload|LD_PRELOAD=|/etc/init\.d|/etc/profile\.d|(?:>>|>|tee\s+-a|open\(|appendFile\w*\(|write_text|Add-Content)\s*.{0,80}(?:(?<!\w)\.bashrc|\.zshrc|(?<!\w)\.profile\b|\.bash_profile|\.zprofile|\.zshenv|authorized_keys|\$PROFILE|\.ssh/rc\b|\.xprofile|\.xinitrc)|(?:\.bashrc|\.zshrc|\.profile|\.bash_profile|\.zprofile|\.zshenv)[\"'\s,)]*[\"']a|\.git/hooks/\w|core\.hooksPath|git\s+config\s+--global\s+core\.(?:hooksPath|pager|editor|fsmonitor)|\.vscode/tasks\.json|sitecustomize\.py|usercustomize\.py|getusersitepackages|site-packages[^\n]{0,60}\.pth\b|authorized_keys", Capability.PERSIST),
    _label("elevate", r"(?:^|[|;&(\s\"'`])(?:sudo|doas|pkexec|runas|gsudo)\s|setuid\(|seteuid\(|chmod\s+(?:\d?[4267]\d{3}|[ug]\+s)|NOPASSWD|/etc/sudoers|visudo\b|-Verb\s+RunAs|--privileged\b|cap_add|setcap\b|os\.setuid|\bsu\s+-\s", Capability.ELEVATE),
    _label("open-to-all", r"\bchmod\s+(?:-\w+\s+)*(?:0?777|a\+rwx|o\+w|ugo\+rwx)\b(?=\s+[^\s`#|&;])|os\.chmod\([^)]*0o?777|icacls\b.*everyone:\(?f", Capability.CHANGE_PERMISSIONS),
    _label("permissions", r"\bch(?:mod|own|grp|attr)\b|os\.ch(?:mod|own)\(|fs\.chmod|icacls\b|Set-Acl", Capability.CHANGE_PERMISSIONS),
    _label("destroy", r"\brm\s+(?:-\w+\s+)*-\w*[rR]\w*\s+(?:--no-preserve-root\s+)?[\"']?(?:/(?:\s|\*|$)|~(?:/?\s|/\*|/?$)|\$HOME(?:/?\s|/\*|/?$|\")|/(?:etc|usr|var|home|boot|bin|lib|opt|root)(?:/\*)?(?:\s|$|\")|(?:~|\$HOME)/(?:Documents|Desktop|Pictures|Downloads|Library)\b/?(?:\*|\s|$|\"))|\brm\s+(?:-\w+\s+)*-\w*[rR]\w*\s.*(?:~|\$HOME)/\.(?:aws|ssh|config|kube|gnupg|docker)/?(?:\*|\s|$|\")|\brm\s.*--no-preserve-root|\bfind\s+(?:~|\$HOME)/(?:Documents|Desktop|Pictures|Photos|Music)\b[^|\n]{0,300}?-exec\s+(?:sudo\s+)?shred\b|\bfind\s+(?:~|\$HOME|/)\s(?![^\n]{0,300}\s-(?:lname\s|type\s+l\b|empty\b))[^\n]{0,300}?(?:-delete|-exec\s+(?:rm|shred)|\|\s*xargs\s[^\n]{0,80}?(?:\brm\s+-|shred))|\bdd\s+.*of=/dev/(?:sd[a-w]|nvme\d|disk\d|hd[a-w]|vd[a-w])|\bmkfs(?:\.\w+)?\s+(?:-\w+\s+)*/dev/|\bshred\s+.*(?:~/?(?:\s|$)|/home(?:\s|$)|\$HOME/?(?:\s|$)|/dev/(?:sd[a-w]|nvme\d|disk\d))|rmtree\(\s*(?:Path\.home\(\)|os\.path\.expanduser\(\s*[\"']~/?[\"']\)|[\"']/(?:home|Users|etc|usr)?/?[\"'])|(?:rmtree|rm|rmSync|rmdirSync|removeSync|remove|emptyDirSync)\(\s*(?:(?:os\.)?path\.)?join\(\s*(?:os\.path\.expanduser\(\s*[\"']~/?[\"']\)|os\.homedir\(\)|homedir\(\)|(?:pathlib\.)?Path\.home\(\)|home),\s*[A-Za-z_]\w*\s*\)|rmtree\(\s*(?:pathlib\.)?Path\.home\(\)\s*/\s*[A-Za-z_]\w*\s*[,)]|Remove-Item\s.*-Recurse.*(?:C:\\+(?:\s|\*|$)|\$env:USERPROFILE|\\Users\\)|format\s+[cC]:|\bdel\s+/[sfq].*[cC]:\\|:\(\)\s*\{\s*:\|:&\s*\};:|vssadmin(?:\.exe)?\s+delete\s+shadows|wbadmin\s+delete|bcdedit\b[^\n]*recoveryenabled\s+no|(?:Get-ChildItem|gci|dir|ls)\s+[^|\n]{0,40}(?:\$HOME|\$env:USERPROFILE|~)[\\/](?:Documents|Desktop|Pictures)[^|\n]*\|\s*Remove-Item|cipher\s+/w", Capability.DELETE_FILES, Capability.WRITE_OUTSIDE),
    _label("erase-traces", r"(?:\brm\b|\btruncate\b|\bshred\b|unlink|remove|\bcat\s+/dev/null\s*>)\s*.{0,40}(?:/var/log(?:/[\w.*-]+)*|\.bash_history|\.zsh_history)|(?<!exec )>\s*.{0,40}(?:\.bash_history|\.zsh_history|/var/log/(?:auth|audit|syslog|wtmp|btmp|messages|secure|lastlog|kern))|(?:^|[;&|:]|\becho|-n|[\"']{2})\s*>\s*/var/log/|\bhistory\s+-c|\bunset\s+HISTFILE|HISTFILE=/dev/null|HISTSIZE=0|wevtutil\s+cl|Clear-EventLog|Clear-History|journalctl\s+--vacuum|auditctl\s+-e\s*0|touch\s+-r\s", Capability.DELETE_FILES),
    _label("delete", r"\brm\s+-|\bunlink\b|os\.(?:remove|unlink|rmdir)\(|rmtree\(|(?:fs|require\([\"'](?:node:)?fs(?:/promises)?[\"']\))\.(?:unlink|rm|rmdir)\w*\(|\.unlink\(|Remove-Item\b|\bfind\b.*-delete\b|\bdel\s+/|\brm\s+[\w/~.$*]|DELETE\s+FROM|\bgit\s+clean\s+-\w*f|vssadmin(?:\.exe)?\s+delete|wbadmin\s+delete", Capability.DELETE_FILES),
    _label("disable-defence", r"Set-MpPreference[\"\']?\s+-Disable\w*(?!\w*\s+(?:\$false|0)\b)|Set-MpPreference\b.*-(?:SubmitSamplesConsent\s+2|MAPSReporting\s+(?:0|Disabled))|Add-MpPreference[\"\']?\s+-Exclusion|netsh\s+advfirewall\s+set\s+\w+\s+state\s+off|\bsetenforce\s+0|\bufw\s+disable|iptables\s+-F|spctl\s+--master-disable|csrutil\s+disable|xattr\s+-\w*[dc]\w*\s+(?:-\w+\s+)*(?:com\.apple\.quarantine)?|systemctl\s+(?:stop|disable|mask)\s+(?:\S+\s+){0,3}?\S*(?:firewalld|apparmor|auditd|falcon|clamav|fail2ban|mdatp|sentinelone|osqueryd|wazuh)|\bcloudtrail\s+(?:stop-logging|delete-trail)|\bguardduty\s+(?:delete-detector|update-detector\b.*--no-enable)|\bsecurityhub\s+disable|\bstop-configuration-recorder|\bgh\s+api\b.*\bDELETE\b.*/(?:protection|vulnerability-alerts|rulesets/)|-ExecutionPolicy\s+Bypass|pkill\s+.*(?:falcon|wazuh|auditd|clamd|defender|osquery)|killall\s+.*(?:Little Snitch|LuLu|falcon|defender)|add-trusted-cert|workspace\.trust\.enabled[\"']?\]?\s*[:=]\s*false|allowAutomaticTasks[\"']?\]?\s*[:=]\s*[\"']?on\b|Import-Certificate\b.*Root|\bcertutil\b.*-addstore\s+\S*root|update-ca-certificates|AmsiUtils|amsiInitFailed|NODE_TLS_REJECT_UNAUTHORIZED|\bssl\.(?:_create_default_https_context|create_default_context)\s*=|git\s+config\s+--(?:global|system)\s+http\.sslVerify\s+(?:false|0)|\b(?:npm|yarn|pnpm)\s+config\s+set\s+strict-ssl\s+false", Capability.CONTROL_PROCESSES),
    _label("kill", r"\bp?kill(?:all)?\s+-?\w|os\.kill\(|process\.kill\(|\.terminate\(\)|taskkill\b|Stop-Process|\bpsutil\b|\bps\s+aux|systemctl\s+(?:stop|restart|start)|tasklist\b", Capability.CONTROL_PROCESSES),
    _label("encrypt-files", r"(?:for|glob|walk|find|rglob)\b.{0,200}(?:\.encrypt\(|openssl\s+enc|Fernet|AES\.new|gpg\s+.*-c)|\.(?:locked|encrypted|crypt|enc)[\"'].{0,60}(?:rename|unlink|remove)|README_(?:DECRYPT|RESTORE)|ransom", Capability.WRITE_FILES),
    _label("hidden-run", r"(?:nohup|setsid|disown)\b.*(?:>\s*/dev/null|&\s*$)|-WindowStyle\s+Hidden|-w\s+hidden\b|CREATE_NO_WINDOW|windowsHide:\s*true|start_new_session\s*=\s*True|detached:\s*true|>\s*/dev/null\s+2>&1\s*&|&>\s*/dev/null\s*&|stdout\s*=\s*subprocess\.DEVNULL", Capability.RUN_PROGRAMS),
    _label("install", r"\b(?:pip3?|pipx|uv(?:\s+pip|\s+tool)?|conda|mamba|npm|pnpm|yarn|bun|gem|cargo|go|brew|apt(?:-get)?|dnf|yum|pacman|apk|snap|choco|winget|scoop|composer|luarocks|cpan)\s+(?:-\S+\s+)*(?:install|add|i|get|ci)\b|\bnpx\s|\buvx\s|\bbunx\s|pnpm\s+dlx|python[\d.]*\s+-m\s+pip\s+install|ensurepip|pip\.main", Capability.INSTALL_PACKAGES),
    _label("agent-write", r"(?:>>?|\s-\w*[oO]\s|--output[\s=]|-OutFile\s|tee\s+(?:-a\s+)?|urlretrieve\(|open\(|write_text|write(?:Text)?File\w*\(|appendFile\w*\(|Add-Content|Set-Content|cp\s|mv\s|sed\s+-i|\.write\(|echo\s).{0,120}(?:(?:SOUL|MEMORY|USER|IDENTITY|HEARTBEAT|AGENTS|CLAUDE|GEMINI)\.md|\b(?:clawd|openclaw|moltbot|workspace)[/\\]memory[/\\]|\.(?:claude|openclaw|clawdbot|cursor|codex)[/\\](?:settings|memory|skills|rules|hooks|mcp|config|agents)|\.cursorrules|copilot-instructions|claude_desktop_config)|(?:SOUL|MEMORY|IDENTITY|HEARTBEAT|AGENTS|CLAUDE)\.md[\"']?\)?\s*,\s*[\"']a|claude\s+mcp\s+add|openclaw\s+config\s+set|permissions\.allow|dangerously-?skip-?permissions|bypassPermissions|autoApprove|\"?enableAllProjectMcpServers", Capability.CHANGE_AGENT, Capability.WRITE_FILES),
    _label("shell", r"shell\s*=\s*True|os\.system\(|os\.popen\(|\bexecSync\(|\bexec\(\s*[\"'`]|(?:ba|z)?sh\s+-c|cmd\s+/c|powershell|pwsh", Capability.RUN_SHELL),
    _label("evaluate", r"\btarget\s*=\s*(?:exec|eval)\b|(?<![\w.])(?<!\.\$)(?<!\.\$\$)(?:eval|exec)\s*\(|[(,]\s*(?:exec|eval)\s*[,)]|(?:globalThis|window|global|self)\s*\[(?:[^\[\]]|\[[^\[\]]*\])+\](?:\])?\s*(?:\?\.)?\s*\(|new \w{0,9}Function(?:\.constructor)?\s*\(|getPrototypeOf\(\s*(?:async\s*)?(?:function|\()|\.constructor\s*\(\s*[\"'`]\w+[\"'`]\s*,|\b\w+\(\s*[\"'`]\w*[\"'`]\s*,\s*(?:Buffer\.from|atob)\([^\n]{0,80}\)\s*\)\s*\(|\bExecute(?:Global)?\s*\(?\s*\w+\.responseText|\[\s*[\"'](?:exec|eval|system|popen)[\"']\s*\]\s*\(|\[\s*[\"']_compile[\"']\s*\]\s*\(|\._compile(?:\.(?:call|apply))?\(|vm\.runIn|\brunIn(?:This|New)?Context\(|Invoke-Expression|\biex\b(?!\s*(?:$|[,)\]\"']))|\|\s*iex\b|compile\(.*[\"']exec[\"']|\beval\s+[\"$`]", Capability.EVALUATE_CODE),
    _label("load-code", r"pickle\.loads?\(|marshal\.loads|yaml\.(?:load|unsafe_load)\((?!.*Safe)|dill\.loads?|joblib\.load|torch\.load\((?!.*weights_only\s*=\s*True)|importlib\.import_module|__import__\(|\brequire\(\s*[^\"'`\s)]|\bimport\(\s*[^\"'`\s)]|createRequire\([^)]*\)\(\s*[\"'`]|shelve\.open|jsonpickle|unserialize\(|ObjectInputStream", Capability.LOAD_CODE),
    _label("read", r"(?<![\w.])open\(|\.read_(?:text|bytes)\(|readFile\w*\(|\bcat\s+\S|\bhead\s|\btail\s|\bless\s|Get-Content|File\.read|read_csv\(|json\.load\(|\bgrep\s|\bos\.(?:walk|listdir|scandir)|\.r?glob\(|readdir|\bfind\s+[./~]", Capability.READ_FILES),
    _label("write", r"open\([^)]*,\s*(?:mode\s*=\s*)?[\"'][wax]|\.write_(?:text|bytes)\(|write(?:Text)?File\w*\(|appendFile\w*\(|\.write\(|json\.dump\(|to_csv\(|\btee\s|\s>>?\s+[\w~./$\"'{]|Set-Content|Out-File|Add-Content|File\.write|\bmkdir\b|makedirs\(|\bcp\s|\bmv\s|shutil\.(?:copy|move)|sed\s+-i|\btouch\s|createWriteStream|\.savefig\(|\.save\(", Capability.WRITE_FILES),
    _label("outside", rf"(?:open\(|cat\s|read\w*\(|head\s|tail\s|ls\s|find\s|cp\s|grep\s.*\s|glob\(|Get-Content\s|expanduser\(|Path\(|join\()\s*[frb]*[\"'`]?(?:{_HOME}[/\\]|/(?:etc|var|usr|opt|root|home|Users|proc|sys)/)|Path\.home\(\)|os\.homedir\(\)|expanduser\(", Capability.READ_OUTSIDE),
    _label("outside-write", rf"(?:>>?\s*|tee\s+(?:-a\s+)?|-o\s+|cp\s+\S+\s+|mv\s+\S+\s+|mkdir\s+(?:-p\s+)?|touch\s+|ln\s+-s\w*\s+\S+\s+|rm\s+(?:-\w+\s+)*|chmod\s+\S+\s+|chown\s+(?:-\w+\s+)?\S+\s+)[\"']?(?:{_HOME}[/\\.]|/(?:etc|var|usr|opt|root|home|Users)/)", Capability.WRITE_OUTSIDE),
    _label("message", r"smtplib|sendmail\b|send_message\(|sendMail\(|api\.telegram\.org|discord(?:app)?\.com/api/webhooks|hooks\.slack\.com|chat_?\.?postMessage|\btwilio\b.*messages|\bmail\s+-s|osascript.*(?:Messages|Mail)|imsg\s+send|gog\s+gmail\s+send|himalaya\s+(?:message\s+)?send|wacli\s+send|nodemailer|sendgrid|mailgun", Capability.SEND_MESSAGES),
    _label("spend", r"eth_sendTransaction|sendTransaction\(|sendRawTransaction|signTransaction|transfer\(\s*\w+\s*,|\.swap\(|stripe\.(?:charges|paymentIntents|PaymentIntent|Charge)|create_(?:market_|limit_)?order\(|place_?order\(|paypal\b.*(?:payout|payment)|solana\s+transfer|cast\s+send|create_withdrawal|\.withdraw\(|/(?:v\d/)?(?:orders|transfers|payouts|withdrawals?)\b.*(?:POST|post)", Capability.SPEND),
    _label("database", r"sqlite3\b|psycopg2?\b|\bpsql\s|\bmysql\s|pymysql|sqlalchemy|create_engine\(|\bmongo(?:sh|db|client)?\b|redis\.(?:Redis|from_url)|\bredis-cli\b|\bSELECT\s.+\sFROM\s|INSERT\s+INTO|\bduckdb\b|\.execute\(\s*[frb]*[\"'](?:select|insert|update|delete|create|drop)|new\s+pg\.|prisma\b|knex\(", Capability.DATABASE),
    _label("encrypt", r"\.encrypt\(|openssl\s+enc|AES\.new|createCipheriv|\bgpg\s.*(?:-c\b|--symmetric)", Capability.WRITE_FILES),
    _label("grant-root", r"chmod\s+(?:-\S+\s+)*(?:[ugo]*\+\w*s\w*|[4267]\d{3})\s+/\S*/\.\w|NOPASSWD\s*:.*(?:sudoers|>|tee)|(?:>>?|tee\s+(?:-a\s+)?)\s*/etc/sudoers|usermod\s.*-aG\s*(?:sudo|wheel|docker)|chmod\s+(?:\d?[4267]\d{3}|[ug]\+s)\s+/(?:bin|usr/bin)|dseditgroup\s.*admin", Capability.ELEVATE),
    _label("walk-home", r"(?:rglob|glob|walk|find|readdir\w*|Get-ChildItem|scandir)\b.{0,60}(?:home\(\)|expanduser|homedir|\$HOME|~/|USERPROFILE|/home|/Users)|home\(\)\.r?glob|os\.walk\(\s*(?:home|os\.path\.expanduser)", Capability.READ_OUTSIDE),
    _label("redirect-model", r"\b(?:export|setx?|Environment=|>>)?\s*[\"']?(?:https?|all|HTTPS?|ALL)_(?:proxy|PROXY)=[\"']?(?:https?|socks\w*)://|\bgit\s+config\s+--global\s+https?\.proxy\s+\S+|\bnpm\s+config\s+set\s+(?:https?-)?proxy\s+\S+|(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|MISTRAL|OPENROUTER|AZURE_OPENAI)_(?:BASE_URL|API_BASE|ENDPOINT)[\"']?\s*[\])=:,]+\s*[\"']?https?://", Capability.CHANGE_AGENT),
    _label("put-row", r"\.(?:query|execute)\(\s*f?[\"'`]\s*(?i:insert|upsert|update)\b|\.index\(\s*\{|\.insert(?:One|Many|_one|_many)\(|\.hset\(|\.lpush\("),
    _label("clipboard-write", r"\bpbcopy\b|xclip\s+-sel|pyperclip\.copy|clipboard\.write(?:Text|Sync)?\(|\bclip(?:boardy)?\.(?:write\w*|copy)\(|Set-Clipboard|wl-copy", Capability.CLIPBOARD),
    _label("looks-up", r"(?:gethostbyname\w*|getaddrinfo|dns(?:\.promises)?\.(?:resolve\w*|lookup|resolver\.(?:resolve|query))|(?:resolver|res)\.(?:resolve|query|lookup)\w*|GetHost(?:Addresses|Entry)\w*|Lookup(?:Host|TXT|IP)\w*)\s*\(\s*\$?\w+\s*[,)]|(?<![\w>:])(?:inet_aton|gethostbyname\w*|getaddrinfo|dns_get_record|checkdnsrr)\s*\(?\s*(?:sprintf\b|join\b|[\"'][^\"'\n]{0,80}[$%]|\$\w+\s*\.)|(?:Resolv|Addrinfo|IPSocket|InetAddress|:inet_res|:inet|socket\.dns)\.(?:get\w*|ip|lookup|resolve|toip)\w*[\s(]|Resolve-DnsName\b.*\$|[\"'](?:dig|nslookup|host|drill|ping)[\"']\s*,|[\"'`](?-i:dig|nslookup|host|ping)\s[^\"'`]{0,80}(?:[\"'`]\s*[+%.]|\{|\$)", Capability.FETCH),
    _label("automate", r"pyautogui|\bcliclick\b|xdotool|robotjs|osascript\b.*System Events|SendKeys|AutoHotkey|ydotool", Capability.SCREEN),
)  # fmt: skip
"""What is done, apart from taking and sending."""
