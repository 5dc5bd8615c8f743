"""Does a script take in a whole home folder, or undo what made a text harmless, that did neither before?

Both are told only beside what makes them grave: a command that carries files away, a call that cleans a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.versions import Loosening, Versions, told_of

_CARRIES = re.compile(
    r"\b(?:rsync|scp|sftp|rclone|restic|borg|gsutil)\s|\baws\s+s3\s|\|\s*ssh\s|\bcurl\b[^\n]{0,120}\s(?:-T|-F|--upload-file|--data-binary)\b|\bput_object\(|\bupload_?file\w*\("
)
_HOME = r"(?:\$\{?HOME\}?|\$\{\w{1,40}:-\$\{?HOME\}?\}|~|os\.path\.expanduser\(\s*[\"']~/?[\"']\s*\)|Path\.home\(\)|os\.homedir\(\))"
_TAKES_HOME = re.compile(
    rf"(?:\b(?:src|sources?|paths?|dirs?|folders?|includes?|inputs?|files|roots?)\w{{0,20}}\s{{0,3}}(?:\+?=|:)|\b(?:rsync|scp|tar|zip|cp|restic|rclone)\s)[^\n]{{0,160}}?(?<![\w/=-]){_HOME}/?(?:\.[\w-]{{2,30}}/?)?(?=[\"'\s),\]]|$)",
    re.I,
)
_INTO = re.compile(r"\s-C\s|--directory|\bcd\s|--exclude|\bDEST\w*=|--prefix", re.I)
_CLEANS = re.compile(
    r"\bsanitize\w*\b|\bDOMPurify\b|\bbleach\b|\bnh3\b|\bescape_?html\b|\bhtml\.escape\b|\bxss\(", re.I
)
_UNDOES = re.compile(
    r"\breplace\w{0,4}\(\s*[\"'/]&(?:lt|gt|quot|#39|#x27|amp);?|\bhtml\.unescape\(|\bunescape_?html\w*\(|\bhtml_entity_decode\(|\bhe\.decode\(|\bdecodeHTML\w*\(|\bdecode_?entities\(",
    re.I,
)


def reaches_further(both: Versions) -> Iterator[Loosening]:
    """New lines that take in a home folder where files are carried away, or undo what cleans a text."""
    for _, said, says in both.changed():
        for what, beside, form, unless in (
            ("takes in a home folder, or what is hidden in one", _CARRIES, _TAKES_HOME, _INTO),
            ("undoes what made a text harmless", _CLEANS, _UNDOES, None),
        ):
            new = [
                unit
                for unit in says
                if unit.is_code and form.search(unit.text) and not (unless and unless.search(unit.text))
            ]
            if (
                new
                and not any(form.search(unit.text) for unit in said)
                and any(beside.search(unit.text) for unit in says if unit.is_code)
            ):
                yield told_of(new[0], what)
