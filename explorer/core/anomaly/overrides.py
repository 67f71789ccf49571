"""What a person decided about texts, row by row: it always wins over a threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.core.row_map import RowMap

CLEARED, FLAGGED = 0, 1
DECISIONS = (False, True)


class Overrides(RowMap[bool]):
    """Row -> flagged by hand (True) or cleared by hand (False)."""

    @classmethod
    def _empty(cls) -> Overrides:
        return cls(np.empty(0, np.int64), np.empty(0, np.int32), DECISIONS)

    def decided(self, rows: NDArray[np.int64], flag: bool | None) -> Overrides:
        """These and the same decision about ``rows``; None takes theirs back."""
        if flag is None:
            return self.without(rows)
        chosen = rows if (np.diff(rows) > 0).all() else np.unique(rows)
        return self.given(chosen, np.full(chosen.size, FLAGGED if flag else CLEARED, np.int32), DECISIONS)

    @property
    def flags(self) -> NDArray[np.bool_]:
        """(m,) the decision about each of ``rows``."""
        return np.asarray(self.codes == FLAGGED)

    @property
    def flagged(self) -> NDArray[np.int64]:
        """(f,) rows flagged by hand, ascending."""
        return self.rows[self.flags]

    @property
    def cleared(self) -> NDArray[np.int64]:
        """(c,) rows cleared by hand, ascending."""
        return self.rows[~self.flags]


NO_OVERRIDES = Overrides.of({})
