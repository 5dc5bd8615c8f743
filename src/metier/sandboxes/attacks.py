"""How would a program break out? One function an attempt; it returns what it got, or fails.

This file is a program of its own (standard library only): `metier.sandboxes.probes` runs it inside a sandbox and, to
know that an attempt is worth something, outside. Standard input holds the field as JSON: where the secret lies, who
listens.
Nothing here does harm where it succeeds: it reads a made-up secret, signals with 0, sets what was set before.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import resource
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

Field = dict[str, Any]

_libc = ctypes.CDLL(None, use_errno=True)
_X86 = platform.machine() == "x86_64"
_held: list[Any] = []
"""What must stay where it is while its address is used."""
_NOT_REACHED = (errno.EPERM, errno.EACCES, errno.ENOSYS)


# Reading


def _read_a_secret(field: Field) -> str:
    return _text(field["secret"])


def _read_the_password_file(field: Field) -> str:
    return _text("/etc/passwd")


def _read_through_a_link_in_a_granted_folder(field: Field) -> str:
    return _text(field["shown"] + "/link")


def _read_through_a_link_of_its_own(field: Field) -> str:
    os.symlink(field["secret"], field["work"] + "/own")
    return _text(field["work"] + "/own")


def _read_through_a_hard_link_of_its_own(field: Field) -> str:
    os.link(field["secret"], field["work"] + "/hard")
    return _text(field["work"] + "/hard")


def _read_through_proc_self_root(field: Field) -> str:
    return _text("/proc/self/root" + field["secret"])


def _read_through_proc_self_cwd(field: Field) -> str:
    os.chdir("/")
    return _text("/proc/self/cwd" + field["secret"])


def _read_through_the_root_of_another_process(field: Field) -> str:
    return _text(f"/proc/{field['victim']}/root" + field["secret"])


def _read_through_dots(field: Field) -> str:
    return _text(field["shown"] + "/.." * 20 + field["secret"])


def _read_from_a_folder_entered_before(field: Field) -> str:
    os.chdir(os.path.dirname(field["secret"]))
    return _text(os.path.basename(field["secret"]))


def _list_a_folder(field: Field) -> str:
    return str(os.listdir(os.path.dirname(field["secret"])))


def _read_the_environment_of_another_process(field: Field) -> str:
    return _holding(_text(f"/proc/{field['victim']}/environ"), field["token"])


def _read_the_memory_map_of_another_process(field: Field) -> str:
    return _text(f"/proc/{field['victim']}/maps")


def _open_the_memory_of_another_process(field: Field) -> str:
    os.close(os.open(f"/proc/{field['victim']}/mem", os.O_RDWR))
    return "opened"


def _read_the_memory_of_another_process(field: Field) -> str:
    return _reached("process_vm_readv", 310, 270, field["victim"], 0, 0, 0, 0, 0)


def _list_processes(field: Field) -> str:
    return _holding(" ".join(os.listdir("/proc")), str(field["victim"]))


def _read_with_a_path_that_changes(field: Field) -> str:
    """One process changes the path while another opens it: whoever looks at the path first is fooled."""
    place, flipper = _flip(field["shown"] + "/harmless", field["secret"])
    try:
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            descriptor = _libc.open(ctypes.c_void_p(place), os.O_RDONLY)
            if descriptor >= 0:
                text = os.read(descriptor, 4096).decode()
                os.close(descriptor)
                if field["token"] in text:
                    return text
    finally:
        _killed([flipper])
    raise PermissionError("never got it")


def _open_by_handle(field: Field) -> str:
    handle = struct.pack("Ii", 8, 1) + bytes(8)
    return _reached("open_by_handle_at", 304, 265, -100, handle, 0)


def _watch_a_folder(field: Field) -> str:
    descriptor = _libc.inotify_init()
    folder = os.fsencode(os.path.dirname(field["secret"]))
    if descriptor < 0 or _libc.inotify_add_watch(descriptor, folder, 0x100) < 0:
        raise _last("inotify")
    return "watched"


def _read_extended_attributes(field: Field) -> str:
    return str(os.listxattr(field["secret"]))


# Writing


def _write_outside(field: Field) -> str:
    return _write(field["outside"] + "/new")


def _overwrite_outside(field: Field) -> str:
    return _write(field["kept"])


def _append_outside(field: Field) -> str:
    with open(field["kept"], "a") as file:
        file.write("more")
    return "appended"


def _write_through_a_link_in_the_granted_folder(field: Field) -> str:
    return _write(field["work"] + "/way-out/new")


def _write_through_a_hard_link_of_its_own(field: Field) -> str:
    os.link(field["kept"], field["work"] + "/hard")
    return _write(field["work"] + "/hard")


def _write_where_only_reading_is_granted(field: Field) -> str:
    return _write(field["shown"] + "/harmless")


def _truncate_outside(field: Field) -> str:
    os.truncate(field["kept"], 0)
    return "truncated"


def _delete_outside(field: Field) -> str:
    os.unlink(field["kept"])
    return "deleted"


def _make_a_folder_outside(field: Field) -> str:
    os.mkdir(field["outside"] + "/folder")
    return "made"


def _take_a_file_in(field: Field) -> str:
    os.rename(field["kept"], field["work"] + "/taken")
    return "taken"


def _put_a_file_out(field: Field) -> str:
    _write(field["work"] + "/mine")
    os.rename(field["work"] + "/mine", field["outside"] + "/mine")
    return "put"


def _change_a_mode_outside(field: Field) -> str:
    os.chmod(field["kept"], 0o777)
    return "changed"


def _change_a_mode_through_a_descriptor(field: Field) -> str:
    os.chmod(os.open(field["shown"] + "/harmless", os.O_RDONLY), 0o777)
    return "changed"


def _change_a_mode_through_a_link(field: Field) -> str:
    os.chmod(field["work"] + "/way-out", 0o777)
    return "changed"


def _change_an_owner_outside(field: Field) -> str:
    os.chown(field["kept"], os.getuid(), os.getgid())
    return "changed"


def _change_times_outside(field: Field) -> str:
    os.utime(field["kept"], (0, 0))
    return "changed"


def _set_an_extended_attribute(field: Field) -> str:
    os.setxattr(field["kept"], "user.probe", b"1")
    return "set"


def _leave_a_set_user_id_file(field: Field) -> str:
    path = field["work"] + "/owner"
    _write(path)
    os.chmod(path, 0o4755)
    return _holding(oct(os.stat(path).st_mode), "04755")


def _make_a_node_that_sets_the_user_id(field: Field) -> str:
    os.umask(0)
    os.mknod(field["work"] + "/suid", 0o104755)
    return "made"


def _make_a_set_user_id_file(field: Field) -> str:
    path = field["work"] + "/owner"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o4755))
    return _holding(oct(os.stat(path).st_mode), "04755")


def _make_a_device(field: Field) -> str:
    os.mknod(field["work"] + "/memory", 0o20600, os.makedev(1, 1))
    return "made"


# The network


def _connect_tcp(field: Field) -> str:
    return _hear(socket.create_connection(("127.0.0.1", field["tcp"]), 2))


def _send_udp(field: Field) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(1)
        one.sendto(b"hello", ("127.0.0.1", field["udp"]))
        return one.recv(100).decode()


def _send_udp_by_message(field: Field) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(1)
        one.sendmsg([b"hello"], [], 0, ("127.0.0.1", field["udp"]))
        return _some(one.recv(100))


def _ask_a_name_server(field: Field) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(1)
        one.connect(("127.0.0.1", 53))
        one.send(bytes(12) + b"\x05probe\x04test\x00\x00\x01\x00\x01")
        return _some(one.recv(100))


def _connect_with_the_first_data(field: Field) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.sendto(b"hello", 0x20000000, ("127.0.0.1", field["tcp"]))
        return _hear(one)


def _connect_to_an_address_that_changes(field: Field) -> str:
    """The port becomes another while the call is looked at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(0.3)
        harmless, wanted = (struct.pack("<H", 2) + struct.pack(">H", port) for port in (53, field["udp"]))
        tail = bytes([127, 0, 0, 1]) + bytes(8)
        buffer = ctypes.create_string_buffer(harmless + tail, 16)
        done = threading.Event()

        def flip() -> None:
            while not done.is_set():
                ctypes.memmove(buffer, wanted, 4)
                ctypes.memmove(buffer, harmless, 4)

        threading.Thread(target=flip, daemon=True).start()
        for _ in range(200):
            _libc.connect(one.fileno(), buffer, 16)
            _libc.send(one.fileno(), b"hello", 5, 0x4000)
        done.set()
        return _some(one.recv(100))


