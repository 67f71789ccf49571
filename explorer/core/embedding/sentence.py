"""Encoders made of a sentence-transformers model, run on the processor in fp32 or bf16.

Importing this takes seconds (torch): only ``registry`` does, when an encoder is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from transformers.utils import logging

from explorer.core.arrays import Vectors
from explorer.core.embedding.base import Encoded, EncoderCard, refuse_non_finite
from explorer.core.embedding.batching import batch_rows, batches, character_slices, pad_rows, padded_lengths
from explorer.core.embedding.model_folder import ModelFolder, PrecisionVerdict
from explorer.core.progress import SILENT, Progress
from explorer.errors import EncoderError

LEAST_COSINE = 0.999
"""bf16 is used only where every probe's vector is at least this close to fp32's."""

PROBES = (
    "The parcel never arrived, and nobody answers the phone.",
    "Kann ich meine Karte im Ausland benutzen?",
    "0.25 mg/kg IV q8h, WBC 12.4, afebrile.",
    "SELECT name FROM users WHERE id = 7;",
    "ok",
    "2019-03-01 03:12:55 ERROR disk /dev/sda1 is full, cannot write 4096 bytes",
    "东京的天气今天很好",
    "We prove that the spectral radius of every such graph is bounded by the square root of twice its edges. " * 3,
)
"""Prose, another language, numbers, code, one word, a log line, another script, several sentences."""

_CHARACTERS_PER_TOKEN = 100
"""A text is cut at this many characters per allowed token before it is tokenised: a million-character text
would otherwise be split into a quarter of a million tokens, of which a few hundred are used."""
_SLICE_CHARACTERS = 200_000
_PLAIN_BATCH = 64
_LOADING_FAILS = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError),
    *(SafetensorError, UnpicklingError),
)
"""What the libraries raise for a model folder that is incomplete, damaged or of a kind that they do not know."""
_FEATURES = ("input_ids", "attention_mask", "token_type_ids")


def load_sentence_encoder(folder: ModelFolder, card: EncoderCard, verdict: PrecisionVerdict) -> SentenceEncoder:
    """Load a model from its folder; nothing is fetched.

    Where ``card`` promises bf16 and the model disagrees with its own fp32 vectors (see ``LEAST_COSINE``), the
    encoder that is returned runs in fp32, its card says so, and ``verdict`` remembers it.
    Raises ``EncoderError`` for a folder whose model cannot be loaded or is not as wide as it declares.
    """
    model = _load(folder)
    encoder = SentenceEncoder(replace(card, precision="fp32"), model)
    width = model.get_embedding_dimension()
    if width != card.dimension:
        raise EncoderError(
            f"The model {card.name} declares {card.dimension} dimensions but gives {width}.",
            "Copy or download the model folder again.",
        )
    if card.precision != "bf16" or _agrees_in_bf16(encoder, verdict):
        return SentenceEncoder(card, model)
    # bf16 rounded the weights: read them again.
    return SentenceEncoder(encoder.card, _load(folder))


def _load(folder: ModelFolder) -> SentenceTransformer:
    bar = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(folder.path), device="cpu", local_files_only=True)
    except _LOADING_FAILS as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise EncoderError(
            f"The model {folder.name} cannot be loaded: {reason}", "Copy or download the model folder again."
        ) from error
    finally:
        if bar:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    return model.to(torch.float32).eval()


def _agrees_in_bf16(encoder: SentenceEncoder, verdict: PrecisionVerdict) -> bool:
    """Turn the token model to bf16 and compare; a disagreement is remembered."""
    exact = encoder.encode(PROBES, SILENT).vectors
    encoder.model[0].to(torch.bfloat16)
    cosine = smallest_cosine(exact, encoder.encode(PROBES, SILENT).vectors)
    if cosine < LEAST_COSINE:
        verdict.refuse_bf16(cosine)
    return cosine >= LEAST_COSINE


def smallest_cosine(first: Vectors, second: Vectors) -> float:
    """The smallest cosine between equal rows; -1 where a vector is not finite."""
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosines = np.einsum("ij,ij->i", first, second, dtype=np.float64) / np.maximum(norms, 1e-30)
    return float(np.nan_to_num(cosines, nan=-1.0).min())


@dataclass(frozen=True)
class _Tokens:
    """Token numbers per text and feature, and which texts were cut."""

    features: dict[str, list[list[int]]]
    cut: NDArray[np.bool_]

    @property
    def counts(self) -> NDArray[np.int64]:
        return np.fromiter(map(len, self.features["input_ids"]), dtype=np.int64)


class SentenceEncoder:
    """A loaded sentence-transformers model. The token model runs in the card's precision; pooling and all that
    follows run in fp32. Vectors are equal bit for bit whatever the batch, see ``batching``."""

    def __init__(self, card: EncoderCard, model: SentenceTransformer) -> None:
        self._card = card
        self.model = model

    @property
    def card(self) -> EncoderCard:
        return self._card

    def encode(self, texts: Sequence[str], progress: Progress) -> Encoded:
        """Vectors (m, d) of documents. Reports after every batch; raises ``Cancelled`` between two."""
        return self._encode(texts, self._card.document_prompt, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (m, d) of queries. Raises ``EncoderError`` where one is not finite."""
        vectors = self._encode(texts, self._card.query_prompt, SILENT).vectors
        refuse_non_finite(vectors, texts)
        return vectors

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress) -> Encoded:
        if len(texts) == 0:
            return Encoded(np.zeros((0, self._card.dimension), np.float32), np.zeros(0, np.bool_))
        # Half of a surrogate pair, which a command line can hand in, is no text to a tokeniser: it becomes "?".
        prompted = [(prompt + text).encode("utf-8", "replace").decode("utf-8") for text in texts]
        if not self._is_transformer:
            return self._encode_plain(prompted, progress)
        tokens = self._tokenise(prompted, progress)
        vectors = self._forward_all(tokens, self._prompt_tokens(prompt), progress)
        return Encoded(vectors, tokens.cut)

    @property
    def _is_transformer(self) -> bool:
        return isinstance(self.model[0], Transformer)

    def _encode_plain(self, texts: Sequence[str], progress: Progress) -> Encoded:
        """Models without a token model (static or averaged word vectors): each text is summed by itself."""
        found: list[Vectors] = []
        for start in range(0, len(texts), _PLAIN_BATCH):
            some = list(texts[start : start + _PLAIN_BATCH])
            found.append(np.asarray(self.model.encode(some, show_progress_bar=False), dtype=np.float32))
            done = start + len(some)
            progress.report(done / len(texts), "Embedding", done=done, total=len(texts), unit="texts")
        return Encoded(np.concatenate(found), np.zeros(len(texts), np.bool_))

    def _tokenise(self, texts: Sequence[str], progress: Progress) -> _Tokens:
        limit = self._card.max_tokens
        shortened = [text[: limit * _CHARACTERS_PER_TOKEN] for text in texts] if limit else list(texts)
        features: dict[str, list[list[int]]] = {}
        cut = np.fromiter((len(a) < len(b) for a, b in zip(shortened, texts, strict=True)), dtype=np.bool_)
        for part in character_slices(shortened, _SLICE_CHARACTERS):
            progress.check()
            found = self._tokenizer(shortened[part], **_truncation(limit))
            for name in _FEATURES:
                if name in found:
                    features.setdefault(name, []).extend(found[name])
            cut[part] |= [bool(one.overflowing) for one in found.encodings]
        return _Tokens(features, cut)

    @property
    def _tokenizer(self) -> Any:
        return self.model[0].tokenizer

    def _prompt_tokens(self, prompt: str) -> int:
        """Tokens that pooling leaves out, for the models that ask for it; the closing special token is not one."""
        pooled = [module for module in self.model if hasattr(module, "include_prompt")]
        if not prompt or all(module.include_prompt for module in pooled):
            return 0
        found: list[int] = self._tokenizer([prompt])["input_ids"][0]
        return len(found) - int(found[-1] in self._tokenizer.all_special_ids)

    def _forward_all(self, tokens: _Tokens, prompt_tokens: int, progress: Progress) -> Vectors:
        counts = tokens.counts
        lengths = padded_lengths(counts, self._card.max_tokens)
        vectors = np.zeros((counts.size, self._card.dimension), dtype=np.float32)
        done, work, total = 0, 0, int(lengths.sum())
        for length, rows in batches(lengths):
            progress.check()
            found = self._forward(self._features(tokens, rows, length), prompt_tokens)[: rows.size]
            vectors[rows] = found
            done, work = done + rows.size, work + length * rows.size
            progress.report(work / total, "Embedding", done=done, total=counts.size, unit="texts")
        return vectors

    def _features(self, tokens: _Tokens, rows: NDArray[np.int64], length: int) -> dict[str, NDArray[np.int64]]:
        fills = {"input_ids": self._tokenizer.pad_token_id or 0, "token_type_ids": self._tokenizer.pad_token_type_id}
        left = self._tokenizer.padding_side == "left"
        return {
            name: pad_rows([values[row] for row in rows], batch_rows(length), length, fills.get(name, 0), left=left)
            for name, values in tokens.features.items()
        }

    def _forward(self, batch: dict[str, NDArray[np.int64]], prompt_tokens: int) -> Vectors:
        features: dict[str, Any] = {name: torch.from_numpy(values) for name, values in batch.items()}
        if prompt_tokens:
            features["prompt_length"] = prompt_tokens
        with torch.inference_mode():
            features = self.model[0](features)
            features["token_embeddings"] = features["token_embeddings"].float()
            for module in list(self.model)[1:]:
                features = module(features)
        vectors: Vectors = features["sentence_embedding"].float().numpy()
        return vectors


def _truncation(limit: int) -> dict[str, Any]:
    return {"truncation": True, "max_length": limit} if limit else {}
