"""Does each kind hold against every attempt, and would each attempt succeed without it?"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from metier.sandbox import Grant, Limits, Outcome, Sandbox, Trace
from metier.sandboxes.field import Field
from metier.sandboxes.probes import PROBES, attempt, check_sandbox, probe

LACKING = {
    "call_by_the_x32_door",
    "load_a_kernel_module",
    "use_the_kernel_crypto_socket",
    "set_up_io_uring",
    "type_into_the_terminal",
    "paste_into_the_console",
}
"""Attempts that a kernel may be built or set against."""

FOR_ROOT = {
    "open_by_handle",
    "make_a_device",
    "ask_a_name_server",
    "connect_to_an_address_that_changes",
    "open_a_raw_socket",
    "open_a_packet_socket",
    "mount_a_file_system",
    "open_a_mount_tree",
    "change_the_root",
    "open_a_performance_counter",
    "restart_the_machine",
    "set_the_clock",
    "set_the_host_name",
    "read_the_kernel_log",
    "handle_page_faults",
    "trace_a_process",
    "take_a_descriptor_of_a_process",
    "open_the_memory_of_another_process",
    "read_the_memory_of_another_process",
    "load_a_bpf_program",
    "make_a_user_namespace",
    "clone_into_a_user_namespace",
    "clone3_into_a_user_namespace",
    "open_a_device",
}
"""Attempts that only root succeeds with, at least on some distributions."""


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    with Field() as laid_out:
        yield laid_out


def test_there_are_many_probes() -> None:
    assert len(PROBES) == len(set(PROBES)) >= 120


@pytest.mark.parametrize("name", PROBES)
def test_no_attempt_breaks_out(sandbox: Sandbox, field: Field, name: str) -> None:
    probed = probe(sandbox, field, name)
    assert probed.held, probed.inside


@pytest.mark.parametrize("name", PROBES)
def test_an_attempt_succeeds_without_a_sandbox(field: Field, name: str) -> None:
    tried = attempt(field, name)
    if name in (LACKING if os.geteuid() == 0 else LACKING | FOR_ROOT):
        assert tried.meaningful or "OSError" in tried.outside or "PermissionError" in tried.outside
    else:
        assert tried.meaningful, tried.outside


@pytest.mark.parametrize("name", ["read_a_secret", "start_a_path_that_changes", "connect_tcp", "fork_many"])
def test_nothing_breaks_out_of_a_run_whose_files_are_not_traced(sandbox: Sandbox, field: Field, name: str) -> None:
    probed = probe(sandbox, field, name, trace=False)
    assert probed.held, probed.inside


def test_the_suite_fails_a_sandbox_that_is_none() -> None:
    import subprocess

    class Open:
        name = "open"

        def check(self) -> tuple[()]:
            return ()

        def run(self, argv: list[str], *, grant: Grant, stdin: bytes, limits: Limits, trace: bool = True) -> Outcome:
            done = subprocess.run(argv, input=stdin, capture_output=True, check=False, cwd=grant.write[-1])
            return Outcome(exit_code=done.returncode, stdout=done.stdout, trace=Trace())

        def close(self) -> None:
            pass

    names = ["read_a_secret", "write_outside", "connect_tcp", "find_a_secret_in_the_environment", "live_on_as_a_daemon"]
    with pytest.raises(AssertionError, match=r"5 of 5 attempts broke out"):
        check_sandbox(Open(), names=names)  # type: ignore[arg-type]
