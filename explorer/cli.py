"""The command line: words in, words out. It parses, calls ``app.headless`` or the window, and presents errors."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import explorer
from explorer.errors import ExplorerError, OptionError
from explorer.progress_line import progress_on

COMMANDS = ("run", "rerun", "export", "neighbors", "screenshot", "demo")

EXAMPLES = """examples:
  text-explorer                                    open the window
  text-explorer tickets.csv                        open the window with a corpus
  text-explorer run tickets.csv --out out          write out/report.csv without a window
  text-explorer run mails.jsonl --out out --text subject body --id ticket --clean html quotes
  text-explorer rerun out/manifest.json --out again
  text-explorer neighbors out/project.textmap --query "card was declined" --k 5
"""

RUN_EXAMPLES = (
    "tickets.csv --out out",
    "tickets.csv --out out --text subject body --detector knn lof iforest --flag-share 0.02",
    "texts.txt --out out --encoder lexical --no-map",
    "tickets.csv --out out --vectors vectors.npy --metric euclidean",
)


SEVERAL = ("--text", "--clean", "--detector")
"""Options of ``run`` that take several values."""

EXPORT_EXAMPLE = "out/project.textmap --out report.csv"


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
        options = _parsed(words)
        return int(options.handler(options))
    return _window(window_parser().parse_args(words))


def _parsed(words: list[str]) -> argparse.Namespace:
    try:
        return _strictly_parsed(words)
    except OptionError:
        for other in _corpus_first(words):
            with suppress(OptionError):
                return _strictly_parsed(other)
        raise


def _strictly_parsed(words: list[str]) -> argparse.Namespace:
    options, unknown = command_parser().parse_known_args(words)
    if unknown:
        raise OptionError(f"Unrecognized arguments: {' '.join(unknown)}.", f"See text-explorer {words[0]} --help.")
    return options


def _corpus_first(words: list[str]) -> Iterator[list[str]]:
    """Readings of ``run --text subject body mails.csv``: the last of several values that exists is the corpus."""
    if words[0] != "run":
        return
    taken = 0
    for place, word in enumerate(words[1:], 1):
        if word.startswith("-"):
            taken = 1 if word in SEVERAL else 0
        elif taken:
            taken += 1
            last = place + 1 == len(words) or words[place + 1].startswith("-")
            if taken > 2 and last and Path(word).exists():
                yield ["run", word, *words[1:place], *words[place + 1 :]]


# --- parsers ------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Wrong words are one line on stderr, like every other mistake."""

    def error(self, message: str) -> Any:
        raise OptionError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def _path(word: str) -> Path:
    """An empty word, such as a shell variable that is not set, would mean the present folder."""
    if not word:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(word)


def window_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="text-explorer",
        description="See a corpus of texts as a map, ask what is near and what does not belong. "
        f"Commands without a window: {', '.join(COMMANDS)} (text-explorer COMMAND --help).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", type=_path, help="a corpus file, a folder of texts, or a project to open")
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


