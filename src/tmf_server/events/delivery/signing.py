"""Signatures of deliveries by Standard Webhooks. Keeps secrets out of logs; runs SQL on a given connection for its key.

Each subscription has a signing key of its own: HMAC-SHA-256 of `subscription:<id>` under the server's root secret,
written `whsec_<base64>`. The root is the setting `webhook_secret`, else a random text in the database. No
answer of the server contains a key: the operator hands the key to the subscriber (`tmf-server events secret ID`), or a
subscriber with the same root derives the key.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from standardwebhooks.webhooks import Webhook

from tmf_server.config import Settings
from tmf_server.model.events import server_key

ROOT = "signing"
PREFIX = "whsec_"


class Signer:
    """Signs bodies for subscriptions."""

    def __init__(self, root: bytes) -> None:
        self._root = root

    def key(self, subscription: str) -> str:
        """Return the subscription's key in the form of Standard Webhooks libraries."""
        digest = hmac.new(self._root, f"subscription:{subscription}".encode(), hashlib.sha256).digest()
        return PREFIX + base64.b64encode(digest).decode()

    def headers(self, subscription: str, message: str, body: bytes, micros: int) -> dict[str, str]:
        """Return the headers of a delivery; `message` is the same for all tries, `micros` the instant of this try."""
        moment = datetime.fromtimestamp(micros // 1_000_000, UTC)
        return {
            "webhook-id": message,
            "webhook-timestamp": str(micros // 1_000_000),
            "webhook-signature": Webhook(self.key(subscription)).sign(message, moment, body.decode()),
        }


def signer(connection: Connection, settings: Settings) -> Signer:
    """Return the signer of this server; without the setting, the first call creates the root secret."""
    if settings.events.webhook_secret:
        return Signer(settings.events.webhook_secret.encode())
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = {"name": ROOT, "value": secrets.token_urlsafe(32)}
    connection.execute(insert(server_key).values(fresh).on_conflict_do_nothing())
    value: str = connection.execute(select(server_key.c.value).where(server_key.c.name == ROOT)).scalar_one()
    return Signer(value.encode())
