"""Calls to Salesforce by simple-salesforce: logging in, time-outs, and errors as a sync knows them.

What Salesforce answers: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
import simple_salesforce
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceError,
    SalesforceOperationError,
)

from leadhouse.syncing.destination import BatchRefusedError, CallError, StopError, TryAgainError
from leadhouse.syncing.settings import Settings
from leadhouse.syncing.words import keep_secret

# Of a row or of a whole call: sent again, it may well be taken.
TEMPORARY = {
    "PROCESSING_HALTED",
    "REQUEST_RUNNING_TOO_LONG",
    "SERVER_UNAVAILABLE",
    "UNABLE_TO_LOCK_ROW",
    "UNKNOWN_EXCEPTION",
}
WHAT_TO_DO = "run leadhouse sync --destination salesforce --setup, and see docs/salesforce.md"


class SalesforceSettings(Settings):
    """How Salesforce is reached, and which records are told.

    Attributes:
        instance_url: the company's own address there, https://COMPANY.my.salesforce.com.
        access_token: of a session; it ends after some hours, so it serves for a trial.
        consumer_key, consumer_secret: of an app there with the client credentials flow.
        object: API name of what the leads are.
        external_id: the field that holds the lead's id, or Id if our lead ids are Salesforce's own.
        bulk_above: more rows than this go by a job of the Bulk API, up to this many by one call.
        poll_seconds: between looks at a job, at first.
        longest_job_seconds: a job that takes longer is aborted and tried again.
        timeout_seconds: for an answer.
    """

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_SALESFORCE_")

    instance_url: str = Field(pattern=r"^https://[^/]+/?$")
    access_token: SecretStr | None = None
    consumer_key: SecretStr | None = None
    consumer_secret: SecretStr | None = None
    object: str = Field("Lead", pattern=r"^\w+$")
    external_id: str = Field("Leadhouse_Id__c", pattern=r"^\w+$")
    bulk_above: int = Field(200, ge=0, le=200)
    poll_seconds: float = Field(1.0, gt=0)
    longest_job_seconds: float = Field(3600.0, gt=0)
    timeout_seconds: float = Field(60.0, gt=0)


class Client:
    """A session at Salesforce, begun with the first call and again when it has ended.

    Args:
        settings: where, and with which key.
        session: of requests, for tests.
    """

    def __init__(
        self, settings: SalesforceSettings, session: requests.Session | None = None
    ) -> None:
        self._settings = settings
        self._session = session or TimedSession(settings.timeout_seconds)
        self._salesforce: simple_salesforce.Salesforce | None = None
        self._lock = threading.Lock()

    @contextmanager
    def calling(self) -> Iterator[simple_salesforce.Salesforce]:
        """A client to call, whose errors, and answers of a wrong shape, become those of a sync.

        Raises:
            BatchRefusedError, TryAgainError, StopError.
        """
        try:
            yield self._logged_in()
        except SalesforceAuthenticationFailed as error:
            raise _login_error(error) from None
        except SalesforceError as error:
            raise self._call_error(error) from None
        except SalesforceOperationError as error:
            raise _job_error(str(error)) from None
        except requests.RequestException as error:
            raise TryAgainError(
                f"No whole answer from Salesforce ({type(error).__name__})."
            ) from None
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            kind = type(error).__name__
            raise TryAgainError(f"Salesforce's answer can't be read ({kind}).") from None

    def _logged_in(self) -> simple_salesforce.Salesforce:
        with self._lock:
            if self._salesforce is None:
                self._salesforce = simple_salesforce.Salesforce(
                    session=self._session, **self._credentials()
                )
                keep_secret(self._salesforce.session_id)
            return self._salesforce

    def _credentials(self) -> dict[str, str]:
        settings = self._settings
        if settings.access_token:
            return {
                "instance_url": settings.instance_url,
                "session_id": settings.access_token.get_secret_value(),
            }
        return {
            "domain": urlsplit(settings.instance_url).hostname.removesuffix(".salesforce.com"),
            "consumer_key": settings.consumer_key.get_secret_value(),
            "consumer_secret": settings.consumer_secret.get_secret_value(),
        }

    def _call_error(self, error: SalesforceError) -> CallError:
        status = error.status
        code, text = _code_and_text(error.content)
        said = f"Salesforce answered {status}" + (f" ({code}: {text})." if code else ".")
        if status == requests.codes.unauthorized:
            return self._session_error(status)
        # The same code says that too many calls are under way at once, which passes.
        if code == "REQUEST_LIMIT_EXCEEDED" and "Concurrent" not in text:
            return StopError(
                f"Salesforce's API calls of the last 24 hours are used up ({text}): sync again "
                "later, or have an admin buy more.",
                status,
            )
        if code in {"REQUEST_LIMIT_EXCEEDED", *TEMPORARY} or status == 429 or status >= 500:
            return TryAgainError(said, status)
        if status == requests.codes.bad_request and code not in {"INVALID_FIELD", "INVALIDJOB"}:
            return BatchRefusedError(said, status)
        return StopError(f"Salesforce is not set up for this: {WHAT_TO_DO}. {said}", status)

    def _session_error(self, status: int) -> CallError:
        with self._lock:
            self._salesforce = None
        if self._settings.access_token:
            return StopError(
                "Salesforce does not accept LEADHOUSE_SALESFORCE_ACCESS_TOKEN (any more): make a "
                "new one, or set CONSUMER_KEY and CONSUMER_SECRET (docs/salesforce.md).",
                status,
            )
        return TryAgainError("The session at Salesforce has ended; a new one is begun.", status)


class TimedSession(requests.Session):
    """A session that does not wait for ever, and knows that Salesforce writes UTF-8."""

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._timeout_seconds = timeout_seconds

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", self._timeout_seconds)
        response = super().request(*args, **kwargs)
        response.encoding = "utf-8"
        return response


def _code_and_text(content: Any) -> tuple[str, str]:
    """Of an error answer; empty if it is not Salesforce's own, but a gateway's page, say."""
    match content:
        case [{"errorCode": code, "message": text}, *_]:
            return str(code), str(text)
    return "", ""


def _login_error(error: SalesforceAuthenticationFailed) -> CallError:
    # A status in place of a code: what answered was no JSON, so not Salesforce itself.
    if isinstance(error.code, int) and (error.code == 429 or error.code >= 500):
        return TryAgainError(f"Salesforce's login answered {error.code}.", error.code)
    return StopError(
        f"Salesforce refused the login ({error.code}): check LEADHOUSE_SALESFORCE_INSTANCE_URL, "
        "CONSUMER_KEY and CONSUMER_SECRET, and the app there (docs/salesforce.md).",
        requests.codes.unauthorized,
    )


def _job_error(text: str) -> CallError:
    if "InvalidBatch" in text:
        return StopError(f"Salesforce could not begin with a job ({text}): {WHAT_TO_DO}.")
    return TryAgainError(f"A job at Salesforce did not end well ({text}).")
