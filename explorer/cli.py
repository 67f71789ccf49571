"""The command line: words in, words out. It parses, calls ``app.headless`` or the window, and presents errors."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from explorer.cli_parser import COMMANDS, parsed, plan_of, window_parser
from explorer.cli_predict import predicted_lines
from explorer.cli_recommend import recommended_lines
from explorer.errors import ExplorerError, OptionError
from explorer.progress_line import progress_on

if TYPE_CHECKING:
    from explorer.app.exports import MakePictures

EXPORTS = (".csv", ".jsonl", ".parquet", ".html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 our own fault, 2 something that the person can mend."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _print_whatever_comes()
    try:
        return _dispatch(words)
    except ExplorerError as error:
        return _fail(2, f"{error.what} {error.hint}")
    except KeyboardInterrupt:
        return _fail(130, "Stopped. What was finished is kept; the same command goes on from there.")
    except MemoryError:
        return _fail(2, "There is not enough memory for this corpus. Close other programs or use fewer texts.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(2, f"{_place(error)} Check the path, the permissions and the free space on the disk.")
    except Exception as error:  # noqa: BLE001 - the last boundary: a person gets a sentence, the log the traceback
        return _fail(1, _internal(error))


def _print_whatever_comes() -> None:
    """A character that the terminal's encoding lacks is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _print_json(answer: Any) -> None:
    """JSON on one line; in ASCII where the terminal or pipe is not UTF-8."""
    utf8 = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
    print(json.dumps(answer, default=str, ensure_ascii=not utf8))


def _fail(code: int, sentence: str) -> int:
    print(f"text-explorer: {' '.join(sentence.split())}", file=sys.stderr)
    return code


def _place(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{reason}: {error.filename}." if error.filename else f"{reason}."


def _internal(error: Exception) -> str:
    from explorer.app.settings import log_file

    try:
        log = log_file().with_name("errors.log")
        with log.open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)) + "\n")
        where = f"Details are in {log}."
    except OSError:
        where = ""
    return f"Something went wrong inside the program ({type(error).__name__}: {error}). {where}"


def _dispatch(words: list[str]) -> int:
    if words and words[0] in COMMANDS:
        options = parsed(words)
        return HANDLERS[options.command](options)
    return _window(window_parser().parse_args(words))


# --- handlers -----------------------------------------------------------------------------------


def _window(options: argparse.Namespace) -> int:
    from explorer.gui.application import run_window

    if options.path is not None and not options.path.exists():
        raise OptionError(f"{options.path} does not exist.", "Give a corpus file, a folder of texts, or a project.")
    return run_window(options.path)


def _run(options: argparse.Namespace) -> int:
    from explorer.app.headless import run_corpus
    from explorer.core.corpus.corpus import Roles

    roles = Roles(tuple(options.text), options.id, options.label, options.date)
    plan, cleaning = plan_of(options), tuple(options.clean)
    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        outcome = run_corpus(
            options.corpus, options.out, roles, plan, cleaning=cleaning, raw=options.raw, progress=progress
        )
    return _present(outcome, options)


def _rerun(options: argparse.Namespace) -> int:
    from explorer.app.headless import rerun

    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        outcome = rerun(
            options.manifest, options.out, corpus=options.corpus, vectors=options.vectors, progress=progress
        )
    return _present(outcome, options)


def _add(options: argparse.Namespace) -> int:
    from explorer.app.adding import add_to_project
    from explorer.core.corpus.wording import counted

    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        rows = add_to_project(options.project, options.corpus, progress)
    if options.json:
        _print_json({"added": rows, "project": options.project})
    else:
        print(f"{counted(rows, 'text')} added to {options.project}; open it to compute what is new.")
    return 0


def _check(options: argparse.Namespace) -> int:
    from explorer.app.checking import check_project, findings, findings_json

    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        checked = check_project(options.project, split=options.split, progress=progress)
    if options.json:
        _print_json(findings_json(checked))
    else:
        print("\n".join(findings(checked)))
    return 0


def _export(options: argparse.Namespace) -> int:
    if options.corrected:
        return _export_corrected(options)
    if options.without_trash:
        raise OptionError("The report holds every text, those in the trash too.", "Add --corrected, or leave it out.")
    kind = options.out.suffix.lower()
    if kind not in EXPORTS:
        what = f"Nothing can be exported as {kind or 'a file without an ending'}."
        raise OptionError(what, "Give a name that ends in .csv, .jsonl, .parquet or .html.")
    if kind == ".html":
        return _export_html(options)
    return _export_report(options) if kind == ".csv" and options.rows == "all" else _export_rows(options)