def _command(commands: Any, name: str, about: str, handler: Any, *examples: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=about,
        epilog="\n".join(("examples:", *(f"  text-explorer {name} {words}" for words in examples))),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(handler=handler)
    parser.add_argument("--quiet", action="store_true", help="no progress and no remarks on standard error")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    return parser


def _add_run(commands: Any) -> None:
    about = "Read a corpus, embed it, find neighbours and anomalies; write report.csv, manifest.json and a project."
    parser = _command(commands, "run", about, _run, *RUN_EXAMPLES)
    add = parser.add_argument
    several = {"nargs": "+", "action": "extend", "default": []}
    add("corpus", type=_path, help="CSV, TSV, JSON, JSONL, Parquet, XLSX, one text a line, .gz of these, or a folder")
    add("--out", type=_path, required=True, metavar="DIR", help="where to write")
    add("--text", **several, metavar="COL", help="text column(s), joined in this order (default: guessed)")
    add("--id", metavar="COL", help="column that identifies a text (default: guessed, else the row number)")
    add("--label", metavar="COL", help="column with labels (default: guessed)")
    add("--date", metavar="COL", help="column with dates (default: guessed)")
    add("--clean", **several, metavar="HOW", help="clean before embedding: html, quotes, signatures")
    add("--encoder", default="minilm", metavar="NAME", help="minilm (default), lexical, or a model's folder or name")
    add("--precision", default="auto", metavar="auto|fp32", help="auto: bf16 where the processor has it and it agrees")
    add("--allow-download", action="store_true", help="let a model named by --encoder be fetched from its hub")
    add("--vectors", type=_path, metavar="FILE.npy", help="precomputed embeddings, one row a text, in corpus order")
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
    examples = ("out/manifest.json --out again", "out/manifest.json --out again --corpus moved/tickets.csv")
    parser = _command(commands, "rerun", about, _rerun, *examples)
    parser.add_argument("manifest", type=_path, help="a manifest.json that run, rerun or export wrote")
    parser.add_argument("--out", type=_path, required=True, metavar="DIR", help="where to write")
    parser.add_argument("--corpus", type=_path, metavar="PATH", help="where the corpus lies now, if it was moved")
    parser.add_argument("--vectors", type=_path, metavar="FILE.npy", help="where the vectors lie now, if moved")


def _add_export(commands: Any) -> None:
    parser = _command(commands, "export", "Write the report of a project, decisions included.", _export, EXPORT_EXAMPLE)
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    parser.add_argument("--out", type=_path, required=True, metavar="FILE.csv", help="the report to write")
    parser.add_argument("--raw", action="store_true", help="write cells as they are, formulas included")


def _add_neighbors(commands: Any) -> None:
    about = "The nearest texts of a row or of a text, with proof."
    examples = ('out/project.textmap --query "card was declined" --k 5', "out/project.textmap --row 17 --json")
    parser = _command(commands, "neighbors", about, _neighbors, *examples)
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--row", type=int, metavar="N", help="a row of the corpus, from 0")
    which.add_argument("--query", metavar="TEXT", help="any text")
    parser.add_argument("--k", type=int, help="how many (default: the project's k)")


def _add_screenshot(commands: Any) -> None:
    about = "A picture of the window with a project open; no display is needed."
    parser = _command(commands, "screenshot", about, _screenshot, "out/project.textmap --out window.png --theme dark")
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    parser.add_argument("--out", type=_path, required=True, metavar="FILE.png", help="the picture to write")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="light (default) or dark")
    parser.add_argument("--size", default="1280x800", metavar="WxH", help="of the window (default 1280x800)")


def _add_demo(commands: Any) -> None:
    about = "The bundled sample: in the window where there is a display, else report, manifest and a picture."
    parser = _command(commands, "demo", about, _demo, "--out build/demo")
    parser.add_argument(
        "--out", type=_path, default=Path("build/demo"), metavar="DIR", help="where to write (default build/demo)"
    )


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
    plan, cleaning = _plan(options), tuple(options.clean)
    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        outcome = run_corpus(
            options.corpus, options.out, roles, plan, cleaning=cleaning, raw=options.raw, progress=progress
        )
    return _present(outcome, options)


def _plan(options: argparse.Namespace) -> Any:
    from explorer.core.plan import Plan

    return Plan(
        encoder=_encoder(options.encoder),
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


def _encoder(name: str) -> str:
    """A model's folder by its whole path, so that the project finds it from anywhere; other names as they are."""
    folder = Path(name).expanduser()
    return str(folder.absolute()) if name.strip() and name not in ("minilm", "lexical") and folder.is_dir() else name


def _rerun(options: argparse.Namespace) -> int:
    from explorer.app.headless import rerun

    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        outcome = rerun(
            options.manifest, options.out, corpus=options.corpus, vectors=options.vectors, progress=progress
        )
    return _present(outcome, options)


def _export(options: argparse.Namespace) -> int:
    from explorer.app.headless import export

    with progress_on(sys.stderr, quiet=options.quiet) as progress:
        outcome = export(options.project, options.out, raw=options.raw, progress=progress)
    return _present(outcome, options)


def _present(outcome: Any, options: argparse.Namespace) -> int:
    if options.json:
        _print_json(asdict(outcome))
        return 0
    if not options.quiet:
        for remark in outcome.remarks:
            print(remark, file=sys.stderr)
    from explorer.core.corpus.wording import counted

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