def _listen_tcp(field: Field) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        return str(one.getsockname())


def _connect_a_unix_socket(field: Field) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.connect(field["unix"])
        return _hear(one)


def _connect_an_abstract_socket(field: Field) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.connect("\0" + field["abstract"])
        return _hear(one)


def _send_to_a_unix_datagram_socket(field: Field) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.connect(field["datagrams"])
        return str(one.send(b"hello"))


def _send_from_a_connected_pair(field: Field) -> str:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return str(one.sendto(b"hello", field["datagrams"]))


def _talk_to_the_kernel_by_netlink(field: Field) -> str:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as one:
        one.bind((0, 0))
        one.send(struct.pack("=IHHIIB3x", 20, 18, 0x301, 1, 0, 0))
        return f"{len(one.recv(65536))} bytes"


def _open_a_raw_socket(field: Field) -> str:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()
    return "opened"


def _open_a_packet_socket(field: Field) -> str:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    return "opened"


def _use_the_kernel_crypto_socket(field: Field) -> str:
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0).close()
    return "opened"


def _list_network_interfaces(field: Field) -> str:
    one, _ = socket.socketpair()
    answer = fcntl.ioctl(one, 0x8913, struct.pack("16sH14x", b"lo", 0))  # SIOCGIFFLAGS
    return answer.hex()


