"""Delivery to subscribers: at least once, in order, signed, retried, parked, replayed; nobody waits for another."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support.events import KINDS, ORIGIN, World, change, prepared_url, wait, world
from tests.support.receiver import Call, Receiver, eventually
from tmf_server.domain.instants import parse_instant
from tmf_server.errors import InvalidInput, NotFound
from tmf_server.events import admin, ledger, relay
from tmf_server.events.delivery import LINGER_SECONDS
from tmf_server.events.leases import LeaseLost
from tmf_server.events.ledger import Progress
from tmf_server.events.retry import Standing
from tmf_server.model.events import subscription

HERE = Path(__file__).resolve().parents[1]


@pytest.fixture(params=KINDS)
def events_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield from prepared_url(request, tmp_path)


@pytest.fixture
def events(events_url: str) -> Iterator[World]:
    with world(events_url) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def records(calls: list[Call]) -> list[str]:
    """The ids of the records that the calls report."""
    return [next(iter(call.json["event"].values()))["id"] for call in calls]


def received(receiver: Receiver, path: str, number: int) -> bool:
    return len(receiver.at(path)) >= number


def deduplicated(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def settled(events: World, id_: str, position: int) -> bool:
    return bool(events.row(id_)["position"] >= position)


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
    assert eventually(lambda: settled(events, made.id, 5))
    assert records(receiver.calls) == ["1", "4"]


def test_every_delivery_is_signed_with_the_key_of_its_subscription(events: World, receiver: Receiver) -> None:
    office = events.office()
    events.worker()
    made, other = events.subscribe(receiver.url("/a")), events.subscribe(receiver.url("/b"))
    events.write(change())
    assert eventually(lambda: len(receiver.calls) == 2)
    [call] = receiver.at("/a")
    Webhook(office.signer.key(made.id)).verify(call.body, dict(call.headers))
    assert call.headers["webhook-id"] == call.json["eventId"]
    with pytest.raises(WebhookVerificationError):
        Webhook(office.signer.key(other.id)).verify(call.body, dict(call.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(office.signer.key(made.id)).verify(call.body + b" ", dict(call.headers))


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
    assert eventually(lambda: all(settled(events, made.id, len(names)) for made in subscribed), 60)
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
    assert eventually(lambda: settled(events, made.id, 4))
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


# -- the operator -----------------------------------------------------------------------------------


def test_parked_deliveries_are_replayed_in_order_before_newer_ones(events: World, receiver: Receiver) -> None:
    receiver.answer("/", 500)
    events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(change("1"), change("2"), change("3"))
    assert eventually(lambda: events.parked(made.id) == [1, 2, 3])
    receiver.answer("/", 200)
    receiver.calls.clear()
    topics = events.forms.topics
    assert events.database.transact(lambda connection: admin.replay(connection, topics, made.id)) == 3
    events.write(change("4"))
    assert eventually(lambda: len(receiver.calls) == 4)
    assert records(receiver.calls) == ["1", "2", "3", "4"]
    assert eventually(lambda: events.parked(made.id) == [])
    assert events.database.transact(lambda connection: admin.replay(connection, topics)) == 0


def test_a_replay_that_fails_again_is_parked_again(events: World, receiver: Receiver) -> None:
    receiver.answer("/", 500)
    events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(*(change(str(number)) for number in range(5)))
    assert eventually(lambda: events.parked(made.id) == [1, 2, 3, 4, 5])
    receiver.calls.clear()
    events.database.transact(lambda connection: admin.replay(connection, events.forms.topics))

    def given_up() -> bool:
        rows = events.read(admin.list_parked)
        return len(rows) == 5 and not any(row["replay"] for row in rows)

    assert eventually(given_up)
    assert events.parked(made.id) == [1, 2, 3, 4, 5]
    assert records(receiver.calls) == ["0", "0", "0", "1"]
    assert [row["error"] for row in events.read(admin.list_parked)] == ["HTTP 500"] * 2 + [ledger.UNTRIED] * 3


def test_past_events_are_sent_again_from_an_instant_on(events: World, receiver: Receiver) -> None:
    events.worker()
    made = events.subscribe(receiver.url("/"), "event.productOffering.name=yes")
    events.write(change("old", name="yes"))
    wait(0.01)
    since = change()
    events.write(change("1", name="yes"), change("2", name="no"), change("3", name="yes"))
    assert eventually(lambda: settled(events, made.id, 4))
    receiver.calls.clear()
    count = events.database.transact(
        lambda connection: admin.replay(connection, events.forms.topics, made.id, since.time)
    )
    assert count == 3
    assert eventually(lambda: events.parked(made.id) == [])
    assert records(receiver.calls) == ["1", "3"]


def test_parking_by_hand_gives_up_what_waits_and_goes_on(events_url: str, receiver: Receiver) -> None:
    with world(events_url, delivery_pauses=(60.0,)) as events:
        receiver.answer("/", 500)
        events.worker()
        made = events.subscribe(receiver.url("/"))
        events.write(change("1"), change("2"))
        assert eventually(lambda: events.row(made.id)["tries"] == 1)
        receiver.answer("/", 200)
        assert events.database.transact(lambda connection: admin.park(connection, made.id)) == 2
        assert eventually(lambda: events.parked(made.id) == [1, 2])
        events.write(change("3"))
        assert eventually(lambda: len(receiver.calls) == 2)
        assert records(receiver.calls) == ["1", "3"]


def test_the_operator_sees_how_subscribers_are_doing(events: World, receiver: Receiver) -> None:
    receiver.answer("/dead", 500)
    events.worker()
    events.subscribe(receiver.url("/well"))
    dead = events.subscribe(receiver.url("/dead"))
    events.write(change("1"), change("2"))
    assert eventually(lambda: events.parked(dead.id) == [1, 2])
    assert eventually(lambda: len(receiver.at("/well")) == 2)
    assert eventually(lambda: events.read(admin.list_subscriptions)[0]["behind"] == 0)
    well_row, dead_row = events.read(admin.list_subscriptions)
    assert (well_row["parked"], well_row["error"], well_row["failing"]) == (0, None, False)
    assert (dead_row["parked"], dead_row["failing"], dead_row["callback"]) == (2, True, receiver.url("/dead"))
    assert "500" in dead_row["error"]
    listed = events.read(admin.list_events)
    assert [(row["position"], row["record_id"], row["event"]) for row in listed] == [
        (1, "1", "Create"),
        (2, "2", "Create"),
    ]
    assert all("document" not in row for row in listed)
    assert not any("whsec" in str(value) for row in (well_row, dead_row) for value in row.values())


def test_an_unknown_subscription_is_told(events: World) -> None:
    with pytest.raises(NotFound, match="no subscription 'nobody'"):
        events.database.transact(lambda connection: admin.park(connection, "nobody"))
    with pytest.raises(NotFound, match="no subscription 'nobody'"):
        events.database.transact(lambda connection: admin.replay(connection, {}, "nobody"))
    with pytest.raises(NotFound, match="no subscription 'nobody'"):
        events.database.transact(lambda connection: admin.signing_key(connection, events.settings, "nobody"))


def test_the_operator_can_hand_over_the_key_of_a_subscription(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    key = events.database.transact(lambda connection: admin.signing_key(connection, events.settings, made.id))
    assert key == events.office().signer.key(made.id)


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
    assert eventually(lambda: settled(events, made.id, 60))
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
    with world(events.settings.database_url, outbound_allow=()) as strict:
        strict.worker()
        events.write(change())
        assert eventually(lambda: strict.parked(made.id) == [1])
    assert receiver.connections == 0
    assert "expected" in events.row(made.id)["error"]


# -- leases and crashes -----------------------------------------------------------------------------


def claimed(events: World, id_: str, holder: str, seconds: float = 30.0) -> ledger.Claim:
    found = events.database.transact(lambda connection: ledger.claim(connection, id_, holder, seconds))
    assert found is not None
    return found


def test_a_stale_holder_neither_reads_nor_writes(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    events.write(change())
    relay.Relay(events.database, "r", 10).drain()
    stale = claimed(events, made.id, "one", seconds=0.05)
    assert events.database.transact(lambda connection: ledger.claim(connection, made.id, "two", 10)) is None
    wait(0.1)
    fresh = claimed(events, made.id, "two")
    item = ledger.Item(1, 1, replay=False)
    progress = Progress(1, Standing(), parked={item: "x"}, delivered=True)
    with pytest.raises(LeaseLost):
        events.database.transact(lambda connection: ledger.settle(connection, stale, progress, 10))
    with pytest.raises(LeaseLost):
        events.read(lambda connection: ledger.fetch(connection, stale, [item]))
    assert (events.row(made.id)["position"], events.parked(made.id)) == (0, [])
    events.database.transact(lambda connection: ledger.settle(connection, fresh, progress, 0))
    assert (events.row(made.id)["position"], events.parked(made.id)) == (1, [1])


def test_what_is_settled_is_settled_whole_or_not_at_all(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    mine = claimed(events, made.id, "one")
    progress = Progress(9, Standing(), parked={ledger.Item(number=404, position=9, replay=False): "x"})
    with pytest.raises(IntegrityError):
        events.database.transact(lambda connection: ledger.settle(connection, mine, progress, 10))
    assert events.row(made.id)["position"] == 0


KILLED = """
    import sys
    from tests.support.events import world
    with world(sys.argv[1], lease_seconds=0.5, delivery_seconds=0.25) as events:
        events.worker()
        print("ready", flush=True)
        sys.stdin.read()
