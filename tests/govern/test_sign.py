"""Signatures of our own: what is refused, and that every fault is told."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates import END, START, Party, certify, write_encrypted_key, write_key
from metier.errors import ConfigError, PackageError
from metier.govern.sign import SignatureReport, SignatureState, Trust, sign, trust_keys, trust_roots, verify
from metier.govern.sign.bundle import read_bundle, write_bundle
from metier.govern.sign.chain import chain_faults
from metier.govern.sign.statement import Manifest, read_statement, write_statement
from metier.govern.sign.write import _private_key, _signature

CURVES = (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "sum"
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: sum\ndescription: Add numbers.\n---\nAdd them.\n")
    (folder / "scripts" / "add.py").write_text("print(1 + 1)\n")
    return folder


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return write_key(tmp_path, "signer")


@pytest.fixture
def signed(package: Path, keys: tuple[Path, Path]) -> Path:
    sign(package, keys[0])
    return package


@pytest.fixture
def trust(keys: tuple[Path, Path]) -> Trust:
    return trust_keys(keys[1])


def faults(report: SignatureReport) -> list[tuple[str, str]]:
    return [(fault.kind.value, fault.path) for fault in report.faults]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_what_a_key_signs_verifies_under_its_public_key(package: Path, tmp_path: Path, curve: ec.EllipticCurve) -> None:
    private, public = write_key(tmp_path, "k", curve)
    sign(package, private)
    report = verify(package, trust_keys(public))
    assert (report.state, report.faults) == (SignatureState.VERIFIED, ())
    assert sorted(report.files) == ["SKILL.md", "scripts/add.py"]


def test_the_same_package_and_key_give_the_same_bytes(package: Path, keys: tuple[Path, Path]) -> None:
    first = sign(package, keys[0]).read_bytes()
    assert sign(package, keys[0]).read_bytes() == first


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_key_signs_with_its_password_alone(package: Path, tmp_path: Path, form: PrivateFormat) -> None:
    private, public = write_encrypted_key(tmp_path, "locked", b"open sesame", form)
    with pytest.raises(ConfigError, match="is encrypted, and no password was given") as told:
        sign(package, private)
    assert "--password-env" in told.value.hint
    with pytest.raises(ConfigError, match="The password does not open"):
        sign(package, private, password=b"open barley")
    sign(package, private, password=b"open sesame")
    assert verify(package, trust_keys(public)).is_verified


def test_a_key_that_lies_in_the_package_does_not_sign_it(package: Path, keys: tuple[Path, Path]) -> None:
    inside = keys[0].rename(package / "signer.pem")
    (link := package.parent / "link.pem").symlink_to(inside)
    for key in (inside, link):
        with pytest.raises(ConfigError, match="lies in the package, and would be given away with it"):
            sign(package, key)
    assert not (package / "skill.oms.sig").exists()


def test_a_password_for_a_key_without_one_is_told(package: Path, keys: tuple[Path, Path]) -> None:
    with pytest.raises(ConfigError, match="which has none"):
        sign(package, keys[0], password=b"open sesame")


def test_every_fault_is_told_and_not_the_first_alone(signed: Path, trust: Trust) -> None:
    (signed / "SKILL.md").write_text("other")
    (signed / "scripts" / "add.py").rename(signed / "scripts" / "sum.py")
    (signed / "evil.py").write_text("print()")
    (signed / "link").symlink_to("/etc/passwd")
    report = verify(signed, trust)
    assert report.state == SignatureState.CONTENT_CHANGED
    assert faults(report) == [
        ("link", "link"),
        ("changed", "SKILL.md"),
        ("planted", "evil.py"),
        ("renamed", "scripts/sum.py"),
    ]


@pytest.mark.parametrize(
    "place",
    ["evil.py", "scripts/evil.py", ".hidden", ".github/workflows/evil.yml", ".git/hooks/post-checkout", "model.sig"],
)
def test_a_planted_file_is_refused_wherever_it_lies(signed: Path, trust: Trust, place: str) -> None:
    (signed / place).parent.mkdir(parents=True, exist_ok=True)
    (signed / place).write_text("evil")
    report = verify(signed, trust)
    assert report.state == SignatureState.CONTENT_CHANGED
    assert [path for _, path in faults(report)] == [place]


def test_git_s_own_text_is_told_and_not_refused_unless_it_may_run(signed: Path, trust: Trust) -> None:
    (signed / ".gitignore").write_text("*.pyc\n")
    report = verify(signed, trust)
    assert report.is_verified and report.notes == (".gitignore is not covered by the signature.",)
    (signed / ".gitignore").chmod(0o755)
    assert faults(verify(signed, trust)) == [("not-covered", ".gitignore")]


def test_only_git_s_own_paths_may_be_ignored(signed: Path, trust: Trust, keys: tuple[Path, Path]) -> None:
    manifest = read_statement(read_bundle((signed / "skill.oms.sig").read_bytes()).payload)[0]
    files = {"SKILL.md": manifest.files["SKILL.md"]}
    resign(signed, keys[0], write_statement(Manifest(name="sum", files=files, ignored=("scripts", "skill.oms.sig"))))
    assert faults(verify(signed, trust, ignore_git_paths=True)) == [("not-covered", "scripts/add.py")]


def test_a_link_is_refused_even_when_it_leads_to_the_signed_bytes(signed: Path, trust: Trust, tmp_path: Path) -> None:
    shutil.move(signed / "scripts" / "add.py", tmp_path / "add.py")
    (signed / "scripts" / "add.py").symlink_to(tmp_path / "add.py")
    assert ("link", "scripts/add.py") in faults(verify(signed, trust))


def test_a_linked_folder_is_refused_and_not_entered(signed: Path, trust: Trust, tmp_path: Path) -> None:
    shutil.move(signed / "scripts", tmp_path / "elsewhere")
    (signed / "scripts").symlink_to(tmp_path / "elsewhere")
    assert faults(verify(signed, trust)) == [("link", "scripts"), ("missing", "scripts/add.py")]


def test_a_linked_package_or_signature_is_refused(signed: Path, trust: Trust, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(signed)
    with pytest.raises(PackageError, match="linked"):
        verify(tmp_path / "linked", trust)
    shutil.move(signed / "skill.oms.sig", tmp_path / "s.sig")
    (signed / "skill.oms.sig").symlink_to(tmp_path / "s.sig")
    assert verify(signed, trust).state == SignatureState.MALFORMED


def test_a_pipe_is_refused_and_not_opened(signed: Path, trust: Trust) -> None:
    os.mkfifo(signed / "pipe")
    assert faults(verify(signed, trust)) == [("special", "pipe")]


def test_a_name_that_does_not_show_is_refused(signed: Path, trust: Trust) -> None:
    (signed / "a\u200bb").write_text("x")
    assert [kind for kind, _ in faults(verify(signed, trust))] == ["special"]


def test_a_file_that_became_executable_is_refused(signed: Path, trust: Trust) -> None:
    (signed / "scripts" / "add.py").chmod(0o755)
    assert faults(verify(signed, trust)) == [("mode", "scripts/add.py")]


def test_a_file_that_runs_as_another_user_is_refused(package: Path, keys: tuple[Path, Path], trust: Trust) -> None:
    (package / "scripts" / "add.py").chmod(0o755)
    sign(package, keys[0])
    assert verify(package, trust).is_verified
    (package / "scripts" / "add.py").chmod(0o4755)
    assert faults(verify(package, trust)) == [("mode", "scripts/add.py")]


def test_a_package_without_a_signature_is_unsigned(package: Path, trust: Trust) -> None:
    assert verify(package, trust).state == SignatureState.UNSIGNED


def test_a_signature_may_lie_elsewhere(package: Path, keys: tuple[Path, Path], trust: Trust, tmp_path: Path) -> None:
    path = sign(package, keys[0], signature=tmp_path / "sum.sig")
    assert verify(package, trust, signature=path).is_verified
    assert verify(package, trust).state == SignatureState.UNSIGNED


@pytest.mark.parametrize(
    "place", ["sum/SKILL.md", "sum/../signer.key", "notes.txt", "sum/skill.oms.sig", "empty", "sum"]
)
def test_only_an_earlier_signature_is_written_over(package: Path, tmp_path: Path, place: str) -> None:
    private, _ = write_key(tmp_path, "signer")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "empty").touch()
    (package / "skill.oms.sig").write_text('{"mediaType": "text"}')
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match="an earlier signature"):
        sign(package, private, signature=tmp_path / place)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_link_is_not_written_over_and_a_signature_is(signed: Path, keys: tuple[Path, Path], trust: Trust) -> None:
    (signed.parent / "linked").symlink_to(signed / "skill.oms.sig")
    with pytest.raises(ConfigError, match="an earlier signature"):
        sign(signed, keys[0], signature=signed.parent / "linked")
    (signed / "SKILL.md").write_text("other")
    sign(signed, keys[0])
    assert verify(signed, trust).is_verified


def test_another_key_is_not_trusted(signed: Path, tmp_path: Path) -> None:
    _, other = write_key(tmp_path, "other")
    assert verify(signed, trust_keys(other)).state == SignatureState.UNTRUSTED_KEY
    assert verify(signed, trust_roots(certify(tmp_path, "root", authority=True).certificate_path)).state == (
        SignatureState.UNTRUSTED_KEY
    )


def test_a_stranger_s_signature_is_refused_under_a_stolen_key_hint(signed: Path, trust: Trust, tmp_path: Path) -> None:
    ours = read_bundle((signed / "skill.oms.sig").read_bytes())
    private, _ = write_key(tmp_path, "other")
    sign(signed, private)
    theirs = json.loads((signed / "skill.oms.sig").read_text())
    theirs["verificationMaterial"]["publicKey"]["hint"] = ours.hint
    (signed / "skill.oms.sig").write_text(json.dumps(theirs))
    assert verify(signed, trust).state == SignatureState.BAD_SIGNATURE


def test_a_changed_statement_is_a_bad_signature(signed: Path, trust: Trust) -> None:
    bundle = json.loads((signed / "skill.oms.sig").read_text())
    payload = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    payload["subject"][0]["name"] = "other"
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    (signed / "skill.oms.sig").write_text(json.dumps(bundle))
    assert verify(signed, trust).state == SignatureState.BAD_SIGNATURE


def resign(package: Path, key: Path, payload: bytes) -> None:
    """Sign another statement with the same key: even who is trusted must not say such things."""
    private = _private_key(key, None)
    old = read_bundle((package / "skill.oms.sig").read_bytes())
    new = type(old)(payload=payload, signature=_signature(private, payload), hint=old.hint)
    (package / "skill.oms.sig").write_bytes(write_bundle(new))


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", "./SKILL.md", "a//b", "a\\b", "", "a\x00b"])
def test_a_path_that_leads_outside_is_refused(
    signed: Path, trust: Trust, keys: tuple[Path, Path], path: str, tmp_path: Path
) -> None:
    (tmp_path / "outside").write_text("x")
    resign(signed, keys[0], write_statement(Manifest(name="sum", files={path: "0" * 64})))
    report = verify(signed, trust)
    assert report.state == SignatureState.MALFORMED
    assert faults(report)[0] == ("path", path)


def edited(signed: Path, edit: object) -> bytes:
    payload = json.loads(read_bundle((signed / "skill.oms.sig").read_bytes()).payload)
    edit(payload)  # type: ignore[operator]
    return json.dumps(payload).encode()


def twice(payload: dict) -> None:
    payload["predicate"]["resources"].append(payload["predicate"]["resources"][0])


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (twice, "duplicate"),
        (lambda p: p["predicate"]["resources"].pop(), "statement"),
        (lambda p: p["subject"].append(p["subject"][0]), "statement"),
        (lambda p: p.pop("predicate"), "statement"),
        (lambda p: p.update(_type="x"), "statement"),
        (lambda p: p.update(predicateType="x"), "statement"),
        (lambda p: p["predicate"]["serialization"].update(method="tensors"), "statement"),
        (lambda p: p["predicate"]["serialization"].update(method="shards", shard_size=math.inf), "statement"),
        (lambda p: p["predicate"]["resources"][0].update(algorithm="md5"), "statement"),
        (lambda p: p["predicate"]["resources"][0].update(digest="zz"), "statement"),
    ],
)
def test_a_statement_that_does_not_agree_with_itself_is_malformed(
    signed: Path, trust: Trust, keys: tuple[Path, Path], edit: object, kind: str
) -> None:
    resign(signed, keys[0], edited(signed, edit))
    report = verify(signed, trust)
    assert report.state == SignatureState.MALFORMED
    assert kind in {k for k, _ in faults(report)}


def test_nobody_makes_a_verifier_hash_a_file_in_more_pieces_than_are_listed(
    signed: Path, trust: Trust, keys: tuple[Path, Path]
) -> None:
    (signed / "big.bin").write_bytes(bytes(2 << 20))
    empty = {"sha256": hashlib.sha256().hexdigest()}

    def sharded(payload: dict) -> None:
        payload["predicate"]["serialization"].update(method="shards", shard_size=1)
        payload["predicate"]["resources"], payload["subject"][0]["digest"] = [], empty

    resign(signed, keys[0], edited(signed, sharded))
    began = time.perf_counter()
    assert ("planted", "big.bin") in faults(verify(signed, trust))
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("ignored", [".", "", "..", "/", "scripts", "scripts/add.py", "../sum/evil.py"])
def test_what_the_signer_leaves_out_is_refused_too(
    signed: Path, trust: Trust, keys: tuple[Path, Path], ignored: str
) -> None:
    files = {
        "SKILL.md": read_statement(read_bundle((signed / "skill.oms.sig").read_bytes()).payload)[0].files["SKILL.md"]
    }
    resign(signed, keys[0], write_statement(Manifest(name="sum", files=files, ignored=(ignored, "skill.oms.sig"))))
    report = verify(signed, trust)
    assert report.state == SignatureState.CONTENT_CHANGED
    assert [path for _, path in faults(report)] == ["scripts/add.py"]


def test_a_hash_that_is_not_known_is_unsupported(signed: Path, trust: Trust, keys: tuple[Path, Path]) -> None:
    payload = write_statement(Manifest(name="sum", files={"SKILL.md": "0" * 64}, algorithm="blake3"))
    resign(signed, keys[0], payload)
    assert verify(signed, trust).state == SignatureState.UNSUPPORTED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"mediaType": 1, "mediaType": 2}',
        b"[" * 100_000,
        b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}',
    ],
)
def test_a_signature_that_is_none_is_malformed(signed: Path, trust: Trust, content: bytes) -> None:
    (signed / "skill.oms.sig").write_bytes(content)
    assert verify(signed, trust).state == SignatureState.MALFORMED


def test_two_signatures_in_one_bundle_are_malformed(signed: Path, trust: Trust) -> None:
    bundle = json.loads((signed / "skill.oms.sig").read_text())
    bundle["dsseEnvelope"]["signatures"] *= 2
    (signed / "skill.oms.sig").write_text(json.dumps(bundle))
    assert verify(signed, trust).state == SignatureState.MALFORMED


def test_a_key_that_stands_twice_is_malformed(signed: Path, trust: Trust) -> None:
    text = (signed / "skill.oms.sig").read_text()
    (signed / "skill.oms.sig").write_text(text.replace('{"mediaType"', '{"mediaType": "x", "mediaType"', 1))
    assert verify(signed, trust).state == SignatureState.MALFORMED


def test_a_package_with_a_link_is_not_signed(package: Path, keys: tuple[Path, Path]) -> None:
    (package / "link").symlink_to("SKILL.md")
    with pytest.raises(PackageError, match=r"'link' \(link\)"):
        sign(package, keys[0])
    assert not (package / "skill.oms.sig").exists()


# Certificates.


@pytest.fixture
def root(tmp_path: Path) -> Party:
    return certify(tmp_path, "root", authority=True)


def chain(tmp_path: Path, root: Party, **signer: object) -> tuple[Party, Party]:
    middle = certify(tmp_path, "middle", issuer=root, authority=True)
    return middle, certify(tmp_path, "signer-certificate", issuer=middle, **signer)  # type: ignore[arg-type]


def signed_with(package: Path, signer: Party, *others: Party) -> Path:
    sign(
        package,
        signer.key_path,
        certificate=signer.certificate_path,
        chain=[other.certificate_path for other in others],
    )
    return package


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_chain_to_a_trusted_root_verifies(package: Path, tmp_path: Path, root: Party, curve: object) -> None:
    middle, signer = chain(tmp_path, root, curve=curve)
    report = verify(signed_with(package, signer, middle, root), trust_roots(root.certificate_path))
    assert (report.state, report.signer, report.faults) == (SignatureState.VERIFIED, "CN=signer-certificate", ())


def test_a_chain_to_another_root_is_untrusted_though_the_root_has_the_same_name(
    package: Path, tmp_path: Path, root: Party
) -> None:
    (tmp_path / "other").mkdir()
    other = certify(tmp_path / "other", "root", authority=True)
    middle, signer = chain(tmp_path, root)
    (signed_with(package, signer, middle, root) / "evil.py").write_text("x")
    report = verify(package, trust_roots(other.certificate_path))
    assert report.state == SignatureState.UNTRUSTED_ROOT
    assert faults(report) == [("untrusted-root", ""), ("planted", "evil.py")]


def same_name_and_key(party: Party, number: int) -> list[x509.Certificate]:
    """Certificates that all issue each other."""
    builder = x509.CertificateBuilder().subject_name(party.certificate.subject).issuer_name(party.certificate.subject)
    builder = builder.public_key(party.key.public_key()).not_valid_before(START).not_valid_after(END)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return [builder.serial_number(x509.random_serial_number()).sign(party.key, hashes.SHA256()) for _ in range(number)]


def test_certificates_that_issue_each_other_are_given_up_soon(tmp_path: Path, root: Party) -> None:
    mallory = certify(tmp_path, "mallory", authority=True)
    signer = certify(tmp_path, "signer-certificate", issuer=mallory)
    others, began = same_name_and_key(mallory, 15), time.process_time()
    [fault] = chain_faults(signer.certificate, others, [root.certificate])
    assert fault.kind.value == "untrusted-root" and "too many ways" in fault.message
    assert time.process_time() - began < 5


def test_a_root_is_found_among_certificates_that_issue_each_other(tmp_path: Path, root: Party) -> None:
    middle, signer = chain(tmp_path, root)
    others = [*same_name_and_key(middle, 14), middle.certificate]
    assert chain_faults(signer.certificate, others, [root.certificate]) == []


def test_a_chain_with_a_gap_is_untrusted(package: Path, tmp_path: Path, root: Party) -> None:
    _, signer = chain(tmp_path, root)
    assert verify(signed_with(package, signer), trust_roots(root.certificate_path)).state == (
        SignatureState.UNTRUSTED_ROOT
    )


def test_a_self_signed_certificate_that_came_along_is_no_root(package: Path, tmp_path: Path, root: Party) -> None:
    mallory = certify(tmp_path, "mallory", authority=True)
    assert verify(signed_with(package, mallory, mallory), trust_roots(root.certificate_path)).state == (
        SignatureState.UNTRUSTED_ROOT
    )


def test_a_signer_that_is_itself_the_trusted_root_verifies(package: Path, tmp_path: Path) -> None:
    own = certify(tmp_path, "own")
    assert verify(signed_with(package, own), trust_roots(own.certificate_path)).is_verified


def test_an_issuer_that_is_no_authority_is_refused(package: Path, tmp_path: Path, root: Party) -> None:
    plain = certify(tmp_path, "plain", issuer=root)
    signer = certify(tmp_path, "s", issuer=plain)
    report = verify(signed_with(package, signer, plain), trust_roots(root.certificate_path))
    assert report.state == SignatureState.INVALID_CHAIN
    assert [k for k, _ in faults(report)] == ["chain", "chain"]  # no authority, and may not sign certificates


def test_an_authority_that_may_not_sign_certificates_is_refused(package: Path, tmp_path: Path, root: Party) -> None:
    middle = certify(tmp_path, "m", issuer=root, authority=True, key_cert_sign=False)
    signer = certify(tmp_path, "s", issuer=middle)
    report = verify(signed_with(package, signer, middle), trust_roots(root.certificate_path))
    assert [fault.message for fault in report.faults] == ["The certificate of 'CN=m' may not sign certificates."]


def test_a_path_longer_than_allowed_is_refused(package: Path, tmp_path: Path) -> None:
    root = certify(tmp_path, "r", authority=True, path_length=0)
    middle = certify(tmp_path, "m", issuer=root, authority=True)
    signer = certify(tmp_path, "s", issuer=middle)
    report = verify(signed_with(package, signer, middle), trust_roots(root.certificate_path))
    assert report.state == SignatureState.INVALID_CHAIN
    direct = certify(tmp_path, "d", issuer=root)
    assert verify(signed_with(package, direct), trust_roots(root.certificate_path)).is_verified


def test_validity_counts_when_the_signer_began_and_at_any_time_one_asks(
    package: Path, tmp_path: Path, root: Party
) -> None:
    middle = certify(tmp_path, "m", issuer=root, authority=True, end=datetime(2027, 1, 1, tzinfo=UTC))
    early = certify(tmp_path, "e", issuer=middle, start=datetime(2026, 6, 1, tzinfo=UTC))
    late = certify(tmp_path, "l", issuer=middle, start=datetime(2028, 6, 1, tzinfo=UTC))
    trust = trust_roots(root.certificate_path)
    assert verify(signed_with(package, early, middle), trust).is_verified
    report = verify(package, trust, at=datetime(2030, 1, 1, tzinfo=UTC))
    assert (report.state, faults(report)) == (SignatureState.INVALID_CHAIN, [("validity", "")])
    assert verify(package, trust, at=datetime(2030, 1, 1)) == report
    assert verify(signed_with(package, late, middle), trust).state == SignatureState.INVALID_CHAIN


@pytest.mark.parametrize(
    ("usage", "purposes", "may_sign"),
    [
        (True, [], True),
        (False, [], False),
        (False, [ExtendedKeyUsageOID.CODE_SIGNING], True),
        (True, [ExtendedKeyUsageOID.CODE_SIGNING], True),
        (True, [ExtendedKeyUsageOID.SERVER_AUTH], False),
        (True, [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], True),
    ],
)
def test_a_certificate_signs_what_it_is_for(
    package: Path, tmp_path: Path, root: Party, usage: bool, purposes: list[x509.ObjectIdentifier], may_sign: bool
) -> None:
    middle, signer = chain(tmp_path, root, digital_signature=usage, purposes=purposes)
    report = verify(signed_with(package, signer, middle), trust_roots(root.certificate_path))
    assert report.is_verified == may_sign
    assert may_sign or faults(report) == [("purpose", "")]


def test_a_critical_extension_that_is_not_understood_is_refused(package: Path, tmp_path: Path, root: Party) -> None:
    limits = x509.NameConstraints(permitted_subtrees=[x509.DNSName("a.example")], excluded_subtrees=None)
    middle = certify(tmp_path, "m", issuer=root, authority=True, more=[(limits, True)])
    signer = certify(tmp_path, "s", issuer=middle)
    report = verify(signed_with(package, signer, middle), trust_roots(root.certificate_path))
    assert report.state == SignatureState.INVALID_CHAIN


def test_a_signature_by_another_key_than_the_certificate_s_is_bad(
    package: Path, tmp_path: Path, root: Party, keys: tuple[Path, Path]
) -> None:
    middle, signer = chain(tmp_path, root)
    envelope = read_bundle((signed_with(package, signer, middle) / "skill.oms.sig").read_bytes())
    forged = _signature(_private_key(keys[0], None), envelope.payload)
    bundle = type(envelope)(payload=envelope.payload, signature=forged, certificates=envelope.certificates)
    (package / "skill.oms.sig").write_bytes(write_bundle(bundle))
    assert verify(package, trust_roots(root.certificate_path)).state == SignatureState.BAD_SIGNATURE


def test_a_certificate_is_of_the_key_that_signs(package: Path, root: Party, keys: tuple[Path, Path]) -> None:
    with pytest.raises(ConfigError, match="another key"):
        sign(package, keys[0], certificate=root.certificate_path)


def test_only_the_curves_of_the_standard_are_used(tmp_path: Path, package: Path) -> None:
    private, public = write_key(tmp_path, "k1", ec.SECP256K1())
    with pytest.raises(ConfigError, match="secp256k1"):
        sign(package, private)
    with pytest.raises(ConfigError, match="secp256k1"):
        trust_keys(public)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    (tmp_path / "rsa.pub").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ConfigError, match="P-256"):
        trust_keys(tmp_path / "rsa.pub")


def test_trust_wants_a_root(tmp_path: Path, root: Party) -> None:
    middle = certify(tmp_path, "m", issuer=root, authority=True)
    with pytest.raises(ConfigError, match="root certificate"):
        trust_roots(middle.certificate_path)
    with pytest.raises(ConfigError, match="PEM"):
        trust_roots(middle.key_path)


def test_a_certificate_signed_over_sha1_is_refused() -> None:
    from metier.govern.sign.chain import _reasons

    class Old:
        extensions = ()
        signature_hash_algorithm = hashes.SHA1()

    assert list(_reasons(Old(), num_below=0)) == ["is signed over sha1"]  # type: ignore[arg-type]
