"""Questions that nothing answered, for the editors: those that readers gave away, and nothing about the readers."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update

from kb.errors import NotFoundError, UsageError
from kb.library.rows import UnansweredQuestion
from kb.library.schema import unanswered
from kb.library.store import Store
from kb.records import content_hash

# Different questions. Whoever floods the list cannot fill the disk, nor push others' questions out.
MOST_UNANSWERED = 10_000


class Unanswered(Store):
    def take_down(self, question: str) -> UnansweredQuestion:
        """Write a question down, or count it again. question: cleaned. Raises UsageError where the list is full.

        Only the day is kept: a list that is short must not tell when somebody was here.
        """
        key, today = content_hash(question.casefold()), datetime.now(UTC).date().isoformat()
        with self.writing() as connection:
            mine = unanswered.c.id == key
            counted = connection.execute(
                update(unanswered).where(mine).values(times=unanswered.c.times + 1, last_on=today)
            )
            if not counted.rowcount:
                held = connection.scalar(select(func.count()).select_from(unanswered)) or 0
                if held >= MOST_UNANSWERED:
                    raise UsageError(
                        "the editors' list is full, so the question was not written down",
                        way_out="`kb unanswered --drop ID` makes room.",
                    )
                values = {"question": question, "times": 1, "first_on": today, "last_on": today}
                connection.execute(insert(unanswered).values(id=key, **values))
            row = connection.execute(select(unanswered).where(mine)).one()
        return UnansweredQuestion(**row._mapping)

    def unanswered(self, limit: int) -> list[UnansweredQuestion]:
        """The most often asked first; then the latest."""
        order = (unanswered.c.times.desc(), unanswered.c.last_on.desc(), unanswered.c.question)
        with self.reading() as connection:
            rows = connection.execute(select(unanswered).order_by(*order).limit(limit)).all()
        return [UnansweredQuestion(**row._mapping) for row in rows]

    def drop_unanswered(self, question_id: str) -> None:
        """Raises NotFoundError."""
        with self.writing() as connection:
            gone = connection.execute(delete(unanswered).where(unanswered.c.id == question_id))
            if not gone.rowcount:
                raise NotFoundError(
                    f"there is no unanswered question {question_id[:80]!r}", way_out="`kb unanswered` lists them."
                )
