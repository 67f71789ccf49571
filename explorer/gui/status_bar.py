"""The work under way, in one line: what, how far, how fast, how long, and the button that stops it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QStatusBar

from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import UNDER_WAY, AppState, JobView
from explorer.core.pipeline import is_complete
from explorer.gui.parts import UNIT, duration, named, number
from explorer.gui.widgets.progress_bar import ProgressBar

MOMENT = 4_000
"""Milliseconds for which the bar says what was undone."""
SHOWN_CHANGES = (
    Changes.JOB | Changes.CORPUS | Changes.VECTORS | Changes.SCORES | Changes.INDEX | Changes.POSITIONS | Changes.PLAN
)


class JobBar(QStatusBar):
    """Left: the job. Right: what was undone a moment ago, else where everything is saved.

    ``jobs_requested``: the person wants to see all the work.
    """

    jobs_requested = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._what = QLabel()
        self._bar = named(ProgressBar(), "Progress")
        self._cancel = named(QPushButton("Cance&l"), "Cancel the work under way", "What is finished is kept")
        self._go_on = named(QPushButton("&Go on"), "Go on with the computation", "Compute what is still missing")
        self._pause = named(QPushButton("Pa&use"), "Pause the work under way", "Hold it where it is, or let it go on")
        self._all = named(QPushButton("&Jobs"), "Show all work", "What is being done, and what went wrong")
        self._saved = QLabel()
        self._moment = QTimer(self, singleShot=True, interval=MOMENT)
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(20 * UNIT)
        self._bar.setMaximumHeight(2 * UNIT)
        self._what.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # long words widen nothing
        self._cancel.clicked.connect(lambda _: self._stop())
        self._go_on.clicked.connect(lambda _: self._session.compute())
        self._pause.clicked.connect(lambda _: self._hold())
        self._all.clicked.connect(lambda _: self.jobs_requested.emit())
        self._moment.timeout.connect(lambda: self._show_project(self._session.state))
        self.setContentsMargins(UNIT, 0, UNIT, 0)
        # The words last: they grow and shrink, and a button must not move under the pointer.
        for widget in (self._bar, self._pause, self._cancel, self._go_on):
            self.addWidget(widget)
        self.addWidget(self._what, 1)
        self.setMinimumHeight(self._all.sizeHint().height() + UNIT // 2)
        self.addPermanentWidget(self._saved)
        self.addPermanentWidget(self._all)

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & SHOWN_CHANGES:
            self._show_job(state)
        if changes & Changes.CORPUS:
            self._show_project(state)
        elif changes & Changes.HISTORY and state.history.said:
            self._saved.setText(state.history.said)
            self._moment.start()

    def _stop(self) -> None:
        """End the work that is shown, with all of its kind: the project's own, or what belongs to none."""
        job = self._session.state.job
        self._session.cancel(lasting=job is not None and job.lasting)

    def _hold(self) -> None:
        job = self._session.state.job
        if job is not None:
            self._session.pause_job(job.token, on=job.status != "paused")

    def _show_job(self, state: AppState) -> None:
        job = state.job
        for widget in (self._bar, self._cancel):
            widget.setVisible(job is not None)
        self._pause.setVisible(job is not None and job.can_pause)
        self._pause.setText("Contin&ue" if job is not None and job.status == "paused" else "Pa&use")
        self._all.setText(f"&Jobs ({number(alive)})" if (alive := _alive(state)) else "&Jobs")
        stopped = not state.is_computing and state.corpus is not None and not _is_done(state)
        self._go_on.setVisible(stopped)
        if job is None:
            self._what.setText("Not finished." if stopped else "")
            return
        self._bar.show_share(job.fraction if job.fraction >= 0 else None)
        self._what.setText(job_words(job))
        self._what.setToolTip(job_words(job))

    def _show_project(self, state: AppState) -> None:
        if state.project is None:
            self._saved.setText("")
            return
        self._saved.setText(f"Saved in {state.project.name}")
        self._saved.setToolTip(f"Everything that you do is saved at once in {state.project}")


def _alive(state: AppState) -> int:
    return sum(job.status in UNDER_WAY for job in state.jobs)


def _is_done(state: AppState) -> bool:
    return state.corpus is not None and is_complete(state.corpus, state.plan, state.results)


def job_words(job: JobView) -> str:
    """``Embedding · 62 % · 291 texts/s · 1 min 12 s left``."""
    share = f"{number(int(100 * job.fraction))} %" if job.fraction >= 0 else ""
    held = "paused" if job.status == "paused" else ""
    parts = (job.message or job.title, held, share, speed_words(job), left_words(job))
    return " · ".join(part for part in parts if part)


def speed_words(job: JobView) -> str:
    """``291 texts/s``; "" where it is not known."""
    speed = job.facts.get("per_second")
    return f"{number(round(speed))} {job.facts.get('unit', 'texts')}/s" if isinstance(speed, int | float) else ""


def left_words(job: JobView) -> str:
    """``1 min 12 s left``; "" where it is not known."""
    left = job.facts.get("seconds_left")
    return f"{duration(left)} left" if isinstance(left, int | float) else ""
