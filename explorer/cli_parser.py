"""The words of the command line: every command with its options, and what wrong words are told."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import explorer
from explorer import cli_predict, cli_recommend
from explorer.errors import OptionError

COMMANDS = (
    "run",
    "rerun",
    "add",
    "check",
    "export",
    "neighbors",
    "detectors",
    "benchmark",
    "screenshot",
    "demo",
)

EXAMPLES = """examples:
  text-explorer                                    open the window
  text-explorer tickets.csv                        open the window with a corpus
  text-explorer run tickets.csv --out out          write out/report.csv without a window
  text-explorer run mails.jsonl --out out --text subject body --id ticket --clean html quotes
  text-explorer rerun out/manifest.json --out again
  text-explorer neighbors out/project.textmap --query "card was declined" --k 5
  text-explorer benchmark predict matrix.csv --out predicted.csv
"""

RUN_EXAMPLES = (
    "tickets.csv --out out",
    "tickets.csv --out out --text subject body --detector knn lof iforest --flag-share 0.02",
    "tickets.csv --out out --detector consensus knn:k=4,aggregate=largest lof ecod --standardise",
    "next-week.csv --out new --reference out/project.textmap",
    "mails.csv --out out --label kind --normal label:ham",
    "texts.txt --out out --encoder lexical --no-map",
    "tickets.csv --out out --vectors vectors.npy --metric euclidean",
)


SEVERAL = ("--text", "--clean", "--detector")
"""Options of ``run`` that take several values."""

BENCHMARK_EXAMPLES = (
    "mails.csv --label spam --encoder minilm lexical --detector knn lof ecod --out bench",
    "tweets.jsonl --label label --preset tad-bench --detector knn lof ocsvm ecod hbos --out bench",
)

EXPORT_EXAMPLES = (
    "out/project.textmap --out report.csv",
    "out/project.textmap --out flagged.jsonl --rows flagged",
    "out/project.textmap --out spam.parquet --rows label:spam",
    "out/project.textmap --out report.html",
    "out/project.textmap --out clean.csv --corrected --without-trash",
)


def parsed(words: list[str]) -> argparse.Namespace:
    """The options of a command; ``command`` is its name. Raises ``OptionError`` for words that mean nothing."""
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
    _add_add(commands)
    _add_check(commands)
    _add_export(commands)
    _add_neighbors(commands)
    _add_detectors(commands)
    _add_benchmark(commands)
    _add_screenshot(commands)
    _add_demo(commands)
    return parser


def _command(commands: Any, name: str, about: str, *examples: str, prefix: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=about,
        epilog="\n".join(("examples:", *(f"  text-explorer {prefix}{name} {words}" for words in examples))),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quiet", action="store_true", help="no progress and no remarks on standard error")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    return parser


def _add_run(commands: Any) -> None:
    about = "Read a corpus, embed it, find neighbours and anomalies; write report.csv, manifest.json and a project."
    parser = _command(commands, "run", about, *RUN_EXAMPLES)
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
        help="one or more of: knn lof ocsvm iforest pca kde ecod autoencoder dsvdd dpad hbos copod lunar cluster "
        "consensus; with parameters as knn:k=4,aggregate=largest (text-explorer detectors lists them); the first gives "
        "anomaly_score (default: knn lof)",
    )
    add("--standardise", action="store_true", help="bring every dimension to mean 0 and deviation 1 first")
    add(
        "--mode",
        choices=("unsupervised", "novelty"),
        help="unsupervised: score the corpus by itself (default); novelty: learn from normal texts, score all",
    )
    add("--normal", metavar="WHICH", help="novelty: learn from label:NAME, fine (cleared by hand) or rows:0-99")
    add("--reference", type=_path, metavar="PROJECT", help="novelty: learn from the texts of another project")
    add("--k", type=int, default=15, help="number of neighbours (default 15)")
    add("--metric", default="cosine", metavar="cosine|euclidean", help="how distance is measured (default cosine)")
    add("--threshold", type=float, metavar="SCORE", help="flag texts with at least this score")
    add("--flag-share", type=float, metavar="SHARE", help="flag this share of the texts, such as 0.02")
    add("--threshold-z", type=float, metavar="Z", help="flag texts so many upper deviations above the median")
    add(
        "--target-precision",
        type=float,
        metavar="SHARE",
        help="flag as many as possible of which this share is odd, judged by --odd or by decisions in the project",
    )
    add("--odd", metavar="VALUE", help="label that means odd: a value of the label column, or a label given by hand")
    add("--within", default="corpus", metavar="WHAT", help="compare with the corpus (default), within label or region")
    add("--learn", action="store_true", help="let decisions made in the project raise and lower the scores near them")
    add("--seed", type=int, default=0, help="the only source of randomness (default 0)")
    add("--layout", default="umap", metavar="NAME", help="umap (default), tsne, pca, umap-3d, pca-3d")
    add("--no-map", action="store_true", help="no map: x and y stay empty")
    add("--no-checks", action="store_true", help="no checks of texts, labels and duplicates: their columns stay empty")
    add(
        "--duplicate-share",
        type=float,
        default=0.15,
        metavar="SHARE",
        help="near-duplicates lie within this share of the median distance to the nearest other text (default 0.15)",
    )
    add("--raw", action="store_true", help="leave cells that a spreadsheet would run as formulas unchanged")


def _add_rerun(commands: Any) -> None:
    about = "Make a report again from its manifest, and say whether it is the same."
    examples = ("out/manifest.json --out again", "out/manifest.json --out again --corpus moved/tickets.csv")
    parser = _command(commands, "rerun", about, *examples)
    parser.add_argument("manifest", type=_path, help="a manifest.json that run, rerun or export wrote")
    parser.add_argument("--out", type=_path, required=True, metavar="DIR", help="where to write")
    parser.add_argument("--corpus", type=_path, metavar="PATH", help="where the corpus lies now, if it was moved")
    parser.add_argument("--vectors", type=_path, metavar="FILE.npy", help="where the vectors lie now, if moved")


def _add_add(commands: Any) -> None:
    about = "More texts in a project: new rows behind the old ones, decisions kept, the map left where it is."
    parser = _command(commands, "add", about, "out/project.textmap more-tickets.csv")
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    parser.add_argument("corpus", type=_path, help="texts with the same columns as the corpus")


def _add_check(commands: Any) -> None:
    about = "What is wrong with a corpus: checks of its texts, duplicates, leakage across a split, doubtful labels."
    examples = ("out/project.textmap", "out/project.textmap --split split --json")
    parser = _command(commands, "check", about, *examples)
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    parser.add_argument("--split", metavar="COL", help="column that says which part (train, test) a text belongs to")


def _add_export(commands: Any) -> None:
    about = "Write the report of a project, decisions included: every row, some rows, or a page for people."
    parser = _command(commands, "export", about, *EXPORT_EXAMPLES)
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    parser.add_argument(
        "--out", type=_path, required=True, metavar="FILE", help="what to write: .csv, .jsonl, .parquet or .html"
    )
    parser.add_argument(
        "--rows", default="all", metavar="WHICH", help="flagged, all (default) or label:NAME; not for .html"
    )
    parser.add_argument(
        "--raw", action="store_true", help="in a CSV, leave cells that a spreadsheet would run as formulas unchanged"
    )
    parser.add_argument(
        "--corrected",
        action="store_true",
        help="instead of the report the corpus itself: its own columns, its labels corrected, cells as they are; "
        ".csv, .tsv, .json, .jsonl, .parquet, .xlsx or .txt",
    )
    parser.add_argument(
        "--without-trash", action="store_true", help="with --corrected: leave out the texts that lie in the trash"
    )


def _add_neighbors(commands: Any) -> None:
    about = "The nearest texts of a row or of a text, with proof."
    examples = ('out/project.textmap --query "card was declined" --k 5', "out/project.textmap --row 17 --json")
    parser = _command(commands, "neighbors", about, *examples)
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--row", type=int, metavar="N", help="a row of the corpus, from 0")
    which.add_argument("--query", metavar="TEXT", help="any text")
    parser.add_argument("--k", type=int, help="how many (default: the project's k)")


def _add_detectors(commands: Any) -> None:
    about = "The detectors: what each is good at, what it costs, and its parameters."
    parser = _command(commands, "detectors", about, "--rows 50000", "--json")
    parser.add_argument("--rows", type=int, default=10_000, metavar="N", help="texts to tell the cost for (10,000)")
    parser.add_argument("--dimension", type=int, default=384, metavar="D", help="numbers of a vector (384)")


def _add_benchmark(commands: Any) -> None:
    about = "Measure encoders and detectors, predict what was not measured, recommend where there are no labels."
    parser = commands.add_parser("benchmark", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, parser_class=_Parser)
    _add_benchmark_run(actions)
    predict = _command(actions, "predict", cli_predict.ABOUT, *cli_predict.EXAMPLES, prefix="benchmark ")
    cli_predict.add_predict_options(predict, _path)
    recommend = _command(actions, "recommend", cli_recommend.ABOUT, *cli_recommend.EXAMPLES, prefix="benchmark ")
    cli_recommend.add_recommend_options(recommend, _path)


def _add_benchmark_run(actions: Any) -> None:
    about = "AUROC, average precision and F1 of every encoder with every detector on every corpus, with intervals."
    parser = _command(actions, "run", about, *BENCHMARK_EXAMPLES, prefix="benchmark ")
    add = parser.add_argument
    several = {"nargs": "+", "action": "extend"}
    add("corpora", nargs="+", type=_path, metavar="corpus", help="corpus files with a label column")
    add("--out", type=_path, required=True, metavar="DIR", help="where to write results.csv, standings.csv, auroc.tex")
    add("--label", required=True, metavar="COL", help="column that tells odd texts from normal ones")
    add(
        "--odd", metavar="VALUE", help="what odd texts are labelled (default: known by its word, else the rarer of two)"
    )
    add("--text", **several, default=[], metavar="COL", help="text column(s) (default: guessed)")
    add("--encoder", **several, default=[], metavar="NAME", help="encoders (default: minilm); they run at fp32")
    add("--allow-download", action="store_true", help="let models named by --encoder be fetched from their hub")
    add("--detector", **several, default=[], metavar="NAME", help="detectors (default: knn lof iforest)")
    add(
        "--protocol",
        choices=("unsupervised", "novelty"),
        help="score the corpus by itself (default), or learn from half of its normal texts",
    )
    add(
        "--preset",
        default="own",
        metavar="NAME",
        help="parameters of a paper: tad-bench or text-adbench (default: own)",
    )
    add("--seeds", type=int, default=1, metavar="N", help="runs of each detector that draws at random (default 1)")


def _add_screenshot(commands: Any) -> None:
    about = "A picture of the window with a project open; no display is needed."
    parser = _command(commands, "screenshot", about, "out/project.textmap --out window.png --theme dark")
    parser.add_argument("project", type=_path, help="a project folder, such as out/project.textmap")
    parser.add_argument("--out", type=_path, required=True, metavar="FILE.png", help="the picture to write")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="light (default) or dark")
    parser.add_argument("--size", default="1280x800", metavar="WxH", help="of the window (default 1280x800)")


def _add_demo(commands: Any) -> None:
    about = "The bundled sample: in the window where there is a display, else report, manifest and a picture."
    parser = _command(commands, "demo", about, "--out build/demo")
    parser.add_argument(
        "--out", type=_path, default=Path("build/demo"), metavar="DIR", help="where to write (default build/demo)"
    )


def plan_of(options: argparse.Namespace) -> Any:
    """The parameters that the words of ``run`` ask for. Raises ``OptionError``."""
    from explorer.core.anomaly.spec import DetectorSpec
    from explorer.core.plan import Plan

    specs = [DetectorSpec.parse(words) for words in options.detector]
    return Plan(
        encoder=_encoder(options.encoder),
        precision=options.precision,
        allow_download=options.allow_download,
        vectors=None if options.vectors is None else str(options.vectors.absolute()),
        k=options.k,
        metric=options.metric,
        standardise=options.standardise,
        detectors=tuple(dict.fromkeys(spec.name for spec in specs)) or ("knn", "lof"),
        options=tuple(sorted({str(spec) for spec in specs if spec.options})),
        **_learnt_from(options),
        threshold=options.threshold,
        flag_share=options.flag_share,
        threshold_z=options.threshold_z,
        target_precision=options.target_precision,
        odd_value=options.odd,
        within=options.within,
        learn=options.learn,
        seed=options.seed,
        map=not options.no_map,
        layout=options.layout,
        quality=not options.no_checks,
        duplicate_share=options.duplicate_share,
    )


def _learnt_from(options: argparse.Namespace) -> dict[str, Any]:
    """What counts as normal. Raises ``OptionError`` where the mode says something else."""
    from explorer.app.normal import reference_to

    given = options.normal is not None or options.reference is not None
    if options.mode == "novelty" and not given:
        what = "Novelty needs to know what is normal."
        raise OptionError(what, "Name normal texts (--normal label:NAME, --normal fine) or a --reference project.")
    if options.mode == "unsupervised" and given:
        raise OptionError("The unsupervised mode learns from no normal texts.", "Leave out --mode, or say novelty.")
    if options.reference is None:
        return {"normal": options.normal}
    return {"normal": options.normal, "reference": reference_to(options.reference)}


def _encoder(name: str) -> str:
    """A model's folder by its whole path, so that the project finds it from anywhere; other names as they are."""
    folder = Path(name).expanduser()
    return str(folder.absolute()) if name.strip() and name not in ("minilm", "lexical") and folder.is_dir() else name
