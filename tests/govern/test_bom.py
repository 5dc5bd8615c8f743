from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from metier.govern.bom import bill_of_materials
from metier.govern.needs import Need, needs_of
from metier.govern.sign import FaultKind, SignatureFault, SignatureReport, SignatureState


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "sum"
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text(
        "---\nname: sum\ndescription: Add numbers.\nlicense: MIT\nmetadata:\n  version: 2.1.0\n---\n"
        "First `pip install pandas==2.2.0 rich`, then `npm install @scope/tool left-pad@1.3.0`.\n"
    )
    (folder / "requirements.txt").write_text(
        "# needs\nrequests>=2.0\nNumPy==2.1.0 ; python_version > '3'\n-r more.txt\n"
    )
    (folder / "scripts" / "add.py").write_text(
        "import os\nimport numpy as np\nfrom yaml import load\nfrom . import x\n"
    )
    (folder / "scripts" / "add.mjs").write_text('import fs from "fs";\nimport { a } from "lodash/fp";\n')
    (folder / "package.json").write_text('{"dependencies": {"chalk": "^5.0.0", "zod": "3.22.0"}}')
    return folder


def components(bill: bytes, kind: str) -> dict[str, dict]:
    return {one["name"]: one for one in json.loads(bill)["components"] if one["type"] == kind}


def test_the_bill_is_valid_cyclonedx_1_6(package: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    for bill in (bill_of_materials(package), bill_of_materials(package, at=datetime(2026, 1, 1, tzinfo=UTC))):
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.decode()) is None


def test_the_same_package_gives_the_same_bytes_and_another_another_number(package: Path) -> None:
    first = bill_of_materials(package)
    assert bill_of_materials(package) == first
    (package / "scripts" / "add.py").write_text("print(1)\n")
    other = bill_of_materials(package)
    assert json.loads(other)["serialNumber"] != json.loads(first)["serialNumber"]


def test_names_that_are_one_to_a_registry_are_one_component(package: Path) -> None:
    (package / "package.json").write_text('{"dependencies": {"JSONStream": "1.3.5", "jsonstream": "1.3.5"}}')
    bill = bill_of_materials(package)
    refs = [one["bom-ref"] for one in json.loads(bill)["components"]]
    assert refs.count("pkg:npm/jsonstream@1.3.5") == 1 and not any(ref.startswith("BomRef") for ref in refs)
    assert bill_of_materials(package) == bill


