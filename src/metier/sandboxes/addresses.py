"""Whom did a program want to reach? Socket addresses and DNS questions from its memory: every length is hostile."""

from __future__ import annotations

import os
import socket
import struct

HOST = "sandbox"
"""What the machine is called where it has a name of its own."""


def address(raw: bytes) -> tuple[str, str, int] | None:
    """Read a `sockaddr`: its family, how it is written, and the port or 0. `None` stands for no address.

    >>> address(struct.pack("<H", 2) + struct.pack(">H", 443) + bytes([192, 0, 2, 1]) + bytes(8))
    ('inet', '192.0.2.1:443', 443)
    >>> address(struct.pack("<H", 1) + b"\\x00hidden")
    ('unix', '@hidden', 0)
    """
    if len(raw) < 2:
        return None
    (family,) = struct.unpack_from("=H", raw)
    body = raw[2:]
    if family == socket.AF_INET and len(body) >= 6:
        (port,) = struct.unpack_from(">H", body)
        return "inet", f"{socket.inet_ntop(socket.AF_INET, body[2:6])}:{port}", port
    if family == socket.AF_INET6 and len(body) >= 22:
        (port,) = struct.unpack_from(">H", body)
        return "inet6", f"[{socket.inet_ntop(socket.AF_INET6, body[6:22])}]:{port}", port
    if family == socket.AF_UNIX:
        hidden = body.startswith(b"\0")
        name = body[1:] if hidden else body.partition(b"\0")[0]
        return "unix", ("@" if hidden else "") + os.fsdecode(name), 0
    return None if family == socket.AF_UNSPEC else (f"family {family}", "", 0)


def dns_name(query: bytes) -> str:
    """Read which name a DNS query asks for, or an empty string.

    >>> dns_name(bytes(12) + b"\\x07example\\x03com\\x00\\x00\\x01\\x00\\x01")
    'example.com'
    >>> dns_name(b"no query")
    ''
    """
    labels: list[bytes] = []
    place = 12
    while place < len(query) and 0 < (length := query[place]) < 64 and len(labels) < 128:
        labels.append(query[place + 1 : place + 1 + length])
        place += 1 + length
    return b".".join(labels).decode("ascii", "backslashreplace") if place < len(query) else ""
