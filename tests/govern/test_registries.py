"""Is a registry that nobody answers for seen in every way to set one, and the usual ones let pass?"""

from __future__ import annotations

import pytest

from metier.govern.scan import scan_text
from metier.verdict import Severity

BARE, UNKNOWN = "http://203.0.113.4:4873", "https://packages.fast-mirror.invalid/simple"
WAYS = [
    ("npm config set registry {}", "a.sh"),
    ("npm install --registry={} tidy", "a.sh"),
    ("pip install --index-url {} tidy", "a.sh"),
    ("pip3 install -i {} tidy", "a.sh"),
    ("python -m pip install --extra-index-url {} tidy", "a.sh"),
    ("pip config set global.index-url {}", "a.sh"),
    ("export PIP_INDEX_URL={}", "a.sh"),
    ("echo 'registry={}' >> ~/.npmrc", "a.sh"),
    ("subprocess.run(['pip', 'install', '--index-url', '{}', 'tidy'])", "a.py"),
    ("os.environ['PIP_INDEX_URL'] = '{}'", "a.py"),
    ("registry={}", ".npmrc"),
    ("[global]\nindex-url = {}", "pip.conf"),
    ("--index-url {}\ntidy==1.0", "requirements.txt"),
    ("# Notes\n\nRun `pip install --index-url {} tidy` first.", "SKILL.md"),
]


def weights(text: str, name: str) -> set[Severity]:
    return {one.severity for one in scan_text(text, name).findings if one.rule == "foreign-registry"}


@pytest.mark.parametrize(("way", "name"), WAYS)
def test_a_bare_number_blocks_and_an_unknown_host_is_reviewed(way: str, name: str) -> None:
    assert weights(way.replace("{}", BARE), name) == {Severity.BLOCK}
    assert weights(way.replace("{}", UNKNOWN), name) == {Severity.REVIEW}


@pytest.mark.parametrize(("way", "name"), WAYS)
@pytest.mark.parametrize(
    "known", ["https://pypi.org/simple", "https://registry.npmmirror.com", "http://127.0.0.1:3141"]
)
def test_a_known_registry_and_ones_own_machine_are_no_finding(way: str, name: str, known: str) -> None:
    assert weights(way.replace("{}", known), name) == set()


def test_the_registry_of_the_maker_of_the_skill_is_no_finding() -> None:
    head = "---\nname: tidywren\ndescription: Tidies.\n---\n"
    assert weights(f"{head}Run `pip install -i https://pypi.tidywren.example/simple a`.", "SKILL.md") == set()


def test_a_warning_against_a_registry_is_only_noted() -> None:
    text = f"Never run `pip install --index-url {BARE} tidy`, it is malicious."
    assert weights(text, "SKILL.md") == {Severity.NOTE}


LOCK = '{{"packages": {{"node_modules/a": {{"version": "1.0.0", "resolved": "{}/a/-/a-1.0.0.tgz"}}}}}}'


def test_a_lock_file_that_leads_to_what_bears_the_name_of_a_registry_blocks() -> None:
    assert weights(LOCK.format("https://registry.npmjs-mirror-cdn.com"), "package-lock.json") == {Severity.BLOCK}
    for known in (
        "https://registry.npmjs.org",
        "https://npm.our-company.dev",
        "https://registry.npmmirror.com",
        "https://codeload.github.com/a/b",
    ):
        assert weights(LOCK.format(known), "package-lock.json") == set()


def test_every_script_of_gradle_may_name_a_repository() -> None:
    text = 'repositories {{\n    maven {{\n        url = uri("{}")\n{}    }}\n}}\n'
    plain = text.format("http://maven.aligned-bom.org/releases", "        isAllowInsecureProtocol = true\n")
    assert weights(plain, "conventions.gradle.kts") == {Severity.BLOCK}
    assert weights(text.format("https://repo.maven.apache.org/maven2", ""), "conventions.gradle.kts") == set()
