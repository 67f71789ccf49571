"""How often a recommendation without labels is right where the labels are known.

Each labelled task (``labelled_corpora.py``) is judged as the command would, by weights and a record of other corpora
that were learnt without any task made of the same texts. What it is measured against: the best of all candidates, a
fixed choice, the choice that was best elsewhere, and a blind one. ``python -m tests.bench.bench_recommend --write``
writes what ships with the program: weights learnt from all tasks, the reliability measured as above, and the AUROC of
all candidates.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from explorer.app.recommending import DETECTORS, ENCODERS
from explorer.core.benchmark.candidates import gather
from explorer.core.benchmark.elsewhere import Record, family_of
from explorer.core.benchmark.prediction.tasks import Tasks, published
from explorer.core.benchmark.recommend import INTERNAL, MEASURES, Facts, combined, doubts_of, facts_of, ranked
from explorer.core.corpus.readers import read_corpus
from explorer.core.storage import FolderStore
from tests.bench.bench_row import bench_row
from tests.bench.labelled_corpora import LabelledTask, labelled_tasks

row = partial(bench_row, "recommend")

SHIPPED = Path(__file__).parents[2] / "resources" / "benchmark"
FIXED = ("minilm", "knn")
MARGIN = 0.02
STEP = 0.25
"""Weights are multiples of this: finer ones could not be told apart by so few families."""

Weights = dict[str, float]
NOTHING = Record((), (), np.empty((0, 0)))


@dataclass(frozen=True)
class Judged:
    """One task. facts : of each candidate, as (m,) with nothing known from elsewhere. auroc : (m,) true."""

    name: str
    facts: Sequence[Facts]
    auroc: np.ndarray

    @property
    def family(self) -> str:
        return family_of(self.name)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(each.encoder, each.detector) for each in self.facts]

    def of(self, pair: tuple[str, str]) -> float:
        return float(self.auroc[self.pairs.index(pair)])


def judged(task: LabelledTask, scratch: Path) -> Judged:
    corpus = read_corpus(task.write(scratch), text=("text",), label="")
    found = gather(corpus, ENCODERS, DETECTORS, FolderStore(scratch / "work" / corpus.fingerprint))
    able = [candidate for candidate in found.candidates if candidate.tells_apart]
    auroc = [roc_auc_score(task.odd, np.nan_to_num(candidate.scores, nan=-1e30)) for candidate in able]
    return Judged(task.name, facts_of(able, NOTHING, NOTHING), np.array(auroc))


def with_records(task: Judged, tasks: Sequence[Judged], without: set[str]) -> list[Facts]:
    """The facts of a task, with what is known from the families that are not ``without``."""
    ours, theirs = Record.of(matrix_of(tasks), without=without), Record.of(published(), without=without)
    return [
        replace(
            each,
            elsewhere=ours.auroc_of(each.encoder, each.detector),
            published=theirs.auroc_of(each.encoder, each.detector),
        )
        for each in task.facts
    ]


def matrix_of(tasks: Sequence[Judged]) -> Tasks:
    encoders, detectors = ENCODERS, tuple(dict.fromkeys(pair[1] for task in tasks for pair in task.pairs))
    auroc = np.full((len(tasks), len(encoders), len(detectors)), np.nan)
    for place, task in enumerate(tasks):
        for (encoder, detector), value in zip(task.pairs, task.auroc, strict=True):
            auroc[place, encoders.index(encoder), detectors.index(detector)] = value
    return Tasks(tuple(task.name for task in tasks), tuple((name, "") for name in encoders), detectors, auroc)


def grid() -> list[Weights]:
    """All weights in steps that sum to 1."""
    steps = range(round(1 / STEP) + 1)
    every = itertools.product(steps, repeat=len(MEASURES))
    return [
        dict(zip(MEASURES, (step * STEP for step in some), strict=True)) for some in every if sum(some) == steps[-1]
    ]


def regret(task: Judged, facts: Sequence[Facts], weights: Weights) -> float:
    """How far the recommended lies behind the best; where several tie for the first place, their mean."""
    values = combined(facts, weights)
    return float(task.auroc.max() - task.auroc[values == values.max()].mean())


def learn(tasks: Sequence[Judged], every: Sequence[Judged], left_out: set[str]) -> Weights:
    """The weights with the smallest mean regret, each family counting once, each judged without its own record."""
    facts = [with_records(task, every, left_out | {task.family}) for task in tasks]
    families = sorted({task.family for task in tasks})

    def mean_regret(weights: Weights) -> float:
        found = [regret(task, some, weights) for task, some in zip(tasks, facts, strict=True)]
        of = [[each for each, task in zip(found, tasks, strict=True) if task.family == family] for family in families]
        return float(np.mean([np.mean(each) for each in of]))

    return min(grid(), key=mean_regret)


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    first, second = ranked(one.tolist()), ranked(other.tolist())
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


@dataclass(frozen=True)
class Outcome:
    """What was recommended for one task by weights learnt from the other families."""

    task: Judged
    facts: Sequence[Facts]
    weights: Weights
    chosen: tuple[str, str]
    best_elsewhere: tuple[str, str]

    @property
    def correlation(self) -> float:
        """Of the recommended order with the true one."""
        return spearman(combined(self.facts, self.weights), self.task.auroc)

    def is_weak(self, pair: tuple[str, str]) -> bool:
        """Whether recommending this pair would be doubted."""
        return bool(doubts_of(self.facts[self.task.pairs.index(pair)], self.facts))

    def behind(self, pair: tuple[str, str]) -> float:
        return float(self.task.auroc.max()) - self.task.of(pair)


def outcomes(tasks: Sequence[Judged]) -> list[Outcome]:
    weights = {
        family: learn([task for task in tasks if task.family != family], tasks, {family})
        for family in {task.family for task in tasks}
    }
    return [_outcome(task, tasks, weights[task.family]) for task in tasks]


def _outcome(task: Judged, tasks: Sequence[Judged], weights: Weights) -> Outcome:
    facts = with_records(task, tasks, {task.family})
    chosen = best_by(combined(facts, weights), task)
    elsewhere = best_by(np.array([each.elsewhere for each in facts]), task)
    return Outcome(task, facts, weights, chosen, elsewhere)


def best_by(values: np.ndarray, task: Judged) -> tuple[str, str]:
    """The pair with the highest value; of equal ones the first by name, as the command has it."""
    return min(zip(-values, task.pairs, strict=True))[1]


def reliability(found: Sequence[Outcome]) -> dict:
    """What ``recommendation.json`` says of it."""
    chosen = np.array([each.behind(each.chosen) for each in found])
    fixed = np.array([each.behind(FIXED) for each in found])
    elsewhere = np.array([each.behind(each.best_elsewhere) for each in found])
    blind = np.array([float((each.task.auroc.max() - each.task.auroc).mean()) for each in found])
    weak = np.array([each.is_weak(FIXED) for each in found])
    return {
        "corpora": len(found),
        "families": len({each.task.family for each in found}),
        "margin": MARGIN,
        "within": int((chosen <= MARGIN).sum()),
        "regret": float(chosen.mean()),
        "fixed": dict(zip(("encoder", "detector"), FIXED, strict=True)),
        "fixed_within": int((fixed <= MARGIN).sum()),
        "fixed_regret": float(fixed.mean()),
        "better_than_fixed": int((chosen < fixed - 1e-9).sum()),
        "worse_than_fixed": int((chosen > fixed + 1e-9).sum()),
        "best_elsewhere_within": int((elsewhere <= MARGIN).sum()),
        "best_elsewhere_regret": float(elsewhere.mean()),
        "random_within": float(np.mean([(each.task.auroc.max() - each.task.auroc <= MARGIN).mean() for each in found])),
        "random_regret": float(blind.mean()),
        "fixed_doubted": int(weak.sum()),
        "fixed_doubted_regret": float(fixed[weak].mean()) if weak.any() else None,
        "fixed_sure_regret": float(fixed[~weak].mean()) if (~weak).any() else None,
        "correlation": float(np.mean([each.correlation for each in found])),
    }


def table(found: Sequence[Outcome]) -> Iterator[str]:
    """A row a task, as README has it."""
    yield "| corpus | best | AUROC | mean of all | knn, MiniLM | off | doubted | by measures | off | correlation |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for each in found:
        task = each.task
        best = task.pairs[int(task.auroc.argmax())]
        cells = [
            task.name, " ".join(reversed(best)), f"{task.auroc.max():.3f}", f"{task.auroc.mean():.3f}",
            f"{task.of(FIXED):.3f}", f"{each.behind(FIXED):.3f}", "yes" if each.is_weak(FIXED) else "",
            " ".join(reversed(each.chosen)), f"{each.behind(each.chosen):.3f}", f"{each.correlation:.2f}",
        ]  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def write(tasks: Sequence[Judged], found: Sequence[Outcome]) -> None:
    """What ships: weights from all tasks, the reliability of such weights, the AUROC of all candidates."""
    said = {"weights": learn(tasks, tasks, set()), "reliability": reliability(found)}
    (SHIPPED / "recommendation.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    with (SHIPPED / "unsupervised_auroc.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["dataset", "embedding", "pooling", "detector", "auroc"])
        for task in tasks:
            for (encoder, detector), auroc in zip(task.pairs, task.auroc, strict=True):
                writer.writerow([task.name, encoder, "-", detector, f"{100 * auroc:.2f}"])


def rows(scratch: Path) -> Iterator[dict]:
    tasks = [judged(task, scratch) for task in labelled_tasks()]
    found = outcomes(tasks)
    print("\n".join(table(found)))
    told = reliability(found)
    count = f"of {told['corpora']}"
    fixed = " on ".join(reversed(FIXED))
    against = f"always {fixed} {told['fixed_within']}, best elsewhere {told['best_elsewhere_within']}"
    yield row(f"within_{MARGIN}", told["within"], count, "", None, against)
    against = f"always {fixed} {told['fixed_regret']:.3f}, best elsewhere {told['best_elsewhere_regret']:.3f}"
    better = told["regret"] <= told["fixed_regret"]
    against += f", blind {told['random_regret']:.3f}"
    yield row("regret", told["regret"], "AUROC", f"<= {told['fixed_regret']:.3f}", better, against)
    against = f"worse than {fixed} on {told['worse_than_fixed']}"
    yield row("better_than_fixed", told["better_than_fixed"], count, "", None, against)
    yield row("correlation", told["correlation"], "rho", "", None, "recommended order with the true one, mean")
    for measure in INTERNAL:
        values = [np.array([each.value(measure) for each in task.facts]) for task in tasks]
        mean = float(np.mean([spearman(value, task.auroc) for value, task in zip(values, tasks, strict=True)]))
        alone = float(np.mean([regret(task, task.facts, {measure: 1.0}) for task in tasks]))
        yield row(f"correlation_{measure}", mean, "rho", "", None, f"this measure alone; regret {alone:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="write what ships with the program")
    parser.add_argument("--work", type=Path, help="where scores are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        tasks = [judged(task, options.work or Path(scratch)) for task in labelled_tasks()]
    found = outcomes(tasks)
    print("\n".join(table(found)))
    print(json.dumps(reliability(found), indent=1))
    if options.write:
        write(tasks, found)


if __name__ == "__main__":
    main()
