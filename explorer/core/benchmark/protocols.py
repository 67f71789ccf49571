"""How a benchmark asks its detectors: what they learn from, in which space, with which parameters.

Protocols: ``unsupervised`` scores a corpus by itself. ``novelty`` is that of Text-ADBench (arXiv 2507.12295): learn
from normal texts alone, on a split that is fixed, and measure on the other normal texts and all odd ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.presets import PRESETS, Preset
from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.arrays import row_ranges
from explorer.core.benchmark.labels import Labelled
from explorer.core.plan import ROWS, Plan
from explorer.errors import OptionError

ProtocolName = Literal["unsupervised", "novelty"]
PROTOCOLS: tuple[ProtocolName, ...] = get_args(ProtocolName)

LEARNT_FROM = 0.5
"""Share of the normal texts that novelty learns from; the rest is measured."""
SPLIT_SEED = 0
"""The split is the same whatever the seed of a detector, so that runs with other seeds measure the same texts."""


OWN = "own"
"""The parameters that the window starts with, in either protocol."""


def preset_of(name: str, protocol: ProtocolName | None) -> tuple[Preset, ProtocolName]:
    """Parameters by name, and the protocol that goes with them. Raises ``OptionError`` where there is no such preset,
    or where it belongs to the other protocol."""
    if name == OWN:
        own = protocol or "unsupervised"
        return Preset(precision="fp32", metric="cosine", transform="none", mode=own, options=()), own
    if name not in PRESETS:
        raise OptionError(f"There is no preset {name!r}.", f"Use one of: {', '.join((OWN, *PRESETS))}.")
    preset = PRESETS[name]
    if protocol not in (None, preset.mode):
        raise OptionError(f"The preset {name} is {preset.mode}, not {protocol}.", "Leave --protocol out.")
    return preset, preset.mode


@dataclass(frozen=True)
class Task:
    """One corpus as a protocol poses it.

    normal : what a plan learns from (``Plan.normal``); None = the rows themselves. measured : (n,) bool.
    """

    normal: str | None
    measured: NDArray[np.bool_]


def pose(labelled: Labelled, protocol: ProtocolName) -> Task:
    """What is learnt from and what is measured. Raises ``OptionError`` where too few texts are normal."""
    if protocol == "unsupervised":
        return Task(None, labelled.known)
    normal = np.flatnonzero(labelled.known & ~labelled.odd)
    if len(normal) < 4:
        raise OptionError("Fewer than 4 texts are normal: there is nothing to learn from.", "Use a larger corpus.")
    random = np.random.default_rng(SPLIT_SEED)
    learnt = np.sort(random.permutation(normal)[: int(len(normal) * LEARNT_FROM)])
    measured = labelled.known.copy()
    measured[learnt] = False
    return Task(ROWS + row_ranges(learnt), measured)


def plan_for(
    encoder: str, detector: DetectorSpec, preset: Preset, task: Task, seed: int, *, allow_download: bool = False
) -> Plan:
    """What the pipeline is to compute for one cell: nothing but its scores, at fp32 so that machines agree."""
    own = {spec.name: str(spec) for spec in map(DetectorSpec.parse, preset.options)}
    if detector.options:
        own[detector.name] = str(detector)
    return Plan(
        encoder=encoder,
        allow_download=allow_download,
        precision=preset.precision,
        metric=preset.metric,
        standardise=preset.transform == "standardise",
        detectors=(detector.name,),
        options=tuple(words for name, words in sorted(own.items()) if name == detector.name),
        normal=task.normal,
        seed=seed,
        map=False,
        quality=False,
    )
