"""A corpus made of columns, without reading a file."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from explorer.core.corpus.columns import string_array
from explorer.core.corpus.corpus import Corpus, Roles, Source


def strings(values: Sequence[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([string_array(values)])


def corpus_of(texts: Sequence[str], **columns: Sequence[object] | pa.Array) -> Corpus:
    """Columns of strings are large_string as in a CSV snapshot; others have the type that Arrow gives them."""
    own = {
        name: strings(values) if all(isinstance(value, str) for value in values) else pa.array(values)
        for name, values in columns.items()
    }
    table = pa.table({"body": strings(texts), **own})
    ids = strings([str(row) for row in range(len(texts))])
    return Corpus(table, table["body"], table["body"], ids, Roles(("body",)), (), Source("", "", 0, "csv"))
