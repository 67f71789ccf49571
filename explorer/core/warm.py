"""Compiles the numba kernels into their cache, once, at installation: ``python -m explorer.core.warm``.

Without it everything works, but the first graph and the first map of a fresh installation wait for the compiler.
"""

from __future__ import annotations


def warm() -> None:
    """Run each kernel once on a tiny input of the types that are used."""
    from explorer.core.neighbors.graph import warm_up as warm_up_graph
    from explorer.core.projection.layout import warm_up as warm_up_layout

    warm_up_graph()
    warm_up_layout()


if __name__ == "__main__":
    warm()
