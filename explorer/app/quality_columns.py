"""What the quality stages found, as columns for filters, sorting and expressions, named as in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.app.state import AppState
from explorer.core.quality.checks import Check, bits_of, names_in
from explorer.core.quality.duplicates import Duplicates
from explorer.core.quality.label_errors import LabelErrors
from explorer.core.report.marks import joined

Column: TypeAlias = NDArray[Any] | pa.Array


def quality_columns(state: AppState) -> Mapping[str, Column]:
    """The columns of what is there; each is made once for as long as its findings stay."""
    found: dict[str, Column] = {}
    results = state.results
    if results.duplicates is not None:
        found["duplicate_group"] = _groups(results.duplicates)
    if results.labels is not None:
        found["suggested_label"] = _suggested(results.labels)
        found["label_quality"] = results.labels.quality
    if state.checks:
        found["checks"] = _failed(state.checks, state.rows)
    if state.corpus is not None and state.corpus.roles.label is not None:
        codes = state.corrections.codes_of_all(state.rows)
        found["corrected_label"] = words_column(codes, list(state.corrections.values_known))
    return found


@lru_cache(maxsize=1)
def _groups(duplicates: Duplicates) -> pa.Array:
    return pa.array(duplicates.groups, mask=duplicates.groups < 0)


@lru_cache(maxsize=1)
def _suggested(labels: LabelErrors) -> pa.Array:
    return words_column(labels.suggested, labels.names)


@lru_cache(maxsize=1)
def _failed(checks: tuple[Check, ...], rows: int) -> pa.Array:
    """The names of the checks that each row fails: "email; phone"."""
    held, codes = np.unique(bits_of(checks, rows), return_inverse=True)
    words = [joined(names_in(checks, bits)) for bits in held.tolist()]
    return words_column(np.where(held[codes] == 0, -1, codes), words)


def words_column(codes: NDArray[Any], words: Sequence[str]) -> pa.Array:
    """A column of words by number; -1 = no word."""
    indices = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))
