"""Events are written with the change, get gapless positions in an order that nobody can step over, and expire."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import orjson
import pytest
from sqlalchemy import Connection, Table, func, select

from tests.support.events import (
    World,
    change,
    create_records,
    create_tables,
    make_relay,
    next_version,
    wait,
    world,
)
from tests.support.servers.postgres import PostgresServer
from tmf_server.errors import InvalidInput, NotFound
from tmf_server.events import outbox, relay
from tmf_server.model.events import outbox as outbox_table
from tmf_server.worker import leases
from tmf_server.worker.leases import LeaseLost

WRITERS, ROUNDS = 8, 100


@pytest.fixture
def postgres_events(postgres: PostgresServer) -> Iterator[World]:
    url = postgres.create_database(postgres.template("events", create_tables))
    with world(url) as made:
        yield made
    postgres.drop_database(url)


def acquired(events: World, one: relay.Relay) -> leases.Lease:
    held = events.database.transact(one._acquire)
    assert held is not None
    return held


def read_all(events: World, after: int = 0) -> list[outbox.StoredEvent]:
    found: list[outbox.StoredEvent] = events.read(lambda connection: outbox.read(connection, after, 100_000))
    return found


def count(events: World, table: Table) -> int:
    statement = select(func.count()).select_from(table)
    return int(events.read(lambda connection: connection.execute(statement).scalar_one()))


# -- the outbox -------------------------------------------------------------------------------------


def test_an_event_is_stored_with_all_that_it_tells(events: World) -> None:
    made = change("7", "AttributeValueChange", paths=("name", "place"), name="Fibre\u2028 1 Gbit")
    events.database.transact(lambda connection: outbox.record(connection, [made], "request-1"))
    make_relay(events).drain()
    [event] = read_all(events)
    assert (event.position, event.kind, event.record_id, event.event) == (1, "productOffering", "7", made.event)
    assert (event.time, event.paths, event.document) == (made.time, ("name", "place"), made.document)
    assert event.correlation_id == "request-1"


def test_events_of_one_transaction_keep_their_order(events: World) -> None:
    events.write(*(change(f"id{number}") for number in range(50)))
    make_relay(events).drain()
    assert [event.record_id for event in read_all(events)] == [f"id{number}" for number in range(50)]


def test_an_event_of_a_transaction_that_fails_never_was(events: World) -> None:
    def fail(connection: Connection) -> None:
        outbox.record(connection, [change()])
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        events.database.transact(fail)
    assert count(events, outbox_table) == 0


def test_nothing_is_written_for_no_changes(events: World) -> None:
    events.write()
    assert count(events, outbox_table) == 0


def test_event_ids_are_unique(events: World) -> None:
    events.write(change("1"), change("1"))
    make_relay(events).drain()
    assert len({event.event_id for event in read_all(events)}) == 2


# -- positions --------------------------------------------------------------------------------------


def test_unstamped_events_are_seen_by_nobody(events: World) -> None:
    events.write(change())
    assert read_all(events) == []
    assert events.read(relay.waiting)
    assert make_relay(events).drain() == 1
    assert not events.read(relay.waiting)
    assert events.read(relay.head) == 1


def test_events_can_be_read_by_kind(events: World) -> None:
    events.write(change("1"), change("2", kind="alarm"), change("3", kind="service"), change("4", kind="alarm"))
    make_relay(events).drain()
    some = events.read(lambda connection: outbox.read(connection, 0, 2, {"service", "alarm"}))
    assert [event.record_id for event in some] == ["2", "3"]


def test_many_events_are_stamped_in_batches(events: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "BATCH", 7)
    events.write(*(change() for _ in range(30)))
    assert make_relay(events).drain() == 30
    assert [event.position for event in read_all(events)] == list(range(1, 31))


def test_a_late_commit_gets_a_later_position(postgres_events: World) -> None:
    events = postgres_events
    with events.database.engine.begin() as slow:
        outbox.record(slow, [change("slow")])
        events.write(change("quick"))
        assert make_relay(events).drain() == 1
        assert [event.record_id for event in read_all(events)] == ["quick"]
    assert make_relay(events).drain() == 1
    assert [(event.record_id, event.position) for event in read_all(events)] == [("quick", 1), ("slow", 2)]


class Traffic:
    """Writers, relays and a reader at work on the same twenty records."""

    def __init__(self, events: World) -> None:
        self.events = events
        self.names = [f"record{number}" for number in range(20)]
        self.done = threading.Event()
        self.seen: list[outbox.StoredEvent] = []
        create_records(events.database, self.names)

    def follow(self) -> None:
        """Read by position, and once more when all is written."""
        last_look = False
        while not last_look:
            last_look = self.done.is_set()
            self.seen += read_all(self.events, self.seen[-1].position if self.seen else 0)
            wait(0.001)

    def stamp(self, holder: str) -> None:
        mine = make_relay(self.events, holder, seconds=0.05)
        while not self.done.is_set():
            mine.drain()
            wait(0.002)

    def write(self, writer: int) -> None:
        for turn in range(ROUNDS):
            first = writer * 7 + turn
            pair = sorted({self.names[first % 20], self.names[(first + 1) % 20]})
            self.events.database.transact(partial(self.change, pair))

    def change(self, names: list[str], connection: Connection) -> None:
        outbox.record(connection, [next_version(connection, name) for name in names])

    def run(self) -> None:
        with ThreadPoolExecutor(WRITERS + 3) as pool:
            others = [pool.submit(self.follow), *(pool.submit(self.stamp, holder) for holder in ("one", "two"))]
            for writer in [pool.submit(self.write, number) for number in range(WRITERS)]:
                writer.result()
            while self.events.read(relay.waiting):
                wait(0.01)
            self.done.set()
            for other in others:
                other.result()


def test_nothing_is_lost_doubled_or_out_of_order_with_many_writers_and_two_relays(events: World) -> None:
    traffic = Traffic(events)
    traffic.run()
    assert [event.position for event in traffic.seen] == list(range(1, 2 * WRITERS * ROUNDS + 1))
    versions = defaultdict(list)
    for event in traffic.seen:
        versions[event.record_id].append(orjson.loads(event.document)["version"])
    assert len(versions) == 20
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


def test_one_relay_at_a_time(events: World) -> None:
    events.write(change())
    one = make_relay(events, "one")
    held = acquired(events, one)
    assert make_relay(events, "two").drain() == 0
    events.database.transact(partial(leases.release, held=held))
    assert make_relay(events, "two").drain() == 1


def test_a_relay_whose_lease_ran_out_writes_nothing(events: World) -> None:
    one = make_relay(events, "one", seconds=0.05)
    held = acquired(events, one)
    wait(0.1)
    events.write(change())
    acquired(events, make_relay(events, "two"))
    with pytest.raises(LeaseLost):
        events.database.transact(partial(one._stamp, held=held))
    assert events.read(relay.waiting)


def test_tokens_only_grow(events: World) -> None:
    tokens = []
    for holder in ("a", "b", "a"):
        held = acquired(events, make_relay(events, holder))
        tokens.append(held.token)
        events.database.transact(partial(leases.release, held=held))
    assert tokens == sorted(set(tokens))


def test_a_late_release_does_not_end_the_lease_of_the_next_holder(events: World) -> None:
    first = acquired(events, make_relay(events, "one", seconds=0.01))
    wait(0.05)
    acquired(events, make_relay(events, "two"))
    events.database.transact(partial(leases.release, held=first))
    assert events.database.transact(make_relay(events, "three")._acquire) is None


# -- subscriptions ----------------------------------------------------------------------------------


def test_a_subscription_is_kept_as_it_was_sent(events: World) -> None:
    document = {"callback": "http://127.0.0.1:1/x", "query": "eventType=A", "@type": "Hub", "note": "mine"}
    made = events.subscriptions.create("TMF620", "v5", document, "https://here.example")
    found = events.subscriptions.find("TMF620", "v5", made.id)
    assert found == made
    assert found.document == document
    assert (found.callback, found.query, found.origin) == (document["callback"], "eventType=A", "https://here.example")
    assert events.subscriptions.all("TMF620", "v5") == [made]


def test_each_api_and_version_has_a_hub_of_its_own(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/", version="v4")
    assert events.subscriptions.all("TMF620", "v5") == []
    with pytest.raises(NotFound):
        events.subscriptions.find("TMF620", "v5", made.id)
    for api, version in (("TMF622", "v4"), ("TMF620", "v5")):
        with pytest.raises(NotFound):
            events.subscriptions.remove(api, version, made.id)
    events.subscriptions.remove("TMF620", "v4", made.id)
    with pytest.raises(NotFound):
        events.subscriptions.remove("TMF620", "v4", made.id)


def test_a_callback_to_a_private_address_is_refused(events_url: str) -> None:
    with world(events_url, outbound_allow=()) as events, pytest.raises(InvalidInput) as refused:
        events.subscribe("https://127.0.0.1/x")
    assert refused.value.faults[0].pointer == "/callback"


def test_a_subscription_begins_after_all_that_is_visible(events: World) -> None:
    events.write(change("before"))
    made = events.subscribe("http://127.0.0.1:1/")
    events.write(change("after"))
    make_relay(events).drain()
    after = read_all(events, events.row(made.id)["position"])
    assert [event.record_id for event in after] == ["after"]


def test_a_change_that_commits_after_the_subscription_is_not_missed(postgres_events: World) -> None:
    events = postgres_events
    with events.database.engine.begin() as slow:
        outbox.record(slow, [change("slow")])
        events.write(change("before"))
        made = events.subscribe("http://127.0.0.1:1/")
    make_relay(events).drain()
    after = read_all(events, events.row(made.id)["position"])
    assert [event.record_id for event in after] == ["slow"]
