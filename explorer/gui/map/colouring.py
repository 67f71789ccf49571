"""From "colour by" to a colour for every point, and what the legend says about it. Slow parts need no window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.app.labels import Bits
from explorer.app.queries import column_name
from explorer.app.state import ANOMALY, NO_COLOUR, AppState
from explorer.core.anomaly.within import score_title
from explorer.core.clusters.regions import Region, Regions
from explorer.core.corpus.column_kinds import SAMPLE, Kind, column_kind
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import KnnGraph
from explorer.core.projection.trust import Trust
from explorer.gui.map.region_colours import assigned, shared_edges
from explorer.gui.parts import counted, number, snippet
from explorer.gui.widgets.colour_scales import (
    N_CATEGORY_COLOURS,
    ValueRange,
    category_colours,
    colours_for_values,
    likeness,
    missing_colour,
    other_colour,
    scale_colours,
    top_categories,
)
from explorer.gui.widgets.legend import Legend, LegendEntry

if TYPE_CHECKING:
    from explorer.core.query.engine import Engine

LABELS, TRUST, REGIONS = "\0labels", "\0trust", "\0regions"
"""Values of ``colour_by``, beside those of ``state.py``, that are no column of the corpus."""

_TITLES = {
    ANOMALY: "Anomaly score",
    LABELS: "My labels",
    REGIONS: "Region",
    TRUST: "Trust of the map",
    NO_COLOUR: "Nothing",
}
NAME = 40
"""Characters of a category's name."""
MOST_REGIONS = 24
"""Regions with an entry of their own in the legend."""
FEW = 10
"""Numbers or dates of no more different values than this are categories."""


@dataclass(frozen=True)
class Colouring:
    """rgba : (n, 4) uint8. Either ``values`` (a continuous scale) or ``categories`` or neither is there.

    places : (n,) int8, the entry of ``categories`` that each row belongs to; None where there are none.
    dates : whether ``values`` are seconds since 1970, to be shown as days.
    """

    rgba: NDArray[np.uint8]
    title: str = ""
    values: ValueRange | None = None
    categories: tuple[LegendEntry, ...] = ()
    note: str = ""
    dates: bool = False
    places: NDArray[np.int8] | None = None

    def hidden_places(self, names: Sequence[str]) -> tuple[int, ...]:
        """Places of the entries with these names."""
        return tuple(place for place, entry in enumerate(self.categories) if entry.name in names)

    def kept(self, names: Sequence[str]) -> NDArray[np.bool_] | None:
        """(n,) the rows of the other entries; None where no entry has one of these names."""
        hidden = self.hidden_places(names)
        if self.places is None or not hidden:
            return None
        seen = np.ones(len(self.categories), np.bool_)
        seen[list(hidden)] = False
        return seen[self.places]

    def rows_of(self, place: int) -> NDArray[np.int64]:
        """Rows of one entry, ascending."""
        return np.empty(0, np.int64) if self.places is None else np.flatnonzero(self.places == place)


# --- what there is to choose --------------------------------------------------------------------


def column_kinds(corpus: Corpus) -> dict[str, Kind]:
    """What each column of the table is, but for the texts themselves and their ids."""
    taken = {*corpus.roles.text, corpus.roles.id}
    return {name: column_kind(corpus.table[name]) for name in corpus.table.column_names if name not in taken}


def colour_columns(corpus: Corpus) -> list[str]:
    """Columns that can colour the map: numbers, dates, or few enough different values. The label comes first."""
    names = [name for name, kind in column_kinds(corpus).items() if _can_colour(corpus, name, kind)]
    return sorted(names, key=lambda name: name != corpus.roles.label)


def _can_colour(corpus: Corpus, name: str, kind: Kind) -> bool:
    if kind != "category":
        return kind != "text"
    return bool(pc.count_distinct(corpus.table[name].slice(0, SAMPLE)).as_py() > 1)


def colour_choices(corpus: Corpus | None) -> tuple[tuple[str, ...], ...]:
    """Everything that the map can be coloured by, in groups."""
    columns = () if corpus is None else tuple(colour_columns(corpus))
    return tuple(group for group in ((ANOMALY, REGIONS, TRUST, LABELS), columns, (NO_COLOUR,)) if group)


def colour_title(colour_by: str) -> str:
    """What a choice of ``colour_by`` is called."""
    return _TITLES.get(colour_by, colour_by)


# --- colours ------------------------------------------------------------------------------------


def colouring(state: AppState, engine: Engine, *, dark: bool) -> Colouring:
    """The colours that ``state.colour_by`` asks for; one grey while they cannot be told. May run on any thread.

    engine : reads the corpus's columns, and remembers them.
    """
    by, results, corpus = state.colour_by, state.results, state.corpus
    if by == ANOMALY and state.scores is not None:
        title = f"{colour_title(by)} ({score_title(state.detector)})"
        return _by_values(state.scores, title, note="Higher is stranger", dark=dark)
    if by == TRUST and results.trust is not None:
        return _by_trust(results.trust, dark=dark)
    if by == REGIONS and results.regions is not None and results.regions.regions:
        return _by_region(results.regions, results.graph, dark=dark)
    if by == LABELS and state.labels:
        return _by_label([label.name for label in state.labels], state.label_bits, state.rows, dark=dark)
    if corpus is not None and by in corpus.table.column_names:
        return _by_column(state, corpus, engine, dark=dark)
    waiting = f"{colour_title(by)}: not there yet" if by in (ANOMALY, TRUST, REGIONS, LABELS) else ""
    return Colouring(np.tile(other_colour(dark=dark), (state.rows, 1)), waiting)


