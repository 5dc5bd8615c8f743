"""model-signing 1.1.1 and we read each other's signatures, and say the same of the same packages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates import Party, certify, write_encrypted_key, write_key
from metier.govern.sign import SignatureState, left_out, sign, trust_keys, trust_roots, verify

model_signing = pytest.importorskip("model_signing")
CURVES = (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "sum"
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: sum\ndescription: Add numbers.\n---\nAdd them.\n")
    (folder / "scripts" / "add.py").write_text("print(1 + 1)\n")
    return folder


def hashing(package: Path, **how: object) -> object:
    config = model_signing.hashing.Config().set_ignored_paths(paths=["skill.oms.sig"])
    return getattr(config, str(how.pop("method", "use_file_serialization")))(**how)


def they_verify(package: Path, *, key: Path | None = None, root: Path | None = None) -> bool:
    config = model_signing.verifying.Config()
    if key:
        config.use_elliptic_key_verifier(public_key=key)
    else:
        config.use_certificate_verifier(certificate_chain=[root])
    try:
        config.verify(package, package / "skill.oms.sig")
    except Exception:
        return False
    return True


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_they_verify_what_our_key_signed(package: Path, tmp_path: Path, curve: ec.EllipticCurve) -> None:
    private, public = write_key(tmp_path, "k", curve)
    (package / "scripts" / "add.py").chmod(0o755)
    sign(package, private)
    assert they_verify(package, key=public)
    (package / "SKILL.md").write_text("other")
    assert not they_verify(package, key=public)


def test_both_sign_with_an_encrypted_key(package: Path, tmp_path: Path) -> None:
    private, public = write_encrypted_key(tmp_path, "k", b"open sesame", PrivateFormat.PKCS8)
    sign(package, private, password=b"open sesame")
    assert they_verify(package, key=public)
    config = model_signing.signing.Config().use_elliptic_key_signer(private_key=private, password=b"open sesame")
    config.set_hashing_config(hashing(package)).sign(package, package / "skill.oms.sig")
    assert verify(package, trust_keys(public)).is_verified


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_we_verify_what_their_key_signed(package: Path, tmp_path: Path, curve: ec.EllipticCurve) -> None:
    private, public = write_key(tmp_path, "k", curve)
    config = model_signing.signing.Config().use_elliptic_key_signer(private_key=private)
    config.set_hashing_config(hashing(package)).sign(package, package / "skill.oms.sig")
    assert verify(package, trust_keys(public)).is_verified
    (package / "evil.py").write_text("x")
    assert verify(package, trust_keys(public)).state == SignatureState.CONTENT_CHANGED


def chain(tmp_path: Path, **signer: object) -> tuple[Party, Party, Party]:
    root = certify(tmp_path, "root", authority=True, curve=ec.SECP384R1())
    middle = certify(tmp_path, "middle", issuer=root, authority=True, curve=ec.SECP521R1())
    return root, middle, certify(tmp_path, "leaf", issuer=middle, **signer)  # type: ignore[arg-type]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_they_verify_what_our_certificate_signed(package: Path, tmp_path: Path, curve: ec.EllipticCurve) -> None:
    root, middle, leaf = chain(tmp_path, curve=curve)
    sign(package, leaf.key_path, certificate=leaf.certificate_path, chain=[middle.certificate_path])
    assert they_verify(package, root=root.certificate_path)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_we_verify_what_their_certificate_signed(package: Path, tmp_path: Path, curve: ec.EllipticCurve) -> None:
    root, middle, leaf = chain(tmp_path, curve=curve)
    config = model_signing.signing.Config().use_certificate_signer(
        private_key=leaf.key_path,
        signing_certificate=leaf.certificate_path,
        certificate_chain=[middle.certificate_path, root.certificate_path],
    )
    config.set_hashing_config(hashing(package)).sign(package, package / "skill.oms.sig")
    assert verify(package, trust_roots(root.certificate_path)).is_verified


@pytest.mark.parametrize("shard_size", [1, 7, 1_000])
def test_we_verify_files_that_they_hashed_in_pieces(package: Path, tmp_path: Path, shard_size: int) -> None:
    private, public = write_key(tmp_path, "k")
    config = model_signing.signing.Config().use_elliptic_key_signer(private_key=private)
    shards = hashing(package, method="use_shard_serialization", shard_size=shard_size)
    config.set_hashing_config(shards).sign(package, package / "skill.oms.sig")
    assert verify(package, trust_keys(public)).is_verified
    (package / "scripts" / "add.py").write_text("print(1 + 2)\n")
    report = verify(package, trust_keys(public))
    assert [(fault.kind.value, fault.path) for fault in report.faults] == [("changed", "scripts/add.py")]


def change(package: Path) -> None:
    (package / "SKILL.md").write_text("other")


def plant(package: Path) -> None:
    (package / "evil.py").write_text("x")


def remove(package: Path) -> None:
    (package / "scripts" / "add.py").unlink()


def rename(package: Path) -> None:
    (package / "SKILL.md").rename(package / "skill.md")


def link(package: Path) -> None:
    (package / "scripts" / "link").symlink_to("add.py")


def ignore(package: Path) -> None:
    (package / ".gitignore").write_text("*.pyc")


def empty_folder(package: Path) -> None:
    (package / "assets").mkdir()


def pipe(package: Path) -> None:
    os.mkfifo(package / "pipe")


@pytest.mark.parametrize("tamper", [change, plant, remove, rename, link, ignore, empty_folder, pipe])
def test_both_say_the_same_of_a_package_that_was_tampered_with(
    package: Path, tmp_path: Path, tamper: Callable[[Path], None]
) -> None:
    private, public = write_key(tmp_path, "k")
    sign(package, private)
    tamper(package)
    assert verify(package, trust_keys(public)).is_verified == they_verify(package, key=public)


@pytest.mark.parametrize("place", [".git/hooks/evil", ".github/evil.yml"])
def test_they_pass_what_is_planted_where_the_signer_did_not_look_and_we_refuse_it(
    package: Path, tmp_path: Path, place: str
) -> None:
    private, public = write_key(tmp_path, "k")
    sign(package, private)
    (package / place).parent.mkdir(parents=True)
    (package / place).write_text("evil")
    assert they_verify(package, key=public)
    assert verify(package, trust_keys(public)).state == SignatureState.CONTENT_CHANGED


def checkout(package: Path) -> None:
    """What lies in a package that is kept with git."""
    for path in (".git/config", ".git/hooks/pre-commit.sample", ".github/workflows/test.yml", ".gitattributes"):
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text("x")


def by_us(package: Path, private: Path) -> None:
    sign(package, private)


def by_them(package: Path, private: Path) -> None:
    config = model_signing.signing.Config().use_elliptic_key_signer(private_key=private)
    config.set_hashing_config(hashing(package)).sign(package, package / "skill.oms.sig")


@pytest.mark.parametrize("signed_by", [by_us, by_them])
def test_what_was_signed_in_a_checkout_verifies_there_and_where_it_is_handed_on(
    package: Path, tmp_path: Path, signed_by: Callable[[Path, Path], None]
) -> None:
    private, public = write_key(tmp_path, "k")
    checkout(package)
    signed_by(package, private)
    (package / ".git" / "index").write_text("later")
    trust = trust_keys(public)
    assert left_out(package) == [".git", ".github"]
    assert they_verify(package, key=public)
    assert [fault.path for fault in verify(package, trust).faults] == [".git/config", ".github/workflows/test.yml"]
    passed = verify(package, trust, ignore_git_paths=True)
    assert passed.is_verified and passed.notes[0] == ".git is not covered by the signature."
    copy = tmp_path / "copy" / "sum"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns(".git", ".github"))
    assert they_verify(copy, key=public) and verify(copy, trust).is_verified
    plant(package)
    assert not they_verify(package, key=public)
    assert not verify(package, trust, ignore_git_paths=True).is_verified


def good(tmp_path: Path) -> tuple[Party, Party, Party]:
    return chain(tmp_path)


def not_for_signing(tmp_path: Path) -> tuple[Party, Party, Party]:
    return chain(tmp_path, digital_signature=False)


def for_code(tmp_path: Path) -> tuple[Party, Party, Party]:
    return chain(tmp_path, digital_signature=False, purposes=[ExtendedKeyUsageOID.CODE_SIGNING])


def no_authority(tmp_path: Path) -> tuple[Party, Party, Party]:
    root = certify(tmp_path, "root", authority=True)
    middle = certify(tmp_path, "middle", issuer=root)
    return root, middle, certify(tmp_path, "leaf", issuer=middle)


def may_not_certify(tmp_path: Path) -> tuple[Party, Party, Party]:
    root = certify(tmp_path, "root", authority=True)
    middle = certify(tmp_path, "middle", issuer=root, authority=True, key_cert_sign=False)
    return root, middle, certify(tmp_path, "leaf", issuer=middle)


def too_long(tmp_path: Path) -> tuple[Party, Party, Party]:
    root = certify(tmp_path, "root", authority=True, path_length=0)
    middle = certify(tmp_path, "middle", issuer=root, authority=True)
    return root, middle, certify(tmp_path, "leaf", issuer=middle)


def just_long_enough(tmp_path: Path) -> tuple[Party, Party, Party]:
    root = certify(tmp_path, "root", authority=True, path_length=1)
    middle = certify(tmp_path, "middle", issuer=root, authority=True, path_length=0)
    return root, middle, certify(tmp_path, "leaf", issuer=middle)


def other_root(tmp_path: Path) -> tuple[Party, Party, Party]:
    (tmp_path / "other").mkdir()
    _, middle, leaf = chain(tmp_path)
    return certify(tmp_path / "other", "root", authority=True), middle, leaf


def unknown_critical(tmp_path: Path) -> tuple[Party, Party, Party]:
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    root = certify(tmp_path, "root", authority=True)
    middle = certify(tmp_path, "middle", issuer=root, authority=True, more=[(strange, True)])
    return root, middle, certify(tmp_path, "leaf", issuer=middle)


@pytest.mark.parametrize(
    ("made", "verifies"),
    [
        (good, True),
        (for_code, True),
        (just_long_enough, True),
        (not_for_signing, False),
        (no_authority, False),
        (may_not_certify, False),
        (too_long, False),
        (other_root, False),
        (unknown_critical, False),
    ],
)
def test_both_say_the_same_of_a_chain(
    package: Path, tmp_path: Path, made: Callable[[Path], tuple[Party, Party, Party]], verifies: bool
) -> None:
    root, middle, leaf = made(tmp_path)
    sign(package, leaf.key_path, certificate=leaf.certificate_path, chain=[middle.certificate_path])
    assert they_verify(package, root=root.certificate_path) is verifies
    assert verify(package, trust_roots(root.certificate_path)).is_verified is verifies
