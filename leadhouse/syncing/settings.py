"""Settings of syncs and destinations: from environment variables only, secrets above all."""

from typing import Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from leadhouse.syncing.words import keep_secret


class SettingsError(ValueError):
    """A setting is missing or wrong; the message is a sentence that names its variable."""


class Settings(BaseSettings):
    """Settings by environment variables. A destination's own class sets `env_prefix`.

    Secrets are `SecretStr`: they show as asterisks wherever they are printed, and are left out of
    what a destination says.
    """

    model_config = SettingsConfigDict(
        env_prefix="LEADHOUSE_", env_ignore_empty=True, hide_input_in_errors=True
    )

    def model_post_init(self, _: object) -> None:
        for _, value in self:
            if isinstance(value, SecretStr):
                keep_secret(value.get_secret_value())

    @classmethod
    def from_environment(cls) -> Self:
        """Reads the settings.

        Raises:
            SettingsError: says what is wrong with which variables, never their values.
        """
        try:
            return cls()
        except ValidationError as error:
            prefix = str(cls.model_config["env_prefix"])
            wrong = (
                f"{prefix}{'_'.join(map(str, fault['loc']))}".upper()
                + (": it is missing" if fault["type"] == "missing" else f": {fault['msg']}")
                for fault in error.errors(include_input=False, include_url=False)
            )
            raise SettingsError(
                f"Set these environment variables right ({'; '.join(wrong)}); docs/sync.md tells "
                "of each."
            ) from None


class SyncSettings(Settings):
    """How a sync goes about its calls, whatever the destination.

    Attributes:
        attempts: how often a request is tried before it is given up until the next sync.
        wait_seconds: before the second attempt, at most; doubled for each further one, with jitter.
        longest_wait_seconds: no wait is longer, but for one that the destination asks for.
        longest_asked_wait_seconds: a destination that asks for a longer wait ends the sync.
        given_up_in_a_row: after so many requests given up one after another the sync stops.
        max_refused_share: once 100 leads are answered, a larger share of refusals stops the sync.
    """

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_SYNC_")

    attempts: int = Field(6, ge=1)
    wait_seconds: float = Field(1.0, ge=0)
    longest_wait_seconds: float = Field(60.0, ge=0)
    longest_asked_wait_seconds: float = Field(600.0, ge=0)
    given_up_in_a_row: int = Field(3, ge=1)
    max_refused_share: float = Field(0.5, ge=0, le=1)
