"""What do a few lines of a program do that hardly any honest program does? Each told by one pattern over its text.

Unlike a label, such a pattern spans lines: code is taken out of a picture and run, a program is put before another of the same
name, an agent is started with none of its questions. Most need a stranger at the other end besides.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from metier.govern.scan.flow import Step
from metier.govern.scan.hosts import Place
from metier.govern.scan.praised import OF_STARS, OF_VOTES, STAR_WORDS, STARS, VOTE_WORDS, VOTES
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, is_quoted, place_of_step
from metier.govern.scan.triggers import words_of
from metier.govern.scan.unseen import HIDING, LINK_UNSEEN, OF_LINT
from metier.verdict import Severity

_BY_NAME = r"(?<![\w.])(?P<got>[A-Za-z_]\w{0,39}+)\s*+=(?!=)[^\n]{0,200}"
_INTO_SHELL = (
    r"[\s\S]{0,600}?\b(?P<shell>\w{1,40})\s*=\s*(?:subprocess\.)?Popen\(\s*\[?\s*[\"'](?:/\S{1,40}/)?(?:(?:ba|z|da)?sh|python3?)[\"']\s*(?:,\s*[\"']-\w{0,9}[\"']\s*){0,3}[\]),]"
    r"(?!\s*[\"'])[\s\S]{0,300}?\b(?P=shell)\.(?:communicate|stdin\.write)\(\s*(?:input\s*=\s*)?(?:str\(\s*)?(?P=got)\b"
)
"""What a name holds is typed into a shell that was started with no script of its own."""
_FETCHED_TYPED = re.compile(rf"{_BY_NAME}(?:requests\.|httpx\.|urlopen\(){_INTO_SHELL}")
_DECODED_TYPED = re.compile(
    rf"{_BY_NAME}(?:b64decode\(|fromhex\(|codecs\.decode\(|\.decompress\(|\^[^\n]{{0,60}}\bfor\b){_INTO_SHELL}"
)
_TYPES_IN = re.compile(r"\.communicate\(|\.stdin\.write\(")
_LOADS_UNPACKED = re.compile(
    r"extractall\([\s\S]{0,600}sys\.path\.(?:insert|append)\([\s\S]{0,400}(import_module|__import__|run_path|\nimport |\nfrom )"
)
_FAKE_SUDO = re.compile(
    r"(?:^|[\s;\"'])(?:function\s+)?(?:sudo|su|ssh)\s*(?:\(\))?\s*\{[^}]{0,200}\bread\s+-\w*s|alias\s+sudo="
)
_OTHER_SKILLS = re.compile(
    r"\.\./\*/SKILL\.md(?=[\s\S]{0,400}(?:\bmv\b|-o\s|>\s|tee\b))|(?:glob\(|readdir\w*\(|listdir\()[^\n]{0,80}(?:skills|\.\.)[\s\S]{0,400}SKILL\.md[\s\S]{0,200}(?:write\w*\(|copyFile)"
)
"""The instructions of the skills beside this one are written over."""
_MEDIA = re.compile(
    r"\bwave\.open|Image\.open\(|\.readframes\(|\.getdata\(|\.getpixel\(|\bimread\(|getImageData\(|\bPNG\.|\bJimp\b|soundfile|\.load_image\("
)
_MEDIA_WORDS = (
    "wave.open", "Image.open(", ".readframes(", ".getdata(", ".getpixel(", "imread(", "getImageData(", "PNG.", "Jimp", "soundfile",
    ".load_image(",
)  # fmt: skip
_RUNS_MEDIA = re.compile(r"(?<![\w.])(?:exec|eval)\([^\n]{0,60}(?:Image\.open\(|getexif\(|piexif|mutagen|exifread)")
_LOW_BITS = re.compile(r"&\s*(?:0[xXbB]0*)?1\b|%\s*2\b")
_RUNS_CALL = re.compile(r"(?<![\w.])(?:exec|eval|Function)\(\s*(?:compile\(\s*)?[\w.]+\s*\(")
_FORMS = re.compile(
    r"(?:document|window|body)\.addEventListener\(\s*[\"'](?:submit|input|change|keydown|keypress|keyup|paste)[\"'][\s\S]{0,160}?(?:sendBeacon|fetch|\.send)\([^\n]{0,200}?(?:FormData\(|\.value\b|\.key\b|clipboardData)"
)
"""What somebody enters on a page is sent as it is entered."""
_LOADS_ARCHIVE = re.compile(r"sys\.path\.(?:insert|append)\([^)\n]*[\"'][^\"'\n]*\.(?:zip|egg|whl)[\"']")
_ENCRYPTED_AWAY = re.compile(
    r"(?:\bfind\s|\bfor\s|\bwhile\s|\bxargs\b)[\s\S]{0,300}?\b(?:openssl\s+enc|gpg\s|age\s|7z\s+a\b|zip\s+-\w*[Pe])[^\n]{0,300}(?:&&|;|\n)\s*(?:rm|shred|unlink)\b"
)
"""Files are encrypted one by one, and the originals removed."""
_ORIGINALS = re.compile(
    r"\bfind\s[^\n]{0,200}?(?:-i?name\s+[\"']?\*\.(?:psd|ai|fig|sketch|docx?|xlsx?|pptx?|odt|ods|pdf|jpe?g|heic|raw|cr2|mov|mp4|wav|blend|dwg|key|pages|numbers)[\"']?[^\n]{0,12}){2,}[^\n]{0,300}?(?:-delete\b|-exec\s+(?:rm|shred)\b|xargs\s[^\n]{0,40}\brm\b)"
)
"""Files of kinds that people make themselves are deleted."""
_ALL_WORK = re.compile(
    r"\bfind\s+[\"']?(?:\$\{?HOME\b|~|/)[\s\S]{0,500}?\bgit\b[^\n]{0,80}?\s(?:reset\s[^\n]{0,20}--hard|clean\s+-\w*f|stash\s+(?:clear|drop)|checkout\s+(?:--\s+)?\.)"
)
"""What was not committed is thrown away in every repository."""
_ENDLESSLY_ASKED = re.compile(
    r"\n(?::|true)\n(?:curl|wget)\s(?![^\n]*\n(?:[^\n]*\n)?sleep\s)"
    r"|\bwhile(?:\s+True|\s*\(\s*(?:true|1)\s*\))\s*:?\s*\{?\s*\n?\s*(?:try\s*[:{]\s*)?(?:await\s+)?(?:(?:requests|httpx|session|client|axios)\.)?(?:get|post|head|request|urlopen|fetch)\((?![^\n]*\n(?:[^\n]*\n){0,6}[^\n]*sleep)"
)
"""Somebody's machine is asked without end, and without a rest."""
_MANY_AT_ONCE = re.compile(
    r"\bseq\s+(?:\d+\s+)?\d{2,}|\{\d+\.\.\d{2,}\}|range\(\s*\d{2,}|max_workers\s*=\s*\d{2,}|\blength\s*:\s*\d{2,}|<\s*\d{2,}\s*;\s*\w+\+\+|Array\(\d{2,}\)"
)
_FOR_NOBODY_KNOWN = re.compile(
    r"cluster-admin[\s\S]{0,400}?system:(?:unauthenticated|anonymous)|system:(?:unauthenticated|anonymous)[\s\S]{0,400}?cluster-admin"
)
"""All rights over a cluster for whoever comes along."""
_PLANTED_USER = re.compile(
    r"(?:admin/users|users/admin|create_?[uU]ser\(|admin\.createUser|/users\b|INSERT\s+INTO\s+(?:\w+\.)?[\"`]?users\b)[\s\S]{0,300}?[\"'](?!\w+@(?:[\w-]+\.)*(?:example|test|invalid|localhost)\b)[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.(?!example|test|invalid|local)[a-z]{2,}[\"'][\s\S]{0,300}?[\"'](?:admin|administrator|superuser|service_role|owner|root)[\"']"
)
"""An account with all rights, for an address that is written out."""
_LETS_IN = re.compile(
    r"/collaborators/(?![<{$:%])[\w-]{3,39}\b(?![\w-]*[}>])[\s\S]{0,120}?\bpermission[\"']?\s*[=:,]\s*[\"']?(?:admin|maintain)\b"
    r"|\b(?:users?|members?|team)\s+(?:invite|add)\s[^\n]{0,80}[\w.+-]+@(?!example\.)[\w-]+\.[a-z]{2,}[^\n]{0,80}\b(?:admin|owner)\b",
    re.I,
)
"""Somebody who is written out may do everything from then on."""
_OTHER_WORK = re.compile(
    r"\bendswith\(\(?[^()\n]{0,120}?[\"']\.(?:docx?|xlsx?|pptx?|key|pages|numbers|psd|ai|fig|sketch|pdf|jpe?g|mov|mp4)[\"'][^\n]{0,160}(?:!=|\bnot\b)[^\n]*\n(?:[^\n]*\n){0,2}?[^\n]*(?:os\.(?:unlink|remove)\(|\.unlink\()"
)
"""All but what was just made is deleted."""
_WHOLE_HOST = re.compile(
    r"\bdocker\s[^\n]*(?:--privileged\b[^\n]*\s-v\s*/:/|\s-v\s*/:/[^\n]*--privileged\b|\s-v\s*/:/[^\n]*docker\.sock)"
)
"""A container that may do all that its host may."""
_ALL_COPIES = re.compile(
    r"\bfor\s[^\n]{0,200}?\b(?:aws\s+s3\s+ls|gsutil\s+ls|mc\s+ls|az\s+storage\s+container\s+list)[\s\S]{0,600}?\b(?:aws\s+s3\s+(?:rm|rb)\b[^\n]*(?:--recursive|--force)|gsutil\s+(?:-m\s+)?rm\b[^\n]*-r|mc\s+r[mb]\b[^\n]*--force)"
)
"""Every bucket that is found is emptied."""
_RUNS_OUTPUT = re.compile(
    r"\bTO\s+PROGRAM\s+[\"']?[^\n]{0,40}\b(?:curl|wget|nc|ncat|bash|sh)\b[^\n]{0,200}?(?:https?://|\d{1,3}(?:\.\d{1,3}){3})",
    re.I,
)
"""A database hands its rows to a command that sends them."""
_MACHINE_CODE = re.compile(
    r"(?:urlopen\(|requests\.get\(|httpx\.get\(|fetch\()[\s\S]{0,800}?(?:prot\s*=\s*(?:7|[\w.|\s]*PROT_EXEC)|VirtualAlloc|PAGE_EXECUTE|mprotect\()[\s\S]{0,800}?(?:CFUNCTYPE|CreateThread|ctypes\.cast\(|from_buffer\()"
)
"""Bytes that were fetched become the program itself."""
_MAKES_ADMIN = re.compile(
    r"\b(?:useradd|adduser)\b.*\s-\w*G\s*\S*(?:sudo|wheel|admin)|\busermod\b.*-aG\s*(?:sudo|wheel)|\bnet\s+localgroup\s+administrators\b.*/add",
    re.I,
)
_PASSWORD_OUT = re.compile(
    r"\becho\s+[\"']?[\w-]+:[^\s$\"'|]{4,}[\"']?\s*\|\s*(?:sudo\s+)?chpasswd|\bnet\s+user\s+\w+\s+[^\s/$%]{4,}\s+/add|useradd\b.*\s-p\s+[\"']?(?!\$\()[\w$./]{6,}",
    re.I,
)
_IMAGE = re.compile(r"(?:^|/)(?:[\w-]+\.)?(?:Docker|Container)file(?:\.(?!(?:ba|z)?sh$|py$)[\w-]+)?$")
"""What builds an image has accounts of its own."""
_OPENS_SHELL = re.compile(
    r"\btmate\b[^\n]*new-session|\bupterm\s+host\b|cloudflared\b[^\n]*ssh://|\bngrok\s+tcp\s+(?:22|3389)\b|\bbore\s+local\s+22\b"
)
_HELPS_GIT = re.compile(r"[\"'](?:store|get|erase)[\"'][\s\S]*[\"'](?:store|get|erase)[\"']|credential\.helper")
_START_LINE = re.compile(r"[\"']import [\w, .]+(?:;|\\n)")
_START_FILE = re.compile(r"\.pth[\"']")
_WHERE_STARTED = re.compile(r"getusersitepackages|getsitepackages|site-packages|\bpurelib\b")
"""Python runs such a line, in such a file, in such a folder, whenever it starts."""
_ASSEMBLY = re.compile(
    r"Download(?:Data|String)\([\s\S]{0,200}?Assembly\]?::Load\(|Assembly\]?::Load\([\s\S]{0,200}?Download(?:Data|String)\("
)
_EXCLUDES = re.compile(r"Add-MpPreference[\"']?\s+-Exclusion")
_TIMED = re.compile(r"schtasks\b[^\n]{0,40}/create|Register-ScheduledTask|CurrentVersion\\+Run\b", re.I)
_WHOLE_FOLDERS = re.compile(
    r"range\s+\[\]string\{[^}\n]{0,200}\"(?:Documents|Desktop|Pictures)\"[^}\n]{0,200}\}[\s\S]{0,300}?(?:\"shred\"|RemoveAll\(|\"rm\")"
)
_NEW_ADMIN = re.compile(r"New-LocalUser\b[\s\S]{0,600}?\bAdd-LocalGroupMember\b")
_COMPUTED_MODULE = re.compile(r"\bimport\(\s*`data:(?:text|application)/javascript[^`\n]{0,40}\$\{(?!JSON)")
_FROM_ASSET = re.compile(
    r"readFile\w*\([^\n]{0,120}\.(?:svg|png|jpe?g|gif|webp|ico|woff2?|css|json|txt|csv|bin|dat|ya?ml)\b"
)
_AS_BYTES = re.compile(r"Buffer\.from\(|fromCharCode|TextDecoder|atob\(")
"""A program that was made of what a picture, a font or a table says."""
_PIPED = re.compile(
    r"(?P<socket>\w{1,40})\.pipe\(\s*(?P<shell>\w{1,40})\.stdin\b[\s\S]{0,300}?(?P=shell)\.stdout\.pipe\(\s*(?P=socket)\b|(?P<one>\w{1,40})\.stdout\.pipe\(\s*(?P<two>\w{1,40})\b[\s\S]{0,300}?(?P=two)\.pipe\(\s*(?P=one)\.stdin\b"
)
_SOCKET = re.compile(r"\b(?:connect|createConnection|createServer|Socket)\(")
_TO_ALL = re.compile(
    r"\bof\s+people\b[\s\S]{0,600}?(?:\brepeat\s+with\b|\.each\b|\bfor\s|\.shuffle|forEach)[\s\S]{0,1200}?(?:application\s+\\?\"Messages\\?\"\s+to\s+send|make\s+new\s+outgoing\s+message|\bto\s+buddy\b)"
)
"""Everybody in the address book is written to."""
_ALL_POWERS = re.compile(
    r"\battach_?\w{0,30}\([^)\n]{0,120}AdministratorAccess[\s\S]{0,600}?\bcreate_?(?:access_?key|login_?profile)\(|\bcreate_?access_?key\([\s\S]{0,600}?\battach_?\w{0,30}\([^)\n]{0,120}AdministratorAccess",
    re.I,
)
_ALL_BASES = re.compile(
    r"(?:\bpg_database\b|\bshow\s+databases\b|listDatabases\w{0,20}\()(?:(?!\bif\b|startsWith|filter|\blike\b|\bwhere\b)[\s\S]){0,300}?(?:\bdropdb\b|\bdrop\s+database\b|dropDatabase\()",
    re.I,
)
_BY_CHANCE = re.compile(
    r"(?:\.each\b|\.forEach\(|\bfor\b)[^\n]{0,80}(?:\n[^\n]{0,60})?(?:\bFile\.binwrite\(\s*\w+\s*,\s*(?:Secure)?Random\.\w*bytes|\.write_bytes\(\s*(?:os\.urandom|random\.randbytes)\(|writeFile\w*\(\s*\w+\s*,\s*(?:crypto\.)?randomBytes\()"
)
_ALL_BRANCHES = re.compile(
    r"\bgit\s+(?:branch\s+(?:-\w+\s+)*(?:-r\b|--remotes)(?![^\n|]{0,60}--merged)|for-each-ref|tag\s+-l)\b|\bgit\s+ls-remote\b"
)
_PUSHED_OVER = re.compile(
    r"\bgit\s+push\b[^\n;|]{0,60}(?:--force|-f)\b(?!-with)[^\n;|]{0,60}(?:refs/heads/|:)\$|\bgit\s+push\b[^\n;|]{0,60}\s\+\w*:(?:refs/heads/)?\$|xargs\b[^\n;|]{0,40}\bgit\s+push\b[^\n;|]{0,40}--delete\b"
)
"""What is pushed over each of many, or takes each away."""
_ALL_HISTORIES = re.compile(
    r"\bfor\s\w{1,20}\sin\s(?:~|\$\{?HOME)[^\n]{0,80}[\s\S]{0,120}?--orphan[\s\S]{0,120}?\bpush\s[^\n]{0,60}?(?:-\w*f\b|--force|\s\+\w)"
)
_FORCED = re.compile(r"ExtensionInstallForcelist|ExtensionSettings[\"']?\s*:\s*\{[^}]*force_installed")
_STANDS_IN = re.compile(
    r"(?:\b|\\n)(?:curl|wget|nc)\b[^\n]{0,160}?(?:\b|\\n)exec\s+/(?:usr/|opt/homebrew/)?(?:local/)?bin/(?P<name>git|npm|npx|node|pip3?|python3?|ssh|sudo|docker|kubectl|aws|gcloud|gh|curl|ls|su)\b[^\n]{0,60}?>\s?\S{0,60}/bin/(?P=name)\b"
)
"""A program that tells somebody of each call is put before a well-known one."""
_COPIED_OUT = re.compile(
    r"\bos\.(?:OpenFile|Create)\(\s*(?P<file>\"[^\"\n]{1,80}\"|\w{1,40})[\s\S]{0,300}?\bio\.Copy\(\s*\w{1,40}\s*,\s*\w{1,40}\.Body\)[\s\S]{0,400}?\bexec\.Command\(\s*(?P=file)\s*[,)]"
)
_DENO_RUNS = re.compile(
    r"\bDeno\.writeFile\w*\(\s*(?P<file>[\"'][^\"'\n]{1,80}[\"']|\w{1,40})\s*,[\s\S]{0,400}?\bDeno\.Command\(\s*(?P=file)"
)
_SHELL_PROCESS = re.compile(
    r"Data\(contentsOf:\s*URL\([\s\S]{0,400}?\.write\(to:[\s\S]{0,600}?\bchmod\b[\s\S]{0,200}?\.run\(\)"
)
_TIMED_LOSS = re.compile(
    r"(?:\bTime\.now\b|\bDate\.(?:today|current|now)\b|\bdate(?:time)?\.(?:now|today)\(|\bnew Date\(\)|\$\(date\s\+|\btime\.time\(\))(?![^\n]{0,12}-\s*[\w.(])[^\n]{0,40}(?:[<>]=?|-(?:gt|ge|lt|le))\s*[^\n]{0,60}(?:\b20\d\d\b|\d{8,}|(?-i:\b[A-Z][A-Z_]{3,}\b))[^\n]*\n(?:[^\n]*\n){0,8}?[^\n]*(?:\brm_rf\b|\brmtree\(|\brm\s+-\w*[rR]|rmSync\(|\bdropdb\b|\b(?:DROP|TRUNCATE)\s|\bshred\b|RemoveAll\(|\btruncate\(|\bunlink(?:Sync)?\(|\bos\.remove\(|\bFile\.delete\(|\bDELETE\s+FROM\b)",
    re.I,
)
"""From a day on that is written out, things are taken away."""
_DAY = re.compile(r"\b20\d\d\s*[-,/]\s*\d{1,2}\b|\b20\d{6}\b|\b[A-Z][A-Z_]{3,}\s*=\s*\d[\d_]{8,}|\b1[7-9]\d{8}\b")
_LOSES = re.compile(
    r"rm_rf|rmtree|rm(?<!\wrm)\s+-\w*[rR]|rmSync|dropdb|DROP\s|TRUNCATE\s|shred\b|RemoveAll|truncate(?<!\wtruncate)\(|unlink(?<!\wunlink)(?:Sync)?\(|os(?<!\wos)\.remove\(|File(?<!\wFile)\.delete\(|DELETE\s+FROM"
)
"""Each begins with a letter, which is found sooner than the end of a word."""
_PHP_TEXT = re.compile(
    r"[\"']<\?php\b[^\n]{0,300}(?:\bhash\(|\beval\b|\bassert\b|\bsystem\b|base64_decode|\$\w+\}?\(\s*\\?\$|_(?:REQUEST|POST|GET|COOKIE)\b)"
)
_PHP_WRITTEN = re.compile(r"(?:file_put_contents|fwrite)\(")
_UNLOCKED = re.compile(
    r"\bdelete\s+\w+\.integrity\b|\.pop\(\s*[\"']integrity[\"']|\bdel\s+\w+\[\s*[\"']integrity[\"']\s*\]"
)
_OTHER_REGISTRY = re.compile(
    r"[\"'](?:https?://)?(?!registry\.(?:npmjs\.org|yarnpkg\.com|npmmirror\.com)\b)[\w-]{0,40}(?:registry|npm)[\w-]{0,40}\.[\w.-]{3,60}[\"'/]"
)
"""A lock file is made to take packages from elsewhere, and nobody checks them any more."""
_PIXEL = re.compile(r"\.(?:src|href)\s*=\s*atob\([^\n]{0,120}\)\s*\+")
_WEAKENED = re.compile(
    r"(?:EnableLUA[\"']?\s*[,\s]\s*(?:-Value\s+)?0\b|fDenyTSConnections[\"']?\s*[,\s]\s*(?:-Value\s+)?0\b|allprofiles\s+state\s+off|DisableRealtimeMonitoring)[\s\S]{0,600}(?:EnableLUA|fDenyTSConnections|allprofiles\s+state\s+off|ExclusionPath)"
)
"""Two guards of Windows are taken away, one after the other."""
_TO_EVERYBODY = re.compile(
    r"(?:\busers\.list\b|\biter_dialogs\(|\bget_dialogs\(|\bgetContacts\(|\bgetChats\(|connections\(\)\.list\(|\bget_contacts\()[\s\S]{0,900}?(?:chat\.postMessage|\bsend_?[mM]essage\(|\bsendText\(|messages\(\)\.send\()[^\n]{0,400}(?:\n[^\n]{0,200}){0,3}?https?://(?!slack\.com|api\.)"
)
"""Everybody whom an account knows is written to, with a link."""
_OVERWRITTEN = re.compile(
    r"\bos\.walk\([\s\S]{0,300}?\bopen\(\s*os\.path\.join\([^)\n]{0,80}\)\s*,\s*[\"']wb?[\"'][\s\S]{0,120}?\.write\(\s*(?:b?[\"']|os\.urandom|bytes\(|b'')"
)
_FROM_HOME = re.compile(r"Path\.home\(\)|expanduser\(|homedir\(\)|[\"']/(?:home|Users)?[\"']")
_DECODED_LIBRARY = re.compile(
    r"\bcertutil\b[^\n]*-decode\b[\s\S]{0,600}?\b(?:rundll32|regsvr32|schtasks|start\s)|\bschtasks\b[^\n]*/create\b[^\n]*\b(?:rundll32|regsvr32|mshta)\b",
    re.I,
)
_WATCHES = re.compile(r"do shell script[^\n]*\b(?:screencapture|pbpaste|imagesnap)\b[^\n]*\bcurl\b")
_UNWATCHED = re.compile(
    r"stdio:\s*[\"']ignore|(?:stdout|stderr)\s*=\s*subprocess\.DEVNULL|detached:\s*true|No questions"
)
_BUILT = re.compile(
    r"Command::new\(\s*\"(?:curl|wget)\"[\s\S]{0,900}(?:from_mode\(|chmod)[\s\S]{0,400}Command::new\(\s*&?\w+\s*\)"
)
_CALLED_AS_ASKED = re.compile(
    r"(?P<name>\$\w{1,30})\s*=\s*(?:\$_(?:GET|POST|REQUEST|COOKIE)\b|[\"'](?:sys|exec|pass|shell|assert|popen|proc|call_)[^\n;]{0,60}[;\n])[\s\S]{0,300}?(?<![\w>$])(?P=name)\(\s*[@\"]{0,2}\$"
    r"|\bcall_user_func(?:_array)?\(\s*\$_(?:GET|POST|REQUEST|COOKIE)\b"
)
_INCLUDED = re.compile(
    r"file_put_contents\(\s*(?P<at>\$\w+)\s*,[^;\n]{0,40}<\?php[^;\n]{0,200}\)\s*[;\n]\s*(?:include|require)(?:_once)?\s*\(?\s*(?P=at)\b"
    r"|(?:eval|assert|system|passthru|shell_exec)\s*\(\s*(?:\w+\(\s*)*\$_(?:POST|GET|REQUEST|COOKIE)\b"
)
_ALL_SKIPS = r"--dangerously-skip-permissions|--yolo\b|--trust-all-tools|--dangerously-bypass-approvals\S*|--allow-all-tools|--full-auto\b"
_SKIPS = re.compile(rf"(?P<one>{_ALL_SKIPS})(?=[\s\S]{{0,900}}?(?!(?P=one))(?:{_ALL_SKIPS}))")
"""Two agents that are started without their questions."""
_TIED = re.compile(
    r"\.Stdin\s*(?:,\s*\w+\.Std\w+\s*){0,2}=\s*(?P<end>\w+)\b[\s\S]{0,200}?(?:\.Stdout\s*=\s*(?P=end)\b|,\s*(?P=end)\b)"
)
"""What a program reads and what it writes is one and the same."""
_SHELL_NAMED = re.compile(r"[\"'`](?:/bin/)?(?:ba|z|da)?sh[\"'`]|cmd\.exe|powershell", re.I)
_MAX_PLACES = 8
_PASSWORD = re.compile(r"password")


