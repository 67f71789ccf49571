"""What an encoder is: it turns texts into vectors, batch by batch; the caller writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.fingerprint import fingerprint
from explorer.core.progress import Progress
from explorer.errors import EncoderError

Precision = Literal["auto", "fp32"]


@dataclass(frozen=True)
class EncoderCard:
    """What an encoder declares. It can be had without loading the model (no torch import).

    digest : of the model's files, of the fitted vocabulary, or of the vectors file.
    precision : the arithmetic that will be used on this machine: "bf16", "fp32" or "" where it does not apply.
    max_tokens : texts are cut there; 0 = no limit.
    languages : ISO 639-1 codes it knows; empty = any.
    """

    name: str
    digest: str
    dimension: int
    precision: str = ""
    max_tokens: int = 0
    document_prompt: str = ""
    query_prompt: str = ""
    pooling: str = ""
    normalised: bool = False
    languages: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        return fingerprint("encoder", asdict(self))


@dataclass(frozen=True)
class Encoded:
    """vectors : (m, d) float32, all finite. cut : (m,) bool, True where the text was cut at the token limit."""

    vectors: Vectors
    cut: NDArray[np.bool_]


class Encoder(Protocol):
    """A loaded encoder. A text's vector depends on the text and the card alone, never on its batch,
    so that a resumed run gives the same bytes as an undisturbed one."""

    @property
    def card(self) -> EncoderCard: ...

    def encode(self, texts: Sequence[str], progress: Progress) -> Encoded:
        """Vectors of documents, in the order given. Reports texts done; raises ``Cancelled`` between batches."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors (m, d) float32 of queries, with the query prompt."""
        ...


def refuse_non_finite(vectors: Vectors, texts: Sequence[str], rows: Sequence[int] | None = None) -> None:
    """Raise ``EncoderError`` naming the first text (and its row in the corpus) whose vector has NaN or infinity."""
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if bad.size == 0:
        return
    first = int(bad[0])
    where = f"row {rows[first]}" if rows is not None else "the text"
    excerpt = " ".join(texts[first][:80].split())
    raise EncoderError(
        f'The encoder gave a vector that is not finite for {where} ("{excerpt}").',
        "Try --precision fp32, remove the text, or choose another encoder.",
    )
