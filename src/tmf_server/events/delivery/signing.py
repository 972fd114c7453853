"""Signatures of deliveries by Standard Webhooks. Keeps secrets out of logs; runs SQL on a given connection for its key.

Each subscription has a signing key of its own: HMAC-SHA-256 of `subscription:<id>` under the server's root secret,
written `whsec_<base64>`. The root is the setting `webhook_secret`, else a random one that the database keeps. No
answer of the server contains a key: the operator hands it to the subscriber (`tmf-server events secret ID`), or a
subscriber that shares the root derives it.
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
        """The subscription's key, as Standard Webhooks libraries take it."""
        digest = hmac.new(self._root, f"subscription:{subscription}".encode(), hashlib.sha256).digest()
        return PREFIX + base64.b64encode(digest).decode()

    def headers(self, subscription: str, message: str, body: bytes, micros: int) -> dict[str, str]:
        """The headers of a delivery; `message` stays the same through all tries, `micros` is the time of this one."""
        moment = datetime.fromtimestamp(micros // 1_000_000, UTC)
        return {
            "webhook-id": message,
            "webhook-timestamp": str(micros // 1_000_000),
            "webhook-signature": Webhook(self.key(subscription)).sign(message, moment, body.decode()),
        }


def signer(connection: Connection, settings: Settings) -> Signer:
    """The signer of this server; creates the root secret the first time when no setting gives one."""
    return Signer((settings.events.webhook_secret or _stored_root(connection)).encode())


def _stored_root(connection: Connection) -> str:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = {"name": ROOT, "value": secrets.token_urlsafe(32)}
    connection.execute(insert(server_key).values(fresh).on_conflict_do_nothing())
    value: str = connection.execute(select(server_key.c.value).where(server_key.c.name == ROOT)).scalar_one()
    return value
