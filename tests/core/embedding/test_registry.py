from __future__ import annotations

from pathlib import Path

import pytest

from explorer.core.embedding.registry import EncoderRequest, encoder_names, identify, open_encoder
from explorer.errors import EncoderError


def test_built_in_names_come_first() -> None:
    assert encoder_names()[:2] == ("minilm", "lexical")


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model"])
def test_unknown_name_says_what_can_be_done(name: str) -> None:
    with pytest.raises(EncoderError, match="--allow-download"):
        identify(EncoderRequest(name))


@pytest.mark.parametrize("name", ["a/b/c", "", "what is this?"])
def test_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(EncoderError):
        identify(EncoderRequest(name))


def test_a_file_is_no_model_folder(tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(b"x")
    with pytest.raises(EncoderError, match="is a file"):
        identify(EncoderRequest(str(file)))


def test_download_that_fails_is_a_clear_error() -> None:
    # The suite runs with HF_HUB_OFFLINE, so that nothing can be fetched.
    with pytest.raises(EncoderError, match="cannot be fetched"):
        identify(EncoderRequest("nobody/no-such-model", allow_download=True))


def test_precision_asked_for_is_kept() -> None:
    assert identify(EncoderRequest(precision="fp32")).precision == "fp32"


def test_lexical_that_was_never_fitted_says_so(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="not fitted"):
        open_encoder(EncoderRequest("lexical", corpus="c", state=tmp_path))
