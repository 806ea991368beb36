"""Storage: one contract, whatever keeps the files."""

import os
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from destinations.platform.storage import StorageFailed, open_storage
from models.handoffs.store import Store
from tests import servers

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def s3_over_tls() -> Iterator[servers.S3Server]:
    with servers.s3_server(tls=True) as server:
        yield server


def reach(server: servers.S3Server, monkeypatch: pytest.MonkeyPatch, folder: str) -> Store:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return open_storage(f"s3://{server.bucket}/{folder}", endpoint=server.endpoint)


@pytest.fixture(params=["folder", pytest.param("s3", marks=slow), pytest.param("tls", marks=slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param == "folder":
        return open_storage(str(tmp_path / "storage"))
    which = "s3_server" if request.param == "s3" else "s3_over_tls"
    return reach(request.getfixturevalue(which), monkeypatch, tmp_path.name)


ODD_NAMES = [
    "Leavers 2025 (final) [v2].xlsx",
    "St. Anne's leavers + follow-up.xlsx",
    "50% sent #2 & more; a=b, c?.csv",
    "Ysgol Gŵyr – ymadawyr.ods",
    "e\u0301cole.csv",  # the accent on its own, as a Mac writes it
    "école.csv",
    "学校 🎓.xlsx",
    " begins and ends with a space ",
    "two  spaces.csv",
    "%2e%2e%2fnot-escaped.csv",
    "+plus+.csv",
    "~tilde!*'().csv",
    "double..dots...csv",
    ".starts with a dot",
    "-rf",
    'quoted "twice" <tag>.csv',
    "a:b|c.csv",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_comes_back_as_it_was_put_whatever_its_name(store, name):
    key = f"inbox/900700/{name}"
    content = name.encode() * 3 + bytes(range(256))
    store.put(key, content)
    assert store.get(key) == content
    assert store.has(key)
    assert [(found.key, found.size) for found in store.list("inbox/900700/")] == [
        (key, len(content))
    ]
    store.delete(key)
    assert not store.has(key)
    assert list(store.list("inbox/")) == []


def test_odd_names_do_not_take_one_another_for_themselves(store):
    for name in ODD_NAMES:
        store.put(f"inbox/900700/{name}", name.encode())
    assert {found.key.split("/")[-1] for found in store.list("inbox/")} == set(ODD_NAMES)
    for name in ODD_NAMES:
        assert store.get(f"inbox/900700/{name}") == name.encode()


def test_a_key_that_is_not_there(store):
    store.put("inbox/900700/here.csv", b"x")
    for key in ("inbox/900700/gone.csv", "inbox/900700", "inbox/900700/here.csv/below", "x" * 300):
        assert not store.has(key)
        with pytest.raises(KeyError) as raised:
            store.get(key)
        assert "gone.csv" not in str(raised.value)
        with pytest.raises(KeyError):
            list(store.pieces(key))
    store.delete("inbox/900700/gone.csv")
    assert store.get("inbox/900700/here.csv") == b"x"


def test_put_replaces_what_was_there(store):
    store.put("a/b.csv", b"first, and longer")
    store.put("a/b.csv", b"second")
    assert store.get("a/b.csv") == b"second"
    assert [found.size for found in store.list("")] == [6]


def test_an_empty_file_is_a_file(store):
    store.put("inbox/900700/empty.csv", b"")
    assert store.has("inbox/900700/empty.csv")
    assert store.get("inbox/900700/empty.csv") == b""
    assert [found.size for found in store.list("inbox/")] == [0]


def test_a_large_file_comes_in_pieces(store):
    content = os.urandom(3 * 1024 * 1024 + 17)
    store.put("large.bin", content)
    pieces = list(store.pieces("large.bin"))
    assert len(pieces) > 1
    assert b"".join(pieces) == content == store.get("large.bin")


def test_a_listing_is_in_order_of_the_key_and_by_prefix(store):
    keys = ["inbox/1/b.csv", "inbox/1-a.csv", "inbox/10/a.csv", "inbox/1/a/z.csv", "returns/1/a"]
    for key in keys:
        store.put(key, b"x")
    assert [found.key for found in store.list("")] == sorted(keys)
    assert [found.key for found in store.list("inbox/1/")] == ["inbox/1/a/z.csv", "inbox/1/b.csv"]
    assert [found.key for found in store.list("inbox/1")] == sorted(keys)[:4]
    assert list(store.list("hubs/")) == []


@pytest.mark.parametrize("key", ["inbox/900700/now.csv"])
def test_a_listing_says_when_with_a_time_zone_and_says_it_again_the_same(store, key):
    store.put(key, b"x")
    (first,), (second,) = store.list("inbox/"), store.list("inbox/")
    assert first == second
    assert first.modified_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - first.modified_at) < timedelta(minutes=10)


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../out.csv", "inbox/../../out.csv", "inbox//a.csv", "inbox/", "./a"]
    + ["inbox\\a.csv", "a\0b", "inbox/..", "inbox/.half-written-1"],
)
def test_a_key_never_leaves_the_store(store, key):
    for act in (store.get, store.has, store.delete, lambda key: store.put(key, b"x")):
        with pytest.raises(ValueError, match="stays inside storage"):
            act(key)
    assert list(store.list("")) == []


@pytest.mark.slow
def test_more_files_than_one_answer_holds(s3_server, monkeypatch, tmp_path):
    store = reach(s3_server, monkeypatch, tmp_path.name)
    folder = s3_server.folder / tmp_path.name / "inbox"
    folder.mkdir(parents=True)
    for number in range(2_350):  # an answer holds 1,000
        (folder / f"{number:05}.csv").write_bytes(b"x")
    keys = [found.key for found in store.list("inbox/")]
    assert keys == [f"inbox/{number:05}.csv" for number in range(2_350)]


@pytest.mark.slow
def test_what_a_person_puts_in_the_bucket_s_folder_is_listed_at_once(
    s3_server, monkeypatch, tmp_path
):
    store = reach(s3_server, monkeypatch, tmp_path.name)
    assert list(store.list("")) == []
    folder = s3_server.folder / tmp_path.name
    folder.mkdir()
    (folder / "by hand.csv").write_bytes(b"x")
    assert [found.key for found in store.list("")] == ["by hand.csv"]


class HangsUp(socketserver.BaseRequestHandler):
    """A server that takes a call and says nothing."""

    def handle(self) -> None:
        self.request.recv(1)


@pytest.mark.slow
def test_a_fault_of_the_server_tells_neither_secret_nor_name_nor_content(
    s3_server, monkeypatch, request
):
    reach(s3_server, monkeypatch, "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    wrong = open_storage(f"s3://{s3_server.bucket}/x", endpoint=s3_server.endpoint)
    nobody = open_storage("s3://tests/x", endpoint="http://127.0.0.1:9")
    rude = socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp)
    threading.Thread(target=rude.serve_forever, daemon=True).start()
    request.addfinalizer(rude.server_close)
    request.addfinalizer(rude.shutdown)
    hung_up = open_storage("s3://tests/x", endpoint=f"http://127.0.0.1:{rude.server_address[1]}")
    key = "inbox/900700/Sasha Planted.csv"
    for store in (wrong, nobody, hung_up):
        for act in (
            lambda store=store: store.put(key, b"body-planted"),
            lambda store=store: store.get(key),
            lambda store=store: store.has(key),
            lambda store=store: store.delete(key),
            lambda store=store: list(store.list("inbox/")),
        ):
            with pytest.raises(StorageFailed) as raised:
                act()
            for planted in ("Planted", "not-the-secret", "body-planted", s3_server.access_key):
                assert planted not in str(raised.value)
            assert raised.value.__suppress_context__


@pytest.mark.slow
def test_a_certificate_that_is_not_trusted_is_a_fault(s3_over_tls, monkeypatch):
    reach(s3_over_tls, monkeypatch, "x")
    monkeypatch.delenv("AWS_CA_BUNDLE")
    store = open_storage("s3://tests/x", endpoint=s3_over_tls.endpoint)
    with pytest.raises(StorageFailed):
        list(store.list(""))


def test_links_out_of_the_folder_are_neither_listed_nor_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_bytes(b"secret")
    root = tmp_path / "storage"
    (root / "inbox").mkdir(parents=True)
    (root / "inbox" / "900700").symlink_to(outside)
    (root / "inbox" / "linked.csv").symlink_to(outside / "secret.csv")
    (root / "inbox" / "nowhere.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(root / "inbox" / "pipe.csv")
    store = open_storage(str(root))
    assert list(store.list("")) == []
    assert list(store.list("inbox/900700/")) == []
    for key in ("inbox/900700/secret.csv", "inbox/linked.csv"):
        with pytest.raises(KeyError):
            store.get(key)
        with pytest.raises(KeyError):
            store.put(key, b"x")
        store.delete(key)
    assert (outside / "secret.csv").read_bytes() == b"secret"
    assert [path.name for path in outside.iterdir()] == ["secret.csv"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    store = open_storage(str(tmp_path))
    store.put("a/b.csv", b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device", "/a/Sasha Planted.csv")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed, match="could not write a file in a: ENOSPC") as raised:
        store.put("a/b.csv", b"after")
    assert "Planted" not in str(raised.value)
    assert store.get("a/b.csv") == b"before"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.csv"]


def test_half_written_files_of_a_killed_run_are_not_listed(tmp_path):
    store = open_storage(str(tmp_path))
    (tmp_path / ".half-written-00").write_bytes(b"half")
    assert list(store.list("")) == []


def test_a_folder_is_not_a_file(tmp_path):
    store = open_storage(str(tmp_path))
    store.put("inbox/900700/a.csv", b"x")
    store.delete("inbox/900700")
    assert store.has("inbox/900700/a.csv")


def test_a_folder_may_itself_be_a_link(tmp_path):
    (tmp_path / "share").mkdir()
    (tmp_path / "storage").symlink_to(tmp_path / "share")
    store = open_storage(str(tmp_path / "storage"))
    store.put("inbox/a.csv", b"x")
    assert (tmp_path / "share" / "inbox" / "a.csv").exists()
    assert [found.key for found in store.list("")] == ["inbox/a.csv"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=3))
def test_any_key_is_refused_or_comes_back(tmp_path, names):
    store = open_storage(str(tmp_path / "storage"))
    key = "/".join(names)
    try:
        store.put(key, b"x")
    except (ValueError, StorageFailed):
        return
    assert store.get(key) == b"x"
    assert key in {found.key for found in store.list("")}
    store.delete(key)


@pytest.mark.parametrize("address", ["", " ", "s3://", "http://somewhere", "gs://bucket"])
def test_an_address_that_is_no_storage(address):
    with pytest.raises(ValueError, match="folder"):
        open_storage(address)


def test_checksums_that_do_not_exist():
    with pytest.raises(ValueError, match="when_required"):
        open_storage("s3://bucket", checksums="always")
