"""The write-ahead log of syncs, in the tables of macros/activation/prepare_sync_tables.sql.

Rows are written before each call and after it, in committed transactions: a crash leaves a call
without an end, never one that nobody knows of.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

import duckdb

from leadhouse.syncing.destination import Answer
from leadhouse.syncing.updates import Due
from leadhouse.syncing.words import fit_to_write

Outcome = Literal["answered", "refused", "try_again", "stopped"]


class Log:
    """The log of one sync, which begins with it.

    Args:
        connection: a warehouse that is built and may be written to; for the use of one thread.
        destination: its name.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, destination: str) -> None:
        self._connection = connection
        self._destination = destination
        [(self._latest,)] = connection.execute(
            "select coalesce(max(sent_at), timestamp '1970-01-01') from main_operations.crm_sends"
        ).fetchall()
        self.sync_id = self.new_id()
        with self._transaction():
            # The lock of the file lets one sync in at a time: one without an end has died.
            connection.execute(
                "update main_operations.crm_syncs set outcome = 'died' where outcome is null"
            )
            connection.execute(
                "insert into main_operations.crm_syncs (sync_id, destination, started_at)"
                " values (?, ?, ?)",
                [self.sync_id, destination, self._moment()],
            )

    def new_id(self) -> str:
        """A name for a sync or a request; later ones sort later."""
        return f"{self._moment():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"

    def end(self, outcome: str, summary: Mapping[str, object]) -> None:
        self._connection.execute(
            "update main_operations.crm_syncs set ended_at = ?, outcome = ?, summary = ?"
            " where sync_id = ?",
            [self._moment(), outcome, json.dumps(summary), self.sync_id],
        )

    def begin_call(
        self, request_id: str, attempt: int, sends: Sequence[Due], places: Sequence[Due] = ()
    ) -> None:
        """Says that a call is about to be made.

        Args:
            request_id: of the request.
            attempt: from 1.
            sends: what it tells, if that is not in the log yet.
            places: what these leads leave by it, emptied by requests of their own.
        """
        with self._transaction():
            for place in places:
                self._plan(self.new_id(), [place])
            self._plan(request_id, sends)
            self._connection.execute(
                "insert into main_operations.crm_calls values (?, ?, ?)",
                [request_id, attempt, self._moment()],
            )

    def _plan(self, request_id: str, sends: Sequence[Due]) -> None:
        """Says what a request tells, before it is called or in case that it will be."""
        if sends:
            self._connection.execute(
                "insert into main_operations.crm_sends"
                " select ?, ?, ?, unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), ?",
                [
                    *(request_id, self.sync_id, self._destination),
                    [due.lead_id for due in sends],
                    [due.address for due in sends],
                    [due.properties for due in sends],
                    [due.properties_hash for due in sends],
                    [due.is_leaving for due in sends],
                    self._moment(),
                ],
            )

    def end_call(
        self,
        request_id: str,
        attempt: int,
        outcome: Outcome,
        *,
        text: str = "",
        http_status: int | None = None,
        answers: Sequence[tuple[Due, Answer]] = (),
    ) -> None:
        """Says how a call ended, with the answers about the leads if it brought any."""
        now = self._moment()
        with self._transaction():
            self._connection.execute(
                "insert into main_operations.crm_call_ends values (?, ?, ?, ?, ?, ?)",
                [request_id, attempt, now, outcome, http_status, fit_to_write(text)],
            )
            if answers:
                self._connection.execute(
                    "insert into main_operations.crm_answers"
                    " select ?, unnest(?), unnest(?), unnest(?), unnest(?), ?",
                    [
                        request_id,
                        [due.lead_id for due, _ in answers],
                        [answer.status for _, answer in answers],
                        [answer.record_id for _, answer in answers],
                        [
                            fit_to_write("; ".join(filter(None, (answer.text, due.note))))
                            for due, answer in answers
                        ],
                        now,
                    ],
                )

    def _moment(self) -> datetime:
        """Now, but later than any moment told before, also where a clock was set back."""
        now = datetime.now(UTC).replace(tzinfo=None)
        self._latest = max(now, self._latest + timedelta(microseconds=1))
        return self._latest

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()
