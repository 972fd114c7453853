"""Events are written with the change, get gapless positions in an order that nobody can step over, and expire."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection, Table, func, select, update

from tests.support.events import (
    KINDS,
    World,
    change,
    create_records,
    create_tables,
    next_version,
    prepared_url,
    wait,
    world,
)
from tests.support.postgres import PostgresServer
from tmf_server.domain.instants import now
from tmf_server.errors import InvalidInput, NotFound
from tmf_server.events import health, leases, outbox, received, relay, retention
from tmf_server.events.leases import LeaseLost
from tmf_server.model.events import lease, parked, subscription
from tmf_server.model.events import outbox as outbox_table

WRITERS, ROUNDS = 8, 100


@pytest.fixture(params=KINDS)
def events_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield from prepared_url(request, tmp_path)


@pytest.fixture
def events(events_url: str) -> Iterator[World]:
    with world(events_url) as made:
        yield made


@pytest.fixture
def postgres_events(postgres: PostgresServer) -> Iterator[World]:
    url = postgres.create_database(postgres.template("events", create_tables))
    with world(url) as made:
        yield made
    postgres.drop_database(url)


def make_relay(events: World, holder: str = "here", seconds: float = 30.0) -> relay.Relay:
    return relay.Relay(events.database, holder, seconds)


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


# -- what arrives at /listener ----------------------------------------------------------------------


def test_received_events_are_kept_up_to_a_number(events: World) -> None:
    for number in range(12):
        body = {"eventId": f"e{number}", "event": {"alarm": {"id": number}}}
        received.store(events.database, "TMF642", "v5", "AlarmCreateEvent", body)
    received.store(events.database, "TMF642", "v5", "x" * 500, {"eventId": 7})
    assert events.database.transact(lambda connection: received.prune(connection, 5)) == 8
    rows = events.read(received.read)
    assert [row["event_id"] for row in rows] == ["e8", "e9", "e10", "e11", None]
    assert rows[0]["body"] == {"eventId": "e8", "event": {"alarm": {"id": 8}}}
    assert events.read(lambda connection: received.read(connection, rows[2]["number"], 1)) == [rows[3]]
    assert events.database.transact(lambda connection: received.prune(connection, 5)) == 0


# -- retention --------------------------------------------------------------------------------------


def prune(events: World) -> int:
    return retention.prune(events.database, events.settings, events.forms.topics)


def make_old(events: World, days: float) -> None:
    old = now() - int(days * retention.DAY)
    events.database.transact(lambda connection: connection.execute(update(outbox_table).values(time=old)))


def move(events: World, id_: str, position: int) -> None:
    moved = update(subscription).where(subscription.c.id == id_).values(position=position)
    events.database.transact(lambda connection: connection.execute(moved))


def test_events_expire_when_they_are_old_and_everybody_is_past_them(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    events.write(*(change() for _ in range(10)))
    make_relay(events).drain()
    assert prune(events) == 0
    make_old(events, 8)
    assert prune(events) == 0
    move(events, made.id, 4)
    assert prune(events) == 4
    move(events, made.id, 10)
    make_old(events, 6)
    assert prune(events) == 0
    make_old(events, 8)
    assert prune(events) == 6
    assert events.read(relay.head) == 10


def test_a_process_that_reads_events_keeps_them(events: World) -> None:
    events.write(*(change() for _ in range(3)))
    make_relay(events).drain()
    make_old(events, 8)
    events.database.transact(lambda connection: leases.ensure(connection, "process", position=1))
    assert prune(events) == 1
    done = update(lease).where(lease.c.name == "process").values(position=3)
    events.database.transact(lambda connection: connection.execute(done))
    assert prune(events) == 2


def test_what_nobody_has_read_yet_never_expires(events: World) -> None:
    events.write(change())
    make_old(events, 400)
    assert prune(events) == 0


def test_a_hub_that_had_nothing_to_send_holds_no_events_back(events: World) -> None:
    events.subscribe("http://127.0.0.1:1/")
    events.database.transact(lambda connection: connection.execute(update(subscription).values(api="TMF638")))
    events.write(*(change() for _ in range(3)))
    make_relay(events).drain()
    make_old(events, 8)
    assert prune(events) == 3


def test_many_expired_events_go_in_batches(events: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)
    events.write(*(change() for _ in range(10)))
    make_relay(events).drain()
    make_old(events, 8)
    assert prune(events) == 10


def test_a_parked_delivery_keeps_its_event_until_it_expires_itself(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    events.write(change("lost"), change("fine"))
    make_relay(events).drain()
    [lost, _] = read_all(events)
    row = {"subscription": made.id, "position": 1, "number": lost.position, "replay": False, "error": "x"}
    events.database.transact(lambda connection: connection.execute(parked.insert().values(row | {"parked": now()})))
    move(events, made.id, 2)
    make_old(events, 8)
    assert prune(events) == 1
    old = now() - 31 * retention.DAY
    events.database.transact(lambda connection: connection.execute(update(parked).values(parked=old)))
    assert prune(events) == 1
    assert count(events, parked) == 0


# -- health -----------------------------------------------------------------------------------------


def test_the_lag_tells_how_much_waits_and_for_how_long(events: World) -> None:
    assert events.read(health.lag) == health.Lag(0, 0.0, 0, 0, 0)
    events.write(change(), change())
    make_old(events, 1 / 24)
    events.subscribe("http://127.0.0.1:1/")
    events.write(change(), change())
    make_old(events, 1 / 24)
    found = events.read(health.lag)
    assert (found.waiting, found.subscriptions, found.troubled, found.parked) == (2, 1, 0, 0)
    assert 3590 < found.seconds < 3700
