"""Which column sorts the documents, and the order that the engine gives for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.app.changes import Changes
from explorer.app.messages import Message
from explorer.app.queries import column_name
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.errors import ExplorerError
from explorer.gui.item_models.documents_model import OWN
from explorer.gui.item_models.rows_model import Rows

_ENGINE = {"score": "anomaly_score", "rank": "anomaly_rank", "state": "flagged"}
"""What the engine calls a column; others are called as they are here."""
_COMPUTED = frozenset(_ENGINE)


@dataclass(frozen=True)
class Sort:
    """Key of a column, and whether downwards."""

    key: str
    descending: bool = False


@dataclass
class _Slot:
    """What sorts, and the last order that arrived: the old one until there is a new one."""

    sort: Sort | None = None
    rows: Rows | None = None


class TableOrder:
    """One order for all texts and another for what a search finds, which begins with the best match first.

    ``changed`` is called when an order has arrived, or could not be had.
    """

    def __init__(self, session: Session, changed: Callable[[], None]) -> None:
        self._session = session
        self._changed = changed
        self._all, self._found = _Slot(), _Slot()
        self._searching = False
        self._asked: tuple[_Slot, Sort] | None = None
        self._answer, self._refuse = self._take, self._give_up  # the same objects each time: the newest question counts

    @property
    def _slot(self) -> _Slot:
        return self._found if self._searching else self._all

    @property
    def sort(self) -> Sort | None:
        """What sorts now; None = best match first while something is searched for, else by row."""
        return self._slot.sort

    @property
    def lasting(self) -> Sort | None:
        """What sorts while nothing is searched for."""
        return self._all.sort

    @property
    def rows(self) -> Rows | None:
        """All rows in order; None = the order that ``sort`` None stands for."""
        return self._slot.rows

    @property
    def waiting(self) -> bool:
        """Whether an order has been asked for and is not there yet."""
        return self._asked is not None

    def choose(self, state: AppState, sort: Sort) -> None:
        """Sort by a column; one that holds nothing yet changes nothing."""
        if state.corpus is None or (sort.key in _COMPUTED and state.scores is None):
            self._changed()
        elif sort == Sort("row") and not self._searching:
            self._asked, self._slot.sort, self._slot.rows = None, None, None
            self._changed()
        else:
            self._slot.sort = sort
            self._ask(state)

    def follow(self, state: AppState, changes: Changes) -> None:
        """A new search begins with its best match; other scores are sorted anew."""
        if changes & Changes.CORPUS:
            self._all, self._found, self._asked = _Slot(), _Slot(), None
        searching = state.search.found is not None
        if searching and not self._searching:
            self._found = _Slot()
        self._searching = searching
        sort = self._slot.sort
        if changes & Changes.SCORES and sort is not None and sort.key in _COMPUTED:
            self._ask(state)

    def _ask(self, state: AppState) -> None:
        sort = self._slot.sort
        if sort is None or (sort.key in _COMPUTED and state.scores is None):
            return
        self._asked = (self._slot, sort)
        name = engine_name(state, sort.key)
        downwards = sort.descending != (sort.key == "state")  # flagged ones first is upwards
        self._session.queries.order(state, name, self._answer, self._refuse, descending=downwards)

    def _take(self, rows: Rows) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and asked[0].sort == asked[1] and rows.size == self._session.state.rows:
            asked[0].rows = rows
        self._changed()

    def _give_up(self, error: ExplorerError) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked[0].sort = asked[0].rows = None
        self._session.say(Message("warning", error.what, error.hint))
        self._changed()


def engine_name(state: AppState, key: str) -> str:
    """What the engine calls the column under a key of the table."""
    if key.startswith(OWN):
        return column_name(state, key.removeprefix(OWN))
    return _ENGINE.get(key, key)
