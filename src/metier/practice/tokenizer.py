"""How is a string task read by a small model? Character by character, with every function name as one token.

The tokenizer is an ordinary `PreTrainedTokenizerFast`, so `AutoTokenizer.from_pretrained` reads back what
`save_pretrained` wrote. It knows all printable ASCII characters; anything else becomes one unknown token.
"""

from __future__ import annotations

import string
from collections.abc import Iterable

import tokenizers
from transformers import PreTrainedTokenizerFast

from metier.practice.strings import FUNCTIONS

PAD, EOS, UNKNOWN = "<pad>", "<eos>", "<unk>"
_WORDS = ("apply", " to")
_CHARACTERS = tuple(c for c in string.printable if c == "\n" or c.isprintable())


def make_tokenizer(names: Iterable[str] = FUNCTIONS) -> PreTrainedTokenizerFast:
    """Make a character-level tokenizer in which each name, with the space before it, is one token.

    The space belongs to the token because a name never opens a prompt: so a name costs one token, and decoding gives
    back every character.

    >>> tokenizer = make_tokenizer()
    >>> tokenizer.tokenize("apply reverse to abc")
    ['apply', ' reverse', ' to', ' ', 'a', 'b', 'c']
    >>> tokenizer.decode(tokenizer.encode("apply reverse to abc"))
    'apply reverse to abc'
    """
    vocabulary = {token: index for index, token in enumerate((PAD, EOS, UNKNOWN, *_CHARACTERS))}
    inner = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token=UNKNOWN))
    inner.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex(r"[\s\S]"), "isolated")
    inner.decoder = tokenizers.decoders.Fuse()
    words = (*_WORDS, *(f" {name}" for name in names))
    inner.add_tokens([tokenizers.AddedToken(word, normalized=False) for word in words])
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token=PAD,
        eos_token=EOS,
        unk_token=UNKNOWN,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
