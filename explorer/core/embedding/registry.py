"""Which encoders there are, and how a name that a person types becomes one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from explorer.core.embedding.base import Encoder, EncoderCard, Precision
from explorer.core.embedding.lexical_terms import lexical_card
from explorer.core.embedding.model_folder import ModelFolder, PrecisionVerdict, bundled_minilm
from explorer.core.processor import bfloat16_instructions
from explorer.core.progress import SILENT, Progress
from explorer.core.storage import FolderStore
from explorer.errors import EncoderError

ENTRY_POINTS = "explorer.encoders"
DEFAULT_ENCODER = "minilm"


@dataclass(frozen=True)
class EncoderRequest:
    """What was asked for.

    corpus : fingerprint of the corpus, for encoders that are fitted on it.
    state : a folder of the project that keeps fitted states and precision verdicts; None = nothing is kept.
    """

    name: str = DEFAULT_ENCODER
    precision: Precision = "auto"
    allow_download: bool = False
    corpus: str = ""
    seed: int = 0
    state: Path | None = None


FitTexts = Callable[[], Sequence[str]]


class EncoderSource(Protocol):
    """A way to get an encoder. ``identify`` is cheap and imports no torch; ``open`` may take seconds."""

    def identify(self, request: EncoderRequest) -> EncoderCard: ...

    def open(self, request: EncoderRequest, fit_texts: FitTexts | None, progress: Progress) -> Encoder: ...


@dataclass(frozen=True)
class SentenceSource:
    """sentence-transformers models; ``locate`` finds the folder."""

    locate: Callable[[EncoderRequest], ModelFolder]

    def identify(self, request: EncoderRequest) -> EncoderCard:
        folder = self.locate(request)
        return folder.card(_precision(folder, request))

    def open(self, request: EncoderRequest, fit_texts: FitTexts | None, progress: Progress) -> Encoder:
        from explorer.core.embedding.sentence import load_sentence_encoder

        progress.report(0.0, "Loading the encoder")
        folder = self.locate(request)
        return load_sentence_encoder(folder, folder.card(_precision(folder, request)), _verdict(folder, request))


def _verdict(folder: ModelFolder, request: EncoderRequest) -> PrecisionVerdict:
    return PrecisionVerdict(request.state, folder.digest, " ".join(bfloat16_instructions()))


def _precision(folder: ModelFolder, request: EncoderRequest) -> str:
    """bf16 where the person, the kind of model, the processor and an earlier verdict all allow it."""
    if request.precision == "fp32" or not folder.is_transformer or not bfloat16_instructions():
        return "fp32"
    return "fp32" if _verdict(folder, request).says_fp32() else "bf16"


@dataclass(frozen=True)
class LexicalSource:
    """TF-IDF + SVD, fitted on the corpus."""

    def identify(self, request: EncoderRequest) -> EncoderCard:
        return lexical_card(request.corpus, request.seed)

    def open(self, request: EncoderRequest, fit_texts: FitTexts | None, progress: Progress) -> Encoder:
        from explorer.core.embedding import lexical

        card = self.identify(request)
        store = FolderStore(request.state) if request.state is not None else None
        fitted = lexical.load_fitted(store, card) if store is not None else None
        if fitted is None:
            if fit_texts is None:
                raise EncoderError("The lexical encoder is not fitted yet.", "Run the job on this corpus first.")
            fitted = lexical.fit(fit_texts(), request.seed, progress)
            if store is not None:
                lexical.save_fitted(store, card, fitted)
        return lexical.LexicalEncoder(card, fitted)


ENCODERS: Mapping[str, EncoderSource] = {
    "minilm": SentenceSource(lambda request: bundled_minilm()),
    "lexical": LexicalSource(),
}


def encoder_names() -> tuple[str, ...]:
    """Built-in and installed encoders; a model's folder or name is accepted besides."""
    return (*ENCODERS, *sorted(point.name for point in entry_points(group=ENTRY_POINTS) if point.name not in ENCODERS))


def source_for(name: str) -> EncoderSource:
    """The source of a built-in encoder, of an installed one, or of a model given by folder or name."""
    if name in ENCODERS:
        return ENCODERS[name]
    for point in entry_points(group=ENTRY_POINTS, name=name):
        source: EncoderSource = point.load()
        return source
    return SentenceSource(_folder_or_hub)


def identify(request: EncoderRequest) -> EncoderCard:
    """What the encoder declares, without loading it. Raises ``EncoderError`` where there is no such encoder.

    The precision is a rule: bf16 where the processor has AVX512-BF16 or AMX-BF16. That the result agrees with fp32
    is checked when the model is loaded; if it does not, ``open_encoder`` gives an encoder whose card says fp32 and
    leaves a verdict in ``request.state``, which every later call follows.
    """
    return source_for(request.name).identify(request)


def open_encoder(request: EncoderRequest, fit_texts: FitTexts | None = None, progress: Progress = SILENT) -> Encoder:
    """Load the encoder. Key everything that follows by the returned encoder's ``card``.

    fit_texts : gives the texts to fit on; called only by encoders that are fitted and have no saved state.
    Raises ``EncoderError`` where the encoder cannot be found, trusted or loaded.
    """
    return source_for(request.name).open(request, fit_texts, progress)


_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def _folder_or_hub(request: EncoderRequest) -> ModelFolder:
    path = Path(request.name).expanduser()
    if request.name.strip() and path.is_dir():
        return ModelFolder(request.name, path)
    if path.is_file():
        raise EncoderError(f"{path} is a file, not a model folder.", "Give the folder that holds modules.json.")
    if not _HUB_NAME.fullmatch(request.name):
        raise EncoderError(
            f"There is no encoder and no model folder {request.name!r}.", f"Use one of {', '.join(encoder_names())}."
        )
    return ModelFolder(request.name, _hub_folder(request.name, download=request.allow_download))


def _hub_folder(name: str, *, download: bool) -> Path:
    """A model's folder in the local Hugging Face cache, fetched first where that is permitted."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    full = name if "/" in name else f"sentence-transformers/{name}"
    unused = ["onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot", "*.onnx", "*.py"]
    try:
        return Path(snapshot_download(full, local_files_only=not download, ignore_patterns=unused))
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        if download:
            reason = str(error).strip().partition("\n")[0]
            raise EncoderError(
                f"The model {name} cannot be fetched: {reason}", "Check the name and the connection, or give a folder."
            ) from error
        raise EncoderError(
            f"There is no encoder {name!r} on this machine.",
            f"Use one of {', '.join(encoder_names())}, a model's folder, or allow to download it (--allow-download).",
        ) from error
