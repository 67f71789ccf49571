"""A corpus as one Arrow IPC file: immutable, memory-mapped, written whole or not at all.

Everything but the columns (roles, source, what was rejected, notices, fingerprint) is JSON in the schema's
metadata. A text column that is also a table column, or an embedded text that is the text itself, is written
once and referred to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from explorer.core.corpus.corpus import Corpus, Rejected, Roles, Source
from explorer.core.corpus.keys import texts_fingerprint
from explorer.core.storage import atomic_file
from explorer.core.verified import all_whole, note_whole
from explorer.errors import ProjectError, ProjectTooNewError

VERSION = 1
META_KEY = b"text-explorer.corpus"
BATCH_ROWS = 65_536
SNAPSHOT = "snapshot"
"""In the note of what was verified, in place of a digest: the file holds its own."""
_PARTS = ("texts", "embedded", "ids")


def save_snapshot(corpus: Corpus, path: Path) -> None:
    """Write a corpus to ``path``, replacing what was there in one step.

    Raises
    ------
    OutputError : the disk is full or may not be written to.
    """
    table = _physical(corpus)
    with (
        atomic_file(path) as temporary,
        temporary.open("wb") as file,
        pa.ipc.new_file(file, table.schema) as writer,
    ):
        writer.write_table(table, max_chunksize=BATCH_ROWS)
    note_whole(_note(path), {path: SNAPSHOT})


def _note(path: Path) -> Path:
    return path.with_name(f".{path.name}.verified")


def _physical(corpus: Corpus) -> pa.Table:
    """The columns to write, c0, c1 ... for the table's own, and the metadata that names them."""
    columns = {f"c{place}": column for place, column in enumerate(corpus.table.columns)}
    places: dict[str, str] = {}
    for part in _PARTS:
        column = getattr(corpus, part)
        same = next((name for name, other in columns.items() if _same(column, other)), None)
        places[part] = same or part
        columns.setdefault(places[part], column)
    meta = {"version": VERSION, "names": corpus.table.column_names, "places": places, **_facts(corpus)}
    return pa.table(columns).replace_schema_metadata({META_KEY: json.dumps(meta).encode()})


def _same(column: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    return column is other or (column.type == other.type and other.null_count == 0 and bool(column.equals(other)))


def _facts(corpus: Corpus) -> dict[str, Any]:
    return {
        "roles": asdict(corpus.roles),
        "cleaning": corpus.cleaning,
        "source": asdict(corpus.source),
        "rejected": [asdict(item) for item in corpus.rejected],
        "notices": corpus.notices,
        "fingerprint": corpus.fingerprint,
        "grown_from": corpus.grown_from,
        "added": [asdict(source) for source in corpus.added],
        "spelled": corpus.spelled,
        "rows": corpus.rows,
    }


def open_snapshot(path: Path, *, verify: bool = True, again: bool = False) -> Corpus:
    """Open a corpus without copying it into memory.

    Parameters
    ----------
    verify : read the file through, a batch at a time, and compare the texts with their fingerprint, unless that was
        done before and the file has not been touched since. again : do it in any case.

    Raises
    ------
    ProjectError : missing, damaged, or not a snapshot. ProjectTooNewError : written by a newer version.
    """
    try:
        if verify:
            all_whole(_note(path), {path: SNAPSHOT}, _verified, again=again)
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        return _corpus(table, _meta(table.schema))
    except FileNotFoundError as error:
        raise ProjectError(
            f"The corpus file {path.name} is missing.", "Load the corpus again, or restore the project from a copy."
        ) from error
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise ProjectError(
            f"The corpus file {path.name} is damaged or was not written by this program.",
            "Load the corpus again, or restore the project from a copy.",
        ) from error


def _meta(schema: pa.Schema) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = json.loads((schema.metadata or {})[META_KEY])
    if meta["version"] > VERSION:
        raise ProjectTooNewError(
            "The corpus was written by a newer version of this program.", "Update the program to open it."
        )
    return meta


def _verified(path: Path, _: str) -> bool:
    """True; raises ``ValueError`` where the columns are malformed or the texts are not those that were written."""
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        meta = _meta(reader.schema)
        embedded = []
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            batch.validate(full=True)
            embedded.append(batch.column(meta["places"]["embedded"]))
        column = pa.chunked_array(embedded, pa.large_string())
    if len(column) != meta["rows"] or texts_fingerprint(column) != meta["fingerprint"]:
        raise ValueError("the texts do not match their fingerprint")
    return True


def _corpus(table: pa.Table, meta: Mapping[str, Any]) -> Corpus:
    names = meta["names"]
    own = pa.table([table.column(f"c{place}") for place in range(len(names))], names=names)
    texts, embedded, ids = (table.column(meta["places"][part]) for part in _PARTS)
    roles = {**meta["roles"], "text": tuple(meta["roles"]["text"])}
    return Corpus(
        own,
        texts,
        embedded,
        ids,
        Roles(**roles),
        tuple(meta["cleaning"]),
        Source(**meta["source"]),
        tuple(Rejected(**item) for item in meta["rejected"]),
        tuple(meta["notices"]),
        meta["fingerprint"],
        tuple(meta.get("grown_from", ())),
        tuple(Source(**source) for source in meta.get("added", ())),
        tuple(meta.get("spelled", ())),
    )
