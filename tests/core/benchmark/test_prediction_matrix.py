"""Reading a matrix of results: units, gaps, repeats, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.core.benchmark.prediction.matrix import read_matrix
from explorer.core.benchmark.prediction.names import detector_key, encoder_key, likeness
from explorer.core.benchmark.prediction.tasks import places_of, published
from explorer.errors import MatrixError

HEADER = "dataset,embedding,pooling,detector,auroc\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "matrix.csv"


def refused(file: Path, text: str | bytes, cost: str | None = None) -> str:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(MatrixError) as caught:
        read_matrix(file, cost)
    assert caught.value.hint
    return f"{caught.value.what} {caught.value.hint}"


def test_percent_and_shares_are_told_apart(file: Path) -> None:
    file.write_text(HEADER + "a,BERT,cls,KNN,83.5\na,BERT,cls,LOF,\n")
    matrix = read_matrix(file)
    assert matrix.percent == (True,) and matrix.tasks.auroc[0, 0, 0] == 0.835 and np.isnan(matrix.tasks.auroc[0, 0, 1])
    file.write_text(HEADER + "a,BERT,cls,KNN,0.835\na,BERT,cls,LOF,1.0\n")
    matrix = read_matrix(file)
    assert matrix.percent == (False,) and matrix.tasks.auroc.tolist() == [[[0.835, 1.0]]] and not matrix.remarks


def test_mixed_units_are_said(file: Path) -> None:
    file.write_text(HEADER + "a,BERT,cls,KNN,83.5\nb,BERT,cls,KNN,0.7\nc,BERT,cls,KNN,\n")
    matrix = read_matrix(file)
    assert matrix.percent == (True, False, True)
    assert matrix.remarks == ("AUROC is taken as 0-1 for b, as percent for the other datasets.",)
    file.write_text(HEADER + "a,BERT,cls,KNN,83.5\na,BERT,cls,LOF,0.7\n")
    matrix = read_matrix(file)
    assert matrix.tasks.auroc.ravel().tolist() == [0.835, 0.7]
    assert matrix.remarks == ("Percent and 0-1 are mixed: AUROC of at most 1 (line 3) is taken as 0-1.",)


def test_gaps_repeats_and_columns_that_are_not_needed(file: Path) -> None:
    rows = "x,A,BERT,KNN,mean,80\nx,A,BERT,KNN,mean,82\nx,A,BERT,LOF,mean,n/a\n\nx,B,ada,KNN,-,91\n"
    file.write_text("note, Dataset,Embedding,Detector,Pooling,AUROC\n" + rows)
    matrix = read_matrix(file)
    tasks = matrix.tasks
    assert (tasks.datasets, tasks.detectors) == (("A", "B"), ("KNN", "LOF"))
    assert tasks.encoders == (("BERT", "mean"), ("ada", ""))
    assert tasks.auroc[0, 0, 0] == pytest.approx(0.81) and tasks.auroc[1, 1, 0] == 0.91
    assert np.isfinite(tasks.auroc).sum() == 2 and matrix.remarks == (
        "1 cell given more than once: the mean is taken.",
    )


def test_a_file_without_pooling_or_dataset_is_read(file: Path) -> None:
    file.write_text("embedding;detector;auroc\nBERT;KNN;83,5\nBERT;LOF;\n", encoding="utf-8-sig")
    matrix = read_matrix(file)
    assert matrix.tasks.datasets == ("",) and matrix.tasks.encoders == (("BERT", ""),)
    assert matrix.tasks.auroc[0, 0, 0] == 0.835 and "no column dataset" in matrix.remarks[0]


def test_a_pooling_that_there_is_not_is_written_as_the_file_writes_it(file: Path) -> None:
    file.write_text(HEADER + "a,ada,-,KNN,80\na,ada,none,LOF,\na,BERT,cls,KNN,\n")
    matrix = read_matrix(file)
    assert matrix.tasks.encoders == (("ada", ""), ("BERT", "cls"))
    assert matrix.encoders == (("ada", "-"), ("BERT", "cls"))


def test_what_benchmark_run_writes_is_read(file: Path) -> None:
    rows = (
        "m.csv,minilm,iforest,novelty,0,0.7,1\nm.csv,minilm,iforest,novelty,1,0.8,1\nm.csv,lexical,knn,novelty,,0.9,1\n"
    )
    file.write_text("corpus,encoder,detector,protocol,seed,auroc,seconds\n" + rows)
    matrix = read_matrix(file, "seconds")
    assert matrix.tasks.datasets == ("m.csv",) and matrix.encoders == (("minilm", ""), ("lexical", ""))
    assert matrix.tasks.auroc[0, 0, 0] == pytest.approx(0.75) and np.isfinite(matrix.tasks.auroc).sum() == 2


def test_costs_come_from_a_column(file: Path) -> None:
    file.write_text("dataset,embedding,detector,auroc,Seconds\na,BERT,KNN,80,3\na,BERT,LOF,,7\na,ada,KNN,90,\n")
    costs = read_matrix(file, "seconds").costs
    assert costs is not None and costs[0, 0].tolist() == [3.0, 7.0] and np.isnan(costs[0, 1]).all()
    assert read_matrix(file).costs is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("dataset,embedding,detector,score\na,b,c,1\n", "has no column auroc. Its columns are dataset, embedding"),
        (HEADER, "no measured cell"),
        (HEADER + "a,BERT,cls,KNN,\n", "no measured cell"),
        (HEADER + "a,BERT,cls,KNN,\na,BERT,cls,LOF,-\na,ada,-,KNN,NaN\n", "no measured cell"),
        (HEADER + "a,BERT,cls,KNN,80\na,BERT,cls,LOF,300\n", "Line 3 of matrix.csv gives an AUROC of 300"),
        (HEADER + "a,BERT,cls,KNN,-3\n", "an AUROC of -3"),
        (HEADER + "a,BERT,cls,KNN,inf\n", "an AUROC of inf"),
        (HEADER + "a,BERT,cls,KNN,high\n", "'high' for auroc, which is no number"),
        (HEADER + "a,,cls,KNN,80\n", "Line 2 of matrix.csv names no embedding"),
        (HEADER + "a,BERT,cls,,80\n", "names no detector"),
        (b"\xff\xfe\x00broken", "not a CSV in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_one_clear_sentence(file: Path, text: str | bytes, said: str) -> None:
    assert said in refused(file, text)


def test_missing_files_and_impossible_costs_are_said(file: Path) -> None:
    with pytest.raises(MatrixError, match="There is no file"):
        read_matrix(file)
    text = "dataset,embedding,detector,auroc,cost\na,BERT,KNN,80,0\n"
    assert "a cost of 0" in refused(file, text, "cost") and "no column price" in refused(file, text, "price")


def test_names_are_known_in_other_spellings() -> None:
    assert detector_key("k-NN") == detector_key("KNN") and detector_key("Isolation Forest") == detector_key("IForest")
    assert encoder_key(("BERT", "cls")) == encoder_key(("bert_cls", "")) != encoder_key(("BERT", "mean"))
    tasks = published()
    rows, columns = places_of(tasks, tasks)
    assert rows.tolist() == list(range(33)) and columns.tolist() == list(range(10))


def test_likeness_by_name_is_a_covariance() -> None:
    encoders = [*published().encoders, ("all-MiniLM-L6-v2", ""), ("BERT", "")]
    kernels = likeness(encoders, encoders)
    for kernel in kernels:
        assert np.array_equal(kernel, kernel.T) and (kernel.diagonal() == 1).all()
        assert np.linalg.eigvalsh(kernel).min() > -1e-9
    assert np.array_equal(kernels[0], np.eye(len(encoders)))
