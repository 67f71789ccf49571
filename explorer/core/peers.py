"""Who is compared with whom: groups of texts by their label or by the region of the map that they lie in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from explorer.core.anomaly.within import Peers
from explorer.core.clusters.regions import Regions
from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus

LEVEL = 0
"""Regions that texts are compared within: the coarsest, about a dozen."""


def label_peers(corpus: Corpus) -> Peers:
    """By the label column; a blank cell is no label."""
    assert corpus.roles.label is not None
    cells = pc.utf8_trim_whitespace(text_column(corpus.table[corpus.roles.label]))
    cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, cells.type), cells)
    coded = pc.dictionary_encode(cells).combine_chunks()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    of = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Peers("label", of, tuple(coded.dictionary.to_pylist()))


def region_peers(regions: Regions) -> Peers:
    """By the coarsest regions, named by their words."""
    names = tuple(", ".join(region.words[:3]) or f"region {region.id + 1}" for region in regions.regions[LEVEL])
    return Peers("region", np.ascontiguousarray(regions.levels[:, LEVEL]), names)
