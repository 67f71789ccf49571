"""One tree of errors that a person can act on.

Every error says what happened in the person's words (``what``) and what to do about it (``hint``).
The technical cause travels as ``__cause__`` and is shown only on demand. The window and the command
line each have exactly one presenter for this tree; nothing else turns an exception into words.
"""

from __future__ import annotations


class ExplorerError(Exception):
    """Base of everything that a person can mend. The command line exits with 2."""

    def __init__(self, what: str, hint: str = "") -> None:
        self.what = what
        self.hint = hint
        super().__init__(f"{what} {hint}".strip())


class OptionError(ExplorerError):
    """A parameter that cannot work: k = 0, an unknown detector, a flag share of 3."""


class CorpusError(ExplorerError):
    """A corpus that cannot be read: missing, empty, not text, no text column."""


class EncoderError(ExplorerError):
    """A model that cannot be found, loaded or trusted (wrong digest), or that gives non-finite vectors."""


class VectorsError(ExplorerError):
    """Precomputed vectors that do not fit the corpus: wrong length, NaN, wrong shape."""


class DetectorError(ExplorerError):
    """A detector that could not score: it raised, did not settle, or needs more memory than there is."""


class MatrixError(ExplorerError):
    """A matrix of results that cannot be read, or in which nothing was measured."""


class ProjectError(ExplorerError):
    """A project folder that cannot be used."""


class ProjectLockedError(ProjectError):
    """The project is open in another window or process."""


class ProjectTooNewError(ProjectError):
    """The project was written by a newer version of this program."""


class OutputError(ExplorerError):
    """The result cannot be written: full disk, read-only folder."""


class WorkerError(ExplorerError):
    """The worker process died or could not be started; what was finished is kept."""


class ManifestError(ExplorerError):
    """A manifest that cannot be read, or inputs that are no longer what it says they were."""
