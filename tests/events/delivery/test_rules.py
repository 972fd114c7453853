"""When a failed delivery is tried again and when it is given up; how deliveries are signed."""

from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from tests.support.events import world
from tmf_server.config import Settings
from tmf_server.events.delivery.retry import SubscriberState, after_failure, after_success
from tmf_server.events.delivery.signing import Signer, signer
from tmf_server.rules.instants import now

PAUSES = (1.0, 5.0, 30.0)


def test_each_failure_waits_for_the_next_pause_and_the_last_one_parks() -> None:
    state, pauses = SubscriberState(), []
    for _ in PAUSES:
        decision = after_failure(state, PAUSES, head=9)
        assert not decision.parks
        state = decision.state
        pauses.append(decision.pause)
    assert pauses == list(PAUSES)
    decision = after_failure(state, PAUSES, head=9)
    assert decision.parks
    assert not decision.dead
    assert decision.pause == 0
    assert decision.state == SubscriberState(tries=0, failing=True, park_until=0)


def test_the_event_after_a_parked_one_has_a_single_try() -> None:
    decision = after_failure(SubscriberState(failing=True), PAUSES, head=9)
    assert decision.parks
    assert decision.dead
    assert decision.pause == 30.0
    assert decision.state == SubscriberState(failing=True, park_until=9)


def test_a_success_clears_the_record() -> None:
    assert after_success(SubscriberState(tries=2, failing=True, park_until=4)) == SubscriberState(park_until=4)


def test_without_pauses_an_event_is_tried_once() -> None:
    decision = after_failure(SubscriberState(), (), head=3)
    assert decision.parks
    assert decision.pause == 0


@given(
    st.lists(st.floats(0.1, 100), max_size=8).map(sorted).map(tuple),
    st.lists(st.booleans(), max_size=60),
    st.integers(0, 1000),
)
def test_no_event_is_tried_more_often_than_allowed(pauses: tuple[float, ...], outcomes: list[bool], head: int) -> None:
    state, tries = SubscriberState(), 0
    for got_through in outcomes:
        tries += 1
        if got_through:
            state, tries = after_success(state), 0
            continue
        decision = after_failure(state, pauses, head)
        assert decision.parks or decision.pause > 0
        assert decision.dead == state.failing
        assert decision.state.park_until >= state.park_until
        state = decision.state
        if decision.parks:
            assert tries <= len(pauses) + 1
            tries = 0
    assert tries <= len(pauses)


# -- signatures -------------------------------------------------------------------------------------


def test_a_signature_verifies_with_the_published_library() -> None:
    made = Signer(b"root secret")
    body = '{"name":"Größe"}'.encode()
    headers = made.headers("sub-1", "event-1", body, now())
    assert Webhook(made.key("sub-1")).verify(body, headers) == {"name": "Größe"}


def test_keys_differ_by_subscription_and_by_root() -> None:
    keys = {Signer(root).key(name) for root in (b"a", b"b") for name in ("1", "2")}
    assert len(keys) == 4
    assert all(key.startswith("whsec_") for key in keys)
    assert Signer(b"a").key("1") == Signer(b"a").key("1")


def test_the_root_is_made_once_and_kept_in_the_database(events_url: str) -> None:
    with world(events_url) as one, world(events_url) as two:
        first = one.database.transact(lambda connection: signer(connection, one.settings))
        second = two.database.transact(lambda connection: signer(connection, two.settings))
        assert first.key("x") == second.key("x")
        given_root = two.database.transact(lambda connection: signer(connection, Settings.of(webhook_secret="mine")))
        assert given_root.key("x") == Signer(b"mine").key("x") != first.key("x")


def test_the_secret_is_not_shown_with_the_settings() -> None:
    assert "hush" not in repr(Settings.of(webhook_secret="hush"))
