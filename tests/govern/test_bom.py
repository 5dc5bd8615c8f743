from __future__ import annotations

import json
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


def test_it_lists_every_file_with_its_digest(package: Path) -> None:
    files = components(bill_of_materials(package), "file")
    assert sorted(files) == ["SKILL.md", "package.json", "requirements.txt", "scripts/add.mjs", "scripts/add.py"]
    assert all(len(file["hashes"][0]["content"]) == 64 for file in files.values())


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


def test_a_local_module_is_no_need(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "b.py").write_text("import c\nimport httpx\nimport tools\n")
    (tmp_path / "c.py").write_text("")
    assert needs_of(tmp_path, ["c.py", "tools/b.py"]) == [Need("pypi", "httpx")]
