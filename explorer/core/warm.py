"""Compiles the numba kernels into their cache, once, at installation: ``python -m explorer.core.warm``.

Without it everything works, but the first graph and the first map of a fresh installation wait for the compiler.
"""

from __future__ import annotations

import numpy as np

ROWS, DIMENSION, K = 600, 16, 10


def warm() -> None:
    """Run each kernel once, on a small input of the types that are used: both arithmetics, both routes, all maps."""
    from explorer.core.anomaly.groups import find_groups
    from explorer.core.benchmark import measures
    from explorer.core.clusters import communities
    from explorer.core.neighbors._tiles import BFloat16Tiles, Float32Tiles
    from explorer.core.neighbors.blocks import exact_lists
    from explorer.core.neighbors.graph import graph_of
    from explorer.core.neighbors.prepare import prepare
    from explorer.core.progress import SILENT
    from explorer.core.projection import layout, trust, tsne
    from explorer.core.quality import duplicates

    vectors = np.random.default_rng(0).normal(size=(ROWS, DIMENSION)).astype(np.float32)
    prepared = prepare(vectors, "cosine")
    for tiles in (Float32Tiles(prepared.vectors), BFloat16Tiles(prepared.vectors)):
        exact_lists(prepared.vectors, K, "cosine", SILENT, tiles)
    graph_of(prepared, k=K, exact_work=0)
    find_groups(graph_of(prepared, k=K), prepared)
    for kernels in (layout, trust, tsne, communities, measures, duplicates):
        kernels.warm_up()


if __name__ == "__main__":
    warm()
