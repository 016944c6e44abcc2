"""Validates token, address and proxy before anything is sent."""

from pydantic import SecretStr
from yarl import URL

from batchsync.errors import SettingsError
from batchsync.messages import client as messages
from batchsync.messages import settings as settings_messages


def validate_token(token: SecretStr) -> str:
    value = token.get_secret_value()
    if not value:
        raise SettingsError(settings_messages.NO_TOKEN)
    if not all("!" <= character <= "~" for character in value):
        raise SettingsError(messages.BAD_TOKEN)
    return value


def validate_url(text: str) -> URL:
    try:
        url = URL(text)
    except ValueError as error:
        raise SettingsError(messages.BAD_URL) from error
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.password:
        raise SettingsError(messages.BAD_URL)
    return url


def validate_proxy(text: str | None) -> URL | None:
    if text is None:
        return None
    try:
        url = URL(text)
    except ValueError as error:
        raise SettingsError(messages.BAD_PROXY) from error
    if url.scheme != "http" or not url.host:
        raise SettingsError(messages.BAD_PROXY)
    return url
