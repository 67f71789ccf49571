"""Parquet files, by Arrow."""

from __future__ import annotations

import pyarrow as pa

from explorer.core.corpus.raw import RawTable, ReadJob
from explorer.errors import CorpusError


def read_parquet(job: ReadJob) -> RawTable:
    """All columns with their types; a preview reads the first rows only.

    Raises
    ------
    CorpusError : not a Parquet file, or a damaged one.
    """
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(job.path) as file:
            table = _rows(file, job)
            total = int(file.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(
            f"{job.name} is not a Parquet file, or it is damaged.", "Export it again, or save the texts as CSV."
        ) from error
    return RawTable(table, "Parquet", total=total)


def _rows(file: object, job: ReadJob) -> pa.Table:
    """Read batch by batch, so that reading can be cancelled."""
    total = max(file.metadata.num_rows, 1)  # type: ignore[attr-defined]
    batches: list[pa.RecordBatch] = []
    done = 0
    for batch in file.iter_batches(batch_size=job.limit or 65_536):  # type: ignore[attr-defined]
        batches.append(batch)
        done += batch.num_rows
        job.progress.report(done / total, "Reading")
        if job.limit is not None and done >= job.limit:
            break
    return pa.Table.from_batches(batches, schema=file.schema_arrow)  # type: ignore[attr-defined]
