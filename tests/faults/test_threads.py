"""The number of threads decides the time, never the bytes."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import csv, hashlib, importlib.resources
import torch
from explorer.core.embedding.registry import EncoderRequest, open_encoder
from explorer.core.neighbors._tiles import BFloat16Tiles
from explorer.core.neighbors.blocks import exact_lists
from explorer.core.neighbors.prepare import prepare
from explorer.core.progress import SILENT

torch.set_num_threads({threads})
file = importlib.resources.files("explorer.resources") / "samples" / "bank_questions.csv"
with file.open(encoding="utf-8", newline="") as lines:
    texts = list(dict.fromkeys(row["question"] for row in csv.DictReader(lines)))[:200]
for precision in ("fp32", "auto"):
    vectors = open_encoder(EncoderRequest(precision=precision)).encode(texts, SILENT).vectors
    print(precision, hashlib.sha256(vectors.tobytes()).hexdigest())
ready = prepare(vectors, "cosine").vectors
ids, distances = exact_lists(ready, 10, "cosine", SILENT, BFloat16Tiles(ready))
print("graph", hashlib.sha256(ids.tobytes() + distances.tobytes()).hexdigest(), ids.shape)
assert torch.get_num_threads() == {threads}
"""


def printed(threads: int) -> str:
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads))}
    program = [sys.executable, "-c", PROGRAM.format(threads=threads)]
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout


def test_vectors_and_the_bfloat16_graph_are_the_same_on_one_thread_and_two() -> None:
    one = printed(1)
    assert one.count("\n") == 3
    assert one == printed(2)
