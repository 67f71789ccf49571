"""Keeping a corpus check beside the results, so that reopening does not read every text again."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from explorer.core.corpus.checks import CorpusCheck, check_corpus
from explorer.core.corpus.corpus import Corpus
from explorer.core.fingerprint import fingerprint
from explorer.core.storage import ResultStore

STAGE = "check"
VERSION = 1
"""Raised when a check finds something else in the same corpus."""
ARRAYS = ("empty_rows", "duplicate_rows")
OF_CORPUS = ("rejected", "notices")


def stored_check(corpus: Corpus, languages: tuple[str, ...], store: ResultStore, *, keep: bool = True) -> CorpusCheck:
    """The check of a corpus for an encoder's languages: read if it was made before, else made, and kept if asked."""
    key = fingerprint("check", VERSION, corpus.fingerprint, corpus.roles.text, languages)
    found = store.load(STAGE, key)
    if found is not None:
        values: dict[str, Any] = {**found.arrays, **found.meta}
        return CorpusCheck(**values, rejected=corpus.rejected, notices=corpus.notices)
    check = check_corpus(corpus, languages)
    if not keep:
        return check
    facts = {field.name: getattr(check, field.name) for field in fields(check) if field.name not in ARRAYS + OF_CORPUS}
    store.save(STAGE, key, {name: getattr(check, name) for name in ARRAYS}, facts)
    return check