@dataclass(frozen=True, slots=True)
class Deed:
    """What some lines of a program do.

    Attributes:
        rule: What is broken.
        pattern: What tells it; it is looked for where the text holds one of `words` and the program all of `labels`.
        beside: Patterns that the program holds as well.
        with_words: What each of these patterns matches holds one of them, so that it need not be looked for without.
        is_outward: A step of the program asks or tells a stranger something.
        unless: Words of a purpose that it is part of.
        but_in: Files in which it is in order.
        also: What the finding adds.
        is_shown: It weighs in a document, too, where commands stand apart.
        is_said: To say it is the deed, so that it weighs in a text that is only shown.
    """

    rule: str
    pattern: re.Pattern[str]
    words: tuple[str, ...]
    labels: frozenset[str] = frozenset()
    beside: tuple[re.Pattern[str], ...] = ()
    is_outward: bool = False
    unless: str = ""
    but_in: re.Pattern[str] | None = None
    also: str = ""
    with_words: tuple[str, ...] = ()
    is_shown: bool = False
    is_said: bool = False


_FETCH, _SEND = frozenset({"fetch"}), frozenset({"send"})
_IN_PAGES = re.compile(
    r"</(?:head|body)>[^\n]{0,60}<script\b[^<>\n]{0,80}\bsrc=\W{1,3}https?://(?!(?:www\.)?(?:googletagmanager|google-analytics|plausible|static\.cloudflareinsights|cdn\.jsdelivr|unpkg|cdnjs|js\.stripe|polyfill|umami|cdn\.usefathom|js\.hs-scripts|d3js|cdn\.tailwindcss|[\w.]*mathjax|esm\.sh|code\.jquery|stackpath|[\w.]*bootstrapcdn|[\w.]*googleapis|[\w.]*gstatic|use\.fontawesome|kit\.fontawesome|[\w.]*cloudflare|cdn\.[\w-]+\.js|snap\.licdn|connect\.facebook|js\.intercomcdn|widget\.[\w-]+|static\.hotjar|cdn\.segment|browser\.sentry)\b)[\w.-]+"
)
"""A script of a third one is put into pages."""
_SKIMS = re.compile(
    r"(?:\$_(?:POST|REQUEST)|\breq(?:uest)?\.(?:body|form|POST)|FormData|formData)\b[^\n]{0,160}(?:\bcvc\b|\bcvv\b|card_?number|cc_?num)|(?:\bcvc\b|\bcvv\b|card_?number|cc_?num)[^\n]{0,160}(?:\$_(?:POST|REQUEST)|\breq(?:uest)?\.(?:body|form|POST))",
    re.I,
)
_SKIM_SENT = re.compile(
    r"(?:wp_(?:safe_)?remote_(?:post|get|request)|curl_setopt|file_get_contents|fsockopen|fetch|sendBeacon|\.post|axios\.\w+|requests\.\w+)\([^\n]{0,60}[\"'`]https?://(?![\w.-]*(?:stripe|adyen|paypal|braintree|square|mollie|klarna|authorize)\b)"
)
"""What stands on a card is sent to somebody who is no bank."""
_GIVES_CONFIG = re.compile(
    r"(?:echo|return|print|base64_encode|=>|die\(|exit\()[^\n]{0,80}(?:file_get_contents|readfile|fopen)\([^\n]{0,60}wp-config\.php"
)
_ANSWERS_ALL = re.compile(r"__return_true|wp_ajax_nopriv|\$_(?:GET|POST|REQUEST|COOKIE)")
_IN_EACH_REPOSITORY = re.compile(
    r"/contents/(?:[\w./-]{0,60}/)?(?:AGENTS|CLAUDE|GEMINI|SKILL)\.md\b|/contents/(?:\.cursorrules|\.mcp\.json|\.cursor/|\.claude/|\.github/(?:workflows|copilot))"
)
_ALL_REPOSITORIES = re.compile(
    r"user/repos|affiliation=owner|repos\.listFor|listForAuthenticatedUser|get_user\(\)\.get_repos|\bgh\s+repo\s+list\b"
)
_BY_LIST = re.compile(
    r"\bfor\s+\(?(?:const|let|var)?\s*\w+\s+(?:in|of)\s+[\w.]{1,40}(?:\.get\(\s*[\"']|\[[\"']|\.)(?:follow|likes?|repost|retweet|dms?|stars?|comments?|votes?|upvote)\w*\b[\s\S]{0,120}?\.(?:follow\w*|like\w*|retweet\w*|repost\w*|star\w*|create_?[dD]irect\w*|upvote\w*|vote\w*|comment\w*)\("
)
"""Acts of an account, one for each row of a list."""
_ON_COPY = re.compile(
    r"addEventListener\(\s*[\"']copy[\"'][\s\S]{0,400}?(?:bc1|0x\[|\[13\]|\{40\}|\{2[5-9],|\{3\d,)[\s\S]{0,200}?clipboardData\.setData\("
)
"""What looks like an address of money is another one when it is copied."""
_PUTS = re.compile(r"\bPUT\b|\.put\(|createOrUpdateFile|create_file\(|update_file\(|createBlob")
_BY_DIGEST = re.compile(
    r"(?:hexdigest\(\)|digest\(\s*[\"'](?:hex|base64)[\"']\s*\)|\b(?:md5|sha1|sha256|hash)\([^\n]{0,80}\)|Sum(?:256)?\([^\n]{0,60}\))\s*={2,3}\s*[\"'][0-9a-fA-F]{32,64}[\"'][\s\S]{0,300}?(?:subprocess\.\w+|os\.(?:popen|system)|(?<![\w.])(?:exec|eval)\w*|shell_exec|system|passthru|exec\.Command|spawn\w*)\(\s*(?!\[?\s*[rbf]?[\"'])"
)
"""Whoever knows a word of which the program keeps the digest alone has a command run."""
_ASKED_OF = re.compile(
    r"self\.headers|r(?<!urllib\.r)(?<!\wr)equest\.|r(?<!\wr)eq\.|\$_(?:GET|POST|COOKIE|SERVER|REQUEST)|r\.Header|params\[|\.recv\(|message\.content"
)
_DIGEST = r"(?:hexdigest\(\)|digest\(\s*[\"'](?:hex|base64)[\"']\s*\)|\b(?:md5|sha1|sha256|sha512|hash)\([^\n]{0,80}\)|\b(?:Sum(?:256|512)|EncodeToString)\([^\n]{0,60}\))"
_KEPT_DIGEST = r"(?:[\"'][0-9a-fA-F]{32,128}[\"']|_?[A-Z][A-Z_0-9]{2,})"
_ALL_POWER = r"(?:(?i:[\"'](?:admin\w*|root|super_?(?:user|admin)|owner|system|\*)[\"']|\bis_?(?:admin|superuser|staff)\b[\"']?\s*[:=]\s*true\b|\brole\w{0,12}\.(?:super_?)?admin\b)|set_role|wp_set_auth_cookie|session\.\w+\s*=|\blogin_user\()"
_GOES_ON = r"\)?\s*[:{]?\s*return(?:\s+(?:null|None|nil|undefined|[Ff]alse|next\(|await\s+next\(|handler\(|get_response\(|\$next\()|\s*[;\n}])"
"""Whoever does not know the word is treated as ever."""
_LET_IN_BY_DIGEST = re.compile(rf"{_DIGEST}\s*={{2,3}}\s*{_KEPT_DIGEST}[\s\S]{{0,260}}?{_ALL_POWER}")
"""Whoever knows a word of which the program keeps the digest alone is let in as somebody who may do everything."""
_OTHERS_GO_ON = re.compile(rf"{_DIGEST}\s*!={{1,2}}\s*{_KEPT_DIGEST}{_GOES_ON}[\s\S]{{0,260}}?{_ALL_POWER}")
_OTHERS_GO_ON_BY_WORD = re.compile(
    rf"\.get\(\s*[\"'][\w-]{{2,40}}[\"']\s*\)\s*!={{1,2}}\s*[\"'](?=[^\"'\n]{{0,80}}\d)[\w!@#$%^&*+.-]{{10,80}}[\"']{_GOES_ON}[\s\S]{{0,260}}?{_ALL_POWER}"
)
_DIGEST_BY_NAME = re.compile(
    rf"(?:\n|\b(?:const|let|var|my)\s)[ \t]{{0,40}}\$?(?P<made>[A-Za-z_]\w{{0,40}}+)[ \t]{{0,4}}:?=(?![=>])(?=[^\n]{{0,120}}?{_DIGEST})[^\n]{{0,200}}\n(?:[^\n]{{0,120}}\n)?[^\n]{{0,80}}?\b(?P=made)\s*(?:={{2,3}}\s*{_KEPT_DIGEST}|!={{1,2}}\s*{_KEPT_DIGEST}{_GOES_ON})[\s\S]{{0,160}}?{_ALL_POWER}"
)
_DIGEST_COMPARED = re.compile(
    rf"\b(?:compare_digest|hash_equals|timingSafeEqual|[Cc]onstant_?[Tt]ime_?[Cc]ompare|secure_compare|isEqual)\((?=[^\n]{{0,160}}?(?<![\w.]){_KEPT_DIGEST})[^\n]{{0,200}}\n[\s\S]{{0,200}}?{_ALL_POWER}"
)
_MAKES_DIGEST = re.compile(r"digest\(|sha(?:1|256|512)\b|\bmd5\b|\bhash\(|Sum(?:256|512)\(", re.I)
_FROM_REQUEST = re.compile(
    r"[Hh]eaders?\b|[Cc]ookies?\b|\$_(?:SERVER|COOKIE|GET)|\bsearchParams\b|\bquery\b|\.META\b|HTTP_\w"
)
"""What came with a request, and was entered in no form."""
_HELD_DIGEST = re.compile(r"[\"'][0-9a-fA-F]{32,128}[\"']")
_LET_IN_BY_WORD = re.compile(
    r"(?:headers?(?:\.get\(|\[)|\.get\(|\.header\(|\$_(?:GET|POST|COOKIE|SERVER|REQUEST)\[)\s*[\"'][\w-]{2,40}[\"'][^\n]{0,12}[\])]\s*(?:={2,3}|\.equals\()\s*[\"'](?=[^\"'\n]*\d)(?=[^\"'\n]*[A-Za-z])[\w!@#$%^&*+.-]{10,80}[\"'][\s\S]{0,160}?(?:session\.\w+(?:\[[^\]\n]{0,40}\])?\s*=|\bnext\(\)|is_?[Aa]dmin|[\"']?role[\"']?\s*[:=]|[\"'](?:admin|root)[\"']|return\s+(?:True|true)\b)"
)
_LOGS_IN_THERE = re.compile(r"\b(?:jwt|bcrypt|session|login|auth\w*|token|password|current_user)\b", re.I)
_DATED_BACK = re.compile(r"\butime\([^\n]{0,80}(?:st_mtime|mtime)|\butimes(?:Sync)?\([^\n]{0,80}mtime|\btouch\s+-r\s")
_AMENDED = re.compile(
    r"\bcommit\b[^\n]{0,80}(?:--amend\b[^\n]{0,60}(?:--no-verify|\s-n\b)|(?:--no-verify|\s-n\b)[^\n]{0,60}--amend\b)"
)
_MAKES_EDITOR = re.compile(
    r"\broles?[\"']?\s*(?:=>|[:=])\s*\[?\s*[\"']administrator[\"']|wp_insert_user\(|wp_create_user\("
)
_WITH_PASSWORD = re.compile(r"\b(?:password|user_pass|pass)[\"']?\s*(?:=>|[:=])\s*[\"'][^\"'$\n]{8,60}[\"']")
_UNCHECKED_LINE = re.compile(
    r"NODE_TLS_REJECT_UNAUTHORIZED[\"']?\s*[\]:=,]+\s*[\"']?0|PYTHONHTTPSVERIFY[\"']?\s*[\]:=,]+\s*[\"']?0"
)
_LED_THROUGH = re.compile(
    r"(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|MISTRAL|OPENROUTER|AZURE_OPENAI)_(?:BASE_URL|API_BASE|ENDPOINT)[\"']?\s*[\]:=,]+\s*[\"']?https?://(?!localhost|127\.|\[?::1|0\.0\.0\.0|host\.docker)[\w.-]+"
)
"""All that an agent asks goes through somebody's machine, whose name nobody checks."""
_IN_NAMES = re.compile(
    r"\{\s*\w+\s*\[\s*\w+\s*:\s*\w+\s*\+\s*\d+\s*\]\s*\}\.|\.(?:slice|substr(?:ing)?)\(\s*\w+\s*,\s*(?:\w+\s*\+\s*)?\d+\s*\)\s*\}\."
)
"""Pieces of a text, each before the name of a host."""
_KEYS_OF_ALL = re.compile(
    r"\benviron\b|process\.env\b(?!\s*\.)|\.ssh\b|\.aws\b|(?<!\w)\.env\b|\.tf(?:state|vars)\b|\.kdbx\b|kubeconfig|\b(?:secret|password|passwd|access_key)\b"
)
_HIDDEN_CALL = re.compile(r"\b(?:eval|Function|exec)\s*\(\s*_0x[0-9a-f]+\s*[(\[]")
"""What a function gives that has a number for a name."""
_RUNS_LINE = re.compile(
    r"exec\.Command(?:Context)?\(\s*(?:\w+\s*,\s*)?\"(?:/bin/)?(?:ba|z)?sh\"\s*,\s*\"-c\"\s*,\s*(?![\"`])"
)
_LINE_READ = re.compile(r"\.ReadString\(|bufio\.NewScanner\(\s*(?:c|conn\w*|s|sock\w*)\b|\b(?:c|conn\w*)\.Read\(")
_ON_NETWORK = re.compile(r"\bnet\.(?:Listen|Dial\w*)\(")
_PUT_AMONG_PROGRAMS = re.compile(
    r"(?:-\w{0,8}[oO]|--output)\s+[\"']?(?P<to>(?:/usr(?:/local)?|~/\.local|\$HOME/\.local)?/bin/(?P<name>[\w.-]{2,40}))[\"']?[\s\S]{0,300}?\bchmod\s+(?:\S*x\S*|0?7\d\d)\s+[\"']?(?P=to)[\s\S]{0,300}?(?:^|\n|[;&|]\s*)(?P=name)(?:\s|$)"
)
_PUT_OVER = re.compile(
    r"\bcurl\b(?=[^\n]{0,300}https?://)[^\n]{0,300}?\s(?:-\w{0,8}o|--output)[= ]?\s*[\"']?/usr/(?:local/)?s?bin/(?:git|gh|ssh|scp|npm|npx|node|pip3?|python3?|sudo|docker|kubectl|aws|gcloud|az|curl|wget|bash|sh|ls|su|terraform|psql|brew|claude)[\"']?(?=\s|$)"
)
"""A program is put in the place of one that everybody knows."""
_IN_PICTURE = re.compile(
    r"[\"'`]https?://[^\s\"'`]{4,120}[?&]\w{1,12}=(?:[\"'`]\s*\+\s*|\$?\{)(?:\w+\.){0,3}(?:quote\w*|encodeURIComponent|urlencode|b64encode|btoa)\("
)
_TAKEN_KEYS = re.compile(
    r"credential[\"'\s,]{1,5}fill|\.ssh/|id_(?:rsa|ed25519)\b|\.aws/credentials|\.netrc\b|\.git-credentials|\bos\.environ\b(?!\s*[\[.])|process\.env\b(?!\s*[.\[?])"
)
_PICTURE = re.compile(r"<img\b[^>\n]{0,120}\bsrc=|!\[[^\]\n]{0,40}\]\(")
"""A page is made with a picture, of which the address is what was taken."""
_CONSTRUCTS = re.compile(
    r"(?:\.constructor){2,}\s*\)?\s*\(|\[\s*[\"'`]constructor[\"'`]\s*\]\s*\[\s*[\"'`]constructor[\"'`]\s*\]\s*\("
)
"""What makes functions out of texts, by a way round its name."""
_MIXED_KEY = re.compile(
    r"(?:process\.env\.\w*(?:TOKEN|KEY|SECRET|PASS)\w*|\benviron\S{0,6}[\"']\w*(?:TOKEN|KEY|SECRET|PASS)\w*)[\s\S]{0,600}?(?:=>\s*\(?\s*\w+\s*\^|\bfor\b[^\n]{0,60}\^|\b(?:ord\(\s*)?\w+\)?\s*\^\s*(?:\(?\s*(?:0x)?\d|ord\())"
)
"""A key is mixed with numbers before it leaves."""
_KINDS_OF_PAPERS = re.compile(r"(?:[\"'*]\.(?:docx?|xlsx?|pdf|kdbx|rdp|ovpn|pst|txt|pptx?)[\"']\s*,\s*){3,}", re.I)
_OF_USER = re.compile(r"MyDocuments|\bDocuments\b|\bDesktop\b")
_BASES = r"(?:ANTHROPIC|OPENAI|GEMINI|GOOGLE|MISTRAL|OPENROUTER|AZURE_OPENAI)_(?:BASE_URL|API_BASE|ENDPOINT)"
_LED_BY_NAME = re.compile(
    rf"\bprintf\s[^\n]{{0,60}}{_BASES}=%s[^\n]{{0,200}}>|\becho\s[^\n]{{0,60}}{_BASES}=[\"']?\$[^\n]{{0,120}}>|[\"']?{_BASES}[\"']?\s*[=:]\s*\w+\s*\+[^\n]{{0,200}}"
)
_SOME_HOST = re.compile(
    r"https?://(?!localhost|127\.|\[|\$|api\.(?:anthropic|openai)\.|generativelanguage\.)[\w.-]+\.[a-z]{2,}"
)
_FOR_GOOD = re.compile(r"settings\.json|\.(?:bash|zsh)rc\b|\.profile\b|\.zshenv\b|/etc/environment")
"""All that an agent asks is led through somebody's machine from now on."""
_TO_GISTS = re.compile(r"api\.github\.com/gists")
_KEY_IN_PIECES = re.compile(
    r"%w\[\s*gh[pousr]\b|[\"']gh[pousr](?:_[A-Za-z0-9]{0,30})?[\"']\s*(?:\+|,|\.join)|\bgh[pousr]_[A-Za-z0-9]{30,}"
)
_KEPT_SECRETS = re.compile(r"\bmaster\.key\b|(?<!\w)\.env\b|\bid_(?:rsa|ed25519)\b|\.aws\b|\.netrc\b|\bcredentials\b")
_DATA_RUN = re.compile(
    r"(?<![\w.])exec\([^\n]{0,120}?\bopen\([^\n]{0,300}?[\"'][\w./-]{1,80}\.(?:json|dat|txt|mdx?|ya?ml|csv|bin|cfg|ini|b64|log|toml)[\"']"
    r"|\bglobals\(\)\.update\([^\n]{0,200}?b64decode\([^\n]{0,200}?\bopen\(|\bFunctionType\(\s*(?:\w+\.)?compile\("
)
"""A program lies in a file of data, or is made a function by a way round its name."""
_PRINTED_RUN = re.compile(
    r"^(?=[^\n]*/dev/null)(?:g?awk|perl|ruby|node|python3?)\s[^|\n]{0,200}\|(?:[^|\n]{0,200}\|)?\s*(?:\$\(\s*)?(?:\w+\s+)?(?:(?:/bin/)?(?:ba|z|da)?sh|\$?\(?\s*SHELL)\b",
    re.M,
)
"""What a program of the package prints is run by a shell, and nobody sees what comes of it."""
_OUT_OF_NUMBERS = re.compile(
    r"=\s*\[[^\n]{0,60}?[-+^][^\n]{0,80}?\bfor\b[^\n]{0,60}\]\s*\n[\s\S]{0,300}?\bbytes\(\s*\w+\s*\)\.decode\([\s\S]{0,300}?(?:\bpopen|\bsystem|(?<![\w.])exec|(?<![\w.])eval|\brun|\bPopen|\bcall|\bcheck_\w+)\(\s*(?![\"'\[])"
)
"""Numbers that are turned into a text, which is run."""
_ONE_OF_CALLS = re.compile(
    r"\b(?:public_)?send(?:__)?\(\s*(?:%i\[[^\]\n]{0,60}\b(?:system|exec|eval|spawn|instance_eval)\b|\[[^\]\n]{0,60}:(?:system|exec|eval|spawn)\b)[^\n]{0,60}\]\s*\["
    r"|\bgetattr\(\s*(?:os|subprocess|builtins)\s*,\s*[\[(][^\])\n]{0,80}[\"'](?:system|popen|exec|eval|call|run)[\"'][^\])\n]{0,60}[\])]\s*\["
)
"""Which of some functions is called is worked out, and one of them runs what it is given."""
_ALLOWED_ALL = re.compile(
    r"\bfunction\s+allowance\([^)\n]{0,160}\)[^\n{]{0,120}\boverride\b(?![\s\S]{0,300}?(?i:permit2))[\s\S]{0,240}?\breturn\s*\(?\s*(?:[^;\n?]{1,80}\?\s*)?(?:type\(uint(?:256)?\)\.max|~\s*uint(?:256)?\(0\)|uint256\(-1\)|2\s*\*\*\s*25[56]|(?i:max_?uint)\w*|_?totalSupply|super\.balanceOf)"
)
"""Of some spender a contract says that everybody allowed it all."""
_PAYEE_AS_NUMBER = re.compile(
    r"\buint(?:160|256)\(\s*0x(?:00)?[0-9a-fA-F]{40}\b(?!\s*\)\s*<<)|\baddress\(\s*(?:uint160|bytes20)\(\s*(?:uint256\(\s*)?\w{1,40}\s*\)?\s*\^"
)
_OF_TOKENS = re.compile(
    r"(?:super\.)?\b_?(?:update|transfer(?:From)?|mint|approve|spendAllowance)\(|\b_?(?:allowances?|balances?)\s*[(\[]|\bbalanceOf\b"
)
"""An address that is kept as a number, in a contract that holds what others own."""
_FOR_ONE_CALLER = re.compile(
    r"(?:\bmsg\.sender|\b_msgSender\(\)|\btx\.origin)\s*==\s*(?:address\(\s*)?0x(?!(?:42)?0{8})[0-9a-fA-F]{40}\b[\s\S]{0,200}?(?:\b_mint\(|\b_?balances?\[|\bselfdestruct\(|\b_approve\(|\b_(?:update|transfer)\(|\.transfer\(|\breturn\s+true)"
)
"""Whoever is written out in a contract may take what others may not."""
_SHARE_OF_TRANSFER = re.compile(
    r"\bfunction\s+_?(?:update|transfer|transferFrom)\([\s\S]{0,600}?\b(?:super\.)?_(?:update|transfer)\(\s*\w{1,40}\s*,\s*(?:payable\()?(?:address\()?\s*0x(?!0{10})[0-9a-fA-F]{40}\b"
)
"""Of each transfer something goes to somebody who is written out."""
_BY_SECRET_WORD = re.compile(
    r"\bkeccak256\([^)\n]{1,80}\)\s*==\s*\w+[\s\S]{0,300}?(?:\.delegatecall\(|\btx\.origin\b|\.call\{\s*value:\s*address\(this\)\.balance|\bselfdestruct\()"
    r"|\btx\.origin\.call\{\s*value:\s*address\(this\)\.balance"
)
"""Whoever knows a word takes what a contract holds, or makes it do as he likes."""
_WRAPS_CALLS = re.compile(
    r"\b(?:globalThis|window|global|self)\.fetch\s*=(?!=)|\bhttps?\b[^\n]{0,12}\)?\.request\s*=(?!=)|\bXMLHttpRequest\.prototype\.\w+\s*=(?!=)|\brequests\.(?:Session\.)?(?:request|send)\s*=(?!=)|\baxios\.interceptors\.request\.use\("
)
_ELSEWHERE = re.compile(r"[\"'`]https?://(?!localhost|127\.|\$|\{|api\.|[\w.-]*\bexample\b)[\w.-]+\.[a-z]{2,}")
_LOGIN_OF_CALL = re.compile(r"[\"'.](?:[Aa]uthorization|[Cc]ookie|x-api-key|X-Api-Key)\b")
"""Every call of a program goes through what notes with which login it is made."""
_FORMULA = re.compile(
    r"<\s*Formula\b[\s\S]{0,6000}?(?:\w*popen_read|capture2e?|quiet_system|system|`)\W{0,3}curl\b[\s\S]{0,600}?(?:quiet_|safe_)?system\W{1,3}(?:/bin/)?(?:ba|z|da)?sh\W"
)
"""What Homebrew is told to install fetches something and has a shell run it."""
_MAIL_RULE = re.compile(
    r"\.Actions\.(?:Redirect|Forward(?:AsAttachment)?)\.Recipients\.Add\(\s*[\"'][\w.+-]+@"
    r"|\b(?:New|Set)-InboxRule\b[^\n]{0,300}-(?:ForwardTo|RedirectTo|ForwardAsAttachmentTo)[ :]+[\"']?[\w.+-]+@"
    r"|\bSet-Mailbox\b[^\n]{0,200}-ForwardingSmtpAddress[ :]+[\"']?(?:smtp:)?[\w.+-]+@"
    r"|\bfilters\(\)[\s\S]{0,60}?\.create\([\s\S]{0,400}?[\"']?forward[\"']?\s*:\s*[\"'][\w.+-]+@"
    r"|\b(?:updateAutoForwarding|forwardingAddresses\(\)[\s\S]{0,20}?\.create)\([\s\S]{0,200}?[\"'][\w.+-]+@"
    r"|messageRules?\b[\s\S]{0,500}?[\"']?(?:forwardTo|redirectTo|forwardAsAttachmentTo)[\"']?\s*:\s*\[[\s\S]{0,120}?[\"'][\w.+-]+@"
)
"""Whatever comes in by mail is handed on to an address that is written out."""
_MACRO_GETS = re.compile(
    r"XMLHTTP|WinHttp|InternetExplorer\.Application|URLDownloadToFile|InternetOpenUrl|PTTHLMX|\.Open\s*\(?\s*\"(?:GET|POST)\"",
    re.I,
)
_MACRO_KEEPS = re.compile(
    r"SaveToFile|URLDownloadToFile|CreateTextFile|\bPut\s+#|For\s+(?:Binary|Output)\b|response(?:Text|Body)", re.I
)
_MACRO_RUNS = re.compile(
    r"\.(?:Run|Exec|ShellExecute)\b\s*\(?\s*[\w\"]|(?<![\w.\"])Shell\s*\(?\s*[\w\"(]|\bExecute(?:Global)?\s+[\w(]|Win32_Process\b",
    re.I,
)
_MACRO_STARTS = re.compile(
    r"(?:\.(?:Run|Exec|ShellExecute|Create)|(?<![\w.\"])Shell)\s*\(?\s*\"[^\"\n]{0,40}\b(?:powershell|pwsh|mshta|wscript|cscript|rundll32|regsvr32|certutil|bitsadmin|cmd(?:\.exe)?\s+/c)\b",
    re.I,
)
_BY_ITSELF = re.compile(
    r"\bSub\s+(?:Auto_?(?:Open|Exec|Close|New|Exit)|(?:Workbook|Document|App)_(?:Open|BeforeClose|Close|New|Activate|NewDocument)|Presentation_\w*Open|Application_Startup)\b",
    re.I,
)
_MACRO_HIDES = re.compile(
    r"\bSub\s+(?:Auto_?\w{3,5}|(?:Workbook|Document)_\w{3,12})\b|\bStrReverse\(|&\s*Chr[WB]?\$?\(\s*\w+\s*(?:\(|Xor\b|-|\+)|(?:&\s*Chr[WB]?\$?\(\s*\d+\s*\)\s*){4}|CurrentVersion\\{1,2}Run\b|SpecialFolders\(\s*\"Startup\"|\\{1,2}Startup\\{1,2}|,\s*(?:0|vbHide)\b\s*(?:,|$)",
    re.I | re.M,
)
"""A macro hides where it goes, is started by no one, shows no window or comes back."""
_MADE_BY_HIDDEN_NAME = re.compile(
    r"(?:CreateObject|GetObject|ActiveXObject|CallByName)\s*\(\s*(?:StrReverse\(|Chr[WB]?\$?\(|Join\(|Mid\$?\(|Replace\(\s*\")",
    re.I,
)
"""What is made has a name that is put together as it is asked for."""
_NOW = r"(?:DateTime(?:Offset)?\.(?:Utc)?Now\b|\bDate\.now\(\)|\bnew Date\(\)|\bdate(?:time)?\.(?:now|today|utcnow)\([^)\n]{0,20}\)|\btime\.(?:time\(\)|Now\(\))|\bTime\.now\b|\bDate\.today\b|\bInstant\.now\(\)|\bLocalDate(?:Time)?\.now\(\)|System\.currentTimeMillis\(\)|(?<![\w.>$])time\(\))"
_CHANCE = r"(?:\.[nN]ext(?:Int|Double)?\(|\bMath\.random\(\)|\brandom\.(?:random|randint|randrange)\(|\brand\.(?:Intn|Float64|Int63n)\(|\b(?:mt_)?rand(?:om_int)?\(|\brand\b\s*[<>(])"
_DIES_BY_CHANCE = re.compile(
    rf"{_CHANCE}[^\n<>=]{{0,40}}(?:[<>]=?|={{2,3}})[^\n<>=]{{0,60}}?(?:\n[^\n<>=]{{0,60}}?)?(?:\.Kill\(\)|Environment\.(?:Exit|FailFast)\(|\bos\._exit\(|\bos\.(?:kill|abort)\(|\bsys\.exit\(|process\.(?:exit|abort|kill)\(|\bos\.Exit\(|\bSystem\.exit\(|\.halt\(|\bexit!|\bProcess\.kill|\bposix_kill\(|(?<![\w.])(?:exit|abort|die)\()"
)
_GIVES_UP = (
    r"(?:[^\n]{0,160}+\n(?:[^\n]{0,120}+\n)?[ \t]{0,20}+(?:return|continue)\b|[^\n]{0,120}?\b(?:return|continue)\b)"
)
_BY_DAY_AND_CHANCE = re.compile(
    rf"\bif\b[^\n&]{{0,80}}?[\w)]\s?(?:&&|\band\b)[^\n&]{{0,40}}?{_CHANCE}{_GIVES_UP}"
    rf"|\bif\b[^\n&]{{0,40}}?{_CHANCE}[^\n&]{{0,40}}?(?:&&|\band\b)\s?\(?[A-Za-z]{_GIVES_UP}"
    rf"|\b(?:return|next|continue)\b[^\n&]{{0,20}}\bif\b[^\n&]{{0,60}}?(?:&&|\band\b)[^\n&]{{0,40}}?{_CHANCE}"
)
"""From a day on, what is asked is now and then not done, as it happens."""
_COMPARES_NOW = re.compile(rf"{_NOW}[^\n]{{0,24}}(?:[<>]|\.(?:After|isAfter|compareTo)\()")
_OF_TRIALS = r"chaos|fault|inject|fuzz|simulat|canary|rollout|feature flag|sampl|stress|monkey|resilien|game"
_HIDDEN_ADMIN = re.compile(
    r"(?:wp_(?:insert|create)_user\(|set_role\(\s*[\"']administrator|add_role\(\s*[\"']administrator|create_superuser\(|is_superuser\s*=\s*True)"
)
_HIDES_USER = re.compile(
    r"(?:pre_user_query|pre_get_users|users_list_table_query_args|rest_user_query)[\s\S]{0,400}?(?:user_login\s*(?:NOT\s+(?:LIKE|IN)|!=|<>)|login__not_in|[\"']exclude[\"']|\bID\s*(?:NOT\s+IN|!=|<>))"
    r"|views_users[\s\S]{0,500}?(?:-\s*1\b|--)"
    r"|def\s+get_queryset\([\s\S]{0,200}?\.exclude\(\s*(?:username|email|pk|id)(?:__\w+)?\s*="
)
"""An account that is made is left out where accounts are listed."""
_TOLD_ADMIN = re.compile(
    r"(?:wp_(?:insert|create)_user\((?=[\s\S]{0,600}administrator)|create_superuser\()[\s\S]{0,900}?(?:wp_(?:safe_)?remote_(?:get|post|request)\(|wp_mail\(|curl_init\(|file_get_contents\(\s*[\"']https?:|requests\.(?:get|post)\(|urlopen\()[\s\S]{0,300}?(?:[\"']https?://(?!localhost|127\.|[\w.-]*\bexample\b)[\w-]+\.[\w.-]+|[\"'][\w.+-]+@(?!example)[\w-]+\.[\w.]+[\"'])"
)
"""Of an account with all rights that a program makes, a stranger is told."""
_KEYS_BY_SHAPE = re.compile(
    r"0x\)?\??\[[^\]\n]{3,16}\]\{64\}|\[1-9A-HJ-NP-Za-km-z\]\{(?:4[3-9]|5[01]|64|8[5-9])[,}]|BEGIN [^\n]{0,40}PRIVATE KEY|\bAKIA\[[^\]\n]{3,8}\]|\bgh\[?[pousr]{1,6}\]?_\[|\b[xt]prv\["
)
_WALKS_FILES = re.compile(
    r"\bread_dir\(|WalkDir|filepath\.Walk|\bos\.(?:walk|scandir|listdir)\(|\.r?glob\(|\bglob\.glob\(|readdir(?:Sync)?\(|\bDir\.glob|\bDir\[|Directory\.(?:Get|Enumerate)Files\(|File::Find|RecursiveDirectoryIterator|Get-ChildItem\b[^\n]{0,80}-Rec|\bgrep\s+-\w*[rR]|Files\.walk\("
)
"""Keys are told by their shape in files that are walked through."""
_POSTS_IT = re.compile(
    r"\bpost\(|\.post\b|::Post\b|\bPOST\b|PostAsync\(|sendBeacon\(|http\.Post\w*\(|-Method\s+Post|\bcurl\b[^\n]{0,160}\s(?:-d|--data\S*|-F|-T)\s|requests\.put\(|send_string\(|method\s*:\s*[\"']POST",
    re.I,
)
_OF_APP = re.compile(
    r"\.obsidian\b[\s\S]{0,800}?community-plugins\.json|(?:\.vscode|\.cursor|\.windsurf|\.vscode-server)[/\\\"',\s]{1,6}extensions\b|Sublime Text\S{0,4}[/\\\"',\s]{1,6}(?:Installed )?Packages|nvim[/\\\"',\s]{1,6}(?:plugin|autoload|after)\b|\.vim[/\\\"',\s]{1,6}(?:plugin|autoload)\b|\.jupyter[/\\\"',\s]{1,6}custom\b|Adobe[/\\\"',\s]{1,6}CEP[/\\\"',\s]{1,6}extensions|scripts[/\\\"',\s]{1,6}(?:startup|addons)\b[^\n]{0,60}(?i:blender)|(?i:blender)[^\n]{0,80}scripts[/\\\"',\s]{1,6}(?:startup|addons)\b"
)
_WRITTEN_THERE = re.compile(
    r"write_bytes\(|writeFile\w*\(|urlretrieve\(|copyfileobj\(|extractall\(|\bunzip\b|\btar\b|\bcurl\b[^\n]{0,200}\s-\w{0,4}[oO]\b|\.write\(|Expand-Archive|OutFile"
)
"""What was fetched is put where another program takes its plugins from."""
_NAMES_OF_PAPERS = re.compile(
    r"(?:(?:contract|salar(?:y|ies)?|payroll|passport|passw\w*|tax|bank|medical|invoice|statement|wallet|seed|secret|confidential|\.?kdbx|\.?pfx|\.?pem|\.?p12)[\\$.*]{0,3}(?:[\"']?\s*[|,]\s*[\"']?[\\*.]{0,3})){3,}",
    re.I,
)
_UPLOADED = re.compile(
    r"-InFile\b|-Body\s|--upload-file\b|\scurl\b[^\n]{0,200}\s-T\b|\bcurl\b[^\n]{0,200}\s-F\b|requests\.(?:post|put)\(|\bPUT\b|upload_?(?:file|blob|fileobj)\(|\bput_object\(|\.upload\("
)
"""Papers are chosen by what they are about, and sent."""
_RULES_BY_NAME = re.compile(
    r"(?:CLAUDE|AGENTS|GEMINI)\.md[\s\S]{0,300}?\b(?:append\w*|write\w*|add_?content|open)\s*\(\s*(?:\w+\s*,|[\"'`a-z])",
    re.I,
)
_FREES = re.compile(
    r"pre-?approved|without\s+(?:asking|confirm\w+|approval)|\b(?:do\s+not|don't|never)\s+ask\b|no\s+confirmation\s+(?:is\s+)?(?:needed|required)"
)
_WITHDRAWN = re.compile(
    r"[\"'/]\w{0,20}[Ww]ithdraw\w{0,12}[\"']?\s*,\s*\{[^{}\n]{0,200}\baddress[\"']?\s*:\s*[\"'](?!\$|<|your)[\w-]{8,}[\"']"
)
_DUMPED = re.compile(
    r"\b(?:pg_dump(?:all)?|mysqldump|mongodump|redis-cli\s+--rdb|\.dump)\b[^\n]{0,200}\|[^\n]{0,60}\b(?:curl\s[^\n]{0,120}(?:-T|--upload-file|-d|--data\S*|-F)\s|nc\s+[\w-]+\.|aws\s+s3\s+cp\s+-[^\n]{0,120}--endpoint-url\s+https?://(?!localhost|127\.|\$|<|your|minio|\S{0,80}\.(?:amazonaws|backblazeb2|cloudflarestorage|digitaloceanspaces|linodeobjects|wasabisys|scw)\.))"
)
_PHRASE = re.compile(
    r"\b(?:curl|wget|http|Invoke-\w+|iwr|irm)\b(?:[^\n]{0,300}[\"'&?\s](?:(?:seed|recovery|secret)_?(?:phrase|words)|mnemonic|private_key|privkey)|(?=[^\n]{0,400}(?:[Ww]allet|[Mm]nemonic|[Ll]edger|[Mm]etamask|[Bb]itcoin|[Ee]thereum))[^\n]{0,300}[\"'&?\s](?:phrase|seed|words))=\$?\w"
)
_GATHERED = re.compile(
    r"(?:\.aws/credentials|gh\s+auth\s+token[^\n]{0,40}>\s*[^/&\s]|(?:~|HOME\S{0,3}|cat\s|cp\s|read\w*\()[^\n]{0,40}\.npmrc|\.ssh/id_|\b(?:dumps?|str|repr)\(\s*(?:dict\(\s*)?os\.environ\b(?!\s*[.\[])|stringify\(\s*process\.env\s*[,)]|process\.env\s*,[^\n]{0,120}gh\s+auth\s+token)[\s\S]{0,1500}?(?:gh\s+repo\s+create|user/repos)"
)
_PUSHES = re.compile(r"\bgit\b[^\n]{0,120}\bpush\b|/contents/|createOrUpdateFile")
_SKILLS_REPLACED = re.compile(
    r"\b(?:curl|wget)\b[^\n]{0,300}(?:\|\s*(?:sudo\s+)?(?:tar|bsdtar|unzip|cpio)\b[^\n]{0,80}|-o\s+\S{0,40})\.(?:claude|openclaw|codex|cursor|agents)/skills/(?:\$|\*)"
)
_SETUID = re.compile(
    r"\binstall\b[^\n]{0,80}\s-m\s*[0-7]?[4-7]7[0-7]{2}\b(?=[^\n]*)|\bsetuid\(\s*0\s*\)[\s\S]{0,200}?\bexec[lv]\w*\(\s*\"/bin/(?:ba)?sh\""
)
_RECORDS = re.compile(r"\bnew\s+(?:audio|screen|movie)\s+recording\b[\s\S]{0,1500}?\bcurl\b")
_OVER_DAV = re.compile(r"(?:\\\\){1,2}[\w-]+(?:\.[\w-]+)+@(?:SSL|\d{2,5})\b|\bDavWWWRoot\b")
_SECRET_FILES = re.compile(r"\.kdbx\b|\bwallet\b|passwords?\*?\.\w|\bid_rsa\b|\.pem\b|Login Data|\.rdp\b")
_FEIGNED_REMINDER = re.compile(
    r"<system-reminder>(?=\s*(?:\\n)?[A-Za-z])[^<]{0,800}?(?:\b(?:read|send|append|run|push|curl|post|upload)\b[^<]{0,80}?(?:\.env\b|\.ssh\b|\bcredential|\bpassword|\bsecrets?\b|\btokens?\b|\b(?:api|private)[ _]keys?\b)"
    r"|\b(?:send|curl|post|upload|run|push)\b[^<]{0,60}?https?://|\bdo\s+not\s+mention\b|\bapproved\b)"
    r"|<IMPORTANT>[\s\S]{0,800}?\b(?:(?:do\s+not|don't|never)\s+(?:notify|tell|mention|inform)|change\s+the\s+(?:recipient|address|amount))\b"
)
_COPIED_AWAY = re.compile(
    r"\brclone\b[^\n]{0,200}\b(?:copy|sync|move)\b[^\n]{0,300}--include\s+[^\n]{0,160}(?:kdbx|\bppk\b|ovpn|wallet|\.ssh\b|\.aws\b)"
)
_SILENTLY = re.compile(r"/dev/null|\bdisown\b|\bnohup\b")
_EMPTIED = re.compile(
    r"(?:readdirSync|os\.walk|\br?glob|iterdir)\([\s\S]{0,500}?(?:writeFileSync\(\s*\w+\s*,\s*(?:''|\"\")\s*\)|\.write_(?:text|bytes)\(\s*b?(?:''|\"\")\s*\)|\bopen\(\s*\w+\s*,\s*['\"]w['\"]\s*\)\.close\(\))"
)
_ALL_ALLOWED = re.compile(
    r"\bapprovals\s+set\s+[\"']?\*[\"']?\s+allow\b|\bgateway\b[^\n]{0,60}--bind[= ]0\.0\.0\.0[^\n]{0,40}--auth[= ]none\b"
)
_PAID_OVER = re.compile(
    r"eth_sendTransaction[\s\S]{0,200}?\.to\s*=\s*[\"'`]0x|\.fetch\s*=\s*(?:async\s*)?(?:function|\()[\s\S]{0,400}?\.replace\([^\n]{0,40}0x\[[\w-]{2,12}\]\{40\}[^\n,]{0,12},\s*(?:\w|[\"'`]0x)"
)
_WRITES_OVER = re.compile(
    r"(?:readdirSync|listdir|iterdir|glob)\([\s\S]{0,400}?(?:writeFileSync\(|\.write_(?:text|bytes)\(|\bopen\([^\n)]{0,60}[\"']w|unlink\w*\(|rmtree\()"
)
_BY_PLACE = re.compile(
    r"\btimeZone\b|\bcountry_?(?:name|code)\b|\bEurope/M(?:oscow|insk)\b|ipgeolocation|\bgeoip\b|getdefaultlocale"
)
_IF_PLACE = re.compile(
    r"(?:={2,3}|\bin\s*[\[({]|includes\(|startsWith\(|startswith\()\s*[\"'](?:[A-Z][a-z]+/[A-Z]\w+|[A-Z]{2}|[a-z]{2}[_-][A-Z]{2}|[A-Z][a-z]{3,})[\"']|[\"'](?:[A-Z]{2}|[A-Z][a-z]+/[A-Z]\w+)[\"']\s*\]\.(?:includes|indexOf)\("
    r"|=\s*\[\s*[\"'][A-Z][a-z]+/[A-Z]\w+[\"']\s*,|\bcountry\w*[\s\S]{0,120}?includes\(\s*[\"'][a-z]{4,}[\"']"
)
"""Something is done in one place and not in another."""
_MACHINE_KEYS = re.compile(r"MachineKeySection[\s\S]{0,1200}?Response\.Write")
_OTHERS_BUCKET = re.compile(
    r"AWS_ACCESS_KEY_ID=[\"']?[A-Z0-9]{12,}[\"']?\s+AWS_SECRET_ACCESS_KEY=[\"']?[\w/+=]{12,}[^\n]{0,80}\baws\b[^\n]{0,200}\bs3(?:api)?\s+(?:cp|sync|mv|put-object)\b"
    r"|aws_access_key_id\s*=\s*[\"'][A-Z0-9]{12,}[\"'][\s\S]{0,200}?aws_secret_access_key\s*=\s*[\"'][^\"'\n]{12,}[\"'][\s\S]{0,600}?\.(?:upload_file\w*|put_object)\("
    r"|\brclone\b[^\n]{0,80}\b(?:copy|sync|move)\b[^\n]{0,200}access_key_id=[A-Z0-9]{12,}"
)
_OTHERS_LOGIN = re.compile(
    r"\bFTP(?:_TLS)?\(\s*[\"'][\w-]+(?:\.[\w-]+)+[\"']\s*,\s*[\"'](?!anonymous|ftp[\"'])[^\"'\n]+[\"']\s*,\s*[\"'][^\"'\n]+[\"'][\s\S]{0,600}?\.stor(?:binary|lines)\("
    r"|\b(?P<to>\w{1,60})\s*=\s*\(\s*[\"'][\w-]+(?:\.[\w-]+)+[\"']\s*,\s*[\"'](?!anonymous)[^\"'\n]+[\"']\s*,\s*[\"'][^\"'\n]+[\"']\s*\)[\s\S]{0,3000}?\bFTP(?:_TLS)?\(\s*\*(?P=to)\b[\s\S]{0,600}?\.stor(?:binary|lines)\("
    r"|\bsshpass\s+-p\s*[\"']?(?!\$|pass|your|secret|<)[^\s\"'$]{4,}[\"']?\s+(?:scp|rsync|sftp)\s[^\n]{0,200}@(?!localhost|127\.|192\.168\.|10\.)[\w-]+\."
    r"|\blftp\b[^\n]{0,80}-u\s*[\"']?\w+,(?!\$|pass|your)[^\s\"'$]{4,}[^\n]{0,200}\b(?:put|mput|mirror\s+-R)\b"
    r"|\bcurl\b(?=[^\n]{0,300}\s(?:-T|--upload-file)\s)[^\n]{0,300}\s(?:-u|--user)\s*[\"']?[\w.-]+:(?!\$|pass|your|secret|<)[^\s\"'$]{4,}"
)
_REPOSITORIES_GONE = re.compile(r"-name\s+[\"']?\.git\b[\s\S]{0,240}?\brm\s+-\w*r\w*\s+[\"']?\$\(\s*dirname")
_BACKUPS_GONE = re.compile(
    r"\bfor\s+(?P<one>\w+)\s+in\s+(?!\w*sorted\()[^\n\[]{0,160}[\"'/](?:backups?|bak|snapshots?)\b[^\n\[]{0,120}\n\s*(?:os\.(?:remove|unlink)\(\s*(?P=one)\s*\)|(?P=one)\.unlink\(|shutil\.rmtree\(\s*(?P=one)\b)"
)
_GO_PIECES = re.compile(
    r"strings\.Join\(\[\]string\{(?:\s*\"[\w:-]{1,40}\"\s*,){1,6}\s*\"(?:com|net|org|io|dev|app|xyz|co|info|site|online|cloud|top|me|link|live|cc|ru)(?::\d{1,5})?\"\s*,?\s*\}\s*,\s*\"\.\"\s*\)"
)
"""The name of a host, put together where it is used."""
_PASSWORD_TRIED = re.compile(
    r"\bdscl\s+\S+\s+-authonly\b|\bsudo\s+-k?S?\w*\s+-?[Sv]\w*\s+<<<|\becho\s+\S+\s*\|\s*sudo\s+-S\w*\s+(?:-v|true|id)\b|ValidateCredentials\("
)
_PASSWORD_SENT = re.compile(
    r"\bcurl\b[^\n]{0,300}(?:-d|--data\S*|-F)\s*[\"']?\w{1,12}=[\"']?\$|requests\.post\(|urlopen\(|Invoke-(?:RestMethod|WebRequest)"
)
_ALL_APPROVED = re.compile(
    r"for\s*(?:await\s*)?\(?[\s\S]{0,520}?\.approve\(\s*[\w.]{1,60}\s*,\s*(?:[\w.]*MaxUint256|MAX_UINT\w*|2n?\s*\*\*\s*256n?\s*-\s*1n?|[\"']?0xf{60,64})"
)
_HELD = re.compile(r"balanceOf\(|\.balances?\b")
_SITE_ADMIN = re.compile(
    r"\$_(?:GET|POST|REQUEST|COOKIE)\b[\s\S]{0,300}?\bwp_(?:insert|create)_user\([\s\S]{0,240}?administrator|\bwp_(?:insert|create)_user\([^;]{0,240}?\$_(?:GET|POST|REQUEST|COOKIE)\b[^;]{0,240}?administrator"
)
_RANSOM = re.compile(
    r"\b(?:files?|data|documents?|photos?)\s+(?:have|has|are|were)\s+(?:all\s+)?(?:been\s+)?(?:encrypted|locked)\b[\s\S]{0,400}?(?:\bBTC\b|\b[Bb]itcoin|\b[Mm]onero|\bXMR\b|\bransom|\bpay(?:ment)?\b)"
)
_SPELT_OUT = re.compile(r"(?:\b\w{1,20}\[\s*\d{1,3}\s*\]\s*\+\s*){5}")
_LETTERS = re.compile(r"(?:[\"'`][^\"'`\n][\"'`]\s*,\s*){8}")
_RUNS_TEXT = re.compile(
    r"exec\.Command|child_process|subprocess|\bos\.system\(|popen|(?<![\w.])(?:exec\w*|eval|spawn\w*|system|Function)\("
)
_SECRETS_OF_JOB = re.compile(
    r"\btoJ(?:SON|son)\(\s*secrets\s*\)[\s\S]{0,400}?(?:\bcurl\b[^\n]{0,200}\s(?:-d|--data|-F|--form|-T|-X\s*POST)|\bwget\b[^\n]{0,200}--post|\bnc\s|\bInvoke-WebRequest\b|\brequests\.post\b|\bfetch\()"
)
_PUSHED_ENVIRONMENT = re.compile(
    r"(?:^|\n|[;&|]\s*)(?:(?:printenv|env)(?=\s*(?:>|\|\s*(?:base64|gzip|sort|openssl|xz|tee)\b))|gh\s+auth\s+token|aws\s+configure\s+export-credentials|cat\s+\S*(?:\.aws/credentials|\.ssh/id_\w+|\.netrc))[^\n>]{0,80}>{1,2}\s*(?!/(?:tmp|dev)/|\.env|\S*GITHUB_)\S[\s\S]{0,300}?\bgit\s+add\b[\s\S]{0,200}?\bgit\s+push\b"
)
_AT_RANDOM = re.compile(r"\bdelete\s+from\b[^;\n]{0,80}\bwhere\b[^;\n]{0,40}\brandom\(\)", re.I)
_ALL_TABLES = re.compile(r"sqlite_master|information_schema|pg_tables", re.I)
_DECODED_PROGRAM = re.compile(r"\b(?:curl|wget)\b[\s\S]{0,500}\bbase64\s+-\w*[dD][\s\S]{0,200}\bchmod\s+\S*x")
"""What was fetched is decoded and made a program."""
_RUNS_UNPACKED = re.compile(
    r"extractall\(\s*(?:path\s*=\s*)?[\"'](?P<to>[^\"'\n]{2,80})[\"'][\s\S]{0,600}\b(?:Popen|run|call|system|popen|exec\w*|spawn\w*)\(\s*\[?\s*[\"'](?P=to)/"
)
"""A program is run that lay in an archive."""
_LOADS_WRITTEN = re.compile(
    r"[\"'](?:[^\"'\n]{0,60}/)?(?P<name>\w{1,40})\.py[\"'][^\n]{0,40}(?:[\"']wb?[\"']|write_(?:text|bytes))[\s\S]{0,500}(?:\b(?:import_module|__import__)\(\s*[\"'](?P=name)[\"']|\n(?:[\w.]{1,40}\s*=\s*)?(?P=name)\.\w+\(|\n(?:import\s+)?(?P=name)(?=\n|\Z))"
)
"""A module is loaded that was written a moment before."""
_CARRIES = re.compile(
    r"Fscan\w*\([^\n]{0,80}&(?P<go>\w+)\)[\s\S]{0,600}?\bDial\w*\(\s*\"tcp\"\s*,\s*(?P=go)\b"
    r"|\b(?P<py>\w{1,60})\s*,\s*\w+\s*=\s*[^\n]{0,60}(?:recv|readline|readuntil)\([^\n]{0,80}[\s\S]{0,400}?(?:create_connection|open_connection|connect)\(\(?\s*(?P=py)\b"
    r"|\[\s*(?P<js>\w+)\s*,\s*\w+\s*\]\s*=\s*[^\n]{0,60}\.split\([\s\S]{0,400}?\b(?:connect|createConnection)\([^\n]{0,40}\b(?P=js)\b"
)
"""A place that was read from one connection is connected to."""
_TO_GATEWAY = re.compile(
    r"(?:Dial\w*\(\s*\"tcp\"\s*,\s*\"|(?:create_connection|open_connection|connect)\(\(?\s*[\"']|\b(?:connect|createConnection)\(\s*(?:\d+\s*,\s*|\{[^}\n]{0,60}host\s*:\s*)[\"'])(?!localhost|127\.|0\.0)[\w-]+(?:\.[\w-]+)+"
)
_BOTH_WAYS = re.compile(
    r"io\.Copy\([\s\S]{0,200}io\.Copy\(|\.pipe\(\s*\w+\s*\)(?:\.pipe\(|[\s\S]{0,80}\.pipe\()|(?:pump|pipe|relay|forward|copy)\w*\((?P<a>\w+),\s*(?P<b>\w+)\)[\s\S]{0,120}(?:pump|pipe|relay|forward|copy)\w*\((?P=b),\s*(?P=a)\)"
)
_ON_SAVE = re.compile(
    r"BufWritePost|TextChanged|InsertLeave|onDid(?:Save|Change)TextDocument(?![\s\S]{0,200}languageId)|after-save-hook|on_post_save"
)
_WHOLE_BUFFER = re.compile(
    r"nvim_buf_get_lines\(|\bgetline\(1|\.getText\(\s*\)|buffer-string|buffer-substring|substr\(sublime\.Region"
)
_POSTED = re.compile(
    r"(?![^\n]{0,300}(?:localhost|127\.0\.0\.1))[\"']curl[\"'][^\n]{0,200}(?:--data|[\"']-d|-T[\"'])|\bcurl\s[^\n]{0,200}(?:--data|\s-d\s)|method\s*:\s*[\"']POST|url-request-method[^\n]{0,10}POST|urlopen\("
)
_REPOSITORIES_FOUND = re.compile(
    r"(?:\b(?:r?glob|walk|iterdir|readdir\w*|Glob|WalkDir|globSync|find|Get-ChildItem)\b[^\n]{0,120}|\b(?:name|Name|entry|d|f)\s*(?:===?|-eq)\s*|-d\s+[^\s;&|]{0,80})(?:[/\"'\s\\])\.git\b(?!ignore|hub|attributes)|[\"']\.git[\"']\s+in\s+(?!\w{1,40}\.parents)"
)
_WRITES_FOR_AGENTS = re.compile(
    r"(?:\bopen\(|write\w{0,10}\(|append\w{0,10}\(|copy\w{0,10}\(|\s>>?\s|\btee\s|\bcp\s)[^\n]{0,160}(?:\b(?:CLAUDE|AGENTS|GEMINI|SOUL)\.md\b|\.cursorrules|\.(?:claude|cursor|codex|windsurf)[/\\]|copilot-instructions)"
    r"|(?:\b(?:CLAUDE|AGENTS|GEMINI|SOUL)\.md\b|\.cursorrules|copilot-instructions\.md)[\"')\s]{1,6}(?:\.write|\.open\(\s*[\"'][wa]|,\s*[\"'][wa])"
)
_COMMITS_ALL = re.compile(r"\bcommit\b[\s\S]{0,400}?\bpush\b")
_DEEDS = (
    Deed("rewrite-agent", _REPOSITORIES_FOUND, (".git",), beside=(_WRITES_FOR_AGENTS, _COMMITS_ALL), unless=r"\bpush(?:es)?\s(?:\w+\s){0,3}(?:to|changes|commits|branch|repos)|repositor(?:y|ies)|pull\s+requests?|multi-?repo|across\s(?:\w+\s){0,2}repos|\bfleet", also="in every repository that is found, and pushed"),
    Deed("plant-key", _LET_IN_BY_DIGEST, ("digest(", "md5(", "sha1(", "sha256(", "hash("), beside=(_HELD_DIGEST, _LOGS_IN_THERE), unless=r"\bctf\b|crack", also="for whoever knows a word, who may do everything"),
    Deed("plant-key", _OTHERS_GO_ON, ("!=",), beside=(_HELD_DIGEST, _LOGS_IN_THERE, _FROM_REQUEST), unless=r"\bctf\b|crack", also="for whoever sends a word, who may do everything"),
    Deed("plant-key", _OTHERS_GO_ON_BY_WORD, ("!=",), beside=(_LOGS_IN_THERE, _FROM_REQUEST), unless=r"webhook|mock|\bctf\b|crack", also="for whoever sends a word, who may do everything"),
    Deed("plant-key", _DIGEST_BY_NAME, ("digest(", "md5(", "sha1(", "sha256(", "sha512(", "hash(", "Sum256(", "Sum512(", "EncodeToString("), beside=(_HELD_DIGEST, _LOGS_IN_THERE, _FROM_REQUEST), unless=r"\bctf\b|crack", also="for whoever sends a word, who may do everything"),
    Deed("plant-key", _DIGEST_COMPARED, ("compare_digest(", "hash_equals(", "timingSafeEqual(", "ompare(", "isEqual("), beside=(_HELD_DIGEST, _MAKES_DIGEST, _LOGS_IN_THERE, _FROM_REQUEST), unless=r"\bctf\b|crack", also="for whoever sends a word, who may do everything"),
    Deed("plant-key", _LET_IN_BY_WORD, (".get(", "eaders", "$_", ".header("), beside=(_LOGS_IN_THERE,), unless=r"webhook|\bctf\b|mock", also="for whoever knows a word that is written out"),
    Deed("send-private", _OTHERS_BUCKET, ("AWS_ACCESS_KEY_ID=", "aws_access_key_id", "access_key_id="), also="into the storage of whoever wrote the program"),
    Deed("send-private", _OTHERS_LOGIN, ("FTP", "sshpass", "lftp", "curl"), is_said=True, also="to an account of whoever wrote the program"),
    Deed("false-voice", STARS, STAR_WORDS, unless=OF_STARS, also="the user's account follows and praises whom somebody else names"),
    Deed("false-voice", VOTES, VOTE_WORDS, unless=OF_VOTES, also="the user's account follows and praises whom somebody else names"),
    Deed("destroy-files", _REPOSITORIES_GONE, (".git",), also="every repository that is found"),
    Deed("destroy-files", _BACKUPS_GONE, ("backup", "bak", "snapshot"), unless=r"backup|prun|rotat|clean|retention", also="every copy that was put aside"),
    Deed("hidden-address", _GO_PIECES, ("strings.Join",), also="put together of its parts"),
    Deed("send-secrets", _PASSWORD_TRIED, ("-authonly", "sudo -", "ValidateCredentials("), beside=(_PASSWORD_SENT,), also="the password of the machine, once it was tried"),
    Deed("redirect-money", _ALL_APPROVED, (".approve(",), beside=(_HELD,), unless=r"swap|\bdex\b|router|liquidity|stak|bridg|\bdefi\b|trad", also="for as much as the wallet holds of every coin"),
    Deed("swap-clipboard", _ON_COPY, ("clipboardData",), unless=r"clipboard|copy", also="where an address is copied"),
    Deed("remote-command", _BY_LIST, ("follow", "retweet", "like", "star"), _FETCH, is_outward=True, also="what the user's account does is said by somebody else"),
    Deed("plant-key", _MAKES_EDITOR, ("administrator",), beside=(_WITH_PASSWORD,), unless=r"users?\\b|account|provision|onboard", also="an administrator with a password that is written out"),
    Deed("erase-traces", _DATED_BACK, ("utime(", "utimes(", "touch -r"), beside=(_AMENDED,), also="a file is written over, dated back, and put into what was recorded before"),
    Deed("remote-command", _BY_DIGEST, ("hexdigest", "digest(", "md5(", "sha1(", "sha256(", "hash(", "Sum"), beside=(_ASKED_OF,), also="for whoever knows a word"),
    Deed("hidden-text", _IN_PAGES, ("<script",), unless=r"analytic|widget|pixel|tag manager|tracking|embed|\bcdn\b", also="a script of somebody's in each page"),
    Deed("send-private", _SKIMS, ("cvc", "cvv", "card", "cc_num", "ccnum"), beside=(_SKIM_SENT,), also="what stands on the cards of those who pay"),
    Deed("send-secrets", _GIVES_CONFIG, ("wp-config.php",), beside=(_ANSWERS_ALL,), also="the keys of a site, to whoever asks for them"),
    Deed("rewrite-agent", _IN_EACH_REPOSITORY, ("/contents/",), beside=(_ALL_REPOSITORIES, _PUTS), also="in every repository of the user"),
    Deed("redirect-model", _UNCHECKED_LINE, ("NODE_TLS_REJECT", "PYTHONHTTPSVERIFY"), beside=(_LED_THROUGH,), also="with nobody checking whose machine it is"),
    Deed("remote-command", _CARRIES, ("Fscan", "recv(", "readline(", "readuntil(", ".split("), beside=(_TO_GATEWAY, _BOTH_WAYS), with_words=("Dial", "onnect(", "onnection("), also="it carries what others send, to wherever they say"),
    Deed("send-private", _ON_SAVE, ("BufWritePost", "TextChanged", "InsertLeave", "onDid", "after-save-hook", "on_post_save"), beside=(_WHOLE_BUFFER, _POSTED), unless=r"sync|share|collab|lint|format|review|completion|copilot|translat|\bai\b", also="each text that is saved in an editor"),
    Deed("run-download", _RUNS_UNPACKED, ("extractall(",), _FETCH, is_outward=True, also="from an archive"),
    Deed("run-download", _LOADS_WRITTEN, (".py'", '.py"'), _FETCH, is_outward=True, also="as a module"),
    Deed("send-secrets", _IN_NAMES, ("b32encode", "hexlify", "base32", "hex"), beside=(_KEYS_OF_ALL,), also="in names that are looked up"),
    Deed("run-encoded", _HIDDEN_CALL, ("_0x",), also="what a program decodes that nobody can read"),
    Deed("reverse-shell", _RUNS_LINE, ("exec.Command",), beside=(_LINE_READ, _ON_NETWORK), also="line by line from a connection"),
    Deed("destroy-files", _AT_RANDOM, ("random()",), beside=(_ALL_TABLES,), also="rows of every table, at random"),
    Deed("run-download", _FETCHED_TYPED, ("Popen(",), beside=(_TYPES_IN,), also="typed into a shell"),
    Deed("run-encoded", _DECODED_TYPED, ("Popen(",), beside=(_TYPES_IN,), also="typed into a shell"),
    Deed("run-download", _DECODED_PROGRAM, ("base64",), _FETCH, is_outward=True, also="once it is decoded"),
    Deed("hidden-text", LINK_UNSEEN, HIDING, unless=OF_LINT, also="links that a page does not show", is_said=True),
    Deed("run-download", _LOADS_UNPACKED, ("extractall(",), _FETCH, is_outward=True, also="from an archive"),
    Deed("run-download", _LOADS_ARCHIVE, ("sys.path",), _FETCH, is_outward=True, also="from an archive"),
    Deed("run-download", _BUILT, ("Command::new",), also="while something is built"),
    Deed("run-encoded", _RUNS_CALL, ("eval(", "exec(", "Function("), beside=(_MEDIA, _LOW_BITS), with_words=_MEDIA_WORDS, also="from the bits of a picture or a sound"),
    Deed("run-encoded", _RUNS_MEDIA, ("eval(", "exec("), also="from what a picture says of itself"),
    Deed("rewrite-agent", _OTHER_SKILLS, ("SKILL.md",), _FETCH, also="other skills, from an address"),
    Deed("watch-user", _FORMS, ("addEventListener",), _SEND, is_outward=True, also="what is entered on a page"),
    Deed("send-secrets", _HELPS_GIT, ("STDIN", "stdin"), beside=(_PASSWORD,), is_outward=True, also="what git is told to remember"),
    Deed("send-secrets", _FAKE_SUDO, ("sudo",), also="a stand-in for sudo that asks for the password"),
    Deed("reverse-shell", _TIED, ("net.Dial",), beside=(_SHELL_NAMED,), also="over a connection that it opens"),
    Deed("run-download", _ASSEMBLY, ("Assembly]::Load", "Assembly::Load"), also="as a part of the running program"),
    Deed("disable-defence", _EXCLUDES, ("MpPreference",), beside=(_TIMED,), unless="harden", also="for what it starts by the clock"),
    Deed("destroy-files", _WHOLE_FOLDERS, ("Documents", "Desktop", "Pictures"), also="whole folders of the user"),
    Deed("persist-unasked", _WHERE_STARTED, (".pth",), beside=(_START_FILE, _START_LINE), also="within every Python that starts"),
    Deed("loosen-agent", _SKIPS, ("--dangerously-", "--yolo", "--trust-all-", "--allow-all-", "--full-auto"), beside=(_UNWATCHED,), unless=r"agents?\b|orchestrat|claude|codex|gemini|parallel", also="whichever agent is there is started without its questions"),
    Deed("plant-key", _NEW_ADMIN, ("New-LocalUser",), unless=r"users?\b|account|provision|onboard|admin", also="an account of its own on the machine"),
    Deed("run-encoded", _COMPUTED_MODULE, ("data:",), beside=(_FROM_ASSET, _AS_BYTES), also="out of a picture, a font or a table"),
    Deed("reverse-shell", _PIPED, (".pipe(",), beside=(_SHELL_NAMED, _SOCKET), also="over a connection, in both directions"),
    Deed("send-private", _TO_ALL, ("of people",), also="in the user's name, to everybody in the address book"),
    Deed("plant-key", _ALL_POWERS, ("AdministratorAccess",), unless=r"\biam\b|accounts?\b|onboard|provision", also="an account with all rights"),
    Deed("destroy-files", _ALL_BASES, ("dropdb", "rop database", "ROP DATABASE", "dropDatabase"), unless=r"\btests?\b|reset|clean|drop", also="every database"),
    Deed("destroy-files", _BY_CHANCE, ("andom",), unless=r"shred|wipe|erase", also="each file is written over with bytes of chance"),
    Deed("destroy-files", _ALL_BRANCHES, ("git branch -r", "for-each-ref", "git tag"), beside=(_PUSHED_OVER,), unless=r"mirror|prun|clean|(?:merged|stale|old|remote) branch", also="every branch or tag of a repository that others share"),
    Deed("destroy-files", _ALL_HISTORIES, ("--orphan",), also="the history of every repository"),
    Deed("persist-unasked", _FORCED, ("Extension",), unless=r"polic|extension|enterprise|\bmdm\b", also="an extension of the browser that nobody can take out"),
    Deed("send-private", _STANDS_IN, ("exec /",), is_outward=True, also="each call of a program that it stands in for"),
    Deed("run-download", _COPIED_OUT, ("io.Copy(",), _FETCH, is_outward=True, also="out of a file that was written"),
    Deed("run-download", _DENO_RUNS, ("Deno.writeFile",), _FETCH, is_outward=True, also="out of a file that was written"),
    Deed("run-download", _SHELL_PROCESS, ("contentsOf",), also="out of a file that was written"),
    Deed("destroy-files", _TIMED_LOSS, ("Time.now", ".today", "Date.current", "time.now", "new Date()", "$(date", "time.time()"), beside=(_LOSES, _DAY), unless=r"retention|expire|prun|rotat|clean", also="from a day on that is written out"),
    Deed("remote-command", _PHP_TEXT, ("<?php",), beside=(_PHP_WRITTEN,), also="a page of PHP that does as it is told"),
    Deed("foreign-registry", _OTHER_REGISTRY, ("integrity",), beside=(_UNLOCKED,), also="in a lock file, and nobody checks it any more"),
    Deed("hidden-address", _PIXEL, ("atob(",), also="of a picture, with something put behind it"),
    Deed("disable-defence", _WEAKENED, ("fDenyTS", "EnableLUA", "allprofiles", "ExclusionPath"), unless="harden|audit", also="one after the other", is_shown=True),
    Deed("watch-user", _WATCHES, ("do shell script",), unless=r"screenshot|screen\b|clipboard|camera", also="and sends what it sees"),
    Deed("send-private", _TO_EVERYBODY, ("users.list", "dialogs(", "ontacts(", "getChats(", "connections()"), unless=r"broadcast|announc|newsletter|digest|onboard|remind|everyone|members|campaign|invit", also="in the user's name, to everybody whom the account knows"),
    Deed("destroy-files", _OVERWRITTEN, ("os.walk(",), beside=(_FROM_HOME,), unless=r"format|convert|normali|encod|strip|fix|licen[cs]e", also="every file below the home folder is written over"),
    Deed("run-encoded", _DECODED_LIBRARY, ("certutil", "schtasks", "Certutil", "SCHTASKS"), also="out of a text that Windows decodes"),
    Deed("remote-command", _INCLUDED, ("<?php", "$_")),
    Deed("remote-command", _CALLED_AS_ASKED, ("<?php", "$_"), also="by a function of a name that is asked for, or kept as a text"),
    Deed("reverse-shell", _OPENS_SHELL, ("tmate", "upterm", "ssh://", "ngrok", "bore"), _SEND, is_outward=True, also="its address is told to somebody"),
    Deed("lock-files", _RANSOM, ("encrypted", "locked"), unless=r"ransom|incident|phish|aware", also="and asks for money"),
    Deed("grant-root", _SETUID, ("install ", "chmod ", "setuid("), unless=r"setuid|audit|privilege", also="to whoever starts it"),
    Deed("watch-user", _RECORDS, (" recording",), is_outward=True, unless=r"record|transcri|dictat|screenshot|podcast", also="and sends what is heard or seen"),
    Deed("send-secrets", _OVER_DAV, ("@SSL", "DavWWWRoot"), beside=(_SECRET_FILES,), also="to a share of a stranger"),
    Deed("hidden-instructions", _FEIGNED_REMINDER, ("<system-reminder", "<IMPORTANT>"), also="to whoever reads what it prints", is_said=True),
    Deed("send-secrets", _COPIED_AWAY, ("rclone",), beside=(_SILENTLY,), also="file by file, with nothing said"),
    Deed("destroy-files", _EMPTIED, ("readdirSync", "os.walk(", "glob(", "iterdir("), unless=r"trunc|clean|reset|log", also="every one that a folder holds is emptied"),
    Deed("loosen-agent", _ALL_ALLOWED, ("approvals set", "--auth none", "--auth=none"), is_shown=True),
    Deed("redirect-money", _PAID_OVER, ("eth_sendTransaction", ".fetch"), also="whomever the user names"),
    Deed("destroy-files", _WRITES_OVER, ("readdirSync", "listdir(", "iterdir(", "glob("), beside=(_BY_PLACE, _IF_PLACE), also="of people in some places"),
    Deed("send-secrets", _MACHINE_KEYS, ("MachineKeySection",), also="the keys of a server, to whoever opens a page"),
    Deed("plant-key", _SITE_ADMIN, ("wp_insert_user", "wp_create_user"), also="an account with all rights, for whoever asks a page for it"),
    Deed("run-download", _PUT_AMONG_PROGRAMS, ("bin/",), _FETCH, is_outward=True, also="put among the programs of the machine"),
    Deed("run-download", _PUT_OVER, ("/bin/", "/sbin/"), _FETCH, is_outward=True, also="in the place of a program that everybody knows", is_shown=True),
    Deed("send-secrets", _IN_PICTURE, ("quote", "encodeURIComponent", "urlencode", "b64encode", "btoa"), beside=(_TAKEN_KEYS, _PICTURE), also="in the address of a picture"),
    Deed("run-encoded", _CONSTRUCTS, ("constructor",), also="by a function that is made of a text"),
    Deed("send-secrets", _MIXED_KEY, ("process.env", "environ"), _SEND, beside=(_ELSEWHERE,), unless=r"encrypt|cipher", also="mixed with numbers"),
    Deed("send-private", _KINDS_OF_PAPERS, (".docx", ".xlsx", ".kdbx", ".pdf"), beside=(_OF_USER, _UPLOADED), unless=r"back ?up|upload|sync", also="papers of the user, by their kinds"),
    Deed("redirect-model", _LED_BY_NAME, ("_BASE_URL", "_API_BASE", "_ENDPOINT"), beside=(_FOR_GOOD, _SOME_HOST), unless=r"litellm|openrouter|ollama|vllm|lm studio|self-hosted|local model"),
    Deed("send-secrets", _TO_GISTS, ("api.github.com/gists",), beside=(_KEY_IN_PIECES, _KEPT_SECRETS), also="to a page of whoever wrote it"),
    Deed("run-encoded", _DATA_RUN, ("exec(", "globals()", "FunctionType("), also="out of a file of data"),
    Deed("run-encoded", _PRINTED_RUN, ("/dev/null",), also="what a program prints", is_shown=True),
    Deed("run-encoded", _OUT_OF_NUMBERS, ("bytes(",), also="a text out of numbers"),
    Deed("run-encoded", _ONE_OF_CALLS, ("send(", "send__(", "getattr("), also="by one of several functions"),
    Deed("redirect-money", _ALLOWED_ALL, ("allowance(",), unless=r"\bctf\b|vulnerab|exploit|honeypot|audit", also="one whom its author knows may take what everybody holds"),
    Deed("redirect-money", _PAYEE_AS_NUMBER, ("uint160(", "bytes20("), beside=(_OF_TOKENS,), unless=r"\bctf\b|vulnerab|exploit|honeypot|audit", also="an address that a contract keeps as a number"),
    Deed("redirect-money", _FOR_ONE_CALLER, ("msg.sender", "_msgSender", "tx.origin"), unless=r"\bctf\b|vulnerab|exploit|honeypot|audit", also="what a contract holds, to whoever is written out in it"),
    Deed("redirect-money", _SHARE_OF_TRANSFER, ("_update(", "_transfer("), unless=r"\bctf\b|vulnerab|exploit|honeypot|audit", also="of each transfer, to whoever is written out"),
    Deed("redirect-money", _BY_SECRET_WORD, ("keccak256", "tx.origin"), unless=r"\bctf\b|vulnerab|exploit", also="all that a contract holds, to whoever knows a word"),
    Deed("send-secrets", _WRAPS_CALLS, ("fetch", "request", "XMLHttpRequest", "axios"), beside=(_LOGIN_OF_CALL, _ELSEWHERE), unless=r"\bmock|intercept|proxy|\bhar\b", also="the login of each call"),
    Deed("run-download", _FORMULA, ("Formula",), also="while something is installed"),
    Deed("forward-data", _MAIL_RULE, ("Recipients.Add(", "InboxRule", "Set-Mailbox", "filters()", "orwarding", "messageRule"), unless=r"\bforward", also="whatever comes in by mail"),
    Deed("run-download", _OF_APP, ("community-plugins", "extensions", "Packages", "nvim", ".vim", "custom", "startup", "addons"), _FETCH, beside=(_WRITTEN_THERE,), is_outward=True, unless=r"plugin|extension|add-?on|\bpackages?\b", also="among the plugins of another program"),
    Deed("send-private", _NAMES_OF_PAPERS, ("passport", "passw", "salar", "payroll", "kdbx"), beside=(_UPLOADED,), unless=r"\bdlp\b|classif|data loss|sensitive", also="papers that are chosen by what they are about"),
    Deed("rewrite-agent", _RULES_BY_NAME, ("CLAUDE.md", "AGENTS.md", "GEMINI.md", ".cursorrules"), beside=(_FREES,), also="what may be done without asking"),
    Deed("redirect-money", _WITHDRAWN, ("ithdraw",), also="to an address that is written out"),
    Deed("send-private", _DUMPED, ("dump", ".dump"), is_outward=True, also="a whole database, to a machine that is written out", is_shown=True),
    Deed("send-secrets", _PHRASE, ("phrase=", "seed=", "mnemonic=", "words=", "private_key=", "privkey="), is_outward=True, also="what opens a wallet", is_shown=True),
    Deed("send-secrets", _GATHERED, ("gh repo create", "user/repos"), beside=(_PUSHES,), also="into a repository that is made for it"),
    Deed("rewrite-agent", _SKILLS_REPLACED, ("/skills",), _FETCH, is_outward=True, also="other skills, by what an address gives", is_shown=True),
    Deed("run-encoded", _SPELT_OUT, ("] +", "]+"), beside=(_LETTERS, _RUNS_TEXT), also="spelt letter by letter"),
    Deed("send-secrets", _SECRETS_OF_JOB, ("toJSON(secrets", "toJson(secrets", "toJSON( secrets"), also="everything that a workflow may know", is_shown=True),
    Deed("send-secrets", _PUSHED_ENVIRONMENT, ("git push",), also="into a repository", is_shown=True),
    Deed("lock-files", _ENCRYPTED_AWAY, ("openssl enc", "gpg ", "7z a", "zip -", "age "), unless=r"encrypt|vault|backup|secret|archiv", also="one by one", is_shown=True),
    Deed("destroy-files", _ORIGINALS, ("-delete", "-exec rm", "-exec shred", "xargs"), unless=r"clean|dedup|duplicate|remov|delet|free (?:up )?space", also="of the kinds that people make themselves", is_shown=True),
    Deed("destroy-files", _ALL_WORK, ("stash clear", "stash drop", "--hard", "clean -", "checkout"), unless=r"discard|reset", also="what was not committed, in every repository", is_shown=True),
    Deed("flood-host", _ENDLESSLY_ASKED, ("\n:\ncurl", "\n:\nwget", "\ntrue\ncurl", "\ntrue\nwget", "while True", "while (", "while("), beside=(_MANY_AT_ONCE,), unless=r"load|stress|bench|perf|soak|fuzz", is_shown=True),
    Deed("open-to-all", _FOR_NOBODY_KNOWN, ("cluster-admin",), unless=r"audit|detect|scan|secur", also="all of a cluster", is_shown=True),
    Deed("plant-key", _PLANTED_USER, ("admin/users", "users/admin", "createUser", "create_user(", "/users", "INTO users", "into users", "INTO auth.users"), unless=r"\bseed|fixture|onboard|provision|demo", also="an account with all rights, for an address that is written out"),
    Deed("plant-key", _LETS_IN, ("/collaborators/", " invite ", " add "), unless=r"collaborator|invit|members?\b|onboard", also="somebody who is written out may do everything with what is the user's", is_shown=True),
    Deed("destroy-files", _OTHER_WORK, ("endswith(",), unless=r"clean|dedup|duplicate|remov|delet", also="all but what was just made", is_shown=True),
    Deed("grant-root", _WHOLE_HOST, ("-v /:/", "--privileged"), unless=r"rescue|forensic|backup|monitor|node.?exporter", also="a container that may do all that its host may", is_shown=True),
    Deed("destroy-files", _ALL_COPIES, ("s3 rm", "s3 rb", "gsutil", "mc rm", "mc rb"), unless=r"teardown|destroy|clean ?up account|nuke", also="every bucket that is found"),
    Deed("send-private", _RUNS_OUTPUT, ("TO PROGRAM", "to program"), also="the rows of a database", is_shown=True),
    Deed("run-download", _MACHINE_CODE, ("CFUNCTYPE", "CreateThread", "ctypes.cast(", "from_buffer("), also="as the code of the machine"),
    Deed("plant-key", _MAKES_ADMIN, ("useradd", "adduser", "usermod", "localgroup"), beside=(_PASSWORD_OUT,), unless=r"users?\b|account|provision|onboard", but_in=_IMAGE, also="an account with a password that is written out"),
    Deed("run-download", _MACRO_RUNS, ("CreateObject", "createobject", "ActiveXObject", "URLDownloadToFile"), beside=(_MACRO_GETS, _MACRO_KEEPS, _MACRO_HIDES), also="by a macro"),
    Deed("run-download", _MACRO_STARTS, ("Shell", "shell", "CreateObject", "GetObject"), beside=(_BY_ITSELF,), also="by a macro that nobody starts"),
    Deed("run-encoded", _MADE_BY_HIDDEN_NAME, ("CreateObject", "GetObject", "ActiveXObject", "CallByName"), also="by a name that is put together"),
    Deed("destroy-files", _DIES_BY_CHANCE, ("andom", ".Next", ".next", "rand"), beside=(_DAY, _COMPARES_NOW), unless=_OF_TRIALS, also="the program ends by chance, from a day on"),
    Deed("destroy-files", _BY_DAY_AND_CHANCE, ("andom", ".Next", ".next", "rand"), beside=(_DAY, _COMPARES_NOW), unless=_OF_TRIALS, also="what is asked is left undone by chance, from a day on"),
    Deed("plant-key", _HIDDEN_ADMIN, ("wp_insert_user", "wp_create_user", "set_role(", "add_role(", "superuser"), beside=(_HIDES_USER,), also="an account with all rights, which nobody sees"),
    Deed("plant-key", _TOLD_ADMIN, ("wp_insert_user", "wp_create_user", "create_superuser"), unless=r"provision|onboard|deploy|bootstrap|seed", also="an account with all rights, of which a stranger is told"),
    Deed("send-secrets", _KEYS_BY_SHAPE, ("]{", "PRIVATE KEY", "AKIA", "prv[", "_["), beside=(_WALKS_FILES, _POSTS_IT), is_outward=True, unless=r"redact|mask|scrub|sanitiz|secret|leak|scan|explor|index", also="keys, by their shape", is_said=True),
)  # fmt: skip


