"""Fresh ids: no two are alike, whichever thread or process asks."""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor

from tmf_server.rules.ids import TOGETHER, fresh_token, fresh_uuid


def test_a_uuid_is_random_and_a_token_is_hexadecimal() -> None:
    made = uuid.UUID(fresh_uuid())
    assert (made.version, made.variant) == (4, uuid.RFC_4122)
    assert len(bytes.fromhex(fresh_token())) == 16


def test_no_id_is_given_twice_to_threads_that_ask_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: fresh_token(), range(20 * TOGETHER)))
    assert len(set(made)) == len(made)


def test_a_process_that_is_forked_off_gives_ids_of_its_own() -> None:
    fresh_token()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, "".join(fresh_token() for _ in range(50)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(read, 50 * 32).decode()
    assert {theirs[at : at + 32] for at in range(0, len(theirs), 32)}.isdisjoint(fresh_token() for _ in range(50))
