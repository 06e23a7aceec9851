"""A destination of one's own: batches of leads as JSON, posted to a URL."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

import httpx
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from leadhouse.syncing.destination import Answer, Update, Value
from leadhouse.syncing.http import post
from leadhouse.syncing.settings import Settings


class WebhookSettings(Settings):
    """Where to post.

    Attributes:
        url: a secret, as many such URLs hold a key.
        secret: signs each body, if it is given.
        batch_size: leads a call.
        parallel_calls: calls at once.
        timeout_seconds: without a sign of life.
    """

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_WEBHOOK_")

    url: SecretStr
    secret: SecretStr | None = None
    batch_size: int = Field(100, ge=1)
    parallel_calls: int = Field(2, ge=1)
    timeout_seconds: float = Field(30.0, gt=0)


class Webhook:
    """Posts `{"request_id": ..., "updates": [{"lead_id", "is_leaving", "properties"}, ...]}`.

    The header Idempotency-Key is the request id, the same whenever a batch is sent again. With a
    secret, Leadhouse-Signature is `sha256=` and the HMAC of the body, in hexadecimal digits.
    """

    name = "webhook"

    def __init__(self, settings: WebhookSettings) -> None:
        self.batch_size = settings.batch_size
        self.parallel_calls = settings.parallel_calls
        self._url = settings.url.get_secret_value()
        self._secret = settings.secret
        self._client = httpx.Client(timeout=settings.timeout_seconds)

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        return ["Nothing to set up: what receives the posts takes the names that it is sent."]

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        told = [
            {
                "lead_id": update.lead_id,
                "is_leaving": update.is_leaving,
                "properties": dict(update.properties),
            }
            for update in updates
        ]
        body = json.dumps({"request_id": request_id, "updates": told}).encode()
        headers = {"Idempotency-Key": request_id}
        if self._secret:
            key = self._secret.get_secret_value().encode()
            signature = hmac.new(key, body, hashlib.sha256).hexdigest()
            headers["Leadhouse-Signature"] = f"sha256={signature}"
        post(self._client, self._url, body, headers)
        return [Answer("told") for _ in updates]

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        """Nothing: a webhook only listens."""
        return [{} for _ in updates]


def from_environment() -> Webhook:
    return Webhook(WebhookSettings.from_environment())
