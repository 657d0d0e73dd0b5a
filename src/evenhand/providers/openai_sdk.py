"""Opens a client for OpenAI's protocols: the openai SDK, version 2 or 3, or the transport `native` in its place."""

from collections.abc import Mapping
from typing import Final

from evenhand.providers.body import ASK_UNPACKED
from evenhand.providers.connection import Client, Connection
from evenhand.providers.native import open_native
from evenhand.providers.sdk_client import SdkClient, call_timeout, http_package, open_http_client

OPENAI_URL: Final = "https://api.openai.com/v1"


def open_openai(connection: Connection) -> tuple[Client, Mapping[str, str]]:
    """Open a client; the SDK is imported where it is the transport.

    Returns:
        The client, and the versions in use for the manifest.
    """
    if connection.transport == "native":
        return open_native(connection, OPENAI_URL)
    return open_openai_sdk(connection)


def open_openai_sdk(connection: Connection) -> tuple[SdkClient, Mapping[str, str]]:
    """Import the SDK and open its client.

    Returns:
        The client, and the versions in use for the manifest.
    """
    import openai  # noqa: PLC0415 - an SDK is loaded on demand

    http_client, transport = open_http_client(openai, connection)
    client = openai.AsyncOpenAI(
        api_key=connection.api_key.get_secret_value(),
        base_url=connection.base_url or OPENAI_URL,
        max_retries=0,
        timeout=call_timeout(openai, connection),
        default_headers=ASK_UNPACKED,
        http_client=http_client,
    )
    versions = {"openai": openai.__version__, "openai transport": transport}
    return SdkClient(client, http_package(openai).Response, connection), versions
