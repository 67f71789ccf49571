"""What the program tells the person: work under way, what undo would do, messages. Pure operations."""

from __future__ import annotations

from dataclasses import replace

from explorer.app.changes import Changes
from explorer.app.messages import Message
from explorer.app.state import AppState, HistoryView, JobView
from explorer.app.store import Operation

MAX_MESSAGES = 200
MAX_JOBS = 50


def show_job(*, job: JobView) -> Operation:
    """News of a piece of work."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        known = {old.token: old for old in state.jobs}
        if known.get(job.token) == job:
            return state, Changes.NONE
        known[job.token] = job
        return replace(state, jobs=tuple(known.values())[-MAX_JOBS:]), Changes.JOB

    return apply


def dismiss_job(*, token: int) -> Operation:
    """Take a piece of work off the list."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        kept = tuple(job for job in state.jobs if job.token != token)
        return (state, Changes.NONE) if len(kept) == len(state.jobs) else (replace(state, jobs=kept), Changes.JOB)

    return apply


def show_history(*, history: HistoryView) -> Operation:
    """What undo and redo would do now."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if history == state.history:
            return state, Changes.NONE
        return replace(state, history=history), Changes.HISTORY

    return apply


def say(*, message: Message) -> Operation:
    """Tell the person something; the newest is last."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        return replace(state, messages=(*state.messages, message)[-MAX_MESSAGES:]), Changes.MESSAGES

    return apply
