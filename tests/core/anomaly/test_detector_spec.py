"""Detectors in one word, as the command line, plans and benchmarks write them."""

from __future__ import annotations

import pytest

from explorer.core.anomaly.detectors import DETECTORS, specified
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.listing import described
from explorer.core.anomaly.presets import PRESETS
from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.plan import Plan, Reference
from explorer.errors import OptionError


def test_words_and_back() -> None:
    spec = DetectorSpec.parse("knn: k=4 , aggregate=largest")
    assert str(spec) == "knn:aggregate=largest,k=4"
    assert DetectorSpec.parse(str(spec)) == spec
    assert specified(spec, 15) == Knn(4, "largest")
    assert specified(DetectorSpec.parse("knn"), 7) == Knn(7)


@pytest.mark.parametrize("words", ["", ":k=4", "knn:", "knn:k", "knn:k=", "knn:=4", "knn:k=4,k=5"])
def test_words_that_cannot_be_read(words: str) -> None:
    with pytest.raises(OptionError, match="cannot be read"):
        DetectorSpec.parse(words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nearest", "Unknown detector 'nearest'"),
        ("knn:name=x", "no parameter 'name'"),
        ("ecod:k=3", "It has none"),
        ("lof:k=2.5", "Use a whole number"),
        ("kde:bandwidth=wide", "Use a number"),
        ("knn:aggregate=smallest", "Use one of: mean, largest"),
        ("autoencoder:layers=64", "such as 64-32"),
    ],
)
def test_parameters_that_cannot_work(words: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        specified(DetectorSpec.parse(words), 15)


def test_a_plan_keeps_them_and_comes_back_from_json() -> None:
    plan = Plan(detectors=("knn", "lof"), options=("knn:k=40,aggregate=largest",), standardise=True, normal="rows:0-3")
    assert Plan.from_dict(plan.as_dict()) == plan
    assert plan.detector("knn") == Knn(40, "largest") and plan.mode == "novelty" and plan.transform == "standardise"
    other = Plan(reference=Reference("/somewhere", "texts", "5"))
    assert Plan.from_dict(other.as_dict()) == other and other.mode == "novelty"
    assert Plan().mode == "unsupervised"
    with pytest.raises(OptionError, match="twice"):
        Plan(options=("knn:k=4", "knn:k=5"))
    with pytest.raises(OptionError, match="both given"):
        Plan(normal="fine", reference=Reference("/somewhere", "texts"))


def test_every_detector_is_described_with_its_cost() -> None:
    found = {entry["name"]: entry for entry in described(50_000, 384)}
    assert list(found) == list(DETECTORS)
    assert "sample of 5,000 of 50,000" in found["ocsvm"]["cost"] and "square" in found["ocsvm"]["cost"]
    assert found["knn"]["reads_graph"] and not found["ecod"]["reads_graph"]
    assert all(entry["good_at"].endswith(".") for entry in found.values())


@pytest.mark.parametrize("name", PRESETS)
def test_presets_name_detectors_that_can_be_made(name: str) -> None:
    for detector in DETECTORS:
        assert PRESETS[name].detector(detector).name == detector
