"""Calls of HubSpot's API: paced, made once, their failures told as the sync's own errors."""

from collections.abc import Callable
from typing import Any, TypeVar

import urllib3
from hubspot import HubSpot
from hubspot.crm.contacts import ApiException as ContactsError
from hubspot.crm.properties import ApiException as PropertiesError
from pydantic import BaseModel, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from leadhouse.syncing.destination import (
    BatchRefusedError,
    CallError,
    StopError,
    TryAgainError,
)
from leadhouse.syncing.http import retry_after
from leadhouse.syncing.pacer import Pacer
from leadhouse.syncing.settings import Settings

SCOPES = "crm.objects.contacts.read, crm.objects.contacts.write and crm.schemas.contacts.write"
# Locks last two seconds: https://developers.hubspot.com/docs/api-reference/error-handling
LOCK_SECONDS = 2.0
NO_MORE_TODAY = (
    "The HubSpot account has used up its API calls of today; a sync after midnight (in the "
    "account's time zone) tells the rest."
)

Answer = TypeVar("Answer", bound=BaseModel)


class HubSpotSettings(Settings):
    """Settings by environment variables that begin with LEADHOUSE_HUBSPOT_.

    Attributes:
        token: of a service key or private app; what it may do is in docs/hubspot.md.
        url: another host, for tests.
        calls_in_10_seconds: the account's limit; 100 for the free and Starter products.
        parallel_calls: under way at once.
        timeout_seconds: for an answer. HubSpot gives a call up itself after 100 seconds; a longer
            wait means that no call of ours is still being worked on when it is made again.
    """

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_HUBSPOT_")

    token: SecretStr
    url: HttpUrl = HttpUrl("https://api.hubapi.com")
    calls_in_10_seconds: int = Field(190, ge=1)
    parallel_calls: int = Field(8, ge=1)
    timeout_seconds: float = Field(110.0, gt=0)


class Said(BaseModel):
    """The body of an error. Each field may be missing, says HubSpot's page on errors."""

    message: str = "it gave no reason"
    category: str = ""
    policy: str = Field("", alias="policyName")


class Calls:
    """The endpoints of HubSpot's client that a sync needs, and `call` to call them."""

    def __init__(self, settings: HubSpotSettings) -> None:
        self._timeout = settings.timeout_seconds
        self._pacer = Pacer(settings.calls_in_10_seconds, seconds=10.0)
        self._left_today: int | None = None
        crm = HubSpot(
            access_token=settings.token.get_secret_value(),
            host=str(settings.url).rstrip("/"),
            # False, not 0: urllib3's own errors come through, and a redirect is not followed.
            retry=False,
            connection_pool_maxsize=settings.parallel_calls,
        ).crm
        self.contacts = crm.contacts.batch_api
        self.properties = crm.properties.core_api
        self.groups = crm.properties.groups_api

    def call(self, shape: type[Answer], method: Callable[..., Any], *arguments: Any) -> Answer:
        """Calls a method of the client, once.

        The client's own models are passed over: making one takes half a millisecond, a hundred for
        each call.

        Args:
            shape: of the answer.
            method: of `contacts`, `properties` or `groups`.
            arguments: for the method, as JSON would have them.

        Raises:
            BatchRefusedError, TryAgainError, StopError.
        """
        with self._pacer.turn():
            if self._left_today == 0:
                raise StopError(NO_MORE_TODAY)
            try:
                response = method(
                    *arguments, _preload_content=False, _request_timeout=self._timeout
                )
                body = response.data
            except (ContactsError, PropertiesError) as error:
                self._note_limits(error.headers)
                raise error_of(error) from None
            # The client trips over the body of some errors (none at all, or not UTF-8).
            except (urllib3.exceptions.HTTPError, AttributeError, UnicodeError) as error:
                raise TryAgainError(f"HubSpot gave no answer ({type(error).__name__}).") from error
        self._note_limits(response.headers)
        try:
            return shape.model_validate_json(body)
        except ValidationError:
            raise TryAgainError("HubSpot's answer cannot be read.", response.status) from None

    def _note_limits(self, headers: Any) -> None:
        left = headers.get("X-HubSpot-RateLimit-Daily-Remaining", "")
        if left.isdecimal():
            self._left_today = int(left)


def error_of(error: ContactsError | PropertiesError) -> CallError:
    """What an answer that is no success means for a sync.

    Raises:
        StopError: see `check_properties_exist`.

    Source: https://developers.hubspot.com/docs/api-reference/error-handling, and for 429
    https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
    """
    status = error.status
    try:
        said = Said.model_validate_json(error.body)
    except ValidationError:
        said = Said()
    message = f"HubSpot answered {status}: {said.message}"
    check_properties_exist(said.message)
    if status == 429 and said.policy == "DAILY":
        return StopError(NO_MORE_TODAY, status)
    if status in {408, 423, 429, 477} or status >= 500:
        after = retry_after(error.headers.get("Retry-After"))
        return TryAgainError(message, status, after or (LOCK_SECONDS if status == 423 else None))
    if status == 400 or (status == 404 and said.category == "OBJECT_NOT_FOUND"):
        return BatchRefusedError(message, status)
    if status == 401:
        return StopError(
            "HubSpot does not know the key in LEADHOUSE_HUBSPOT_TOKEN: set it to a key in force, "
            f"with the scopes {SCOPES}.",
            status,
        )
    if status == 403:
        return StopError(
            "The key in LEADHOUSE_HUBSPOT_TOKEN may not do this in HubSpot: give it the scopes "
            f"{SCOPES}. {message}",
            status,
        )
    return StopError(f"Is LEADHOUSE_HUBSPOT_URL right? {message}", status)


def check_properties_exist(message: str) -> None:
    """Stops if a refusal is for a property that HubSpot does not have: all rows would be refused.

    Raises:
        StopError: says what to do.
    """
    if "PROPERTY_DOESNT_EXIST" in message:
        raise StopError(
            "HubSpot lacks a property that is to be told: run leadhouse sync --destination hubspot "
            f"--setup. {message}",
            400,
        )