def _set_up_io_uring(field: Field) -> str:
    return _reached("io_uring_setup", 425, 425, 4, ctypes.create_string_buffer(120))


# Other processes


def _signal_a_process(field: Field) -> str:
    os.kill(field["victim"], 0)
    return "signalled"


def _signal_the_user_of_the_sandbox(field: Field) -> str:
    os.kill(field["user"], 0)
    return "signalled"


def _queue_a_signal(field: Field) -> str:
    info = struct.pack("iii", 0, 0, -1) + bytes(116)
    return _reached("rt_sigqueueinfo", 129, 138, field["victim"], 0, info, also=(errno.ESRCH,))


def _signal_by_descriptor(field: Field) -> str:
    signal.pidfd_send_signal(os.pidfd_open(field["victim"]), 0)
    return "signalled"


def _signal_by_ownership_of_a_pipe(field: Field) -> str:
    reader, _ = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, field["victim"])
    return str(fcntl.fcntl(reader, fcntl.F_GETOWN))


def _trace_a_process(field: Field) -> str:
    if _libc.ptrace(16, field["victim"], 0, 0):
        raise _last("ptrace")
    os.waitpid(field["victim"], 0x40000000)
    _libc.ptrace(17, field["victim"], 0, 0)
    return "attached"


def _take_a_descriptor_of_a_process(field: Field) -> str:
    return _reached("pidfd_getfd", 438, 438, os.pidfd_open(field["victim"]), 0, 0)


def _change_the_priority_of_a_process(field: Field) -> str:
    os.setpriority(os.PRIO_PROCESS, field["victim"], os.getpriority(os.PRIO_PROCESS, field["victim"]))
    return "changed"


def _change_the_processors_of_a_process(field: Field) -> str:
    os.sched_setaffinity(field["victim"], os.sched_getaffinity(field["victim"]))
    return "changed"