"""


def test_a_killed_worker_loses_nothing_and_another_goes_on(events_url: str, receiver: Receiver) -> None:
    receiver.delay("/", 0.005)
    with world(events_url, lease_seconds=0.5, delivery_seconds=0.25) as events:
        made = events.subscribe(receiver.url("/"))
        names = [str(number) for number in range(300)]
        command = [sys.executable, "-c", textwrap.dedent(KILLED), events_url]
        with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"ready\n"
            events.write(*(change(name) for name in names))
            assert eventually(lambda: len(receiver.calls) >= 40)
            os.kill(victim.pid, signal.SIGKILL)
        assert len(receiver.calls) < 300
        events.worker()
        assert eventually(lambda: settled(events, made.id, 300), 30)
        got = records(receiver.calls)
        assert deduplicated(got) == names
        assert len(got) > len(set(got)), "a worker that is killed before it settles delivers again: at least once"


def test_a_worker_that_loses_its_lease_in_mid_turn_stops_there(events: World, receiver: Receiver) -> None:
    receiver.delay("/", 0.02)
    worker = events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(*(change() for _ in range(200)))
    assert eventually(lambda: len(receiver.calls) >= 5)
    forever = {"token": 99, "leased_until": 2**62}
    events.database.transact(lambda connection: connection.execute(update(subscription).values(forever)))
    wait(0.2)
    sent = len(receiver.calls)
    wait(0.3)
    assert len(receiver.calls) == sent
    assert worker.stop(10)
    assert events.row(made.id)["token"] == 99


def test_many_events_are_delivered_without_holding_them_all(
    events: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "QUEUE", 5)
    monkeypatch.setattr(ledger, "WINDOW", 7)
    made = events.subscribe(receiver.url("/"))
    names = [str(number) for number in range(23)]
    events.write(*(change(name) for name in names))
    events.write(*(change(kind="alarm") for _ in range(30)), change("last"))
    events.worker()
    assert eventually(lambda: settled(events, made.id, 54))
    assert records(receiver.calls) == [*names, "last"]
