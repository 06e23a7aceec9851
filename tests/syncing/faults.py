"""Syncs with random faults, against a HubSpot on loopback that keeps what it is told.

Each run changes what should be there, then syncs, while the server answers with errors, too late,
in part or with nonsense, having acted or not; some syncs are processes that are killed.
"""

import multiprocessing
import os
import random
import signal
import threading
from bisect import bisect_left, bisect_right
from collections import Counter
from contextlib import closing
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

import duckdb

from leadhouse.syncing.hubspot import HubSpotDestination
from leadhouse.syncing.hubspot_calls import HubSpotSettings
from leadhouse.syncing.run import run_sync
from leadhouse.syncing.settings import SyncSettings
from leadhouse.syncing.updates import read_due
from tests.syncing import hubspot_server as hubspot
from tests.syncing.warehouse import check_log, make_warehouse, want

SCORE, OWNER = "leadhouse_score", "leadhouse_assigned_rep_id"
NAMES = {SCORE: "score", OWNER: "assigned_rep_id"}
COUNT_LEADS = 40
BATCH_SIZE = 6
TIMEOUT_SECONDS = 0.3
LONGEST_SYNC_SECONDS = 60
HASTY = SyncSettings(attempts=4, wait_seconds=0.005, longest_wait_seconds=0.02)
FAULTS = {
    "429 with Retry-After": lambda acts: hubspot.too_many(0.01),
    "429 without Retry-After": lambda acts: hubspot.too_many(),
    "500": lambda acts: hubspot.failing(500, acts),
    "503": lambda acts: hubspot.failing(503, acts),
    "no answer in time": lambda acts: hubspot.late(1.5 * TIMEOUT_SECONDS, acts),
    "cut in mid-answer": hubspot.cut,
    "wrong JSON": hubspot.wrong_json,
}


# HubSpot's client imports most of itself on its first use: once in the server of forks, thus, and
# not again in each process.
HubSpotDestination(HubSpotSettings(token="of nobody"))  # noqa: S106


