"""What an operation changed, so that each view redraws only what it shows."""

from __future__ import annotations

from enum import Flag, auto


class Changes(Flag):
    """Sent with every new state; a view asks ``changes & Changes.FLAGS`` and so on."""

    NONE = 0
    CORPUS = auto()
    """Another corpus, or none: everything else has changed too."""
    ROLES = auto()
    """Another column of the corpus holds the labels, or none."""
    PLAN = auto()
    """Parameters of the run: encoder, k, metric, detectors."""
    VECTORS = auto()
    POSITIONS = auto()
    GRAPH = auto()
    INDEX = auto()
    SCORES = auto()
    """Other scores, or another detector shown: ranks and histogram."""
    FLAGS = auto()
    """Threshold, overrides, and what follows from them."""
    REASONS = auto()
    """Why rows are strange can be said now."""
    CURRENT = auto()
    SELECTION = auto()
    COLOUR = auto()
    """What colours the map, and which entries of the legend are hidden."""
    NEIGHBOURS = auto()
    """k, metric or method of the neighbours panel, or its answer."""
    JOB = auto()
    MESSAGES = auto()
    LABELS = auto()
    """Label definitions, what is labelled, notes."""
    FILTERS = auto()
    """The chips themselves, saved filters."""
    SHOWN = auto()
    """Which rows are shown: what the filters let through, without the trash."""
    SEARCH = auto()
    CHECKS = auto()
    """Duplicate groups, labels that are probably wrong, checks of the texts."""
    STAGES = auto()
    """Which stages of the run are done."""
    HISTORY = auto()
    """What undo and redo would do."""
    WORDS = auto()
    """Which words make the current text strange."""
    BENCHMARK = auto()
    """What has been measured or predicted of a benchmark, or is being; what is recommended without labels."""
    ALL = (
        CORPUS | ROLES | PLAN | VECTORS | POSITIONS | GRAPH | INDEX | SCORES | FLAGS | REASONS | CURRENT | SELECTION
        | COLOUR | NEIGHBOURS | JOB | MESSAGES | LABELS | FILTERS | SHOWN | SEARCH | CHECKS | STAGES | HISTORY | WORDS
        | BENCHMARK
    )  # fmt: skip
