from __future__ import annotations

from pathlib import Path

import pytest

from explorer.core.embedding.registry import EncoderRequest, open_encoder
from explorer.core.embedding.sentence import SentenceEncoder
from tests.conftest import sample_rows
from tests.tiny_encoder import tiny_model_folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model_folder(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> SentenceEncoder:
    return open_encoder(EncoderRequest(str(tiny_folder), precision="fp32"))


@pytest.fixture(scope="session")
def minilm() -> SentenceEncoder:
    return open_encoder(EncoderRequest())


@pytest.fixture(scope="session")
def questions() -> list[str]:
    """120 real bank questions and some that are not, of very different lengths."""
    texts = [row["question"] for row in sample_rows(120)]
    return [*texts, " ".join(texts[:30]), "ok", " ".join(texts[:4])]
