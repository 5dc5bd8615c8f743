"""Which kinds of work does a text name? Siblings of a family share its words and differ in what they do.

A request to "assess" something and a skill that "validates" share no word, yet both test. Each kind stands for verbs
that people use for one another, and for the signs by which people tell that they need it: who writes that something
fails wants it debugged. The table is of English and of no vendor, product or field.
"""

from __future__ import annotations

import re
from functools import cache

from metier.stores.find.words import stem

_WORD = re.compile(r"[a-z][a-z']*[a-z]")
_SAME = (("’", "'"), ("set up", "setup"), ("setting up", "setup"), ("fine tun", "finetun"), ("fine-tun", "finetun"))

_KINDS = {
    "debug": "debug diagnose diagnosis diagnostic troubleshoot fix repair resolve fail failure error crash hang broken "
    "bug wrong issue problem exception stuck leak missing unexpected unexpectedly mismatch why cannot can't doesn't "
    "isn't aren't won't",
    "install": "install installation setup bootstrap prerequisite onboard provision",
    "deploy": "deploy deployment serve launch host start stop restart rollout",
    "create": "create build make generate write author scaffold implement add new develop compose design draft "
    "template",
    "test": "test validate validation verify verification evaluate evaluation eval assess assessment check qa score",
    "speed": "benchmark profile performance perf optimize optimization speed faster slow slowly latency throughput "
    "tune accelerate acceleration bottleneck",
    "know": "explain capability support docs documentation reference guide compare discover list knowledge overview "
    "which available",
    "fetch": "download fetch ingest load collect retrieve search query lookup find",
    "record": "record capture",
    "convert": "convert conversion migrate migration port translate translation export import transform",
    "train": "train finetune",
    "report": "summarize summary report analyze analyse analysis review audit inspect inspection",
    "watch": "monitor observability trace telemetry logging metrics alert visibility",
    "configure": "customize customization configure configuration config tweak change modify",
    "contribute": "contribute contributor commit pr merge release",
    "remove": "remove delete clean cleanup reclaim uninstall free",
    "run": "run execute execution invoke",
    "plan": "plan recipe strategy",
    "send": "send email message notify reply post publish share",
    "schedule": "schedule remind reminder calendar appointment meeting",
    "draw": "draw render visualize visualization plot chart diagram",
    "store": "save backup store archived upload sync restore",
    "pay": "pay payment buy purchase order invoice refund",
}


def intents(text: str) -> frozenset[str]:
    """The kinds of work that a text names or gives signs of.

    >>> sorted(intents("Assess the model; then say why it isn't faster"))
    ['debug', 'speed', 'test']
    >>> sorted(intents("Validation of trained models"))
    ['test', 'train']
    """
    text = text.lower()
    for one, other in _SAME:
        text = text.replace(one, other)
    kinds = _kinds()
    return frozenset(kinds[one] for one in map(stem, _WORD.findall(text)) if one in kinds)


@cache
def _kinds() -> dict[str, str]:
    return {stem(word): kind for kind, words in _KINDS.items() for word in words.split()}
