"""Which system calls are there, and what may a program in a sandbox do with each?

Whatever is in none of the lists below does not exist for the program (`ENOSYS`: a C library then takes its older way).
The tables are the kernel's (`asm/unistd_64.h`, `asm-generic/unistd.h`): numbers count up, `@` gives the next number.
"""

from __future__ import annotations

import platform
from functools import lru_cache

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""The machines that are known, with the kernel's `AUDIT_ARCH`: a call that comes by another one's door is no call."""

FREE = frozenset(
    """
    read write close stat fstat lstat newfstatat statx statfs fstatfs poll ppoll lseek mprotect munmap brk mremap
    msync mincore madvise rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend
    sigaltstack pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 access faccessat faccessat2 pipe pipe2
    select pselect6 sched_yield dup dup2 dup3 pause nanosleep clock_nanosleep getitimer setitimer alarm getpid gettid
    getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid setpgid setsid
    sendfile recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown listen accept accept4 getsockname getpeername
    getsockopt exit exit_group wait4 waitid uname flock fsync fdatasync sync_file_range ftruncate
    fallocate getdents getdents64 getcwd chdir fchdir readlink readlinkat umask gettimeofday time times clock_gettime
    clock_getres getrlimit setrlimit getrusage sysinfo capget arch_prctl getpriority sched_getparam
    sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_getaffinity futex
    futex_waitv futex_wake futex_wait futex_requeue set_robust_list get_thread_area set_thread_area epoll_create
    epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 restart_syscall fadvise64 readahead timer_create
    timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime
    splice tee vmsplice copy_file_range signalfd
    signalfd4 eventfd eventfd2 getrandom membarrier rseq getcpu close_range mlock mlock2 munlock mseal
    pkey_alloc pkey_free pkey_mprotect kill tkill tgkill
    rt_sigqueueinfo rt_tgsigqueueinfo cachestat get_mempolicy
    """.split()
)
"""What any program may do: it needs no name of anything outside, or the file system's own rule stops it."""

LOOKED_AT = frozenset("mmap rt_sigaction ioctl prctl setsockopt socketpair prlimit64 fcntl clone fork vfork".split())
"""Allowed by what their arguments say; see `filters`."""

MODED = {
    "open": 2,
    "openat": 3,
    "creat": 1,
    "mkdir": 1,
    "mkdirat": 2,
    "mknod": 1,
    "mknodat": 2,
    "chmod": 1,
    "fchmod": 1,
    "fchmodat": 2,
}
"""Calls that set the mode of a file, with the place of the mode: set-user-ID files are not left behind."""

SET_ID = 0o6000

UNSUPPORTED = frozenset("getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr".split())
"""Answered with `ENOTSUP`, as a file system without extended attributes does: they would tell of files outside."""

STARTS = frozenset("execve execveat set_tid_address".split())
"""A program starts; `set_tid_address` is the first thing that its C library calls, before any of its own code."""

FORKS = frozenset("clone fork vfork".split())
CONNECTS = frozenset("socket connect bind sendto".split())
OPENS = frozenset("open openat creat".split())
NAMES = frozenset(
    """
    unlink unlinkat rmdir rename renameat renameat2 mkdir mkdirat mknod mknodat link linkat symlink symlinkat truncate
    """.split()
)
CHANGES = frozenset("chmod fchmod fchmodat utime utimes utimensat".split())
OWNERS = {"chown": 1, "fchown": 1, "lchown": 1, "fchownat": 2}
"""Calls that set an owner, with the place of the user, which the group follows."""

ATTRIBUTES = frozenset("setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr".split())
MARKS = ATTRIBUTES | frozenset("chown fchown lchown fchownat futimesat".split())
"""Owners and extended attributes: refused, as no program that lives for one run needs them.

Only an owner that a file has already may be set. Nothing changes, and for root SQLite does it to each of its files and
tar to all that it unpacks. Attributes are said to be unsupported, after which `cp -p`, `sed -i` and `install` set the
mode alone.
"""

IDENTITIES = {"setuid": 1, "setgid": 1, "setreuid": 2, "setregid": 2, "setresuid": 3, "setresgid": 3}
"""Calls that make a program another user, with how many they name: only who it is already, as make does."""