def _export_corrected(options: argparse.Namespace) -> int:
    from explorer.app.exports import export_corrected

    if options.rows != "all":
        raise OptionError("A corrected corpus is written whole.", "Leave out --rows, or put texts into the trash.")
    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        done = export_corrected(options.project, options.out, without_trash=options.without_trash, progress=progress)
    return _present_export(done, options)


def _export_report(options: argparse.Namespace) -> int:
    from explorer.app.headless import export

    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        outcome = export(options.project, options.out, raw=options.raw, progress=progress)
    return _present(outcome, options)


def _export_rows(options: argparse.Namespace) -> int:
    from explorer.app.exports import export_project_rows

    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        done = export_project_rows(options.project, options.out, options.rows, raw=options.raw, progress=progress)
    return _present_export(done, options)


def _export_html(options: argparse.Namespace) -> int:
    from explorer.app.exports import export_html

    if options.rows != "all":
        raise OptionError("A page is about the whole corpus.", "Leave out --rows, or export .csv, .jsonl or .parquet.")
    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        pictures, why_not = _map_pictures()
        done = export_html(options.project, options.out, pictures, no_picture=why_not, progress=progress)
    return _present_export(done, options)


def _map_pictures() -> tuple[MakePictures | None, str]:
    """What paints the map for a page; None and the reason where the libraries that draw it are missing."""
    try:
        from explorer.gui.map.shots import report_pictures
    except ImportError as error:
        return None, f"There is no picture of the map: what draws it cannot be loaded ({error})."
    return report_pictures, ""


def _present_export(done: Any, options: argparse.Namespace) -> int:
    from explorer.core.corpus.wording import counted

    if options.json:
        _print_json(asdict(done))
        return 0
    _remark(done.remarks, options)
    print(f"{counted(done.rows, 'text')}: {done.file}")
    return 0


def _remark(remarks: Sequence[str], options: argparse.Namespace) -> None:
    if not options.quiet and remarks:
        print("\n".join(remarks), file=sys.stderr)


def _present(outcome: Any, options: argparse.Namespace) -> int:
    if options.json:
        _print_json(asdict(outcome))
        return 0
    from explorer.core.corpus.wording import counted

    _remark(outcome.remarks, options)
    counts = outcome.counts
    line = f"score {outcome.threshold:.6g} or more; {outcome.rule}"
    print(f"{counted(counts['loaded'], 'text')}, {counts['flagged']:,} flagged ({line}).")
    if outcome.identical is not None:
        print("The report is identical to the first one." if outcome.identical else _differs())
    for what in ("report", "manifest", "project"):
        print(f"{what}: {getattr(outcome, what)}")
    return 0


def _differs() -> str:
    return (
        "The report differs from the first one: another machine, other versions or another precision "
        "(compare the manifests)."
    )


def _neighbors(options: argparse.Namespace) -> int:
    from explorer.app.headless import neighbours

    answer = neighbours(options.project, row=options.row, query=options.query, k=options.k)
    if options.json:
        _print_json(_neighbours_json(answer))
        return 0
    if not answer.found and not options.quiet:
        print(
            "There is no neighbour: the encoder knows no word of this text, or the text stands alone.", file=sys.stderr
        )
    print(f"{answer.metric} distance in the original space, {answer.source}")
    for near in answer.found:
        text = " ".join(near["text"].split())
        print(f"{near['distance']:<10g} row {near['row']:<8} {near['id']:<12} {text[:100]}")
    return 0


def _neighbours_json(answer: Any) -> Mapping[str, Any]:
    return {"query": answer.query, "metric": answer.metric, "source": answer.source, "neighbors": list(answer.found)}


def _detectors(options: argparse.Namespace) -> int:
    from explorer.core.anomaly.listing import described

    if options.rows < 1 or options.dimension < 1:
        raise OptionError("There is nothing to tell the cost for.", "Give --rows and --dimension of at least 1.")
    found = described(options.rows, options.dimension)
    if options.json:
        _print_json(found)
        return 0
    for each in found:
        settings = ", ".join(f"{name}={value}" for name, value in each["parameters"].items()) or "none"
        print(f"{each['name']}\n  {each['good_at']}\n  Cost: {each['cost']}\n  Parameters: {settings}")
    return 0


