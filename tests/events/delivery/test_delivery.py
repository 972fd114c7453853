"""Delivery to subscribers: at least once, in order, signed, retried, parked, replayed; nobody waits for another."""

from datetime import UTC, datetime
from functools import partial

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support.events import ORIGIN, World, change, wait, world
from tests.support.servers.receiver import Receiver, eventually, received, records
from tmf_server.errors import InvalidInput
from tmf_server.events import admin
from tmf_server.events.delivery.session import LINGER_SECONDS
from tmf_server.rules.instants import parse_instant

# -- what a subscriber gets -------------------------------------------------------------------------


def test_a_subscriber_gets_what_happens_after_it_subscribed(events: World, receiver: Receiver) -> None:
    events.worker()
    events.write(change("before"))
    events.subscribe(receiver.url("/hook/a?key=1"))
    events.write(change("one", name="Fibre"), change("two"))
    assert eventually(lambda: len(receiver.calls) == 2)
    wait(0.2)
    assert records(receiver.calls) == ["one", "two"]
    call = receiver.calls[0]
    assert call.path == "/hook/a?key=1"
    assert call.headers["content-type"] == "application/json"
    shown = call.json["event"]["productOffering"]
    assert shown["name"] == "Fibre"
    assert shown["href"] == f"{ORIGIN}/tmf-api/productCatalogManagement/v5/productOffering/one"


def test_each_version_gets_its_own_events_under_its_own_names(events: World, receiver: Receiver) -> None:
    events.worker()
    events.subscribe(receiver.url("/v4"), version="v4")
    events.subscribe(receiver.url("/v5"), version="v5")
    events.write(change("1", "AttributeValueChange", kind="productCatalog", paths=("name", "category")))
    assert eventually(lambda: len(receiver.calls) == 2)
    [v4], [v5] = receiver.at("/v4"), receiver.at("/v5")
    assert v4.json["eventType"] == "CatalogAttributeValueChangeEvent"
    assert v5.json["eventType"] == "ProductCatalogAttributeValueChangeEvent"
    assert list(v4.json["event"]) == ["catalog"]
    assert list(v5.json["event"]) == ["productCatalog"]
    assert v4.json["fieldPath"] == "name,category"
    assert "fieldPath" not in v5.json
    assert (v5.json["@type"], "@type" in v4.json) == (v5.json["eventType"], False)


def test_a_query_leaves_out_what_it_does_not_match(events: World, receiver: Receiver) -> None:
    events.worker()
    wanted = "eventType=ProductOfferingCreateEvent,ProductOfferingDeleteEvent&event.productOffering.name=Fibre"
    made = events.subscribe(receiver.url("/"), wanted)
    events.write(
        change("1", name="Fibre"),
        change("2", name="Copper"),
        change("3", "AttributeValueChange", name="Fibre"),
        change("4", "Delete", name="Fibre"),
        change("5", kind="productCatalog", name="Fibre"),
    )
    assert eventually(lambda: events.settled(made.id, 5))
    assert records(receiver.calls) == ["1", "4"]


