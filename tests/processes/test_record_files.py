"""Files of records: arrays and lines, plain and packed, whole, resumed and broken; their names and their places."""

import contextlib
import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tmf_server.errors import InvalidInput, NotFound, Problem, TooLarge
from tmf_server.processes.jobs import reading
from tmf_server.processes.jobs.formats import Format, asked_format
from tmf_server.processes.jobs.locations import LocalFile, RemoteUrl, location_of
from tmf_server.processes.jobs.reading import RawRecord, read_records
from tmf_server.processes.jobs.writing import RecordWriter
from tmf_server.storage.files import FileStore

MOST = 100_000
FORMATS = [Format(lines, packed) for lines in (False, True) for packed in (False, True)]
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
documents = st.lists(st.dictionaries(texts, values, max_size=4), max_size=8)


def write(path: Path, records: list[Any], chosen: Format, **style: Any) -> None:
    with path.open("wb") as stream, RecordWriter(stream, chosen) as writer:
        for record in records:
            writer.write([json.dumps(record, **style).encode()])


def read(path: Path, most: int = MOST) -> list[Any]:
    return [json.loads(raw.data) for raw in read_records(path, most)]


@pytest.mark.parametrize("chosen", FORMATS)
@QUICK
@given(records=documents, escaped=st.booleans())
def test_what_is_written_is_read_again(tmp_path: Path, chosen: Format, records: list[Any], escaped: bool) -> None:
    path = tmp_path / "file"
    write(path, records, chosen, ensure_ascii=escaped)
    assert read(path) == records


@pytest.mark.parametrize("chosen", FORMATS)
@QUICK
@given(records=documents)
def test_reading_goes_on_from_every_mark(tmp_path: Path, chosen: Format, records: list[Any]) -> None:
    path = tmp_path / "file"
    write(path, records, chosen)
    found = list(read_records(path, MOST))
    for number, raw in enumerate(found):
        assert list(read_records(path, MOST, raw.after)) == found[number + 1 :]
    assert [raw.after.number for raw in found] == list(range(1, len(records) + 1))


