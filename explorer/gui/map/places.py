"""Where the points of the map are: as the layout says, turned onto the map seen before, or by two columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.plan import Plan
from explorer.core.projection.align import rotation
from explorer.core.projection.base import Positions
from explorer.errors import ExplorerError, OptionError
from explorer.gui.map.colours import same
from explorer.gui.widgets.map.axes import AxisScale, scaled_axes
from explorer.gui.widgets.map.placed import is_placed

if TYPE_CHECKING:
    from explorer.core.query.engine import Engine

ENOUGH = 50_000
"""Rows that decide how a map is turned."""
NO_AXES = ("row", "x", "y")
"""Columns that say nothing as an axis."""

Axes: TypeAlias = tuple[str, str]
Placed: TypeAlias = tuple[Positions, AxisScale, AxisScale]
Show: TypeAlias = Callable[[Positions, AxisScale | None, AxisScale | None], None]


class MapPlaces:
    """``show`` is called with other positions, and the scales of the two axes where columns place the rows.

    positions : what is shown now; None for nothing. axes : the columns that place the rows; None = the layout does.
    """

    def __init__(self, session: Session, show: Show) -> None:
        self._session = session
        self._show = show
        self.axes: Axes | None = None
        self.forget()

    def forget(self) -> None:
        """Another corpus: where its rows are has nothing to do with what was seen."""
        self.positions: Positions | None = None
        self.axes = None
        self._source: Positions | None = None
        self._run: tuple[object, ...] = ()
        self._turn: NDArray[np.float64] | None = None
        self._asked: tuple[object, ...] = ()

    def set_axes(self, axes: Axes | None, state: AppState) -> None:
        """Place the rows by two columns, or (None) by the layout."""
        if axes != self.axes:
            self.axes = axes
            self._asked, self._source = (), None
            self.follow(state)

    def follow(self, state: AppState) -> None:
        """Show what the state says now, unless it is shown."""
        if state.results.positions is None:
            return
        if self.axes is None:
            self._follow_layout(state.plan, state.results.positions)
        else:
            self._ask_axes(state, self.axes)

    def _follow_layout(self, plan: Plan, positions: Positions) -> None:
        if positions is self._source:
            return
        run = _run_of(plan)
        if run != self._run:
            self._turn = None if self.positions is None else turn_onto(positions, self.positions)
            self._run = run
        self._source = positions
        self._take(turned(positions, self._turn), None, None)

    def _ask_axes(self, state: AppState, axes: Axes) -> None:
        sources = (state.corpus, *axes, state.scores, state.ranks, state.results.trust)
        if same(sources, self._asked):
            return
        self._asked = sources

        def take(placed: Placed) -> None:
            if self._asked is sources:
                self._take(*placed)

        def refuse(error: ExplorerError) -> None:
            """A column that has gone, from a view of another day: the layout is always there."""
            if not isinstance(error, OptionError):
                self._session.say_error(error)
            self.set_axes(None, self._session.state)

        self._session.queries.ask("map axes", state, lambda engine: _placed(engine, axes), take, refuse)

    def _take(self, positions: Positions, x: AxisScale | None, y: AxisScale | None) -> None:
        self.positions = positions
        self._show(positions, x, y)


def axis_columns(engine: Engine) -> list[str]:
    """Columns of numbers or dates, the corpus's own first; last those that only repeat the anomaly score."""
    infos = [info for info in engine.columns() if info.kind in ("number", "date") and info.name not in NO_AXES]
    scores = [info.name for info in infos if info.name.startswith("score_") and not info.own]
    repeated = {"anomaly_rank", *scores[:1]}
    return [info.name for info in sorted(infos, key=lambda info: (not info.own, info.name in repeated))]


def _placed(engine: Engine, axes: Axes) -> Placed:
    kinds = {info.name: info.kind for info in engine.columns()}
    dates = (kinds.get(axes[0]) == "date", kinds.get(axes[1]) == "date")
    x, y = (engine.moments(n) if date else engine.numbers(n) for n, date in zip(axes, dates, strict=True))
    return scaled_axes(x, y, axes, dates=dates)


def _run_of(plan: Plan) -> tuple[object, ...]:
    """Maps of one run start from the same picture, so they are not turned against each other."""
    return plan.encoder, plan.precision, plan.vectors, plan.metric, plan.seed, plan.layout


def turn_onto(new: Positions, old: Positions) -> NDArray[np.float64]:
    """The rotation or reflection (d, d) that lays ``new`` (n, d) best on ``old`` (n, 2 or 3); as ``align.aligned``."""
    step = max(len(new) // ENOUGH, 1)
    source, known = new[::step].astype(np.float64), old[::step].astype(np.float64)
    common = is_placed(source) & is_placed(known)
    if not common.any():
        return np.eye(new.shape[1])
    source, known = source[common], known[common]
    target = np.zeros_like(source)
    width = min(source.shape[1], known.shape[1])
    target[:, :width] = known[:, :width]
    return rotation(source - source.mean(axis=0), target - target.mean(axis=0))


def turned(positions: Positions, turn: NDArray[np.float64] | None) -> Positions:
    """The positions turned; the same array where there is nothing to turn."""
    if turn is None or len(turn) != positions.shape[1] or np.allclose(turn, np.eye(len(turn)), atol=1e-3):
        return positions
    # Not by BLAS: for so narrow a product, waking its threads takes longer than the work.
    return np.asarray(np.einsum("nj,jk->nk", positions, turn.astype(np.float32)))
