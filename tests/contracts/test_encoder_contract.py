"""What every encoder promises, asked of every encoder."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.embedding.base import Encoder
from explorer.core.embedding.registry import ENCODERS, EncoderRequest, identify, open_encoder
from explorer.core.progress import SILENT, Cancelled, Progress
from tests.conftest import sample_rows
from tests.tiny_encoder import tiny_model_folder

TEXTS = [row["question"] for row in sample_rows(48)]


@pytest.fixture(scope="module", params=[*ENCODERS, "folder"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[EncoderRequest, Encoder]:
    state = tmp_path_factory.mktemp("state")
    name = request.param
    if name == "folder":
        name = str(tiny_model_folder(tmp_path_factory.mktemp("model") / "tiny"))
    asked = EncoderRequest(name, corpus="corpus", state=state)
    return asked, open_encoder(asked, lambda: TEXTS)


def test_card_is_known_before_loading(pair: tuple[EncoderRequest, Encoder]) -> None:
    asked, encoder = pair
    assert identify(asked) == encoder.card
    assert len(encoder.card.digest) >= 32


def test_vectors_have_the_declared_shape_and_are_finite(pair: tuple[EncoderRequest, Encoder]) -> None:
    _, encoder = pair
    found = encoder.encode(TEXTS, SILENT)
    assert found.vectors.shape == (len(TEXTS), encoder.card.dimension)
    assert found.vectors.dtype == np.float32
    assert found.cut.shape == (len(TEXTS),)
    assert found.cut.dtype == np.bool_
    assert np.isfinite(found.vectors).all()
    if encoder.card.normalised:
        norms = np.linalg.norm(found.vectors, axis=1)
        assert (np.isclose(norms, 1.0, atol=1e-3) | (norms == 0)).all()


def test_vector_depends_on_the_text_alone(pair: tuple[EncoderRequest, Encoder]) -> None:
    _, encoder = pair
    whole = encoder.encode(TEXTS, SILENT).vectors
    order = np.random.default_rng(4).permutation(len(TEXTS))[:23]
    some = encoder.encode([TEXTS[row] for row in order], SILENT).vectors
    np.testing.assert_array_equal(some, whole[order])


def test_loading_again_gives_the_same_bytes(pair: tuple[EncoderRequest, Encoder]) -> None:
    asked, encoder = pair
    again = open_encoder(asked, lambda: TEXTS)
    assert again.encode(TEXTS[:20], SILENT).vectors.tobytes() == encoder.encode(TEXTS[:20], SILENT).vectors.tobytes()


def test_query_finds_its_own_document(pair: tuple[EncoderRequest, Encoder]) -> None:
    _, encoder = pair
    different = sorted(set(TEXTS))
    similar = encoder.encode_queries(different) @ encoder.encode(different, SILENT).vectors.T
    found = similar.argmax(axis=1)
    assert (found == np.arange(len(different))).mean() > 0.95


def test_nothing_and_strange_things_are_encoded(pair: tuple[EncoderRequest, Encoder]) -> None:
    _, encoder = pair
    assert encoder.encode([], SILENT).vectors.shape == (0, encoder.card.dimension)
    assert encoder.encode_queries([]).shape == (0, encoder.card.dimension)
    assert np.isfinite(encoder.encode(["\x00", "🙂", "字字", " "], SILENT).vectors).all()


def test_cancel_stops(pair: tuple[EncoderRequest, Encoder]) -> None:
    _, encoder = pair
    with pytest.raises(Cancelled):
        encoder.encode(TEXTS, Progress(is_cancelled=lambda: True))