@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
@QUICK
@given(records=documents, indent=st.none() | st.integers(0, 2))
def test_the_size_of_the_pieces_makes_no_difference(
    tmp_path: Path, chunk: int, records: list[Any], indent: int | None
) -> None:
    path = tmp_path / "file"
    path.write_text(json.dumps(records, indent=indent))
    whole = [(raw.data, raw.line, raw.after) for raw in read_records(path, MOST)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "CHUNK", chunk)
        assert [(raw.data, raw.line, raw.after) for raw in read_records(path, MOST)] == whole
    assert [json.loads(data) for data, _, _ in whole] == records


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (b"", 0),
        (b"[]", 0),
        (b" [ ] \n", 0),
        (b'\xef\xbb\xbf[{"a": 1}]', 1),
        (b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}\r\n', 2),
        (b'{"a": 1}\n{"a": 2}', 2),
        (b'[{"a": "]}"},\n\n {"a": [{}]}]', 2),
    ],
)
def test_marks_blanks_and_line_ends_do_not_matter(tmp_path: Path, text: bytes, count: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(text)
    assert len(read(path)) == count
    path.write_bytes(gzip.compress(text))
    assert len(read(path)) == count


def test_a_record_knows_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text('[\n {"a":\n 1},\n\n {"a": 2}]')
    assert [raw.line for raw in read_records(path, MOST)] == [2, 5]
    path.write_text('{"a": 1}\n\n{"a": 2}')
    assert [raw.line for raw in read_records(path, MOST)] == [1, 3]


def test_what_is_no_json_is_left_to_the_parser_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    wrong = b'{"a": nonsense, "b": "}", "c": [1, {"d": 01}]}'
    path.write_bytes(b'[{"a": 1}, ' + wrong + b', {"a": 2}]')
    assert [raw.data for raw in read_records(path, MOST)] == [b'{"a": 1}', wrong, b'{"a": 2}']
    path.write_bytes(b'{"a": 1}\n{"a": \n{"a": 2}')
    assert [raw.data for raw in read_records(path, MOST)] == [b'{"a": 1}', b'{"a":', b'{"a": 2}']


def test_elements_that_are_no_objects_are_left_to_the_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the end of what was read of the file lies inside of them."""
    path = tmp_path / "file"
    elements = [b"1234567", b'"a,]b"', b"null", b"[1, [2]]", b'{"a": 1}', b"-1.5e3"]
    path.write_bytes(b"[" + b", ".join(elements) + b"]")
    for chunk in (1, 2, 3, 5, 1 << 20):
        monkeypatch.setattr(reading, "CHUNK", chunk)
        assert [raw.data for raw in read_records(path, MOST)] == elements


def test_deep_nesting_is_left_to_the_parser(tmp_path: Path) -> None:
    path = tmp_path / "file"
    deep = b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    path.write_bytes(b"[" + deep + b',{"a":2}]')
    assert [len(raw.data) for raw in read_records(path, MOST)] == [len(deep), 7]


LARGE = b'{"a": "' + b"x" * MOST + b'"}'


@pytest.mark.parametrize(
    ("text", "before", "told"),
    [
        (b'[{"a": 1}, {"a": 2', 1, "ends in the middle of record 2"),
        (b'[{"a": 1}, {"a": "', 1, "ends in the middle of record 2"),
        (b'[{"a": 1}', 1, "',' is expected, not the end of the file"),
        (b'[{"a": 1},', 1, "no JSON value"),
        (b"[1, tru", 1, "ends in the middle of record 2"),
        (b'[{"a": 1} {"a": 2}]', 1, "',' is expected, not '{'"),
        (b'[{"a": 1},]', 1, "no JSON value"),
        (b'[\n{"a": 1},\nx]', 1, "Record 2 on line 3 is no JSON value"),
        (b'[{"a": 1}] {"a": 2}', 1, "Something follows the end"),
        (b'[{"a": 1}, ' + LARGE + b"]", 1, "Record 2 on line 1 is larger than 100000 bytes"),
        (b'{"a": 1}\n' + LARGE, 1, "Line 2 is longer than 100000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_on_says_why_after_what_came_before(
    tmp_path: Path, text: bytes, before: int, told: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(text)
    found: list[RawRecord] = []
    with pytest.raises(InvalidInput) as caught:
        found.extend(read_records(path, MOST))
    assert caught.value.code == "brokenFile"
    assert told in caught.value.reason
    assert len(found) == before


@pytest.mark.parametrize("chosen", [Format(gzip=True), Format(lines=True, gzip=True)])
def test_a_packed_file_that_is_cut_or_damaged_is_told(tmp_path: Path, chosen: Format) -> None:
    path = tmp_path / "file"
    write(path, [{"number": number, "square": number**2} for number in range(2_000)], chosen)
    whole = path.read_bytes()
    for damaged in (whole[:-20], whole[:5_000] + b"\xff" * 40 + whole[5_040:], whole[:3]):
        path.write_bytes(damaged)
        with pytest.raises(InvalidInput, match="damaged or cut off"):
            list(read_records(path, MOST))


@pytest.mark.parametrize("start", [b"", b"[", b'[{"a": 1},'])
@pytest.mark.parametrize("line", [b'{"a": "' + b"x" * 4_000 + b'"}', b" " * 4_000])
def test_a_small_file_cannot_unpack_without_end(tmp_path: Path, start: bytes, line: bytes) -> None:
    path = tmp_path / "file"
    end = b"" if not start or line.isspace() else b","
    path.write_bytes(gzip.compress(start + (line + end + b"\n") * 10_000, 9))
    assert path.stat().st_size < 200_000
    with pytest.raises(
        InvalidInput, match=r"unpacks to more than 250 times its size|1048576 bytes up to line \d+ are blank"
    ):
        for _ in read_records(path, MOST):
            pass


@pytest.mark.parametrize("start", [b"", b"[", b'[{"a": 1},', b'{"a": 1}\n'])
def test_blank_space_ends_the_reading_at_some_point(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(start + (b" " * 99 + b"\n") * 40_000 + b'{"a": 2}')
    with pytest.raises(InvalidInput, match="are blank"):
        list(read_records(path, MOST))


@pytest.mark.parametrize("chosen", [Format(), Format(lines=True)])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, chosen: Format) -> None:
    path = tmp_path / "file"
    record = json.dumps({"text": "x" * 4_000}).encode()
    with path.open("wb") as stream, RecordWriter(stream, chosen) as writer:
        for _ in range(40):
            writer.write([record] * 250)
    assert path.stat().st_size > 40_000_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_records(path, MOST)) == 10_000
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content_type", "name", "expected"),
    [
        ("", "a.json", Format()),
        ("", "a", Format()),
        ("", "a.ndjson", Format(lines=True)),
        ("", "a.jsonl.gz", Format(lines=True, gzip=True)),
        ("application/json", "a.ndjson", Format()),
        ("application/json; charset=utf-8", "a.json.gz", Format(gzip=True)),
        ("Application/X-NDJSON", "a", Format(lines=True)),
        ("application/x-ndjson+gzip", "a", Format(lines=True, gzip=True)),
        ("application/gzip", "a.ndjson.gz", Format(lines=True, gzip=True)),
        ("application/gzip", "a", Format(gzip=True)),
    ],
)
def test_the_format_follows_from_content_type_and_name(content_type: str, name: str, expected: Format) -> None:
    assert asked_format(content_type, name) == expected


def test_other_formats_are_refused_with_what_is_known() -> None:
    with pytest.raises(InvalidInput) as caught:
        asked_format("text/csv", "a.csv")
    assert caught.value.faults[0].pointer == "/contentType"
    assert "application/x-ndjson" in caught.value.faults[0].expected


ORIGIN = "https://catalog.example:8443"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("offers.json", LocalFile("offers.json")),
        ("/files/offers.json", LocalFile("offers.json")),
        (f"{ORIGIN}/files/offers.json", LocalFile("offers.json")),
        ("HTTPS://Catalog.Example:8443/files/offers.json", LocalFile("offers.json")),
        ("https://catalog.example/files/offers.json", RemoteUrl("https://catalog.example/files/offers.json")),
        ("http://catalog.example:8443/files/a.json", RemoteUrl("http://catalog.example:8443/files/a.json")),
        ("https://me@catalog.example:8443/files/a.json", RemoteUrl("https://me@catalog.example:8443/files/a.json")),
        ("https://other.example/x?y=z", RemoteUrl("https://other.example/x?y=z")),
    ],
)
def test_a_url_is_of_this_server_or_of_another(url: str, expected: object) -> None:
    assert location_of(url, ORIGIN) == expected


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ftp.example/offers.json",
        "file:///etc/passwd",
        "//other.example/offers.json",
        "/other/offers.json",
        "/files/../secret",
        "../secret",
        "/files/.hidden",
        "/files/a/b.json",
        "/files/",
        "/files/offers.json?x=1",
        "/files/offers.json#x",
        "offers%2ejson",
        "https://",
        "http://[bad/",
        "",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        location_of(url, ORIGIN)
    assert caught.value.faults[0].pointer == "/url"


# -- the folder -----------------------------------------------------------------------------------
@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", 1_000)


def names(store: FileStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir()) if store.folder.is_dir() else []


def test_a_file_appears_whole_and_replaces_the_former_one(store: FileStore) -> None:
    for content in (b"first", b"second"):
        with store.publish(store.path("a.json")) as sink:
            sink.write(content[:3])
            assert store.path("a.json").exists() is (content == b"second")
            sink.write(content[3:])
        assert store.existing("a.json").read_bytes() == content
    assert names(store) == ["a.json"]


def test_a_writer_that_fails_leaves_nothing_and_the_former_file_as_it_was(store: FileStore) -> None:
    with store.publish(store.path("a.json")) as sink:
        sink.write(b"good")
    with pytest.raises(ZeroDivisionError), store.publish(store.path("a.json")) as sink:
        sink.write(b"bad" * (1 // 0))
    with pytest.raises(TooLarge, match="1000 bytes"), store.publish(store.path("a.json")) as sink:
        sink.write(b"x" * 1_001)
    assert store.existing("a.json").read_bytes() == b"good"
    assert names(store) == ["a.json"]


def test_packing_that_fails_writes_nothing_afterwards(store: FileStore) -> None:
    with (
        pytest.raises(TooLarge),
        store.publish(store.path("a.gz")) as sink,
        RecordWriter(sink, Format(gzip=True)) as out,
    ):
        out.write([json.dumps({"n": number**3}).encode() for number in range(100_000)])
    assert names(store) == []


@pytest.mark.parametrize("name", ["", ".", "..", ".a", "a/b", "a\\b", "a b", "ä", "a\n", "a" * 129, "../a"])
def test_a_name_leads_nowhere_else(store: FileStore, name: str) -> None:
    for use in (store.path, store.existing, store.remove):
        with pytest.raises(InvalidInput, match="name of a file"):
            use(name)


def test_what_is_not_there_is_told(store: FileStore) -> None:
    for use in (store.existing, store.remove):
        with pytest.raises(NotFound, match=r"no file 'a\.json'"):
            use("a.json")


def test_what_killed_writers_left_is_removed_in_time(store: FileStore) -> None:
    store.folder.mkdir()
    left = store.folder / ".a.json.0123456789abcdef.partial"
    left.write_bytes(b"half")
    store.path("b.json").write_bytes(b"whole")
    moment = left.stat().st_mtime
    assert store.clean(moment - 1) == 0
    assert store.clean(moment + 1) == 1
    assert names(store) == ["b.json"]


def test_problems_are_the_only_errors_of_random_bytes(tmp_path: Path) -> None:
    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=200), st.sampled_from([b"", b"[", b'[{"a":', b"\x1f\x8b", b"{"]))
    def check(content: bytes, start: bytes) -> None:
        path = tmp_path / "file"
        path.write_bytes(start + content)
        with contextlib.suppress(Problem):
            assert all(raw.data for raw in read_records(path, MOST))

    check()


def test_writing_to_a_stream_needs_no_file() -> None:
    stream = io.BytesIO()
    with RecordWriter(stream, Format(lines=True)) as writer:
        writer.write([])
        writer.write([b"{}", b"{}"])
    assert stream.getvalue() == b"{}\n{}\n"
