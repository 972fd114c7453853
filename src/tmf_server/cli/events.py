"""`events`: the commands of an operator for subscriptions, events and parked deliveries."""

import json
from typing import Any

import click

from tmf_server.cli.base import Commands, opened_as_it_is, read_settings
from tmf_server.cli.inputs import INSTANT, number
from tmf_server.config.declaring import BIGINT


@click.group(cls=Commands)
def events() -> None:
    """Subscriptions, events and parked deliveries."""


@events.command("list")
@click.argument("what", type=click.Choice(["subscriptions", "parked", "events"]), default="subscriptions")
@click.option("--subscription", help="Parked deliveries of this subscription only.")
@click.option("--after", type=number(0, BIGINT), default=0, help="Events after this position.")
@click.option("--limit", type=number(1, 100_000), default=100, show_default=True)
def show(what: str, subscription: str | None, after: int, limit: int) -> None:
    """Show subscriptions with their state, parked deliveries, or events; a JSON object a line."""
    from tmf_server.events import admin

    with opened_as_it_is(read_settings()) as services, services.database.read() as connection:
        if what == "subscriptions":
            found = admin.list_subscriptions(connection)
        elif what == "parked":
            found = admin.list_parked(connection, subscription, limit)
        else:
            found = admin.list_events(connection, after, limit)
        for row in found:
            click.echo(json.dumps(_readable(row), ensure_ascii=False, default=str))


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    from tmf_server.rules.instants import format_instant

    instants = ("time", "due", "delivered", "parked", "created")
    return {
        name: format_instant(value) if name in instants and isinstance(value, int) and value > 1_000_000_000 else value
        for name, value in row.items()
        if value is not None
    }


@events.command()
@click.argument("subscription", required=False)
@click.option(
    "--since",
    type=INSTANT,
    help="Send again what happened from this instant on, delivered or not: 2026-01-31T12:00:00Z.",
)
def replay(subscription: str | None, since: int | None) -> None:
    """Queue parked deliveries again: of SUBSCRIPTION, or all."""
    from tmf_server.events import admin
    from tmf_server.events.delivery.payload import EventFormats

    if since is not None and subscription is None:
        raise click.UsageError("--since needs a SUBSCRIPTION.")
    with opened_as_it_is(read_settings()) as services:
        topics = EventFormats(services.registry).topics
        count = services.database.transact(lambda connection: admin.replay(connection, topics, subscription, since))
    click.echo(f"{count} deliveries queued again.")


@events.command()
@click.argument("subscription")
def park(subscription: str) -> None:
    """Park all waiting deliveries of SUBSCRIPTION; newer events are delivered."""
    from tmf_server.events import admin

    with opened_as_it_is(read_settings()) as services:
        end = services.database.transact(lambda connection: admin.park(connection, subscription))
    click.echo(f"Everything up to position {end} is parked for {subscription}.")


@events.command()
@click.argument("subscription")
def secret(subscription: str) -> None:
    """Show the key that signs the deliveries to SUBSCRIPTION, to be handed to the subscriber."""
    from tmf_server.events.admin import signing_key

    settings = read_settings()
    with opened_as_it_is(settings) as services:
        key = services.database.transact(lambda connection: signing_key(connection, settings, subscription))
    click.echo(key)
