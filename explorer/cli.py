"""The command line: words in, words out. It parses, calls ``app.headless`` or the window, and presents errors."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import explorer
from explorer.errors import ExplorerError, OptionError

COMMANDS = ("run", "rerun", "export", "neighbors", "screenshot", "demo")

EXAMPLES = """examples:
  text-explorer                                    open the window
  text-explorer tickets.csv                        open the window with a corpus
  text-explorer run tickets.csv --out out          write out/report.csv without a window
  text-explorer run mails.jsonl --out out --text subject body --id ticket --clean html quotes
  text-explorer rerun out/manifest.json --out again
  text-explorer neighbors out/project.textmap --query "card was declined" --k 5
"""

RUN_EXAMPLES = """examples:
  text-explorer run tickets.csv --out out
  text-explorer run tickets.csv --out out --text subject body --detector knn lof iforest --flag-share 0.02
  text-explorer run texts.txt --out out --encoder lexical --no-map
  text-explorer run tickets.csv --out out --vectors vectors.npy --metric euclidean
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 our own fault, 2 something that the person can mend."""
    words = list(sys.argv[1:] if arguments is None else arguments)
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
    except Exception as error:  # noqa: BLE001 - the last boundary: a person gets a sentence, the log the traceback
        return _fail(1, _internal(error))


def _fail(code: int, sentence: str) -> int:
    print(f"text-explorer: {' '.join(sentence.split())}", file=sys.stderr)
    return code


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
        options = command_parser().parse_args(words)
        return int(options.handler(options))
    return _window(window_parser().parse_args(words))


# --- parsers ------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Wrong words are one line on stderr, like every other mistake."""

    def error(self, message: str) -> Any:
        raise OptionError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def window_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="text-explorer",
        description="See a corpus of texts as a map, ask what is near and what does not belong. "
        f"Commands without a window: {', '.join(COMMANDS)} (text-explorer COMMAND --help).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", type=Path, help="a corpus file, a folder of texts, or a project to open")
    parser.add_argument("--version", action="version", version=f"text-explorer {explorer.__version__}")
    return parser


def command_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="text-explorer")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    _add_run(commands)
    _add_rerun(commands)
    _add_export(commands)
    _add_neighbors(commands)
    _add_screenshot(commands)
    _add_demo(commands)
    return parser