def sync_once(database: Path, url: str, patience: SyncSettings) -> None:
    """A sync as the command line makes it, in few and small batches."""
    settings = HubSpotSettings(
        token=hubspot.HubSpotServer.token,
        url=url,
        parallel_calls=3,
        calls_in_10_seconds=10_000,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    destination = HubSpotDestination(settings)
    destination.batch_size = BATCH_SIZE
    with closing(duckdb.connect(database)) as connection:
        run_sync(connection, destination, patience, read_due(connection, "hubspot"))


class FaultRuns:
    """Runs, and what they met.

    Attributes:
        met: how often which fault was met, how the syncs ended, and what else there is to count.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311
        self._database = folder / "leadhouse.duckdb"
        self._server = hubspot.HubSpotServer(self._plan, per_window=10**9)
        self._server.add_properties({SCORE: "number", OWNER: "string"})
        # A fork of a process without threads costs no import.
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([__name__])
        self._process: multiprocessing.Process | None = None
        self._dies_at_request = -1
        self._fault_rate = 0.0
        self._seen = 0
        self._lock = threading.Lock()
        self.wanted: dict[str, tuple[str, float, dict]] = {}
        self.met: Counter[str] = Counter()
        with closing(duckdb.connect(self._database)) as connection:
            make_warehouse(connection, "hubspot", NAMES)

    def make(self, runs: int) -> None:
        """So many runs with faults, one without, and then the looks at what there is.

        Raises:
            AssertionError: something is not at the destination, or not as the log has it.
        """
        with self._server:
            for run in range(1, runs + 1):
                self._change(run)
                self._fault_rate = self._draw.choice([0.0, 0.1, 0.3])
                self._sync(may_die=self._draw.random() < 0.3)
            self._fault_rate = 0.0
            self._sync()
            self._look_at_values()
            self._look_at_log()
            requests = len(self._server.requests)
            self._sync()
            assert len(self._server.requests) == requests, "a sync with nothing due made a call"

    def _change(self, run: int) -> None:
        """Some leads get new values, some leave or come (back), some get another address."""
        for number in range(COUNT_LEADS):
            lead = f"l{number}"
            draw = self._draw.random()
            if draw < 0.03:
                self.wanted.pop(lead, None)
            elif draw < 0.5:
                address = self.wanted.get(lead, (f"{lead}@x.org",))[0]
                if draw < 0.06:
                    address = f"{lead}.{run}@x.org"
                values = {SCORE: run + number / 100, OWNER: f"rep {run % 7}"}
                self.wanted[lead] = (address, values[SCORE], values)
        with closing(duckdb.connect(self._database)) as connection:
            want(connection, "hubspot", self.wanted)

    def _sync(self, may_die: bool = False) -> None:
        """A sync; one that may die is a process, killed by the clock or at a request."""
        self.met["syncs"] += 1
        self._seen = 0
        self._dies_at_request = -1
        arguments = (self._database, self._server.url, HASTY)
        if not may_die:
            sync_once(*arguments)
            return
        if self._draw.random() < 0.6:
            self._dies_at_request = self._draw.randrange(9)
        self._process = self._processes.Process(target=sync_once, args=arguments)
        self._process.start()
        if self._dies_at_request < 0:
            self._process.join(self._draw.uniform(0.0, 0.6))
            self._process.kill()
        self._process.join(LONGEST_SYNC_SECONDS)
        code = self._process.exitcode
        assert code in (0, -signal.SIGKILL), f"a sync ended with {code}"
        self.met["syncs killed"] += code != 0

    def _plan(self, number: int, path: str) -> hubspot.Fault | None:
        with self._lock:
            self._seen += 1
            self.met["requests"] += 1
            if self._seen - 1 == self._dies_at_request:
                os.kill(self._process.pid, signal.SIGKILL)
                acts = self._draw.random() < 0.5
                return None if acts else hubspot.failing(500)
            if self._draw.random() >= self._fault_rate:
                return None
            name = self._draw.choice(list(FAULTS))
            acts = self._draw.random() < 0.5
            is_either = not name.startswith("429")
            self.met[f"{name}{', acted' if acts and is_either else ''}"] += 1
            return FAULTS[name](acts)

    def _look_at_values(self) -> None:
        """The newest values are where they should be, nothing elsewhere, and none came late."""
        for address, _, values in self.wanted.values():
            found = self._server.contact(address).properties
            assert {name: hubspot_value(found[name]) for name in values} == values
        places = {address for address, _, _ in self.wanted.values()}
        for contact in self._server.contacts.values():
            if contact.email not in places:
                assert not contact.properties[SCORE], contact
                assert not contact.properties[OWNER], contact
            told = [float(text) for text in contact.values_of(SCORE) if text]
            assert all(int(later) >= int(earlier) for earlier, later in pairwise(told)), told
            self.met["writes"] += len(contact.writes)

    def _look_at_log(self) -> None:
        """Each request of the server is in a call of the log, with what it told."""
        with closing(duckdb.connect(self._database, read_only=True)) as connection:
            check_log(connection)
            calls = connection.execute(
                """
                with ends as (
                    select
                        calls.request_id,
                        calls.attempt,
                        calls.began_at,
                        -- Of a killed sync: it ended before the next one began.
                        coalesce(
                            any_value(ended.ended_at), min(syncs.started_at), 'infinity'
                        ) as ended_at
                    from main_operations.crm_calls as calls
                    left join main_operations.crm_call_ends as ended using (request_id, attempt)
                    left join main_operations.crm_syncs as syncs
                        on calls.began_at < syncs.started_at
                    group by all
                )
                select
                    epoch(began_at),
                    epoch(ended_at),
                    coalesce(list(address order by address) filter (where not is_leaving), []),
                    bool_or(is_leaving)
                from ends
                inner join main_operations.crm_sends using (request_id)
                group by request_id, attempt, began_at, ended_at
                order by began_at
                """
            ).fetchall()
            outcomes = connection.execute(
                "select outcome, count(*) from main_operations.crm_syncs group by outcome"
            ).fetchall()
            self.met.update({f"syncs {outcome}": count for outcome, count in outcomes})
            self.met["calls"] = len(calls)
            [(self.met["calls without an end"],)] = connection.execute(
                "select count(*) from"
                " main_operations.crm_calls anti join main_operations.crm_call_ends"
                " using (request_id, attempt)"
            ).fetchall()
        explained = set()
        for request in self._server.requests:
            told = sorted(row["id"] for row in request.body["inputs"])
            # Leads that leave are looked up and emptied by record id, in the same call.
            is_upsert = request.path.endswith("upsert")
            first = bisect_left(calls, request.at - LONGEST_SYNC_SECONDS, key=itemgetter(0))
            fitting = [
                number
                for number, (_, ended, addresses, has_leaving) in enumerate(
                    calls[first : bisect_right(calls, request.at, key=itemgetter(0))], first
                )
                if request.at <= ended
                and (addresses == told and number not in explained if is_upsert else has_leaving)
            ]
            assert fitting, f"no call in the log is this one: {request}"
            if is_upsert:
                explained.add(fitting[0])
        self.met["upserts"] = len(explained)


def hubspot_value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