def _change_the_limits_of_a_process(field: Field) -> str:
    limits = resource.prlimit(field["victim"], resource.RLIMIT_NOFILE)
    return str(limits)


# Namespaces and mounts


def _mount_a_file_system(field: Field) -> str:
    if _libc.mount(b"none", os.fsencode(field["work"]), b"tmpfs", 0, None):
        raise _last("mount")
    _libc.umount2(os.fsencode(field["work"]), 2)
    return "mounted"


def _open_a_mount_tree(field: Field) -> str:
    return _reached("open_tree", 428, 428, -100, b"/", 1)


def _make_a_user_namespace(field: Field) -> str:
    if _libc.unshare(0x10000000):
        raise _last("unshare")
    return "made"


def _clone_into_a_user_namespace(field: Field) -> str:
    pid = _libc.syscall(ctypes.c_long(56 if _X86 else 220), ctypes.c_long(0x10000000 | signal.SIGCHLD), 0, 0, 0, 0)
    if pid < 0:
        raise _last("clone")
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    return "made"


def _clone3_into_a_user_namespace(field: Field) -> str:
    arguments = struct.pack("8Q", 0x10000000, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    pid = _libc.syscall(ctypes.c_long(435), arguments, ctypes.c_long(len(arguments)))
    if pid < 0:
        raise _last("clone3")
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    return "made"


def _join_the_namespace_of_a_process(field: Field) -> str:
    return _reached("setns", 308, 268, 0, 0)


def _change_the_root(field: Field) -> str:
    os.chroot(field["work"])
    return "changed"


# Programs


def _start_a_program_that_is_not_granted(field: Field) -> str:
    return _start([field["true"]])


def _start_a_copy_of_a_granted_program(field: Field) -> str:
    copy = field["work"] + "/copy"
    with open(field["python"], "rb") as source, open(copy, "wb") as target:
        target.write(source.read())
    os.chmod(copy, 0o755)
    return _start([copy, "-I", "-S", "-c", "pass"])


def _start_a_program_that_may_only_be_read(field: Field) -> str:
    return _start([field["shown"] + "/tool"])


def _start_a_program_through_its_loader(field: Field) -> str:
    return _start([field["loader"], field["shown"] + "/tool"])


def _start_a_script_of_another_interpreter(field: Field) -> str:
    path = field["work"] + "/script"
    _write(path, "#!/bin/sh\nexit 0\n")
    os.chmod(path, 0o755)
    return _start([path])


def _start_from_memory(field: Field) -> str:
    descriptor = os.memfd_create("tool")
    with open(field["shown"] + "/tool", "rb") as source:
        os.write(descriptor, source.read())
    return _start([f"/proc/self/fd/{descriptor}"])


def _start_by_descriptor(field: Field) -> str:
    descriptor = os.open(field["shown"] + "/tool", os.O_RDONLY)
    pid = os.fork()
    if not pid:
        words = (ctypes.c_char_p * 2)(b"tool", None)
        _libc.syscall(ctypes.c_long(322 if _X86 else 281), descriptor, b"", words, None, 0x1000)
        os._exit(99)
    return _ended(pid)


def _start_a_path_that_changes(field: Field) -> str:
    """One thread swaps a granted program's path for the loader's while another starts it."""
    place, flipper = _flip(field["python"], field["loader"])
    words = (ctypes.c_char_p * 3)(b"x", os.fsencode(field["shown"] + "/tool"), None)

    def start() -> None:
        os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
        _libc.execve(ctypes.c_void_p(place), words, None)
        os._exit(99)

    try:
        for _ in range(40):
            # The tool ends with 0; Python, given the tool as a script, with an error.
            if os.waitstatus_to_exitcode(os.waitpid(_forked(start), 0)[1]) == 0:
                return "started"
    finally:
        _killed([flipper])
    raise PermissionError("never started it")


# What is inherited


def _find_an_inherited_descriptor(field: Field) -> str:
    for descriptor in range(3, 256):
        try:
            text = os.pread(descriptor, 4096, 0).decode(errors="replace")
        except OSError:
            continue
        if field["token"] in text:
            return text
    raise PermissionError("none")


def _find_a_secret_in_the_environment(field: Field) -> str:
    return _holding(str(dict(os.environ)), field["token"])


def _type_into_the_terminal(field: Field) -> str:
    return _reached_errno(lambda: fcntl.ioctl(0, 0x5412, b"x"))


def _type_into_the_terminal_with_high_bits(field: Field) -> str:
    """The kernel reads 32 bits of the request; a filter that compares 64 is passed by."""
    number = 16 if _X86 else 29
    return _reached("ioctl", number, number, 0, 0x1_0000_5412, b"x")


def _paste_into_the_console(field: Field) -> str:
    return _reached_errno(lambda: fcntl.ioctl(0, 0x541C, b"\x03"))


def _open_the_terminal(field: Field) -> str:
    os.close(os.open("/dev/ptmx", os.O_RDWR))
    return "opened"


# The kernel's other doors


def _read_the_keyring(field: Field) -> str:
    return _reached("keyctl", 250, 219, 0, -3, 0)


def _add_a_key(field: Field) -> str:
    return _reached("add_key", 248, 217, b"user", b"probe", b"x", 1, -1)


def _load_a_bpf_program(field: Field) -> str:
    return _reached("bpf", 321, 280, 0, bytes(72), 72)


def _open_a_performance_counter(field: Field) -> str:
    return _reached("perf_event_open", 298, 241, struct.pack("IIQ", 1, 112, 0) + bytes(96), 0, -1, -1, 0)


def _handle_page_faults(field: Field) -> str:
    return _reached("userfaultfd", 323, 282, 1)


def _load_a_kernel_module(field: Field) -> str:
    return _reached("init_module", 175, 105, b"x" * 8, 8, b"")


def _restart_the_machine(field: Field) -> str:
    return _reached("reboot", 169, 142, 0, 0, 0, 0)  # with wrong magic numbers: the kernel refuses them


def _set_the_clock(field: Field) -> str:
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))
    return "set"