ALARMS = MARKS | frozenset(
    """
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open pidfd_getfd
    pidfd_send_signal mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick
    mount_setattr bpf perf_event_open userfaultfd keyctl add_key request_key init_module finit_module delete_module
    kexec_load kexec_file_load reboot swapon swapoff settimeofday clock_settime clock_adjtime adjtimex sethostname
    setdomainname iopl ioperm io_uring_setup io_uring_enter io_uring_register memfd_create memfd_secret shmget shmat
    shmctl msgget msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open mq_unlink acct quotactl quotactl_fd
    syslog name_to_handle_at open_by_handle_at fanotify_init fanotify_mark setuid setgid setreuid setregid setresuid
    setresgid setfsuid setfsgid setgroups capset personality modify_ldt seccomp landlock_create_ruleset
    landlock_add_rule landlock_restrict_self vhangup setpriority sched_setparam sched_setscheduler sched_setattr
    sched_setaffinity ioprio_set migrate_pages move_pages mbind set_mempolicy remap_file_pages uselib vserver nfsservctl
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
    """.split()
)
"""Calls that a program in a sandbox has no use for: refused whatever their arguments are, and told in the trace."""


@lru_cache
def names_of() -> dict[int, str]:
    """Give the name of every system call of this machine by its number.

    >>> names_of()[numbers()["execve"]]
    'execve'
    """
    return {number: name for name, number in numbers().items()}


@lru_cache
def numbers(machine: str = "") -> dict[str, int]:
    """Give the number of every system call of a machine, this one unless another is named.

    >>> numbers("x86_64")["execve"], numbers("aarch64")["execve"]
    (59, 221)
    """
    table, number = {}, 0
    for word in _TABLES[machine or platform.machine()].split():
        if word.startswith("@"):
            number = int(word[1:])
        else:
            table[word] = number
            number += 1
    return table


