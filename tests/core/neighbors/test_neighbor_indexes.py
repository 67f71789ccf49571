from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from explorer.core.neighbors.annoy_index import AnnoyNeighborIndex, build_annoy
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.recall import measured_recall, sample_rows
from explorer.core.neighbors.search import choose_index, nearest_to_row, nearest_to_vector
from explorer.errors import OptionError, OutputError, ProjectError, VectorsError


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(3).standard_normal((1500, 24)).astype(np.float32)


def test_annoy_measures_what_it_says(vectors, tmp_path):
    facts = build_annoy(vectors, "cosine", tmp_path / "a.ann", recall=0.9, k=10)
    index = AnnoyNeighborIndex.open(tmp_path / "a.ann", json.loads(json.dumps(facts)), vectors)
    rows = np.arange(1500, dtype=np.int32)
    found, truth = (i.search(vectors, 10, without=rows) for i in (index, ExactIndex(vectors)))
    overall = measured_recall(found[0], truth[0], found[1], truth[1])
    assert facts["recall"] >= 0.9
    assert abs(overall - facts["recall"]) < 0.02
    assert index.description == f"Annoy, recall@10 {facts['recall']:.2f} on 500 rows"


def test_annoy_finds_the_neighbours_of_outliers_too(tmp_path):
    """They are what people look at, and what a fixed effort serves worst."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((40, 64))
    crowd = centres[random.integers(40, size=4000)] + 0.15 * random.standard_normal((4000, 64))
    vectors = np.concatenate([crowd, random.standard_normal((60, 64))]).astype(np.float32)
    facts = build_annoy(vectors, "cosine", tmp_path / "a.ann")
    outliers = np.arange(4000, 4060, dtype=np.int32)
    indexes = AnnoyNeighborIndex.open(tmp_path / "a.ann", facts, vectors), ExactIndex(vectors)
    found, truth = (index.search(vectors[outliers], 15, without=outliers) for index in indexes)
    assert measured_recall(found[0], truth[0], found[1], truth[1]) >= 0.98


def test_annoy_build_gives_the_same_bytes(vectors, tmp_path):
    first = build_annoy(vectors, "euclidean", tmp_path / "a.ann", seed=5)
    assert build_annoy(vectors, "euclidean", tmp_path / "b.ann", seed=5) == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.ann", "b.ann"]


def test_annoy_refuses_a_damaged_file_and_other_vectors(vectors, tmp_path):
    path = tmp_path / "a.ann"
    facts = build_annoy(vectors[:100], "cosine", path)
    with pytest.raises(ProjectError):
        AnnoyNeighborIndex.open(path, facts, vectors)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ProjectError):
        AnnoyNeighborIndex.open(path, facts, vectors[:100])


def test_annoy_into_a_folder_that_is_not_there(vectors, tmp_path):
    with pytest.raises(OutputError):
        build_annoy(vectors[:50], "cosine", tmp_path / "none" / "a.ann")


def test_queries(vectors):
    index = ExactIndex(vectors)
    assert nearest_to_row(index, vectors, 7, 3)[0][0] != 7
    ids, distances = nearest_to_vector(index, 5.0 * vectors[7], 3)
    assert ids[0] == 7
    assert distances[0] == pytest.approx(0.0, abs=1e-12)
    assert (nearest_to_vector(index, np.zeros(24), 3)[0] == -1).all()
    with pytest.raises(OptionError):
        nearest_to_row(index, vectors, 1500, 3)
    with pytest.raises(VectorsError):
        nearest_to_vector(index, np.ones(23), 3)


def test_the_rule_on_the_size():
    assert choose_index(50_000, 384) == "exact"
    assert choose_index(1_000_000, 384) == "annoy"


def test_exact_search_loads_no_heavy_package():
    code = (
        "import sys, numpy as np; from explorer.core.neighbors.exact import ExactIndex; "
        "import explorer.core.neighbors.search, explorer.core.neighbors.annoy_index; "
        "ExactIndex(np.eye(4, dtype=np.float32)).search(np.eye(4, dtype=np.float32), 2); "
        "heavy = {'torch', 'numba', 'sklearn', 'scipy', 'annoy'} & set(sys.modules); sys.exit(bool(heavy))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_recall_counts_equally_near_rows():
    near = np.array([[0.1, 0.2]], np.float32)
    assert measured_recall(np.array([[1, 9]]), np.array([[1, 2]]), near, near) == 1.0
    farther = np.array([[0.1, 0.3]], np.float32)
    assert measured_recall(np.array([[1, 9]]), np.array([[1, 2]]), farther, near) == 0.5
    nothing = np.array([[-1, -1]]), np.full((1, 2), np.nan, np.float32)
    assert measured_recall(nothing[0], nothing[0], nothing[1], nothing[1]) == 1.0
    assert measured_recall(nothing[0], np.array([[1, 2]]), nothing[1], near) == 0.0


def test_samples_are_seeded_and_without_repetition():
    assert sample_rows(10, 20, 0).tolist() == list(range(10))
    assert np.array_equal(sample_rows(1000, 50, 4), sample_rows(1000, 50, 4))
    assert len(set(sample_rows(1000, 50, 4).tolist())) == 50