def _set_the_host_name(field: Field) -> str:
    socket.sethostname(socket.gethostname())
    return "set"


def _read_the_kernel_log(field: Field) -> str:
    return _reached("syslog", 103, 116, 10, 0, 0)


def _disable_address_randomisation(field: Field) -> str:
    return _reached("personality", 135, 92, 0x0040000)


def _install_a_filter(field: Field) -> str:
    return _reached("seccomp", 317, 277, 1, 0, 0)


def _call_by_the_32_bit_door(field: Field) -> str:
    if not _X86:
        raise NotImplementedError("x86 only")
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    return _holding(str(function()), str(os.getpid()))


def _call_by_the_x32_door(field: Field) -> str:
    if not _X86:
        raise NotImplementedError("x86 only")
    answer = _libc.syscall(ctypes.c_long(0x40000000 | 39))
    if answer < 0:
        raise _last("x32")
    return str(answer)


def _hide_from_the_warden(field: Field) -> str:
    if _libc.prctl(4, 0, 0, 0, 0):  # PR_SET_DUMPABLE
        raise _last("prctl")
    return "not dumpable"


def _outlive_the_parent(field: Field) -> str:
    if _libc.prctl(1, 0, 0, 0, 0):  # PR_SET_PDEATHSIG
        raise _last("prctl")
    return "cleared"


def _adopt_orphans(field: Field) -> str:
    if _libc.prctl(36, 1, 0, 0, 0):  # PR_SET_CHILD_SUBREAPER
        raise _last("prctl")
    return "adopted"


def _make_shared_memory(field: Field) -> str:
    return _reached("shmget", 29, 194, 0, 4096, 0o1600)


def _make_a_message_queue(field: Field) -> str:
    return _reached("msgget", 68, 186, 0, 0o1600)