def _screenshot(options: argparse.Namespace) -> int:
    from explorer.app.project_folder import ProjectFolder
    from explorer.gui.qt_messages import without_offscreen_remarks
    from explorer.gui.shots import screenshot

    width, _, height = options.size.partition("x")
    if not (width.isdigit() and height.isdigit() and 200 <= int(width) <= 8000 and 200 <= int(height) <= 8000):
        raise OptionError(f"The size {options.size} is not possible.", "Give WIDTHxHEIGHT, such as 1280x800.")
    ProjectFolder.open(options.project, writable=False).close()
    with without_offscreen_remarks():
        screenshot(options.project, options.out, theme=options.theme, size=(int(width), int(height)))
    if options.json:
        _print_json({"picture": options.out})
    else:
        print(f"picture: {options.out}")
    return 0


def _demo(options: argparse.Namespace) -> int:
    from explorer.gui.demo import has_display, run_demo
    from explorer.gui.qt_messages import without_offscreen_remarks
    from explorer.gui.sample import sample_file

    if has_display():
        from explorer.gui.application import run_window

        return run_window(sample_file())
    if not options.quiet:
        print("There is no display, so the same job runs without a window.", file=sys.stderr)
    with progress_on(sys.stderr, quiet=options.quiet) as progress, without_offscreen_remarks():
        files = run_demo(options.out, progress)
    if options.json:
        _print_json(list(files))
    else:
        print("\n".join(map(str, files)))
    return 0


def _benchmark(options: argparse.Namespace) -> int:
    return BENCHMARKS[options.action](options)


def _benchmark_run(options: argparse.Namespace) -> int:
    from explorer.app.benchmarking import BenchmarkRequest, run_benchmark

    request = BenchmarkRequest(
        corpora=options.corpora,
        label=options.label,
        encoders=options.encoder or ["minilm"],
        detectors=options.detector or ["knn", "lof", "iforest"],
        protocol=options.protocol,
        preset=options.preset,
        odd=options.odd,
        text=tuple(options.text),
        seeds=options.seeds,
        allow_download=options.allow_download,
    )
    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        outcome = run_benchmark(request, options.out, progress)
    if options.json:
        _print_json(outcome.as_dict())
        return 0
    _remark(outcome.remarks, options)
    for each in outcome.ranked:
        real = "best" if each.behind is None else "behind" if each.is_really_behind else "not really behind"
        between = f"{each.auroc.low:.4f} to {each.auroc.high:.4f}"
        print(f"{each.corpus}  {each.encoder}  {each.detector:<12} AUROC {each.auroc.value:.4f} ({between})  {real}")
    for file in (outcome.results, outcome.standings, outcome.latex):
        print(file)
    return 0


def _benchmark_predict(options: argparse.Namespace) -> int:
    from explorer.app.predicting import checked_output, predict_file

    checked_output(options.out, options.hidden)
    outcome = predict_file(options.matrix, options.out, hidden=options.hidden, seed=options.seed, cost=options.cost)
    if options.json:
        _print_json(asdict(outcome))
        return 0
    _remark(outcome.remarks, options)
    for dataset in outcome.datasets:
        _remark([f"{dataset.dataset or 'the dataset'}: {remark}" for remark in dataset.remarks], options)
    print("\n".join(predicted_lines(outcome)))
    return 0


def _benchmark_recommend(options: argparse.Namespace) -> int:
    from explorer.app.recommending import DETECTORS, ENCODERS, RecommendRequest, recommend_for

    encoders, detectors = options.encoder or ENCODERS, options.detector or DETECTORS
    request = RecommendRequest(
        options.corpus, encoders, detectors, tuple(options.text), options.seed, options.allow_download
    )
    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        found = recommend_for(request, options.out, progress)
    if options.json:
        _print_json(found.as_dict())
        return 0
    _remark(found.remarks, options)
    print("\n".join(recommended_lines(found)))
    return 0


BENCHMARKS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _benchmark_run,
    "predict": _benchmark_predict,
    "recommend": _benchmark_recommend,
}

HANDLERS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "rerun": _rerun,
    "add": _add,
    "check": _check,
    "export": _export,
    "neighbors": _neighbors,
    "detectors": _detectors,
    "benchmark": _benchmark,
    "screenshot": _screenshot,
    "demo": _demo,
}
