"""What no honest package holds is refused whole, and nothing is written outside."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from metier.errors import PackageError
from metier.stores import unpack
from metier.stores.unpack import stage

MANIFEST = "---\nname: sum\ndescription: Add numbers.\n---\nAdd them.\n"


def zipped(path: Path, entries: dict[str, str], *, mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(info, content)
    return path


def tarred(path: Path, entries: dict[str, str | tarfile.TarInfo], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in entries.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content.encode()))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("inside", ["", "sum/", "repo-main/skills/sum/"])
def test_a_package_is_found_wherever_it_lies_in_its_archive(tmp_path: Path, inside: str) -> None:
    entries = {f"{inside}SKILL.md": MANIFEST, f"{inside}scripts/add.py": "print(1)"}
    for source in (zipped(tmp_path / "a.zip", entries), tarred(tmp_path / "a.tgz", entries)):
        found = stage(source, tmp_path / f"into-{source.name}")
        assert (found / "scripts" / "add.py").read_text() == "print(1)"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2"])
def test_each_kind_of_tar_is_told_by_its_content(tmp_path: Path, mode: str) -> None:
    source = tarred(tmp_path / "misnamed.bin", {"./SKILL.md": MANIFEST}, mode)
    assert (stage(source, tmp_path / "into") / "SKILL.md").read_text() == MANIFEST


@pytest.mark.parametrize(
    "path",
    [
        "../evil",
        "/evil",
        "a/../../evil",
        "a//b",
        "./a/./b",
        "C:/evil",
        "a\\..\\evil",
        "a\x01b",
        "a\u202eb",
        "x/" * 40 + "y",
    ],
)
def test_a_path_that_leads_outside_or_misleads_is_refused(tmp_path: Path, path: str) -> None:
    for source in (
        zipped(tmp_path / "a.zip", {"SKILL.md": MANIFEST, path: "x"}),
        tarred(tmp_path / "a.tgz", {"SKILL.md": MANIFEST, path: "x"}),
    ):
        with pytest.raises(PackageError, match="nothing was installed"):
            stage(source, tmp_path / f"into-{source.name}")
    assert not (tmp_path / "evil").exists() and not Path("/evil").exists()


@pytest.mark.parametrize(
    "entry",
    [
        special("link", tarfile.SYMTYPE, "/etc/passwd"),
        special("link", tarfile.SYMTYPE, "SKILL.md"),
        special("hard", tarfile.LNKTYPE, "SKILL.md"),
        special("pipe", tarfile.FIFOTYPE),
        special("device", tarfile.CHRTYPE),
    ],
    ids=lambda entry: f"{entry.name}-{entry.linkname}",
)
def test_a_link_or_a_special_file_in_a_tar_is_refused(tmp_path: Path, entry: tarfile.TarInfo) -> None:
    with pytest.raises(PackageError, match="link or no plain file"):
        stage(tarred(tmp_path / "a.tgz", {"SKILL.md": MANIFEST, entry.name: entry}), tmp_path / "into")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("SKILL.md", MANIFEST)
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(PackageError, match="'link', which is a link"):
        stage(tmp_path / "a.zip", tmp_path / "into")


def test_a_link_or_a_pipe_in_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sum").mkdir()
    (tmp_path / "sum" / "SKILL.md").write_text(MANIFEST)
    (tmp_path / "sum" / "link").symlink_to("/etc/passwd")
    with pytest.raises(PackageError, match=r"'link', which is no plain file \(link\)"):
        stage(tmp_path / "sum", tmp_path / "a")
    (tmp_path / "sum" / "link").unlink()
    os.mkfifo(tmp_path / "sum" / "pipe")
    with pytest.raises(PackageError, match="special"):
        stage(tmp_path / "sum", tmp_path / "b")


def test_a_source_that_is_no_plain_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for source in (tmp_path / "pipe", tmp_path / "link", Path("/dev/zero")):
        with pytest.raises(PackageError, match=f"Cannot read '{source}': It is no plain file"):
            stage(source, tmp_path / "into")


def test_who_names_a_manifest_or_many_packages_is_told_to_name_folders(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "all" / name).mkdir(parents=True)
        (tmp_path / "all" / name / "SKILL.md").write_text(MANIFEST)
    for source, way in (("all/one/SKILL.md", "Name the folder of the package."), ("all", "those of several")):
        with pytest.raises(PackageError) as refused:
            stage(tmp_path / source, tmp_path / "ours" / way)
        assert way in refused.value.hint


def test_an_archive_may_be_named_by_a_link(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"SKILL.md": MANIFEST})
    (tmp_path / "latest.zip").symlink_to("a.zip")
    assert (stage(tmp_path / "latest.zip", tmp_path / "into") / "SKILL.md").read_text() == MANIFEST


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["SKILL.md", "skill.md", "SKILL.md/inner"])
def test_two_entries_of_one_name_are_refused(tmp_path: Path, second: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("SKILL.md", MANIFEST)
        archive.writestr(second, "x")
    with pytest.raises(PackageError, match="nothing was installed"):
        stage(tmp_path / "a.zip", tmp_path / "into")


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 1 << 20)
    large = "0" * (3 << 20)
    for source in (
        zipped(tmp_path / "a.zip", {"SKILL.md": MANIFEST, "zeros": large}),
        tarred(tmp_path / "a.tgz", {"SKILL.md": MANIFEST, "zeros": large}),
        tarred(tmp_path / "a.tbz", {"SKILL.md": MANIFEST, "zeros": large}, "w:bz2"),
    ):
        into = tmp_path / f"into-{source.name}"
        with pytest.raises(PackageError, match="bytes"):
            stage(source, into)
        assert sum(file.stat().st_size for file in into.rglob("*") if file.is_file()) <= 1 << 20


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_header_that_claims_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: object
) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 1 << 20)
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 1 << 32
    (tmp_path / "a.tgz").write_bytes(pack(header.tobuf() + bytes(4 << 20)))  # type: ignore[operator]
    with pytest.raises(PackageError, match="bytes come out of it"):
        stage(tmp_path / "a.tgz", tmp_path / "into")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_FILES", 10)
    entries = {"SKILL.md": MANIFEST} | {f"f{n}": "" for n in range(20)}
    for source in (zipped(tmp_path / "a.zip", entries), tarred(tmp_path / "a.tgz", entries)):
        with pytest.raises(PackageError, match="more than 10 files"):
            stage(source, tmp_path / f"into-{source.name}")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"no archive at all", b"\0" * 512])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(PackageError):
        stage(tmp_path / "a.zip", tmp_path / "into")


@pytest.mark.parametrize("at", [200, 3_000, 50_000])
def test_a_damaged_archive_is_told_as_such(tmp_path: Path, at: int) -> None:
    source = tarred(tmp_path / "a.tgz", {"SKILL.md": MANIFEST, "data.txt": "".join(map(str, range(90_000)))})
    data = bytearray(source.read_bytes())
    data[at] ^= 0xFF
    source.write_bytes(data)
    with pytest.raises(PackageError, match=r"is no archive that can be read|cannot be read|Cannot read") as refusal:
        stage(source, tmp_path / "into")
    assert "Name a folder, a .zip or a .tar.gz." in refusal.value.hint


@pytest.mark.parametrize(
    ("name", "what"),
    [("a\nb.md", "no plain name"), ("a\\b.md", "no plain name"), ("d/" * 40 + "x.md", "32 folders deep")],
)
def test_an_odd_path_in_a_folder_is_told_for_what_it_is(tmp_path: Path, name: str, what: str) -> None:
    place = tmp_path / "sum" / name
    place.parent.mkdir(parents=True)
    place.write_text("x")
    (tmp_path / "sum" / "SKILL.md").write_text(MANIFEST)
    with pytest.raises(PackageError, match=what) as refusal:
        stage(tmp_path / "sum", tmp_path / "into")
    assert refusal.value.hint in ("Move it up.", "Name it in characters that can be printed, without a backslash.")


def test_what_refuses_a_source_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "SKILL.md").symlink_to("/etc/hostname")
    for source in (zipped(tmp_path / "a.zip", {"../SKILL.md": MANIFEST}), tmp_path / "linked"):
        with pytest.raises(PackageError, match="nothing was installed") as refusal:
            stage(source, tmp_path / f"into-{source.name}")
        assert refusal.value.hint


def test_several_packages_are_refused_and_a_nested_one_belongs_to_its_outer(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="found 2: a, b"):
        stage(zipped(tmp_path / "a.zip", {"a/SKILL.md": MANIFEST, "b/SKILL.md": MANIFEST}), tmp_path / "into")
    nested = zipped(tmp_path / "b.zip", {"a/SKILL.md": MANIFEST, "a/inner/SKILL.md": MANIFEST})
    assert stage(nested, tmp_path / "into-b").name == "a"


def test_only_the_bits_to_execute_come_along(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"SKILL.md": MANIFEST}, mode=0o6777)
    assert stat.S_IMODE((stage(source, tmp_path / "into") / "SKILL.md").stat().st_mode) == 0o755


def test_git_s_own_folder_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "sum" / ".git").mkdir(parents=True)
    (tmp_path / "sum" / ".git" / "config").write_text("x")
    (tmp_path / "sum" / "SKILL.md").write_text(MANIFEST)
    assert [path.name for path in stage(tmp_path / "sum", tmp_path / "into").iterdir()] == ["SKILL.md"]
