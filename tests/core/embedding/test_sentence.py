from __future__ import annotations

import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from explorer.core.embedding import registry, sentence
from explorer.core.embedding.registry import EncoderRequest, identify, open_encoder
from explorer.core.embedding.sentence import SentenceEncoder, smallest_cosine
from explorer.core.progress import SILENT, Cancelled, Progress, Report
from explorer.errors import EncoderError


@pytest.mark.parametrize("name", ["tiny", "minilm"])
def test_vector_depends_on_the_text_alone(name: str, questions: list[str], request: pytest.FixtureRequest) -> None:
    encoder: SentenceEncoder = request.getfixturevalue(name)
    questions = questions[-30:]
    whole = encoder.encode(questions, SILENT).vectors
    order = np.random.default_rng(0).permutation(len(questions))
    shuffled = encoder.encode([questions[row] for row in order], SILENT).vectors
    np.testing.assert_array_equal(shuffled, whole[order])
    few = [0, 7, len(questions) - 3, len(questions) - 1]
    np.testing.assert_array_equal(encoder.encode([questions[row] for row in few], SILENT).vectors, whole[few])
    np.testing.assert_array_equal(encoder.encode(questions[5:6], SILENT).vectors, whole[5:6])


def test_vectors_do_not_depend_on_the_number_of_threads(minilm: SentenceEncoder, questions: list[str]) -> None:
    usual = torch.get_num_threads()
    questions = questions[-30:]
    whole = minilm.encode(questions, SILENT).vectors
    torch.set_num_threads(1)
    try:
        np.testing.assert_array_equal(minilm.encode(questions, SILENT).vectors, whole)
    finally:
        torch.set_num_threads(usual)


def test_fp32_equals_sentence_transformers_own_encode(tiny: SentenceEncoder, questions: list[str]) -> None:
    ours = tiny.encode(questions, SILENT).vectors
    theirs = tiny.model.encode(questions, show_progress_bar=False)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert ours.dtype == np.float32


def test_minilm_agrees_with_fp32_and_knows_what_is_near(minilm: SentenceEncoder, questions: list[str]) -> None:
    exact = open_encoder(EncoderRequest(precision="fp32"))
    assert exact.card.precision == "fp32"
    assert smallest_cosine(exact.encode(questions, SILENT).vectors, minilm.encode(questions, SILENT).vectors) >= 0.999
    texts = ["How do I top up my card?", "The cat sleeps on the sofa.", "What is the moon made of?"]
    near = ["A kitten is napping on the couch.", "Adding money to my bank card", "lunar geology and rocks"]
    similar = minilm.encode_queries(near) @ minilm.encode(texts, SILENT).vectors.T
    assert similar.argmax(axis=1).tolist() == [1, 0, 2]


def test_cut_texts_are_counted_and_huge_ones_survive(tiny: SentenceEncoder) -> None:
    huge = "money " * 170_000
    found = tiny.encode(["pay", "pay " * 46, "pay " * 47, huge, " " * 100_000 + "pay"], SILENT)
    assert found.cut.tolist() == [False, False, True, True, True]
    assert np.isfinite(found.vectors).all()


def test_odd_texts_get_vectors(tiny: SentenceEncoder) -> None:
    odd = ["", "\x00", "\ud83d", "🙂🙂", "字" * 300, "\n"]
    assert tiny.encode(odd, SILENT).vectors.shape == (6, 32)
    assert tiny.encode([], SILENT).vectors.shape == (0, 32)


def test_progress_counts_texts_and_cancel_stops_between_batches(tiny: SentenceEncoder, questions: list[str]) -> None:
    seen: list[Report] = []
    tiny.encode(questions, Progress(seen.append))
    assert seen[-1].facts == {"done": len(questions), "total": len(questions), "unit": "texts"}
    assert seen[-1].fraction == pytest.approx(1.0)
    assert len(seen) > 2
    calls = iter([False, False, True])
    with pytest.raises(Cancelled):
        tiny.encode(questions, Progress(is_cancelled=lambda: next(calls)))


def test_prompts_are_used_for_documents_and_queries(tmp_path: Path) -> None:
    from tests.tiny_encoder import tiny_model_folder

    folder = tiny_model_folder(tmp_path / "asking", prompts={"query": "how ", "document": "the "})
    encoder = open_encoder(EncoderRequest(str(folder), precision="fp32"))
    assert (encoder.card.document_prompt, encoder.card.query_prompt) == ("the ", "how ")
    plain = encoder.model.encode(["how cat", "the cat"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode_queries(["cat"])[0], plain[0], atol=1e-6)
    np.testing.assert_allclose(encoder.encode(["cat"], SILENT).vectors[0], plain[1], atol=1e-6)


def test_static_word_vectors_work_too(tiny_folder: Path, tmp_path: Path, questions: list[str]) -> None:
    tokenizer = Tokenizer.from_file(str(tiny_folder / "tokenizer.json"))
    modules = [StaticEmbedding(tokenizer, embedding_dim=16)]
    SentenceTransformer(modules=modules, device="cpu").save(str(tmp_path), create_model_card=False)
    encoder = open_encoder(EncoderRequest(str(tmp_path)))
    assert (encoder.card.dimension, encoder.card.precision, encoder.card.max_tokens) == (16, "fp32", 0)
    whole = encoder.encode(questions, SILENT).vectors
    np.testing.assert_array_equal(encoder.encode(questions[60:70], SILENT).vectors, whole[60:70])


def test_disagreeing_bf16_falls_back_and_is_remembered(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: SentenceEncoder
) -> None:
    monkeypatch.setattr(registry, "bfloat16_instructions", lambda: ("amx_bf16",))
    monkeypatch.setattr(sentence, "LEAST_COSINE", 1.1)
    request = EncoderRequest(str(tiny_folder), state=tmp_path)
    assert identify(request).precision == "bf16"
    encoder = open_encoder(request)
    assert encoder.card.precision == "fp32"
    assert identify(request) == encoder.card == tiny.card
    texts = ["my money", "moon"]
    np.testing.assert_array_equal(encoder.encode(texts, SILENT).vectors, tiny.encode(texts, SILENT).vectors)


def test_loading_opens_no_connection(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    open_encoder(EncoderRequest(str(tiny_folder)))


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "1_Pooling/config.json"])
@pytest.mark.parametrize("damage", ["cut", "absent"])
def test_damaged_model_is_a_clear_error(tiny_folder: Path, tmp_path: Path, name: str, damage: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_folder, copy)
    file = copy / name
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:20])
    else:
        file.unlink()
    with pytest.raises(EncoderError):
        open_encoder(EncoderRequest(str(copy), precision="fp32"))


def test_query_that_is_not_finite_is_refused(tiny_folder: Path) -> None:
    encoder = open_encoder(EncoderRequest(str(tiny_folder), precision="fp32"))
    with torch.no_grad():
        encoder.model[0].auto_model.embeddings.word_embeddings.weight.fill_(float("nan"))
    with pytest.raises(EncoderError, match=r'not finite.*"pay me"'):
        encoder.encode_queries(["pay me"])