def test_no_component_is_looked_for_among_all_others(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 10,000 files the library looks through all for each, which took 44 s where 9 s are enough."""
    looked_for: list[object] = []
    monkeypatch.setattr("cyclonedx.model.bom.Bom.register_dependency", lambda bom, target: looked_for.append(target))
    bill = json.loads(bill_of_materials(package))
    assert (looked_for, len(bill["dependencies"])) == ([], len(bill["components"]) + 1)


def test_it_lists_every_file_with_its_digest(package: Path) -> None:
    files = components(bill_of_materials(package), "file")
    assert sorted(files) == ["SKILL.md", "package.json", "requirements.txt", "scripts/add.mjs", "scripts/add.py"]
    assert all(len(file["hashes"][0]["content"]) == 64 for file in files.values())


def test_what_is_no_plain_file_is_named_and_not_left_out_silently(package: Path) -> None:
    number = json.loads(bill_of_materials(package))["serialNumber"]
    (package / "link.md").symlink_to("/etc/passwd")
    assert json.loads(bill_of_materials(package))["serialNumber"] != number
    (package / os.fsdecode(b"odd\xff.md")).write_text("x")
    told = json.loads(bill_of_materials(package))["metadata"]["component"]["properties"]
    found = {(one["name"], one["value"]) for one in told}
    assert {("metier:link", "link.md"), ("metier:name", "odd\\udcff.md")} <= found


def test_it_lists_what_is_needed_from_elsewhere(package: Path) -> None:
    libraries = components(bill_of_materials(package), "library")
    assert {name: one["purl"] for name, one in libraries.items()} == {
        "@scope/tool": "pkg:npm/%40scope/tool",
        "chalk": "pkg:npm/chalk",
        "left-pad": "pkg:npm/left-pad@1.3.0",
        "lodash": "pkg:npm/lodash",
        "numpy": "pkg:pypi/numpy@2.1.0",
        "pandas": "pkg:pypi/pandas@2.2.0",
        "requests": "pkg:pypi/requests",
        "rich": "pkg:pypi/rich",
        "yaml": "pkg:pypi/yaml",
        "zod": "pkg:npm/zod@3.22.0",
    }


def test_it_says_licence_version_and_signature(package: Path) -> None:
    fault = SignatureFault(kind=FaultKind.PLANTED, message="It was not signed.", path="evil.py")
    planted = SignatureReport(state=SignatureState.CONTENT_CHANGED, faults=(fault,), signer="CN=a", files={})
    whole = json.loads(bill_of_materials(package, signature=planted))["metadata"]["component"]
    told = {one["name"]: one["value"] for one in whole["properties"]}
    assert (whole["version"], whole["licenses"]) == ("2.1.0", [{"license": {"name": "MIT"}}])
    assert told["metier:signature"] == "content-changed" and "metier:signer" not in told
    unchecked = json.loads(bill_of_materials(package))["metadata"]["component"]["properties"]
    assert {"name": "metier:signature", "value": "unchecked"} in unchecked


def test_files_that_cannot_be_parsed_name_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def (:")
    (tmp_path / "package.json").write_text("[" * 100_000)
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfe\x00")
    assert needs_of(tmp_path, ["a.py", "package.json", "requirements.txt"]) == []
    (tmp_path / "package.json").write_text('{"dependencies": ["x"]}')
    assert needs_of(tmp_path, ["package.json"]) == []


@pytest.mark.parametrize("name", ["", "/", "@scope/", "@scope/a/b", "a b", "\ud800", "../a"])
def test_what_no_package_can_be_called_is_none(package: Path, name: str) -> None:
    (package / "package.json").write_text(json.dumps({"dependencies": {name: "1.0.0", "JSONStream": "1.3.5"}}))
    (package / "requirements.txt").write_text("https://#\nhttps:///\nhttps://?/\n")
    libraries = components(bill_of_materials(package), "library")
    assert name not in libraries and "JSONStream" in libraries


def test_what_no_registry_has_is_named_by_its_address_and_what_is_no_requirement_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "https://user:secret@x.invalid/w.whl\nbad name==\n-e git+https://x.invalid/a/z.git@v1#egg=zzz\n"
        "torch @ https://x.invalid/torch.whl  # nightly\n-r more.txt\nfile:///x.whl\n./local\n"
        "attrs (==22.1)\nscipy==1.0 \\\n    --hash=sha256:ab\npandas==2.*,>1\n"
    )
    assert needs_of(tmp_path, ["requirements.txt"]) == [
        Need("generic", "torch", address="https://x.invalid/torch.whl"),
        Need("generic", "w.whl", address="https://x.invalid/w.whl"),
        Need("generic", "zzz", address="git+https://x.invalid/a/z.git@v1"),
        Need("pypi", "attrs", "22.1"),
        Need("pypi", "pandas"),
        Need("pypi", "scipy", "1.0"),
    ]


def test_options_files_and_comments_of_an_install_line_are_no_packages(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").write_text(
        "pip install -q rich==1.0 -r requirements.txt -t lib  # for tables\n"
        'Then `uv pip install "httpx[http2]>=0.2" --index-url https://x.invalid/simple`, or pip install attrs.\n'
        "pip install git+https://x.invalid/q.git -e . dist/a.whl\nnpm install -f --registry https://r chalk@1.0.0\n"
    )
    assert needs_of(tmp_path, ["SKILL.md"]) == [
        Need("generic", "q", address="git+https://x.invalid/q.git"),
        Need("npm", "chalk", "1.0.0"),
        Need("pypi", "attrs"),
        Need("pypi", "httpx"),
        Need("pypi", "rich", "1.0"),
    ]


def test_an_address_stands_in_the_bill(package: Path) -> None:
    (package / "requirements.txt").write_text("-e git+https://x.invalid/z.git#egg=zzz\nhttps://x.invalid/w.whl\n")
    libraries = components(bill_of_materials(package), "library")
    assert libraries["zzz"]["purl"] == "pkg:generic/zzz?vcs_url=git%2Bhttps://x.invalid/z.git"
    assert libraries["w.whl"]["purl"] == "pkg:generic/w.whl?download_url=https://x.invalid/w.whl"


@pytest.mark.parametrize("line", ["a" + " " * 100_000 + "!", "a[" + "b," * 50_000, "a" * 100_000 + "!", "a@" * 50_000])
def test_a_line_made_to_be_slow_is_read_like_any_other(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(line)
    (tmp_path / "SKILL.md").write_text(f"pip install {line}")
    needs_of(tmp_path, ["SKILL.md", "requirements.txt"])


def test_a_local_module_is_no_need(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "b.py").write_text("import c\nimport httpx\nimport tools\n")
    (tmp_path / "c.py").write_text("")
    assert needs_of(tmp_path, ["c.py", "tools/b.py"]) == [Need("pypi", "httpx")]


@pytest.mark.parametrize(
    "path", ["requirements.in", "requirements-dev.txt", "requirements/base.in", "requirements/test.txt"]
)
def test_requirements_are_read_under_the_names_that_projects_give_them(path: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("rich~=13.0\n")
    assert [need.name for need in needs_of(tmp_path, [path])] == ["rich"]
