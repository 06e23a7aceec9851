"""What an HTTP answer means for a sync, for destinations that are called with httpx."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from leadhouse.syncing.destination import BatchRefusedError, StopError, TryAgainError


def post(client: httpx.Client, url: str, content: bytes, headers: Mapping[str, str]) -> None:
    """Posts JSON; returns when it was taken (2xx).

    Raises:
        TryAgainError: no answer; 408, 425, 429 or 5xx.
        StopError: the address or the key is not right: 3xx, 401, 403, 404, 405 or 410.
        BatchRefusedError: any other 4xx.
    """
    try:
        answer = client.post(
            url, content=content, headers={"Content-Type": "application/json", **headers}
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise StopError("its URL is not one that can be called.") from None
    except httpx.HTTPError as error:
        raise TryAgainError(f"{type(error).__name__}: {error}") from error
    status = answer.status_code
    if answer.is_success:
        return
    text = f"HTTP {status}: {answer.text}"
    if status in (408, 425, 429) or status >= 500:
        raise TryAgainError(text, status, retry_after(answer.headers.get("Retry-After")))
    if status < 400 or status in (401, 403, 404, 405, 410):
        raise StopError(text, status)
    raise BatchRefusedError(text, status)


def retry_after(header: str | None) -> float | None:
    """Seconds to wait by a header Retry-After (RFC 9110, 10.2.3): seconds or a date."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None
