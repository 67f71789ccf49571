"""What a benchmark leaves behind: a row a cell, who is really behind the best, and a table for a paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explorer.core.benchmark.grid import Cell, Measured
from explorer.core.benchmark.measures import Difference, Estimate, Quality, average_of, difference

MEASURES = ("auroc", "average_precision", "f1")
COLUMNS = (
    "corpus", "encoder", "detector", "protocol", "seed", "auroc", "average_precision", "seconds",
    "auroc_low", "auroc_high", "average_precision_low", "average_precision_high", "f1", "f1_low", "f1_high",
    "rows", "odd", "failed",
)  # fmt: skip
BEHIND = (
    "corpus", "encoder", "detector", "auroc", "best_encoder", "best_detector", "behind", "low", "high", "p", "real",
    "auroc_low", "auroc_high", "average_precision", "average_precision_low", "average_precision_high",
    "f1", "f1_low", "f1_high",
)  # fmt: skip
"""``low`` and ``high`` are those of ``behind``; the measures and their intervals are over all seeds together."""
LEVEL_OF_ERROR = 0.05


@dataclass(frozen=True)
class Standing:
    """One encoder with one detector on one corpus, its seeds averaged.

    quality : means over the seeds, resample by resample. behind : the best one's AUROC less its own; None for the best
    itself. p : corrected for the number of comparisons with the best (Holm 1979).
    """

    corpus: str
    encoder: str
    detector: str
    quality: Quality
    best: tuple[str, str]
    behind: Difference | None = None
    p: float = 1.0

    @property
    def auroc(self) -> Estimate:
        return self.quality.auroc

    @property
    def is_really_behind(self) -> bool:
        return self.behind is not None and self.behind.is_real and self.p < LEVEL_OF_ERROR


def results_csv(measured: Iterable[Measured]) -> str:
    """A row a cell; measures and seconds are blank where a detector gave no scores."""
    return _csv(COLUMNS, (_row(each) for each in measured))


def _row(each: Measured) -> list[object]:
    cell, quality = each.cell, each.quality
    said = [cell.corpus, cell.encoder, cell.detector, cell.protocol, cell.seed]
    if quality is None:
        return [*said, *[""] * 10, each.rows, each.odd, each.failed]
    auroc, average, f1 = quality.auroc, quality.average_precision, quality.f1
    return [
        *said, _six(auroc.value), _six(average.value), each.seconds, _six(auroc.low), _six(auroc.high),
        _six(average.low), _six(average.high), _six(f1.value), _six(f1.low), _six(f1.high), each.rows, each.odd, "",
    ]  # fmt: skip


def standings(measured: Iterable[Measured]) -> list[Standing]:
    """Every encoder with every detector, best first, corpus by corpus."""
    groups: dict[tuple[str, str, str], list[Quality]] = {}
    for each in measured:
        if each.quality is not None:
            groups.setdefault(_who(each.cell), []).append(each.quality)
    mean = {who: _over_seeds(seeds) for who, seeds in groups.items()}
    found: list[Standing] = []
    for corpus in dict.fromkeys(who[0] for who in mean):
        ranked = sorted((who for who in mean if who[0] == corpus), key=lambda who: -mean[who].auroc.value)
        found += _against_the_best([(who, mean[who]) for who in ranked])
    return found


def _over_seeds(seeds: Sequence[Quality]) -> Quality:
    return Quality(*(average_of([getattr(each, name) for each in seeds]) for name in MEASURES))


def _against_the_best(ranked: Sequence[tuple[tuple[str, str, str], Quality]]) -> list[Standing]:
    (corpus, *best), top = ranked[0]
    apart = [difference(top.auroc, quality.auroc) for _, quality in ranked[1:]]
    corrected = holm([each.p for each in apart])
    first = Standing(corpus, best[0], best[1], top, (best[0], best[1]))
    others = [
        Standing(*who, quality, (best[0], best[1]), behind, p)
        for (who, quality), behind, p in zip(ranked[1:], apart, corrected, strict=True)
    ]
    return [first, *others]


def holm(values: Sequence[float]) -> list[float]:
    """p values corrected so that the chance of any false alarm stays below the level (Holm 1979)."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    corrected, highest = [1.0] * len(values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = highest
    return corrected


def standings_csv(found: Iterable[Standing]) -> str:
    """A row an encoder and detector: how far behind the best of its corpus, whether that is real, and its measures."""
    return _csv(BEHIND, (_standing(each) for each in found))


def _standing(each: Standing) -> list[object]:
    said = [each.corpus, each.encoder, each.detector, _six(each.auroc.value), *each.best]
    _, *spans = (_six(value) for name in MEASURES for value in _span(getattr(each.quality, name)))
    if each.behind is None:
        return [*said, 0, "", "", "", "best", *spans]
    numbers = [_six(value) for value in (each.behind.value, each.behind.low, each.behind.high, each.p)]
    return [*said, *numbers, "yes" if each.is_really_behind else "no", *spans]


def _span(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def latex(found: Sequence[Standing]) -> str:
    """AUROC in percent, a table a corpus: encoders down, detectors across. Bold: the best; underlined: not really
    behind it. Needs the package booktabs."""
    return "\n".join(_latex_table(corpus, found) for corpus in dict.fromkeys(each.corpus for each in found))


def _latex_table(corpus: str, found: Sequence[Standing]) -> str:
    cells = {(each.encoder, each.detector): each for each in found if each.corpus == corpus}
    encoders = list(dict.fromkeys(encoder for encoder, _ in cells))
    detectors = sorted(dict.fromkeys(detector for _, detector in cells))
    lines = [
        rf"\begin{{table}}\caption{{AUROC (\%) on {_tex(corpus)}}}",
        rf"\begin{{tabular}}{{l{'r' * len(detectors)}}}\toprule",
        " & ".join(["", *map(_tex, detectors)]) + r" \\ \midrule",
        *(
            " & ".join([_tex(encoder), *(_tex_cell(cells.get((encoder, name))) for name in detectors)]) + r" \\"
            for encoder in encoders
        ),
        r"\bottomrule\end{tabular}\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _tex_cell(each: Standing | None) -> str:
    if each is None:
        return "--"
    words = f"{100 * each.auroc.value:.1f}"
    if each.behind is None:
        return rf"\textbf{{{words}}}"
    return words if each.is_really_behind else rf"\underline{{{words}}}"


_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip


def _tex(words: str) -> str:
    return words.translate(_TEX)


def _who(cell: Cell) -> tuple[str, str, str]:
    return cell.corpus, cell.encoder, cell.detector


def _six(value: float) -> float:
    return float(f"{value:.6g}")


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
