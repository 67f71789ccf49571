"""What is being done, how far it is, and what went wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.app import telling
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import UNDER_WAY, AppState, JobView
from explorer.gui.parts import column, duration
from explorer.gui.status_bar import left_words, speed_words
from explorer.gui.widgets.job_card import JobRow
from explorer.gui.widgets.jobs_list import JobsList


class JobsPanel(QWidget):
    """Every piece of work of this session, newest first; what is under way can be paused and stopped."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._list = JobsList()
        self._list.cancel.connect(session.cancel_job)
        self._list.pause.connect(lambda token: session.pause_job(token, on=True))
        self._list.resume.connect(lambda token: session.pause_job(token, on=False))
        self._list.dismiss.connect(lambda token: session.store.dispatch(telling.dismiss_job(token=token)))
        column(self, margin=0).addWidget(self._list)
        self.show_state(session.state, Changes.ALL)

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.JOB:
            self._list.set_rows([job_row(job) for job in reversed(state.jobs)])


def job_row(job: JobView) -> JobRow:
    """A job in the words of the list."""
    under_way = job.status in UNDER_WAY
    return JobRow(
        token=job.token,
        title=job.title,
        message=job.message,
        fraction=job.fraction if under_way and job.fraction >= 0 else None,
        speed=speed_words(job),
        left=left_words(job),
        took="" if under_way else f"took {duration(job.seconds)}",
        status=job.status,
        can_pause=job.can_pause,
        hint=job.hint,
        details=job.details,
    )