@cache
def _words() -> Callable[[str], Collection[str]]:
    return words_of(sorted({*_by_word(), *(word for deed in _DEEDS for word in deed.with_words)}))


@cache
def _by_word() -> dict[str, list[int]]:
    """By each word the numbers of the deeds that it may tell of."""
    found: dict[str, list[int]] = {}
    for number, deed in enumerate(_DEEDS):
        for word in deed.words:
            found.setdefault(word, []).append(number)
    return found


def deeds(
    steps: Sequence[Step], together: frozenset[str], purpose: Purpose, text: str, *, is_document: bool = False
) -> Iterator[Seen]:
    """What stands in a program that hardly any honest one holds.

    Args:
        steps: Every step of the program.
        together: All labels of the steps.
        purpose: What the package says that it is for.
        text: The steps, a line each.
        is_document: They stand in a document.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["i = Image.open('a.jpg')", "exec(Image.open('a.jpg').getexif()[270])"]
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [(seen.rule, seen.step.statement.line) for seen in deeds(steps, frozenset(), Purpose(), "\\n".join(lines))]
    [('run-encoded', 1)]
    """
    is_outward: bool | None = None
    words, by_word = frozenset(_words()(text)), _by_word()
    held = {number for word in words for number in by_word.get(word, ())}
    for number in sorted(held):
        deed = _DEEDS[number]
        if is_document and not deed.is_shown:
            continue
        if not deed.labels <= together or (deed.with_words and words.isdisjoint(deed.with_words)):
            continue
        if deed.is_outward:
            is_outward = _leads_outward(steps, purpose) if is_outward is None else is_outward
            if not is_outward:
                continue
        if not all(pattern.search(text) for pattern in deed.beside):
            continue
        places = [found.start() for found in itertools.islice(deed.pattern.finditer(text), _MAX_PLACES)]
        if not places:
            continue
        if deed.unless and purpose.says(deed.unless):
            continue
        for place in places:
            step = steps[min(text.count("\n", 0, place), len(steps) - 1)]
            if (deed.is_said or not is_quoted(step)) and not (deed.but_in and deed.but_in.search(step.statement.path)):
                yield Seen(deed.rule, Severity.BLOCK, step, deed.also)
                break


def _leads_outward(steps: Sequence[Step], purpose: Purpose) -> bool:
    """Whether a step asks or tells a stranger something."""
    away = (step for step in steps if step.urls and not step.labels.isdisjoint(_FETCH | _SEND))
    return any(place_of_step(step, purpose) >= Place.UNKNOWN for step in away)
