"""Training small networks: seeded, on one thread, and stoppable, whoever trains."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from explorer.core.anomaly.base import above_zero, one_of, positive
from explorer.core.progress import Progress
from explorer.errors import OptionError

ACTIVATIONS = ("relu", "leaky_relu", "tanh")


def widths(layers: str) -> tuple[int, ...]:
    """``"64-32"`` as the widths of layers. Raises ``OptionError`` unless there are at least two, none below 1."""
    try:
        found = tuple(int(part) for part in layers.split("-"))
    except ValueError:
        found = ()
    if len(found) < 2 or min(found) < 1:
        raise OptionError(f"layers = {layers} cannot be built.", "Write two or more widths, such as 64-32.")
    return found


class Trained(Protocol):
    """The parameters that every detector with a network has."""

    @property
    def layers(self) -> str: ...
    @property
    def activation(self) -> str: ...
    @property
    def epochs(self) -> int: ...
    @property
    def batch(self) -> int: ...
    @property
    def rate(self) -> float: ...
    @property
    def sample(self) -> int: ...


def check_training(network: Trained) -> None:
    """Raise ``OptionError`` unless a network can be trained so."""
    widths(network.layers)
    one_of("activation", network.activation, ACTIVATIONS)
    for name in ("epochs", "batch", "sample"):
        positive(name, getattr(network, name))
    above_zero("rate", network.rate)


def weights_between(sizes: tuple[int, ...]) -> int:
    """How many weights a network with layers of these widths has."""
    return sum(left * right for left, right in pairwise(sizes))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Everything that libraries draw from follows from ``seed`` inside, on one thread, and is as it was afterwards.

    One thread, because sums over several depend on their number: the same seed gives the same bytes with any number of
    cores. Networks of this size gain little from a second one.
    """
    import torch

    before = np.random.get_state(), random.getstate(), os.environ.get("PYTHONHASHSEED")  # noqa: NPY002 - PyOD's source
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - PyOD shuffles with it
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            np.random.set_state(before[0])  # noqa: NPY002
            random.setstate(before[1])
            _restore("PYTHONHASHSEED", before[2])


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


@contextmanager
def stoppable(kind: type[Any], steps: int, words: str, progress: Progress) -> Iterator[None]:
    """Report and hear of cancel before every step of a network of class ``kind``, of which there will be ``steps``.

    For networks that a library trains in a loop of its own, which knows of neither.
    """
    from torch.nn.modules.module import register_module_forward_pre_hook

    done = 0

    def before_step(module: Any, _: Any) -> None:
        nonlocal done
        if isinstance(module, kind):
            progress.report(min(done / steps, 1.0), words)
            done += 1

    handle = register_module_forward_pre_hook(before_step)
    try:
        yield
    finally:
        handle.remove()


def multilayer(widths_of: tuple[int, ...], activation: str, *, bias: bool = True) -> Any:
    """A network of linear layers of these widths, ``activation`` between them, none at the end."""
    from torch import nn

    kinds = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "tanh": nn.Tanh}
    layers: list[Any] = []
    for place, width in enumerate(widths_of[1:]):
        layers.append(nn.Linear(widths_of[place], width, bias=bias))
        if place < len(widths_of) - 2:
            layers.append(kinds[activation]())
    return nn.Sequential(*layers)