def _command(commands: Any, name: str, about: str, handler: Any, epilog: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=about,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(handler=handler)
    parser.add_argument("--quiet", action="store_true", help="no progress and no remarks on standard error")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    return parser


def _add_run(commands: Any) -> None:
    about = "Read a corpus, embed it, find neighbours and anomalies; write report.csv, manifest.json and a project."
    parser = _command(commands, "run", about, _run, RUN_EXAMPLES)
    add = parser.add_argument
    several = {"nargs": "+", "action": "extend", "default": []}
    add("corpus", type=Path, help="CSV, TSV, JSON, JSONL, Parquet, XLSX, one text a line, .gz of these, or a folder")
    add("--out", type=Path, required=True, metavar="DIR", help="where to write")
    add("--text", **several, metavar="COL", help="text column(s), joined in this order (default: guessed)")
    add("--id", metavar="COL", help="column that identifies a text (default: guessed, else the row number)")
    add("--label", metavar="COL", help="column with labels (default: guessed)")
    add("--date", metavar="COL", help="column with dates (default: guessed)")
    add("--clean", **several, metavar="HOW", help="clean before embedding: html, quotes, signatures")
    add("--encoder", default="minilm", metavar="NAME", help="minilm (default), lexical, or a model's folder or name")
    add("--precision", default="auto", metavar="auto|fp32", help="auto: bf16 where the processor has it and it agrees")
    add("--allow-download", action="store_true", help="let a model named by --encoder be fetched from its hub")
    add("--vectors", type=Path, metavar="FILE.npy", help="precomputed embeddings, one row a text, in corpus order")
    add(
        "--detector",
        **several,
        metavar="NAME",
        help="knn lof iforest; the first gives anomaly_score (default: knn lof)",
    )
    add("--k", type=int, default=15, help="number of neighbours (default 15)")
    add("--metric", default="cosine", metavar="cosine|euclidean", help="how distance is measured (default cosine)")
    add("--threshold", type=float, metavar="SCORE", help="flag texts with at least this score")
    add("--flag-share", type=float, metavar="SHARE", help="flag this share of the texts, such as 0.02")
    add("--seed", type=int, default=0, help="the only source of randomness (default 0)")
    add("--no-map", action="store_true", help="no map: x and y stay empty")
    add("--raw", action="store_true", help="write cells as they are, those that a spreadsheet would run too")


def _add_rerun(commands: Any) -> None:
    about = "Make a report again from its manifest, and say whether it is the same."
    parser = _command(commands, "rerun", about, _rerun)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    parser.add_argument("--corpus", type=Path, metavar="PATH", help="where the corpus lies now, if it was moved")


def _add_export(commands: Any) -> None:
    parser = _command(commands, "export", "Write the report of a project, decisions included.", _export)
    parser.add_argument("project", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument("--raw", action="store_true", help="write cells as they are, formulas included")


def _add_neighbors(commands: Any) -> None:
    parser = _command(commands, "neighbors", "The nearest texts of a row or of a text, with proof.", _neighbors)
    parser.add_argument("project", type=Path)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--row", type=int, metavar="N", help="a row of the corpus, from 0")
    which.add_argument("--query", metavar="TEXT", help="any text")
    parser.add_argument("--k", type=int, help="how many (default: the project's k)")


def _add_screenshot(commands: Any) -> None:
    about = "A picture of the window with a project open; no display is needed."
    parser = _command(commands, "screenshot", about, _screenshot)
    parser.add_argument("project", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.png")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1280x800", metavar="WxH")


def _add_demo(commands: Any) -> None:
    about = "The bundled sample: in the window where there is a display, else report, manifest and a picture."
    parser = _command(commands, "demo", about, _demo)
    parser.add_argument("--out", type=Path, default=Path("build/demo"), metavar="DIR")


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
    outcome = run_corpus(
        options.corpus, options.out, roles, _plan(options), cleaning=tuple(options.clean), raw=options.raw,
        progress=_progress(options),
    )  # fmt: skip
    return _present(outcome, options)


def _plan(options: argparse.Namespace) -> Any:
    from explorer.core.plan import Plan

    return Plan(
        encoder=options.encoder,
        precision=options.precision,
        allow_download=options.allow_download,
        vectors=None if options.vectors is None else str(options.vectors.absolute()),
        k=options.k,
        metric=options.metric,
        detectors=tuple(dict.fromkeys(options.detector)) or ("knn", "lof"),
        threshold=options.threshold,
        flag_share=options.flag_share,
        seed=options.seed,
        map=not options.no_map,
    )


def _rerun(options: argparse.Namespace) -> int:
    from explorer.app.headless import rerun

    outcome = rerun(options.manifest, options.out, corpus=options.corpus, progress=_progress(options))
    return _present(outcome, options)


def _export(options: argparse.Namespace) -> int:
    from explorer.app.headless import export

    return _present(export(options.project, options.out, raw=options.raw, progress=_progress(options)), options)


def _present(outcome: Any, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps(asdict(outcome), default=str, ensure_ascii=False))
        return 0
    if not options.quiet:
        for remark in outcome.remarks:
            print(remark, file=sys.stderr)
    counts = outcome.counts
    line = f"score {outcome.threshold:.6g} or more; {outcome.rule}"
    print(f"{counts['loaded']:,} texts, {counts['flagged']:,} flagged ({line}).")
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
        print(json.dumps(_neighbours_json(answer), ensure_ascii=False))
        return 0
    print(f"{answer.metric} distance in the original space, {answer.source}")
    for near in answer.found:
        text = " ".join(near["text"].split())
        print(f"{near['distance']:<10g} row {near['row']:<8} {near['id']:<12} {text[:100]}")
    return 0


def _neighbours_json(answer: Any) -> Mapping[str, Any]:
    return {"query": answer.query, "metric": answer.metric, "source": answer.source, "neighbors": list(answer.found)}


def _screenshot(options: argparse.Namespace) -> int:
    from explorer.gui.shots import screenshot

    width, _, height = options.size.partition("x")
    if not (width.isdigit() and height.isdigit() and 200 <= int(width) <= 8000 and 200 <= int(height) <= 8000):
        raise OptionError(f"The size {options.size} is not possible.", "Give WIDTHxHEIGHT, such as 1280x800.")
    screenshot(options.project, options.out, theme=options.theme, size=(int(width), int(height)))
    print(json.dumps({"picture": str(options.out)}) if options.json else f"picture: {options.out}")
    return 0


def _demo(options: argparse.Namespace) -> int:
    from explorer.gui.demo import has_display, run_demo
    from explorer.gui.sample import sample_file

    if has_display():
        from explorer.gui.application import run_window

        return run_window(sample_file())
    print("There is no display, so the same job runs without a window.", file=sys.stderr)
    files = run_demo(options.out, _progress(options))
    print(json.dumps([str(file) for file in files]) if options.json else "\n".join(str(file) for file in files))
    return 0


# --- progress on standard error -----------------------------------------------------------------


def _progress(options: argparse.Namespace) -> Any:
    from explorer.core.progress import SILENT, Progress

    return SILENT if options.quiet else Progress(ProgressLine(sys.stderr))


class ProgressLine:
    """A bar where standard error is a terminal; elsewhere a plain line a stage, and one every ten seconds."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._last = 0.0
        self._said: set[str] = set()

    def __call__(self, report: Any) -> None:
        now = time.monotonic()
        new = bool(report.message) and report.message not in self._said
        if not new and report.fraction < 1 and now - self._last < (0.1 if self._terminal else 10):
            return
        self._said.add(report.message)
        self._last = now
        facts = "".join(f" · {words}" for words in describe(report.facts))
        if self._terminal:
            end = "\n" if report.fraction >= 1 else ""
            self._stream.write(f"\r\x1b[K{_bar(report.fraction)} {report.fraction:4.0%} {report.message}{facts}{end}")
        elif new or report.fraction < 1:
            self._stream.write(f"{report.fraction:4.0%} {report.message}{facts}\n")
        self._stream.flush()


def _bar(fraction: float, width: int = 24) -> str:
    done = round(fraction * width)
    return f"[{'#' * done}{'.' * (width - done)}]"


def describe(facts: Mapping[str, Any]) -> list[str]:
    """Rate and time left, in words."""
    words = []
    if "per_second" in facts:
        words.append(f"{float(facts['per_second']):,.0f} {facts.get('unit', 'texts')}/s")
    if "seconds_left" in facts:
        left = max(0, round(float(facts["seconds_left"])))
        words.append(f"{left // 60} min {left % 60} s left" if left >= 60 else f"{left} s left")
    return words
