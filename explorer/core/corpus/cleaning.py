"""Optional cleaning of texts before they are embedded. What the person sees stays the original.

Each cleaner first picks, in Arrow, the rows that hold anything for it; only those are worked on one by one.
A text that cleaning would leave empty keeps its uncleaned form, and the number of those is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from explorer.core.corpus.columns import string_array
from explorer.core.corpus.corpus import CLEANERS
from explorer.core.corpus.wording import counted, quoted_list
from explorer.core.progress import SILENT, Progress
from explorer.errors import OptionError

_TAGS = (
    "a|abbr|address|article|aside|audio|b|big|blockquote|body|br|button|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt"
    "|em|embed|fieldset|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link"
    "|main|map|mark|meta|nav|noscript|object|ol|option|p|param|pre|q|s|script|section|select|small|span|strike|strong"
    "|style|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr"
)
_MARKUP = rf"(?i)</?({_TAGS})(\s[^<>]*|/)?>|<!--|<!doctype|&(#[0-9]+|#x[0-9a-f]+|[a-z][a-z0-9]+);"
"""A tag by a name that HTML has, so that ``a <b and c> d`` or ``<ann@example.org>`` is no reason to parse."""

_MAIL = (
    r"(?im)^\s*>|^\W*[^\n]{0,200}:\s*$|original message"
    r"|^[* ]*(from|von|de|da|sent|gesendet|envoy|inviato|enviado)[^\n:]{0,20}:"
)
_SIGNED = (
    r"(?im)^[-_]{2}\s*$|[_-]{32}|regards|thanks,|thank you,|best,|all the best|sent from|get outlook|gr(ü|ue)(ß|ss)"
    r"|gruss|gruß|gesendet von|cordialement|salutations|bonne |envoy|saludos|atentamente|gracias|saludo|cordial|enviado"
    r"|saluti|inviato"
)
MAIL_LANGUAGES = ("en", "de", "fr", "es", "it")
LONGEST_MAIL = 50_000
LONGEST_LINE = 1_000
"""Beyond these a text is no e-mail, and the parser's patterns would take time that grows with the square."""

_BLOCKS = (
    "br,p,div,li,tr,td,th,h1,h2,h3,h4,h5,h6,blockquote,pre,section,article,header,footer,table,ul,ol,hr,dt,dd,title"
)
_UNSEEN = ["script", "style", "noscript", "template"]

Cleaner = Callable[[str], str]


def check_cleaners(names: Sequence[str]) -> tuple[str, ...]:
    """The cleaners in the order in which they run, each once. Raises ``OptionError`` for an unknown one."""
    unknown = [name for name in names if name not in CLEANERS]
    if unknown:
        raise OptionError(f"There is no cleaning called {quoted_list(unknown)}.", f"Choose from {', '.join(CLEANERS)}.")
    return tuple(name for name in CLEANERS if name in names)


def cleaned(
    texts: pa.ChunkedArray, cleaners: Sequence[str], progress: Progress = SILENT
) -> tuple[pa.ChunkedArray, list[str]]:
    """Texts as they are embedded: cleaned, surrounding white space stripped.

    Parameters
    ----------
    texts : (n,) large_string without nulls.
    cleaners : names from ``CLEANERS``; any order, they run in the order given there.

    Returns
    -------
    (n,) large_string, and what is worth saying.
    """
    names = check_cleaners(cleaners)
    plain = pc.utf8_trim_whitespace(texts)
    result = plain
    for number, name in enumerate(names):
        result = _apply(result, name, progress.part(number / len(names), (number + 1) / len(names)))
    emptied = pc.and_(pc.equal(result, ""), pc.not_equal(plain, "")) if names else None
    count = int(pc.sum(emptied).as_py() or 0) if emptied is not None else 0
    if not count:
        return result, []
    verb = "is" if count == 1 else "are"
    said = f"{counted(count, 'text')} would be empty after cleaning and {verb} used uncleaned."
    return pc.if_else(emptied, plain, result), [said]


def _apply(texts: pa.ChunkedArray, name: str, progress: Progress) -> pa.ChunkedArray:
    pattern, make = {"html": (_MARKUP, _html), "quotes": (_MAIL, _quotes), "signatures": (_SIGNED, _signatures)}[name]
    clean = make()
    chunks = []
    done, total = 0, max(len(texts), 1)
    for chunk in texts.chunks:
        concerned = pc.match_substring_regex(chunk, pattern)
        picked = []
        for place, text in enumerate(chunk.filter(concerned).to_pylist()):
            if place % 256 == 0:
                progress.report(done / total, f"Cleaning ({name})")
            picked.append(clean(text).strip())
        chunks.append(pc.replace_with_mask(chunk, concerned, string_array(picked)))
        done += len(chunk)
    return pa.chunked_array(chunks, pa.large_string())


def _html() -> Cleaner:
    """Markup to the text that a browser would show: blocks on lines of their own, scripts and styles left out."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    def clean(text: str) -> str:
        try:
            page = LexborHTMLParser(text)
            page.strip_tags(_UNSEEN)
            for node in page.css(_BLOCKS):
                node.insert_after("\n")
                if node.tag not in ("br", "hr"):
                    node.insert_before("\n")
            shown = page.text(separator="") if page.body is None else page.body.text(separator="")
        except (SelectolaxError, ValueError):
            return text
        return re.sub(r"[ \t]*\n[ \t\n]*", lambda gap: "\n\n" if gap.group().count("\n") > 1 else "\n", shown)

    return clean


def _fits_mail(text: str) -> bool:
    return len(text) <= LONGEST_MAIL and all(len(line) <= LONGEST_LINE for line in text.split("\n"))


def _quotes() -> Cleaner:
    """The newest message alone: no older ones below it, no lines quoted with >."""
    from mailparser_reply import EmailReplyParser

    parser = EmailReplyParser(languages=list(MAIL_LANGUAGES))

    def clean(text: str) -> str:
        if _fits_mail(text):
            replies = parser.read(text).replies
            newest = next((reply.full_body for reply in replies if reply.full_body.strip()), "")
            text = newest or text
        return _without_quoted_lines(text)

    return clean


def _without_quoted_lines(text: str) -> str:
    """Lines that start with >, and the "X writes:" line right above such a block, left out."""
    kept: list[str] = []
    for line in text.split("\n"):
        if not line.lstrip().startswith(">"):
            kept.append(line)
        elif kept and re.search(r"(?:writes|wrote|schrieb|écrit|scritto|escribió)\b[^:]{0,40}:\s*$", kept[-1]):
            kept.pop()
    return "\n".join(kept)


def _signatures() -> Cleaner:
    """The text without greeting and signature. Lists with hyphens are not taken for signatures."""
    from mailparser_reply.parser import EmailMessage

    def clean(text: str) -> str:
        if not _fits_mail(text):
            return text
        message = EmailMessage(text=text, languages=list(MAIL_LANGUAGES), keep_hyphen_lists=True).read()
        rest: str = message.text
        for reply in message.replies:
            if reply.signatures:
                rest = rest.replace(reply.signatures, "")
        return rest

    return clean
