"""What others say, made fit to be written down: without addresses, secrets, and too much of it."""

from leadhouse.texts import visible, without_addresses

_LONGEST_TEXT = 1000
# A shorter text stands in many that tell nothing of it.
_SHORTEST_SECRET = 8
# Of this process; a destination may echo what it was sent.
_secrets: set[str] = set()


def keep_secret(secret: str) -> None:
    """From now on, this text is left out of what others say, but for one too short for a secret.

    Of a URL, so is what follows the host: servers like to say what was not found.
    """
    _, _, path = secret.partition("://")[2].partition("/")
    _secrets.update(text for text in (secret, path) if len(text) >= _SHORTEST_SECRET)


def fit_to_write(text: str) -> str:
    """A destination's words, without the secrets and e-mail addresses in them, in one line, cut off
    if long."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return visible(without_addresses(text)[:_LONGEST_TEXT])
