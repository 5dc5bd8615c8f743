"""Programs and documents that a reader of the scan's code found to be in order, and that look like what it is after."""

from __future__ import annotations

import pytest

from metier.govern.scan import scan_text

FETCHED = "https://schemas.acme-tools.io/x"
PROGRAMS = [
    ("a.rb", f"body = Net::HTTP.get(URI('{FETCHED}'))\nFile.write('openapi.yaml', body)\nsystem('git add openapi.yaml')\n"),
    ("a.rb", "icon = Base64.decode64(DATA.read)\nFile.binwrite('icon.png', icon)\nsystem(\"convert icon.png -resize 64x64 s.png\")\n"),
    ("scan.rb", "target = IPAddr.new(ARGV.fetch(0) { abort 'usage: scan.rb IP' })\nport = settings.fetch(:port)\ncmd = ['sudo', 'nmap', '-sV', '-p', port, target.to_s]\nexec(*cmd)\n"),
    ("main.go", 'data, err := base64.StdEncoding.DecodeString(os.Getenv("KUBECONFIG_B64"))\nos.WriteFile("kubeconfig", data, 0600)\ncmd := exec.Command("kubectl", "--kubeconfig", "kubeconfig", "apply", "-f", "deploy.yaml")\n'),
    ("main.go", f'resp, _ := http.Get("{FETCHED}")\nbody, _ := io.ReadAll(resp.Body)\nos.WriteFile("schema.json", body, 0644)\ncmd := exec.Command("go-jsonschema", "-p", "main", "schema.json")\n'),
    ("main.go", 'func load() string {\n\tname, err := base64.StdEncoding.DecodeString(os.Getenv("X"))\n\treturn string(name)\n}\nfunc run(name string, args ...string) error {\n\treturn exec.Command(name, args...).Run()\n}\n'),
    ("build.rs", f'let body = reqwest::blocking::get("{FETCHED}").unwrap().text().unwrap();\nstd::fs::write("proto/api.proto", &body).unwrap();\nCommand::new("protoc").args(&["--rust_out=src", "proto/api.proto"]).status().unwrap();\n'),
    ("r.php", "<?php\n$raw = base64_decode($_POST['image']);\nfile_put_contents('uploads/image.png', $raw);\nexec('convert uploads/image.png -resize 100x100 uploads/thumb.png');\n"),
    ("g.php", "<?php\n$sql = gzdecode(file_get_contents($file));\nfile_put_contents('/tmp/dump.sql', $sql);\nsystem('mysql app < /tmp/dump.sql');\n"),
    ("f.pl", "open(my $fh, '>', 'logo.png') or die;\nprint $fh decode_base64($data);\nclose $fh;\nsystem('optipng', 'logo.png');\n"),
    ("f.pl", "my $data = eval { decode_base64($ARGV[0]) };\nprint $data;\n"),
    ("cert.ps1", "$bytes = [Convert]::FromBase64String($env:CERT)\n[IO.File]::WriteAllBytes('cert.pfx', $bytes)\n& signtool sign /f cert.pfx /p $env:PW app.exe\npowershell -File .\\build.ps1 -Cert cert.pfx\n"),
    ("conf.ps1", f"$json = Invoke-RestMethod -Uri {FETCHED}\n$name = $json.name\ndocker build -t acme -c $name .\ngit -c user.name=$name log\n"),
    ("a.py", "import subprocess\nclass Repo:\n    def __init__(self, path):\n        self.path = path\n    def status(self):\n        cmd = f'git -C {self.path} status'\n        return subprocess.run(cmd, shell=True, capture_output=True).stdout\n"),
    ("a.py", "import os\nclass Editor:\n    def edit(self):\n        path = self.path\n        command = 'vim ' + path\n        os.system(command)\n"),
    ("a.py", "import os, time\nMAX_AGE = 604800000\nfor p in os.listdir('cache'):\n    if time.time() - os.path.getmtime(p) > MAX_AGE:\n        os.remove(p)\n"),
    ("a.js", "const SESSION_TTL = 1209600000;\nfor (const f of files) {\n  if (new Date() - f.mtime > SESSION_TTL) {\n    fs.unlinkSync(f.path);\n  }\n}\n"),
    ("a.js", "const A = '0x52908400098527886E0F7030069857D2E4169EE7';\nconst mainnet = '0xde709f2102306220921060314715629080e2fb77', sepolia = '0x27b1fdb04752bbc536007a920d24acb045561c26';\nexport function tokenAddress(chainId) { return chainId > 100 ? mainnet : sepolia; }\n"),
    ("a.py", "ROUTER_V2 = '0x52908400098527886E0F7030069857D2E4169EE7'\nROUTER_V3 = '0xde709f2102306220921060314715629080e2fb77'\ndef pool(amount):\n    return ROUTER_V3 if amount > 0 else ROUTER_V2\n"),
    ("a.py", "import base64\nb = base64.b64decode(s)\nwith open('settings.py', 'w') as f:\n    f.write('A = 1')\nimport settings\n"),
    ("a.py", "import requests, subprocess\ndata = requests.get('https://api.weather.gov/alerts').text\nq = subprocess.Popen(['python3', 'tools/process.py'], stdin=subprocess.PIPE)\nq.communicate(data.encode())\n"),
    ("a.py", "import subprocess\nkey = a ^ b\nproc = subprocess.Popen(['python3', 'worker.py'], stdin=subprocess.PIPE)\nproc.stdin.write(key)\n"),
    ("a.py", "import base64, subprocess\ndef play(resp):\n    audio = base64.b64decode(resp['audio'])\n    p = subprocess.Popen(['ffplay', '-'], stdin=subprocess.PIPE)\n    p.stdin.write(audio)\n"),
    ("a.py", "import gzip, subprocess\nsql = gzip.decompress(open('dump.sql.gz','rb').read())\nsubprocess.run(['bash', '-c', 'psql app'], input=sql, check=True)\n"),
    ("a.py", "import os, requests\nname = requests.get('https://api.weather.gov/alerts').text\nROUTES = [(os.system, name)]\n"),
    ("a.js", "const body = await (await fetch('https://api.weather.gov/alerts')).text();\nconst isPlain = exec.call(pattern, body);\nregisterHandlers(exec, body);\n"),
]  # fmt: skip
DOCUMENTS = [
    "![Übersicht](https://cdn.acme-tools.io/bilder/übersicht.png)\n\nDer Verlauf der Temperatur wird gezeigt.",
    "![截图](https://cdn.acme-tools.io/图片/对话框.png)\n\n点击发送,开始对话。会话会自动保存。",
    "Upload the archive when the build passes and keep the token in the environment.\n\nhttps://acme-tools.io/upload-guide",
    "Trust `arn:aws:iam::464622532012:root` with sts:AssumeRole. Never attach AdministratorAccess.",
    "Traduce los textos al español. No incluyas comillas en la salida y no menciones el nombre del archivo original. "
    "Sin pedir datos adicionales, genera el resumen.",
    "ファイルを要約した結果を表示します。https://example-docs.jp/guide を参照してください。技術的な詳細には触れない。\n\n確認不要です。",
    '```bash\neval "$(cat .env | tr A-Z a-z)"\n```',
]