def _make_a_semaphore(field: Field) -> str:
    return _reached("semget", 64, 190, 0, 1, 0o1600)


def _make_a_posix_queue(field: Field) -> str:
    return _reached("mq_open", 240, 180, b"probe", os.O_RDONLY, 0, 0)


def _write_to_shared_memory(field: Field) -> str:
    path = f"/dev/shm/probe-{os.getpid()}"
    _write(path)
    os.unlink(path)
    return "written"


def _open_a_device(field: Field) -> str:
    for name in sorted(os.listdir("/dev")):
        if name not in ("null", "zero", "full", "random", "urandom"):
            try:
                os.close(os.open(f"/dev/{name}", os.O_RDONLY | os.O_NONBLOCK))
            except OSError:
                continue
            return name
    raise PermissionError("none")


def _look_at_the_system(field: Field) -> str:
    return str(os.listdir("/sys"))


def _read_a_kernel_setting(field: Field) -> str:
    return _text("/proc/sys/kernel/ostype")


def _raise_a_limit(field: Field) -> str:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    if 0 <= hard < 4096:
        raise PermissionError("no core is written")
    return f"cores of {hard} bytes"


# Using up


def _fork_many(field: Field) -> str:
    alive: list[int] = []
    try:
        for _ in range(field["many"]):
            alive.append(_forked(lambda: time.sleep(5)))
    except OSError:
        pass
    return _at_least(_killed(alive), field["many"], "processes")


def _start_many_threads(field: Field) -> str:
    alive = 0
    try:
        for _ in range(field["many"]):
            threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
            alive += 1
    except RuntimeError:
        pass
    return _at_least(alive, field["many"], "threads")


def _take_much_memory(field: Field) -> str:
    block = bytearray(field["memory"])
    block[:: mmap.PAGESIZE] = b"x" * len(block[:: mmap.PAGESIZE])
    return f"{len(block)} bytes"


