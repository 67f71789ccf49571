"""Keys of texts that are no corpus."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from explorer.core.corpus.keys import KEY_BYTES, text_key


def keys_of(texts: Iterable[str]) -> NDArray[np.uint8]:
    """(n, 16) digests of texts as embedded."""
    return np.frombuffer(b"".join(map(text_key, texts)), np.uint8).reshape(-1, KEY_BYTES)
