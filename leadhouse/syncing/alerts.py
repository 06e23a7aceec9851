"""Alerts to a channel, on leads and on models: each once, as JSON that Slack and others take."""

import html
import json
from collections.abc import Mapping, Sequence

import duckdb
import httpx
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from leadhouse.syncing.destination import Answer, Update, Value
from leadhouse.syncing.http import post
from leadhouse.syncing.settings import Settings
from leadhouse.syncing.updates import Due

# An alert is due until it has an answer; in the log its id is address and hash. One on a model is
# of no lead, and the same for as long as the same is wrong.
_DUE = """
with alerts as (
    select lead_id, kind, alert_id, text, as_of from lead_alerts
    union all
    select
        '' as lead_id,
        'model_refused' as kind,
        md5(concat_ws('|', model_version, scored_by_model_version, problem)) as alert_id,
        'Model ' || model_version || ' is refused, and ' || scored_by_model_version || ' scores: '
        || problem as text,
        as_of
    from model_alerts
)

select lead_id, kind, alert_id, text
from alerts
where alert_id not in (
    select sends.properties_hash
    from main_operations.crm_sends as sends
    inner join main_operations.crm_answers as answers
        on sends.request_id = answers.request_id and sends.lead_id = answers.lead_id
    where sends.destination = 'alerts'
)
order by as_of, alert_id
"""


class AlertsSettings(Settings):
    """Where to post.

    Attributes:
        url: of an incoming webhook; a secret, for it holds a key.
        timeout_seconds: without a sign of life.
    """

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_ALERTS_")

    url: SecretStr
    timeout_seconds: float = Field(30.0, gt=0)


class Alerts:
    """Posts `{"text": ...}` for each alert, one at a time; Idempotency-Key is the alert's id.

    Of what stands in data nothing is a mention or a link by itself: `&`, `<` and `>` are written as
    Slack wants them (https://docs.slack.dev/messaging/formatting-message-text#escaping).
    """

    name = "alerts"
    batch_size = 1
    parallel_calls = 1

    def __init__(self, settings: AlertsSettings) -> None:
        self._url = settings.url.get_secret_value()
        self._client = httpx.Client(timeout=settings.timeout_seconds)

    def setup(self, properties: Mapping[str, str]) -> Sequence[str]:
        return []

    def tell(self, request_id: str, updates: Sequence[Update]) -> Sequence[Answer]:
        for update in updates:
            text = html.escape(str(update.properties["text"]), quote=False)
            body = json.dumps({"text": text}).encode()
            post(self._client, self._url, body, {"Idempotency-Key": update.address})
        return [Answer("told") for _ in updates]

    def read(
        self, updates: Sequence[Update], names: Sequence[str]
    ) -> Sequence[Mapping[str, Value]]:
        return [{} for _ in updates]


def read_due_alerts(connection: duckdb.DuckDBPyConnection) -> list[Due]:
    """The alerts that no answer is known of, the oldest first."""
    return [
        Due(lead_id, kind, alert_id, None, False, json.dumps({"text": text}), alert_id)
        for lead_id, kind, alert_id, text in connection.execute(_DUE).fetchall()
    ]