_TABLES = {
    "x86_64": """
    read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
    ioctl pread64 pwrite64 readv writev access pipe select sched_yield mremap msync mincore madvise shmget shmat shmctl
    dup dup2 pause nanosleep getitimer alarm setitimer getpid sendfile socket connect accept sendto recvfrom sendmsg
    recvmsg shutdown bind listen getsockname getpeername socketpair setsockopt getsockopt clone fork vfork execve exit
    wait4 kill uname semget semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock fsync fdatasync truncate
    ftruncate getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink readlink chmod fchmod chown
    fchown lchown umask gettimeofday getrlimit getrusage sysinfo times ptrace getuid syslog getgid setuid setgid geteuid
    getegid setpgid getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid
    getpgid setfsuid setfsgid getsid capget capset rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend
    sigaltstack utime mknod uselib personality ustat statfs fstatfs sysfs getpriority setpriority sched_setparam
    sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max sched_get_priority_min
    sched_rr_get_interval mlock munlock mlockall munlockall vhangup modify_ldt pivot_root _sysctl prctl arch_prctl
    adjtimex setrlimit chroot sync acct settimeofday mount umount2 swapon swapoff reboot sethostname setdomainname iopl
    ioperm create_module init_module delete_module get_kernel_syms query_module quotactl nfsservctl getpmsg putpmsg
    afs_syscall tuxcall security gettid readahead setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr
    llistxattr flistxattr removexattr lremovexattr fremovexattr tkill time futex sched_setaffinity sched_getaffinity
    set_thread_area io_setup io_destroy io_getevents io_submit io_cancel get_thread_area lookup_dcookie epoll_create
    epoll_ctl_old epoll_wait_old remap_file_pages getdents64 set_tid_address restart_syscall semtimedop fadvise64
    timer_create timer_settime timer_gettime timer_getoverrun timer_delete clock_settime clock_gettime clock_getres
    clock_nanosleep exit_group epoll_wait epoll_ctl tgkill utimes vserver mbind set_mempolicy get_mempolicy mq_open
    mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr kexec_load waitid add_key request_key keyctl
    ioprio_set ioprio_get inotify_init inotify_add_watch inotify_rm_watch migrate_pages openat mkdirat mknodat fchownat
    futimesat newfstatat unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat pselect6 ppoll unshare
    set_robust_list get_robust_list splice tee sync_file_range vmsplice move_pages utimensat epoll_pwait signalfd
    timerfd_create eventfd fallocate timerfd_settime timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2
    inotify_init1 preadv pwritev rt_tgsigqueueinfo perf_event_open recvmmsg fanotify_init fanotify_mark prlimit64
    name_to_handle_at open_by_handle_at clock_adjtime syncfs sendmmsg setns getcpu process_vm_readv process_vm_writev
    kcmp finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create kexec_file_load bpf execveat
    userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx
    io_pgetevents rseq @424 pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree move_mount
    fsopen fsconfig fsmount fspick pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2 process_madvise
    epoll_pwait2 mount_setattr quotactl_fd landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret
    process_mrelease futex_waitv set_mempolicy_home_node cachestat fchmodat2 map_shadow_stack futex_wake futex_wait
    futex_requeue statmount listmount lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat
    listxattrat removexattrat open_tree_attr
""",
    "aarch64": """
    io_setup io_destroy io_submit io_cancel io_getevents setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr
    listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr getcwd lookup_dcookie eventfd2 epoll_create1
    epoll_ctl epoll_pwait dup dup3 fcntl inotify_init1 inotify_add_watch inotify_rm_watch ioctl ioprio_set ioprio_get
    flock mknodat mkdirat unlinkat symlinkat linkat renameat umount2 mount pivot_root nfsservctl statfs fstatfs truncate
    ftruncate fallocate faccessat chdir fchdir chroot fchmod fchmodat fchownat fchown openat close vhangup pipe2
    quotactl getdents64 lseek read write readv writev pread64 pwrite64 preadv pwritev sendfile pselect6 ppoll signalfd4
    vmsplice splice tee readlinkat newfstatat fstat sync fsync fdatasync sync_file_range timerfd_create timerfd_settime
    timerfd_gettime utimensat acct capget capset personality exit exit_group waitid set_tid_address unshare futex
    set_robust_list get_robust_list nanosleep getitimer setitimer kexec_load init_module delete_module timer_create
    timer_gettime timer_getoverrun timer_settime timer_delete clock_settime clock_gettime clock_getres clock_nanosleep
    syslog ptrace sched_setparam sched_setscheduler sched_getscheduler sched_getparam sched_setaffinity
    sched_getaffinity sched_yield sched_get_priority_max sched_get_priority_min sched_rr_get_interval restart_syscall
    kill tkill tgkill sigaltstack rt_sigsuspend rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait
    rt_sigqueueinfo rt_sigreturn setpriority getpriority reboot setregid setgid setreuid setuid setresuid getresuid
    setresgid getresgid setfsuid setfsgid times setpgid getpgid getsid setsid getgroups setgroups uname sethostname
    setdomainname getrlimit setrlimit getrusage umask prctl getcpu gettimeofday settimeofday adjtimex getpid getppid
    getuid geteuid getgid getegid gettid sysinfo mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    msgget msgctl msgrcv msgsnd semget semctl semtimedop semop shmget shmctl shmat shmdt socket socketpair bind listen
    accept connect getsockname getpeername sendto recvfrom setsockopt getsockopt shutdown sendmsg recvmsg readahead brk
    munmap mremap add_key request_key keyctl clone execve mmap fadvise64 swapon swapoff mprotect msync mlock munlock
    mlockall munlockall mincore madvise remap_file_pages mbind get_mempolicy set_mempolicy migrate_pages move_pages
    rt_tgsigqueueinfo perf_event_open accept4 recvmmsg @260 wait4 prlimit64 fanotify_init fanotify_mark
    name_to_handle_at open_by_handle_at clock_adjtime syncfs setns sendmmsg process_vm_readv process_vm_writev kcmp
    finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create bpf execveat userfaultfd
    membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx io_pgetevents rseq
    kexec_file_load @403 clock_gettime64 clock_settime64 clock_adjtime64 clock_getres_time64 clock_nanosleep_time64
    timer_gettime64 timer_settime64 timerfd_gettime64 timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64
    @416 io_pgetevents_time64 recvmmsg_time64 mq_timedsend_time64 mq_timedreceive_time64 semtimedop_time64
    rt_sigtimedwait_time64 futex_time64 sched_rr_get_interval_time64 pidfd_send_signal io_uring_setup io_uring_enter
    io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick pidfd_open clone3 close_range openat2
    pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr quotactl_fd landlock_create_ruleset
    landlock_add_rule landlock_restrict_self memfd_secret process_mrelease futex_waitv set_mempolicy_home_node cachestat
    fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount lsm_get_self_attr
    lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat open_tree_attr
""",
}
