"""More texts in a corpus that is there already: the old rows stay where they are, the new ones follow."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from explorer.core.corpus.column_kinds import is_text
from explorer.core.corpus.columns import cell_texts
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.keys import texts_fingerprint
from explorer.core.corpus.wording import quoted_list


def appended(old: Corpus, new: Corpus) -> Corpus:
    """One corpus of ``old``'s rows and then ``new``'s, which was read with the same roles and cleaning.

    The columns are those of both; a cell that one of them lacks is missing there. A column that has another type in
    each becomes text.
    """
    embedded = pa.chunked_array([*old.embedded.chunks, *new.embedded.chunks], pa.large_string())
    first, second = _same_types(old.table, new.table)
    table = pa.concat_tables([first, second], promote_options="default")
    return replace(
        old,
        table=table,
        texts=pa.chunked_array([*old.texts.chunks, *new.texts.chunks], pa.large_string()),
        embedded=embedded,
        ids=pa.chunked_array([*old.ids.chunks, *_ids(old, new).chunks], pa.large_string()),
        rejected=(*old.rejected, *new.rejected),
        notices=(*old.notices, *new.notices, *_columns_notice(old, new)),
        fingerprint=texts_fingerprint(embedded),
        grown_from=(*old.grown_from, old.fingerprint),
        added=(*old.added, new.source),
        spelled=tuple(name for name in table.column_names if is_text(table[name].type) and _no_texts(name, old, new)),
    )


def _no_texts(name: str, *corpora: Corpus) -> bool:
    """Whether the cells of a column are other values than texts wherever it was read."""
    there = [corpus for corpus in corpora if name in corpus.table.column_names]
    return all(name in corpus.spelled or not is_text(corpus.table[name].type) for corpus in there)


def _ids(old: Corpus, new: Corpus) -> pa.ChunkedArray:
    """The new rows' ids; without an id column they go on counting."""
    if old.roles.id is not None:
        return new.ids
    return pa.chunked_array([[str(row) for row in range(old.rows, old.rows + new.rows)]], pa.large_string())


def _same_types(first: pa.Table, second: pa.Table) -> tuple[pa.Table, pa.Table]:
    for name in first.column_names:
        if name in second.column_names and first[name].type != second[name].type:
            first, second = _as_text(first, name), _as_text(second, name)
    return first, second


def _as_text(table: pa.Table, name: str) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.chunked_array([cell_texts(table[name])], pa.large_string()))


def _columns_notice(old: Corpus, new: Corpus) -> tuple[str, ...]:
    missing = [name for name in old.table.column_names if name not in new.table.column_names]
    further = [name for name in new.table.column_names if name not in old.table.column_names]
    said = []
    if missing:
        said.append(f"The texts added have no column {quoted_list(missing)}: empty there.")
    if further:
        said.append(f"Only the texts added have the column {quoted_list(further)}.")
    return tuple(said)