def test_every_delivery_is_signed_with_the_key_of_its_subscription(events: World, receiver: Receiver) -> None:
    context = events.context()
    events.worker()
    made, other = events.subscribe(receiver.url("/a")), events.subscribe(receiver.url("/b"))
    events.write(change())
    assert eventually(lambda: len(receiver.calls) == 2)
    [call] = receiver.at("/a")
    Webhook(context.signer.key(made.id)).verify(call.body, dict(call.headers))
    assert call.headers["webhook-id"] == call.json["eventId"]
    with pytest.raises(WebhookVerificationError):
        Webhook(context.signer.key(other.id)).verify(call.body, dict(call.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(context.signer.key(made.id)).verify(call.body + b" ", dict(call.headers))


def test_instants_are_those_of_the_change(events: World, receiver: Receiver) -> None:
    events.worker()
    events.subscribe(receiver.url("/"))
    made = change()
    events.write(made)
    assert eventually(lambda: len(receiver.calls) == 1)
    assert parse_instant(receiver.calls[0].json["eventTime"]) == made.time
    stamp = datetime.fromtimestamp(int(receiver.calls[0].headers["webhook-timestamp"]), UTC)
    assert abs((datetime.now(UTC) - stamp).total_seconds()) < 30


# -- order and completeness -------------------------------------------------------------------------


def test_thousands_of_events_arrive_in_order_with_two_workers(events: World, receiver: Receiver) -> None:
    events.worker()
    events.worker()
    subscribed = [events.subscribe(receiver.url(f"/{number}")) for number in range(3)]
    names = [f"r{number}" for number in range(600)]
    for start in range(0, len(names), 20):
        events.write(*(change(name) for name in names[start : start + 20]))
    assert eventually(lambda: all(events.settled(made.id, len(names)) for made in subscribed), 60)
    for number in range(3):
        assert records(receiver.at(f"/{number}")) == names


def test_a_failed_delivery_is_tried_again_before_anything_newer(events: World, receiver: Receiver) -> None:
    left = [503, 500]
    receiver.decide("/", lambda _: left.pop() if left else 204)
    events.worker()
    events.subscribe(receiver.url("/"))
    events.write(change("1"), change("2"))
    assert eventually(lambda: len(receiver.calls) == 4)
    assert records(receiver.calls) == ["1", "1", "1", "2"]
    assert len({call.headers["webhook-id"] for call in receiver.calls[:3]}) == 1
    pauses = [later.at - sooner.at for sooner, later in zip(receiver.calls, receiver.calls[1:3], strict=False)]
    assert pauses[0] >= 0.05
    assert pauses[1] >= 0.1


def test_one_event_that_is_refused_is_parked_and_the_rest_goes_on(events: World, receiver: Receiver) -> None:
    receiver.decide("/", lambda call: 400 if records([call]) == ["bad"] else 200)
    events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(change("1"), change("bad"), change("2"), change("3"))
    assert eventually(lambda: events.settled(made.id, 4))
    assert records(receiver.calls) == ["1", "bad", "bad", "bad", "2", "3"]
    [parked] = events.read(lambda connection: admin.list_parked(connection, made.id))
    assert (parked["position"], parked["record_id"], parked["replay"]) == (2, "bad", False)
    assert "400" in parked["error"]
    assert (events.row(made.id)["failing"], events.row(made.id)["error"]) == (False, None)


def test_a_dead_subscriber_is_parked_and_keeps_nobody_waiting(events: World, receiver: Receiver) -> None:
    receiver.answer("/dead", 500)
    events.worker()
    dead, well = events.subscribe(receiver.url("/dead")), events.subscribe(receiver.url("/well"))
    events.write(*(change(str(number)) for number in range(40)))
    assert eventually(lambda: len(receiver.at("/well")) == 40)
    assert len(receiver.at("/dead")) <= 4
    assert eventually(lambda: events.parked(dead.id) == list(range(1, 41)))
    assert records(receiver.at("/dead"))[:4] == ["0", "0", "0", "1"]
    assert events.parked(well.id) == []
    assert events.row(dead.id)["failing"]
    events.write(change("later"))
    assert eventually(lambda: events.parked(dead.id) == list(range(1, 42)))
    assert len(receiver.at("/dead")) <= 6


def test_subscribers_that_hang_keep_nobody_waiting(events_url: str, receiver: Receiver) -> None:
    """A dozen subscribers that are always due and always hang, two places for them, and two for the prompt."""
    with world(events_url, delivery_slots=2, delivery_seconds=1.0, delivery_pauses=(0.01,) * 100) as events:
        receiver.delay("/hangs", 1.5)
        events.worker()
        for _ in range(12):
            events.subscribe(receiver.url("/hangs"))
        events.write(change("warm up"))
        # each of them is found out once, two at a time, and then served apart
        assert eventually(lambda: all(row["tries"] for row in events.read(admin.list_subscriptions)), 30)
        events.subscribe(receiver.url("/well"))
        for number in range(1, 7):
            events.write(change(str(number)))
            assert eventually(partial(received, receiver, "/well", number), 2.0), number
            wait(0.6)


def test_nobody_keeps_a_place_that_others_wait_for(events_url: str, receiver: Receiver) -> None:
    with world(events_url, delivery_slots=1) as events:
        for number in range(8):
            events.subscribe(receiver.url(f"/{number}"))
        events.worker()
        wait(0.2)
        events.write(change())
        assert eventually(lambda: len(receiver.calls) == 8, 7 * LINGER_SECONDS - 0.5)


def test_a_subscriber_that_comes_back_gets_new_events_at_once(events: World, receiver: Receiver) -> None:
    receiver.answer("/", 500)
    events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(change("1"), change("2"))
    assert eventually(lambda: events.parked(made.id) == [1, 2])
    receiver.answer("/", 200)
    receiver.calls.clear()
    events.write(change("3"))
    assert eventually(lambda: records(receiver.calls) == ["3"])
    assert eventually(lambda: not events.row(made.id)["failing"])
    assert events.parked(made.id) == [1, 2]


# -- ends -------------------------------------------------------------------------------------------


def test_nothing_is_sent_after_the_subscription_is_gone(events: World, receiver: Receiver) -> None:
    receiver.delay("/", 0.05)
    events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(*(change() for _ in range(100)))
    assert eventually(lambda: len(receiver.calls) >= 3)
    events.subscriptions.remove("TMF620", "v5", made.id)
    wait(0.2)
    sent = len(receiver.calls)
    wait(0.5)
    assert len(receiver.calls) == sent < 100


def test_a_graceful_stop_finishes_what_is_under_way_and_repeats_nothing(events: World, receiver: Receiver) -> None:
    receiver.delay("/", 0.02)
    first = events.worker()
    made = events.subscribe(receiver.url("/"))
    names = [str(number) for number in range(60)]
    events.write(*(change(name) for name in names))
    assert eventually(lambda: len(receiver.calls) >= 5)
    assert first.stop(10)
    assert len(receiver.calls) < 60
    events.worker()
    assert eventually(lambda: events.settled(made.id, 60))
    assert records(receiver.calls) == names


def test_a_query_that_is_no_longer_valid_holds_the_events_and_tells_why(events: World, receiver: Receiver) -> None:
    def refuse(api: str, version: str, query: str) -> None:
        raise InvalidInput(f"{query} is unknown")

    made = events.subscribe(receiver.url("/"), "colour=red")
    events.worker(matcher=refuse)
    events.write(change())
    assert eventually(lambda: "colour=red is unknown" in (events.row(made.id)["error"] or ""))
    assert receiver.calls == []
    assert events.row(made.id)["position"] == 0


def test_a_callback_that_is_no_longer_allowed_is_not_called(events: World, receiver: Receiver) -> None:
    made = events.subscribe(receiver.url("/"))
    with world(events.settings.database.database_url, outbound_allow=()) as strict:
        strict.worker()
        events.write(change())
        assert eventually(lambda: strict.parked(made.id) == [1])
    assert receiver.connections == 0
    assert "expected" in events.row(made.id)["error"]
