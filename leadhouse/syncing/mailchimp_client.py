"""Calls to Mailchimp: batches of operations, and errors as a sync knows them.

A batch is one call that has Mailchimp make many in the background; their answers are a compressed
archive at an address of their own. Mailchimp runs one batch at a time, so none overtakes another.

- https://mailchimp.com/developer/marketing/guides/run-async-requests-batch-endpoint/
- https://mailchimp.com/developer/marketing/docs/errors/
- https://mailchimp.com/developer/marketing/docs/fundamentals/ (10 connections, no daily limit)
"""

import contextlib
import io
import json
import tarfile
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from leadhouse.syncing.destination import BatchRefusedError, CallError, StopError, TryAgainError
from leadhouse.syncing.http import retry_after
from leadhouse.syncing.settings import Settings

CONNECTIONS = 10


class MailchimpSettings(Settings):
    """How Mailchimp is reached, and which audience is told.

    Attributes:
        api_key: ends with the data centre, -us14 say, which gives the address.
        list_id: of the audience.
        url: in place of the data centre's address.
        tag_from: the merge field whose value members have as a tag too.
        poll_seconds: between looks at a batch.
        longest_batch_seconds: a batch that takes longer is stopped and tried again.
        timeout_seconds: for an answer.
    """

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_MAILCHIMP_")

    api_key: SecretStr
    list_id: str = Field(pattern=r"^\w+$")
    url: str | None = Field(None, pattern=r"^https?://[^/]+$")
    tag_from: str = "LHTIER"
    poll_seconds: float = Field(2.0, gt=0)
    longest_batch_seconds: float = Field(1800.0, gt=0)
    timeout_seconds: float = Field(130.0, gt=0)


@dataclass(frozen=True)
class Operation:
    """A call that Mailchimp is to make in a batch."""

    method: str
    path: str
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None

    def as_json(self, number: int) -> dict[str, Any]:
        shown = {"method": self.method, "path": self.path, "operation_id": str(number)}
        if self.params:
            shown["params"] = self.params
        if self.body is not None:
            shown["body"] = json.dumps(self.body)
        return shown


@dataclass(frozen=True)
class Result:
    """Mailchimp's answer to an operation."""

    status: int
    content: Mapping[str, Any]

    @property
    def is_temporary(self) -> bool:
        return _is_temporary(self.status, self.content)

    @property
    def problem(self) -> str:
        return _problem(self.content)


class Client:
    """Mailchimp under one key. May be called from several threads."""

    def __init__(self, settings: MailchimpSettings) -> None:
        self._settings = settings
        key = settings.api_key.get_secret_value()
        centre = key.rpartition("-")[2]
        how = {
            "timeout": settings.timeout_seconds,
            "limits": httpx.Limits(max_connections=CONNECTIONS),
            # Made once for both: that takes a tenth of a second.
            "verify": httpx.create_ssl_context(),
        }
        self._api = httpx.Client(
            base_url=f"{settings.url or f'https://{centre}.api.mailchimp.com'}/3.0",
            auth=("leadhouse", key),
            **how,
        )
        # Answers of batches lie elsewhere, where the key must not go.
        self._elsewhere = httpx.Client(**how)

    def call(self, method: str, path: str, **content: Any) -> Mapping[str, Any]:
        """Makes a call of its own.

        Raises:
            BatchRefusedError, TryAgainError, StopError.
        """
        response = _sent(self._api, method, path, **content)
        if not response.is_success:
            raise _call_error(response)
        return _object(response.content) if response.content else {}

    def run(self, operations: Sequence[Operation]) -> Sequence[Result | None]:
        """Has a batch of operations made, and waits for it.

        Returns:
            the answer to each, in their order; None where there is none.

        Raises:
            BatchRefusedError, TryAgainError, StopError: the batch is stopped then.
        """
        shown = [operation.as_json(number) for number, operation in enumerate(operations)]
        batch = self.call("POST", "/batches", json={"operations": shown})
        if "id" not in batch:
            raise TryAgainError("Mailchimp took a batch, but its answer can't be read.")
        address = f"/batches/{batch['id']}"
        try:
            results = self._results(address)
        except CallError:
            # It must not go on to write what may be old by then.
            with contextlib.suppress(CallError):
                self.call("DELETE", address)
            raise
        return [results.get(str(number)) for number in range(len(operations))]

    def _results(self, address: str) -> dict[str, Result]:
        deadline = time.monotonic() + self._settings.longest_batch_seconds
        while True:
            time.sleep(self._settings.poll_seconds)
            batch = self.call("GET", address)
            if batch.get("status") == "finished":
                archive = _sent(self._elsewhere, "GET", str(batch.get("response_body_url")))
                return _unpacked(archive.content)
            if time.monotonic() > deadline:
                raise TryAgainError("Mailchimp did not get a batch done in time.")


def _sent(client: httpx.Client, method: str, url: str, **content: Any) -> httpx.Response:
    try:
        return client.request(method, url, **content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        kind = type(error).__name__
        raise TryAgainError(f"There was no whole answer from Mailchimp ({kind}).") from None


def _call_error(response: httpx.Response) -> CallError:
    try:
        said = _object(response.content)
    except TryAgainError:
        said = {}
    status = response.status_code
    text = f"Mailchimp answered {status}" + (f" ({_problem(said)})." if said else ".")
    if _is_temporary(status, said):
        after = retry_after(response.headers.get("Retry-After"))
        return TryAgainError(text, status, after)
    if status in {401, 403}:
        return StopError(f"Check LEADHOUSE_MAILCHIMP_API_KEY (docs/mailchimp.md). {text}", status)
    if status == httpx.codes.NOT_FOUND:
        return StopError(f"Check LEADHOUSE_MAILCHIMP_LIST_ID (docs/mailchimp.md). {text}", status)
    return BatchRefusedError(text, status)


def _is_temporary(status: int, said: Mapping[str, Any]) -> bool:
    """A 403 without a word comes of too many calls; with one, of what the key may not do."""
    return status in {408, 429} or status >= 500 or (status == httpx.codes.FORBIDDEN and not said)


def _problem(said: Mapping[str, Any]) -> str:
    """A problem document in one line."""
    parts = [str(said.get("detail") or said.get("title") or "no reason given")]
    errors = said.get("errors")
    for error in errors if isinstance(errors, list) else []:
        parts.append(f"{error.get('field')}: {error.get('message')}")
    return "; ".join(parts)


def _unpacked(archive: bytes) -> dict[str, Result]:
    """Operation id to result, of an archive of JSON files, each a list of answers."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as files:
            return {
                answer["operation_id"]: Result(
                    answer["status_code"], _object(answer["response"] or "{}")
                )
                for file in files
                if file.isfile()
                for answer in json.load(files.extractfile(file))
            }
    except (tarfile.TarError, OSError, EOFError, zlib.error, LookupError, TypeError, ValueError):
        raise TryAgainError("The answers of a batch at Mailchimp can't be read.") from None


def _object(text: bytes | str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise TryAgainError("Mailchimp's answer can't be read.")
    return parsed