def _take_much_memory_together(field: Field) -> str:
    """Four processes, each of them below the limit of one."""

    reader, writer = os.pipe()

    def take() -> None:
        held = b"x" * (field["memory"] // 3)
        os.write(writer, held[:1])
        time.sleep(30)

    children = [_forked(take) for _ in range(4)]
    for _ in children:
        os.read(reader, 1)
    time.sleep(1)
    return f"{_killed(children)} processes took it"


def _take_much_shared_memory_together(field: Field) -> str:
    """Four processes, each with a mapping that others could share, and each of them below the limit of one."""

    reader, writer = os.pipe()

    def take() -> None:
        try:
            shared = mmap.mmap(-1, field["memory"] // 4)
        except OSError:
            os.write(writer, b"-")
            return
        shared[:: mmap.PAGESIZE] = b"x" * (len(shared) // mmap.PAGESIZE)
        os.write(writer, b"x")
        time.sleep(30)

    children = [_forked(take) for _ in range(4)]
    came = sum(os.read(reader, 1) == b"x" for _ in children)
    _killed(children)
    return _at_least(came, len(children), "processes took it")


def _hide_shared_memory(field: Field) -> str:
    """Keep a page of each of four mappings: all that was written stays, and may be mapped again."""
    size = field["memory"] // 3 // mmap.PAGESIZE * mmap.PAGESIZE
    for _ in range(4):
        shared = mmap.mmap(-1, size)
        start = ctypes.addressof(ctypes.c_char.from_buffer(shared))
        shared[:: mmap.PAGESIZE] = b"x" * (size // mmap.PAGESIZE)
        _libc.munmap(ctypes.c_void_p(start + mmap.PAGESIZE), ctypes.c_size_t(size - mmap.PAGESIZE))
        _held.append(shared)
    _libc.mremap.restype = ctypes.c_void_p
    again = _libc.mremap(ctypes.c_void_p(start), ctypes.c_size_t(mmap.PAGESIZE), ctypes.c_size_t(size), ctypes.c_int(1))
    time.sleep(0.5)
    return _holding(ctypes.string_at(again + size - mmap.PAGESIZE, 1).decode(), "x")


def _spin(field: Field) -> str:
    while time.process_time() < 4 * field["cpu_s"]:
        pass
    return "spun"


def _spin_in_many_processes(field: Field) -> str:
    """Each below the limit, together above it, one after the other so that none is alive when it is looked at."""

    def spin_a_little() -> None:
        while time.process_time() < field["cpu_s"] / 2:
            pass

    for _ in range(8):
        os.waitpid(_forked(spin_a_little), 0)
    return "spun"


def _spin_in_processes_that_nobody_waits_for(field: Field) -> str:
    """Their use is added to nobody's."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    return _spin_while_nobody_waits(field["cpu_s"] / 2)


def _spin_in_processes_that_leave_no_trace(field: Field) -> str:
    """The same by a flag, beside a handler."""
    action = struct.pack("<QQQQ", 0, 2, 0, 0)  # the C library gives SIG_DFL, SA_NOCLDWAIT and what is restored after
    if _libc.syscall(ctypes.c_long(13 if _X86 else 134), signal.SIGCHLD, action, None, ctypes.c_long(8)):
        raise _last("rt_sigaction")
    return _spin_while_nobody_waits(field["cpu_s"] / 2)


def _sleep_long(field: Field) -> str:
    time.sleep(field["wall_s"] * 2)
    return "slept"


def _ignore_every_signal(field: Field) -> str:
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_IGN)
    return _sleep_long(field)


def _write_much_output(field: Field) -> str:
    line = b"x" * 65536
    for _ in range(field["output"] // len(line)):
        os.write(2, line)
    return "written"


def _fill_the_disk(field: Field) -> str:
    """In files each of them below the limit."""
    block = os.urandom(1 << 20)
    for number in range(field["disk"] >> 20):
        with open(f"{field['work']}/{number}", "wb") as file:
            file.write(block)
    return "filled"


def _fill_the_disk_with_deleted_files(field: Field) -> str:
    block, held = os.urandom(1 << 20), []
    for number in range(field["disk"] >> 20):
        held.append(open(f"{field['work']}/{number}", "wb", 0))  # noqa: SIM115
        os.unlink(f"{field['work']}/{number}")
        held[-1].write(block)
    return "filled"


def _fill_the_disk_below_a_path_that_is_too_long(field: Field) -> str:
    """The way there has a path that the kernel takes, the files have none."""
    block = os.urandom(1 << 20)
    os.chdir(field["work"])
    while len(os.getcwd()) + 250 < 4095:
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    for number in range(field["disk"] >> 20):
        with open(f"{number:0>250}", "wb") as file:
            file.write(block)
    return "filled"


def _fill_the_disk_in_a_folder_that_cannot_be_listed(field: Field) -> str:
    block = os.urandom(1 << 20)
    folder = field["work"] + "/folder"
    os.mkdir(folder)
    os.chmod(folder, 0o300)
    for number in range(field["disk"] >> 20):
        with open(f"{folder}/{number}", "wb") as file:
            file.write(block)
    return "filled"


def _write_a_large_file(field: Field) -> str:
    with open(field["work"] + "/large", "wb") as file:
        file.truncate(field["disk"])
    return "written"


def _make_many_files(field: Field) -> str:
    for number in range(field["many"] * 20):
        os.close(os.open(f"{field['work']}/{number}", os.O_CREAT | os.O_WRONLY))
    return "made"


def _open_many_files(field: Field) -> str:
    held = [os.dup(0) for _ in range(field["descriptors"])]
    return f"{len(held)} open"


def _live_on_as_a_daemon(field: Field) -> str:
    """Whether it lives is for whoever runs this to see: its heart beats in the granted folder."""
    if not os.fork():
        os.setsid()
        if os.fork():
            os._exit(0)
        null = os.open("/dev/null", os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        until = time.monotonic() + 3
        with open(field["work"] + "/heart", "ab", 0) as heart:
            while time.monotonic() < until:
                heart.write(b".")
                time.sleep(0.01)
        os._exit(0)
    while not os.path.exists(field["work"] + "/heart"):
        time.sleep(0.005)
    raise PermissionError("left a daemon")


# How


def _text(path: str) -> str:
    with open(path, "rb") as file:
        return _some(file.read(4096))


def _some(data: bytes) -> str:
    if not data:
        raise PermissionError("nothing came")
    return data.decode(errors="replace")


def _holding(text: str, wanted: str) -> str:
    if wanted not in text:
        raise PermissionError(f"no {wanted}")
    return text


def _at_least(came: int, wanted: int, what: str) -> str:
    if came < wanted:
        raise PermissionError(f"only {came} {what}")
    return f"{came} {what}"


def _write(path: str, text: str = "written") -> str:
    with open(path, "w") as file:
        file.write(text)
    return "written"


def _hear(connection: socket.socket) -> str:
    with connection:
        connection.settimeout(2)
        return _some(connection.recv(100))


def _spin_while_nobody_waits(seconds: float) -> str:
    def spin_a_little() -> None:
        while time.process_time() < seconds:
            pass

    for _ in range(8):
        child = _forked(spin_a_little)
        try:
            os.waitpid(child, 0)
        except ChildProcessError:
            continue
        raise PermissionError("it was waited for")
    return "spun"


def _flip(first: str, second: str) -> tuple[int, int]:
    """Give the address of a path that another process keeps changing, and that process."""
    texts = [os.fsencode(text) for text in (first, second)]
    size = max(map(len, texts)) + 1
    shared = mmap.mmap(-1, mmap.PAGESIZE)
    first_byte = ctypes.c_char.from_buffer(shared)
    _held.append(first_byte)

    def change() -> None:
        while True:
            for text in texts:
                shared[:size] = text.ljust(size, b"\0")

    return ctypes.addressof(first_byte), _forked(change)


def _forked(action: Callable[[], object]) -> int:
    pid = os.fork()
    if not pid:
        try:
            action()
        finally:
            os._exit(0)
    return pid


def _killed(children: list[int]) -> int:
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return len(children)


def _start(argv: list[str]) -> str:
    pid = os.fork()
    if not pid:
        try:
            os.execve(argv[0], argv, {})
        finally:
            os._exit(99)
    return _ended(pid)


def _ended(pid: int) -> str:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        raise PermissionError(f"ended with {code}")
    return "started"


def _last(name: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{name}: {os.strerror(number)}")


def _reached(name: str, x86: int, arm: int, *arguments: Any, also: tuple[int, ...] = ()) -> str:
    """A call that the kernel itself looked at has been reached, whatever it then thought of the arguments."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    answer = _libc.syscall(ctypes.c_long(x86 if _X86 else arm), *words)
    if answer < 0 and ctypes.get_errno() in (*_NOT_REACHED, *also):
        raise _last(name)
    return f"{name} answered {answer if answer >= 0 else os.strerror(ctypes.get_errno())}"


def _reached_errno(action: Callable[[], object]) -> str:
    try:
        return f"done: {action()!r}"
    except OSError as error:
        if error.errno in _NOT_REACHED:
            raise
        return f"reached: {error}"


ATTACKS: dict[str, Callable[[Field], str]] = {
    name[1:]: value
    for name, value in list(globals().items())
    if name.startswith("_") and "field" in getattr(value, "__annotations__", ())
}
"""Every attempt by its name."""


def main() -> None:
    """Make the attempt that is named, and say how it went."""
    try:
        said = f"BROKE OUT: {ATTACKS[sys.argv[1]](json.load(sys.stdin))!r}"
    except BaseException as error:
        said = f"held: {type(error).__name__}: {error}"
    os.write(1, said.encode()[:400] + b"\n")
    os._exit(0)


if __name__ == "__main__":
    main()