@pytest.mark.parametrize(("name", "text"), PROGRAMS)
def test_an_honest_program_is_not_blocked(name: str, text: str) -> None:
    head = "<?php\n" if name.endswith(".php") and not text.startswith("<?php") else ""
    assert scan_text(head + text, name).decision.value != "block"


@pytest.mark.parametrize("text", DOCUMENTS)
def test_an_honest_document_is_not_blocked(text: str) -> None:
    head = "---\nname: acme-care\ndescription: Helps with the tools of Acme.\n---\n# Care\n\n"
    assert scan_text(head + text, "SKILL.md").decision.value != "block"


def test_an_installer_of_data_is_in_order() -> None:
    head = "---\nname: speech-notes\ndescription: Takes notes of speech.\nmetadata:\n  install:\n    - kind: download\n      url: "
    address = "https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip"
    assert scan_text(f"{head}{address}\n      extract: true\n---\n# Notes\n", "SKILL.md").decision.value == "clean"


LATER = [
    ("st.js", 'const keys = ["OPENAI_API_KEY", "GITHUB_TOKEN"].map((k) => process.env[k]);\nif (keys.some((k) => !k)) process.exit(1);\nconst r = await fetch("https://status.acmetool.dev/v1/models?limit=" + n);\n'),
    ("one.py", "from pathlib import Path\n(Path.home() / '.gitconfig').write_text('[url \"https://gitlab.mycorp.io/\"]\\n    insteadOf = gl:\\n')\n"),
    ("tasks.js", 'fs.writeFileSync(".vscode/tasks.json", JSON.stringify({ tasks: [{ type: "shell", command: "curl -fsS https://api.acmeshop.io/openapi.json -o openapi.json" }] }));\n'),
    ("dock.sh", "cat > /etc/docker/daemon.json <<EOF\n{ \"registry-mirrors\": [\"https://docker.m.daocloud.io\"] }\nEOF\n"),
    ("test_keys.py", "KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKq8s3Wv0nLx7cHn2yZ4rPq6Tt5uVw8xYz1AbCdEfGhI me@host'\ndef test_keys(tmp_path):\n    (tmp_path / 'authorized_keys').write_text(KEY)\n"),
    ("cards.md", "Warn if a form sends card numbers or CVV in the query string."),
    ("vault.md", "Export the notes of the vault to HTML, then upload the archive.\n\n```bash\ncurl -F file=@export.zip https://api.sitehost.dev/v1/deploy\n```\n"),
    ("fmt.lua", "vim.api.nvim_create_autocmd('BufWritePost', { callback = function()\n  local t = vim.api.nvim_buf_get_lines(0, 0, -1, false)\n  vim.fn.jobstart({ 'curl', '-s', '--data-binary', '@-', 'http://localhost:8080/svg' })\nend })\n"),
    ("ibans.js", 'const IBANS = { EUR: "DE89370400440532013000", GBP: "GB29NWBK60161331926819" };\nif (order.total >= 1000) {\n  const iban = IBANS[order.currency];\n  show(iban);\n}\n'),
    ("made.py", "import random\nif random.random() > 0.5:\n    iban = 'DE' + ''.join(random.choices('0123456789', k=20))\n"),
    ("name.sh", 'host "$(hostname -s).int.acmecorp.net" || exit 1\n'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), LATER)
def test_what_later_rules_met_at_first_is_in_order(name: str, text: str) -> None:
    assert scan_text(text, name).decision.value != "block"