def _by_values(
    values: NDArray[np.floating], title: str, *, dark: bool, note: str = "", dates: bool = False
) -> Colouring:
    rgba, spanned = colours_for_values(values, dark=dark)
    return Colouring(rgba, title, spanned, note=note, dates=dates)


def _by_trust(trust: Trust, *, dark: bool) -> Colouring:
    note = f"Share of a text's {trust.k} neighbours that are near it here too"
    return _by_values(trust.kept, colour_title(TRUST), note=note, dark=dark)


def _by_region(regions: Regions, graph: KnnGraph | None, *, dark: bool) -> Colouring:
    """Largest regions first; those that touch have colours that nobody takes for each other."""
    named, labels = regions.regions[0], regions.levels[:, 0]
    kept = min(len(named), MOST_REGIONS)
    touch = np.zeros((len(named), len(named))) if graph is None else shared_edges(labels, graph.ids, len(named))
    colours = category_colours(dark=dark)[assigned(touch[:kept, :kept], likeness(dark=dark))]
    names = [_region_name(region) for region in named[:kept]]
    ranked = np.minimum(labels, kept).astype(np.int64)  # regions are numbered by falling size
    others = f"{number(len(named) - kept)} smaller regions"
    return _by_ranks(ranked, names, colour_title(REGIONS), others, "In no region", dark=dark, colours=colours)


def _region_name(region: Region) -> str:
    return " · ".join(region.words[:2]) or f"Region {number(region.id + 1)}"


def _by_label(names: Sequence[str], bits: Bits, rows: int, *, dark: bool) -> Colouring:
    """Each label keeps its colour whatever is labelled next; texts with several have one of their own, the first."""
    shown = ["Several labels", *names[: N_CATEGORY_COLOURS - 1]]
    held = bits if bits.size else np.zeros(rows, np.uint64)
    with np.errstate(divide="ignore"):
        ranked = np.where(held == 0, -1.0, np.log2(held.astype(np.float64)) + 1.0).astype(np.int64)
    ranked[(held & (held - np.uint64(1))) != 0] = 0
    others = f"{number(len(names) + 1 - len(shown))} other labels"
    ranked = np.minimum(ranked, len(shown))
    return _by_ranks(ranked, shown, colour_title(LABELS), others, "No label", dark=dark)


def _by_column(state: AppState, corpus: Corpus, engine: Engine, *, dark: bool) -> Colouring:
    source, title = state.colour_by, colour_title(state.colour_by)
    name, kind = column_name(state, source), column_kind(corpus.table[source])
    if kind in ("number", "date"):
        values = engine.moments(name) if kind == "date" else engine.numbers(name)
        if np.unique(values[:: max(len(values) // SAMPLE, 1)]).size > FEW:
            return _by_values(values, title, dates=kind == "date", dark=dark)
    coded, names = engine.codes(name)
    return _by_codes(coded, names, title, "No value", dark=dark)


def _by_codes(codes: NDArray[np.integer], names: Sequence[str], title: str, missing: str, *, dark: bool) -> Colouring:
    """The most frequent codes have a colour each, most frequent first; below 0 there is no value."""
    ranked, kept, counts = top_categories(codes)
    blank = int(np.count_nonzero(ranked < 0))
    others = "" if int(counts.sum()) + blank == len(codes) else f"{number(_used(codes) - kept.size)} others"
    return _by_ranks(ranked, [names[code] for code in kept.tolist()], title, others, missing, dark=dark)


def _used(codes: NDArray[np.integer]) -> int:
    """How many different values there are."""
    return int(np.count_nonzero(np.bincount(np.maximum(codes, -1) + 1)[1:]))


def _by_ranks(
    ranked: NDArray[np.int64], names: Sequence[str], title: str, others: str, missing: str, *, dark: bool,
    colours: NDArray[np.uint8] | None = None,
) -> Colouring:  # fmt: skip
    """ranked : (n,) place in ``names``, ``len(names)`` for any other value, below 0 for none.

    colours : (m, 4) of the names; None = the categorical ones, in their order.
    """
    rest, none = len(names), len(names) + 1
    bins = np.where(ranked < 0, none, ranked)
    counts = np.bincount(bins, minlength=none + 1)
    chosen = category_colours(dark=dark)[:rest] if colours is None else colours
    table = np.vstack([chosen, other_colour(dark=dark), missing_colour(dark=dark)])
    kept = [place for place in range(none + 1) if counts[place]]
    entry_of = np.zeros(none + 1, np.int8)
    entry_of[kept] = np.arange(len(kept))
    called = _distinct([*(snippet(name, NAME) for name in names), others, missing])
    entries = tuple(LegendEntry(called[place], int(counts[place]), _rgba(table[place])) for place in kept)
    return Colouring(table[bins], title, None, entries, places=entry_of[bins])


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that were cut to the same are told apart by a number: what is hidden is kept by name."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _rgba(colour: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    red, green, blue, alpha = colour.tolist()
    return red, green, blue, alpha


# --- legend -------------------------------------------------------------------------------------


def show_legend(legend: Legend, shown: Colouring, *, dark: bool) -> None:
    """Say in the legend what the colours mean."""
    values = shown.values
    if values is None:
        legend.set_categories(shown.title, shown.categories)
        return
    missing = f"grey: {counted(values.n_missing, 'text')} without" if values.n_missing else ""
    legend.set_scale(
        shown.title,
        scale_colours(dark=dark),
        values.low,
        values.median,
        values.high,
        beyond=(values.below, values.above),
        words=_day if shown.dates else None,
        note=" · ".join(filter(None, (shown.note, missing))),
    )


def _day(seconds: float) -> str:
    return str(np.datetime64(round(seconds), "s").astype("datetime64[D]")) if np.isfinite(seconds) else ""
