"""When a failed delivery is tried again and when it is given up; how deliveries are signed."""

from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from tests.support.events import world
from tmf_server.config import Settings
from tmf_server.events.delivery.retry import Standing, after_failure, after_success
from tmf_server.events.delivery.signing import Signer, signer
from tmf_server.rules.instants import now

PAUSES = (1.0, 5.0, 30.0)


def test_each_failure_waits_for_the_next_pause_and_the_last_one_parks() -> None:
    standing, pauses = Standing(), []
    for _ in PAUSES:
        verdict = after_failure(standing, PAUSES, head=9)
        assert not verdict.parks
        standing = verdict.standing
        pauses.append(verdict.pause)
    assert pauses == list(PAUSES)
    verdict = after_failure(standing, PAUSES, head=9)
    assert verdict.parks
    assert not verdict.dead
    assert verdict.pause == 0
    assert verdict.standing == Standing(tries=0, failing=True, park_until=0)


def test_the_event_after_a_parked_one_has_a_single_try() -> None:
    verdict = after_failure(Standing(failing=True), PAUSES, head=9)
    assert verdict.parks
    assert verdict.dead
    assert verdict.pause == 30.0
    assert verdict.standing == Standing(failing=True, park_until=9)


def test_a_success_clears_the_record() -> None:
    assert after_success(Standing(tries=2, failing=True, park_until=4)) == Standing(park_until=4)


def test_without_pauses_an_event_is_tried_once() -> None:
    verdict = after_failure(Standing(), (), head=3)
    assert verdict.parks
    assert verdict.pause == 0


@given(
    st.lists(st.floats(0.1, 100), max_size=8).map(sorted).map(tuple),
    st.lists(st.booleans(), max_size=60),
    st.integers(0, 1000),
)
def test_no_event_is_tried_more_often_than_allowed(pauses: tuple[float, ...], outcomes: list[bool], head: int) -> None:
    standing, tries = Standing(), 0
    for got_through in outcomes:
        tries += 1
        if got_through:
            standing, tries = after_success(standing), 0
            continue
        verdict = after_failure(standing, pauses, head)
        assert verdict.parks or verdict.pause > 0
        assert verdict.dead == standing.failing
        assert verdict.standing.park_until >= standing.park_until
        standing = verdict.standing
        if verdict.parks:
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
