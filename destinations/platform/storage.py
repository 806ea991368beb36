"""Storage: files by key, in a folder on this machine or in an S3 bucket, with the same words.

Keys are kept as senders name their files, spaces, brackets and accents included.  A file name may
hold a person's name, so no exception here carries a whole key: only the folder it is in.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from destinations.platform.folder_survey import is_below, survey_folder
from models.facts.storage_keys import HALF_WRITTEN, is_half_written, is_key
from models.handoffs.store import LeftOut, Listing, Oddity, Store, StoredFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHECKSUMS = ("when_required", "when_supported")

# Bytes of a file that are held at a time.
CHUNK_BYTES = 1024 * 1024

# What a file system answers when a key cannot be there: one word to us.
ABSENT = {
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.ENXIO,  # a socket
}


class StorageFailed(Exception):  # noqa: N818 - storage failed; the word says it
    """Storage did not do what was asked.  Names the folder and the fault, never the file."""


def open_storage(
    address: str, *, endpoint: str | None = None, checksums: str = "when_required"
) -> Store:
    """The storage at an address: a folder ("./var/storage") or a bucket ("s3://bucket/prefix").

    `endpoint` is the address of an S3 server that is not Amazon's.  `checksums` is
    "when_required" for those, "when_supported" for Amazon's own: since boto3 1.36 the other
    servers answer 411 to the checksums that boto3 sends by itself over TLS (boto/boto3#4392).
    Access keys come from the environment, as boto3 reads it.  Raises ValueError for an address
    or a setting that cannot be meant.
    """
    if checksums not in CHECKSUMS:
        message = f"checksums are one of {', '.join(CHECKSUMS)}"
        raise ValueError(message)
    scheme, slashes, rest = address.strip().partition("://")
    if not slashes and scheme:
        return FolderStore(Path(scheme))
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        message = "storage is a folder, or s3://bucket/prefix"
        raise ValueError(message)
    return S3Store(bucket, prefix, endpoint=endpoint, checksums=checksums)


def shown_folder(key: str) -> str:
    """The part of a key that may be shown: its folder, without the name of the file."""
    return key.rpartition("/")[0] or "the top folder"


def _must_be_key(key: str) -> str:
    if not is_key(key):
        message = "a key is made of names and single slashes, and stays inside storage"
        raise ValueError(message)
    return key


class FolderStore:
    """Storage in a folder.  Links that lead out of it are neither listed nor followed."""

    def __init__(self, root: Path) -> None:
        """`root` is made when it is first written to."""
        # Path.resolve raises RuntimeError for a link that loops, on Python 3.11 and 3.12.
        self._root = Path(os.path.realpath(root.expanduser()))

    def put(self, key: str, content: bytes) -> None:
        """Write, replacing what was there; all of it or nothing, on disk when this returns."""
        path = self._path(key)
        with _translating_errors("write", key):
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.with_name(HALF_WRITTEN + secrets.token_hex(8))
            try:
                with half.open("xb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                half.replace(path)
            except BaseException:
                half.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)

    def get(self, key: str) -> bytes:
        """The content.  Raises KeyError when there is no such key."""
        with _translating_errors("read", key), self._opened(key) as file:
            return file.read()

    def pieces(self, key: str) -> Iterator[bytes]:
        """The content a piece at a time.  Raises KeyError when there is no such key."""
        with _translating_errors("read", key), self._opened(key) as file:
            while piece := file.read(CHUNK_BYTES):
                yield piece

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        try:
            return self._path(key).is_file()
        except (KeyError, OSError):
            return False

    def list(self, prefix: str) -> Iterator[StoredFile]:
        """Every file whose key starts with the prefix, by key."""
        return iter(self.survey(prefix).files)

    def survey(self, prefix: str) -> Listing:
        """The same files, and beside them every name that is wrong and what is wrong with it."""
        with _translating_errors("list", prefix):
            return _with_prefix(prefix, survey_folder(self._root, _folder_of_prefix(prefix)))

    def delete(self, key: str) -> None:
        """Remove; nothing happens when it is not there."""
        with suppress(KeyError), _translating_errors("delete", key):
            self._path(key).unlink()

    def _path(self, key: str) -> Path:
        path = self._root / _must_be_key(key)
        if not self._is_inside(path):
            raise KeyError(shown_folder(key))
        return path

    def _is_inside(self, path: Path) -> bool:
        # Folders and the name itself may be links, so the whole of it is resolved.
        return is_below(os.path.realpath(path), str(self._root))

    @contextmanager
    def _opened(self, key: str) -> Iterator[BinaryIO]:
        path = self._path(key)
        # Asked before, for opening a device can set it going, and after, of what was opened.
        if not path.is_file():
            raise KeyError(shown_folder(key))
        # A pipe would keep its reader waiting for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise KeyError(shown_folder(key))
            yield file


def _folder_of_prefix(prefix: str) -> str:
    folder = prefix.rpartition("/")[0]
    return _must_be_key(folder) if folder else ""


def _with_prefix(prefix: str, listing: Listing) -> Listing:
    """Of a folder's listing, what starts with a prefix that goes on into its names."""
    return Listing(
        tuple(stored for stored in listing.files if stored.key.startswith(prefix)),
        # A folder that is itself left out stands before the prefix: "inbox" for "inbox/".
        tuple(
            left
            for left in listing.left_out
            if left.key.startswith(prefix) or prefix.startswith(left.key + "/")
        ),
        tuple(folder for folder in listing.folders if folder.startswith(prefix)),
    )


@contextmanager
def _translating_errors(verb: str, key: str) -> Iterator[None]:
    """Raise KeyError or StorageFailed for an OSError, whose own words carry the file's name."""
    try:
        yield
    except OSError as error:
        if verb in ("read", "delete") and error.errno in ABSENT:
            raise KeyError(shown_folder(key)) from None
        reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
        message = f"could not {verb} a file in {shown_folder(key)}: {reason}"
        raise StorageFailed(message) from None


def _sync_folder(folder: Path) -> None:
    """Flush the folder's list of names to disk, where the system can be asked for that."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class S3Store:
    """Storage in an S3 bucket, under a prefix."""

    def __init__(
        self, bucket: str, prefix: str = "", *, endpoint: str | None, checksums: str
    ) -> None:
        """Nothing is asked of the server yet."""
        # Imported here: a folder, and the command line's help, must not wait for it.
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._faults = (BotoCoreError, ClientError)
        config: Any = Config(
            request_checksum_calculation=checksums,  # type: ignore[arg-type]  # checked when opened
            response_checksum_validation=checksums,  # type: ignore[arg-type]
            retries={"mode": "standard", "total_max_attempts": 4},
            connect_timeout=10,
            read_timeout=60,
            # Servers that are not Amazon's seldom have a host name for each bucket.
            s3={"addressing_style": "path" if endpoint else "auto"},
        )
        # A session of its own: the shared one would keep the access keys of whoever came first.
        session = boto3.session.Session()
        self._client: S3Client = session.client("s3", endpoint_url=endpoint, config=config)

    def put(self, key: str, content: bytes) -> None:
        """Write, replacing what was there; S3 keeps all of it or nothing."""
        name = self._name(key)
        with self._translating_errors("write", key):
            self._client.put_object(Bucket=self._bucket, Key=name, Body=content)

    def get(self, key: str) -> bytes:
        """The content.  Raises KeyError when there is no such key."""
        return b"".join(self.pieces(key))

    def pieces(self, key: str) -> Iterator[bytes]:
        """The content a piece at a time.  Raises KeyError when there is no such key."""
        name = self._name(key)
        with self._translating_errors("read", key):
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(CHUNK_BYTES)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        name = self._name(key)
        try:
            with self._translating_errors("look for", key):
                self._client.head_object(Bucket=self._bucket, Key=name)
        except KeyError:
            return False
        return True

    def list(self, prefix: str) -> Iterator[StoredFile]:
        """Every file whose key starts with the prefix, by key."""
        return iter(self.survey(prefix).files)

    def survey(self, prefix: str) -> Listing:
        """The same files, and beside them every name that is wrong and what is wrong with it."""
        _folder_of_prefix(prefix)
        files: list[StoredFile] = []
        left_out: list[LeftOut] = []
        folders: list[str] = []
        for stored in self._listed(prefix):
            if stored.key.endswith("/"):  # which is how consoles keep an empty folder
                folders.append(stored.key.rstrip("/"))
            elif is_key(stored.key):
                files.append(stored)
            elif not is_half_written(stored.key):
                left_out.append(LeftOut(stored.key, Oddity.NOT_A_KEY))
        # Not every server lists in order of the key, so the order is made here.
        return Listing(
            tuple(sorted(files, key=lambda stored: stored.key)),
            tuple(sorted(left_out, key=lambda left: left.key)),
            tuple(sorted(folders)),
        )

    def delete(self, key: str) -> None:
        """Remove; nothing happens when it is not there."""
        name = self._name(key)
        with suppress(KeyError), self._translating_errors("delete", key):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def _name(self, key: str) -> str:
        return self._prefix + _must_be_key(key)

    def _listed(self, prefix: str) -> Iterator[StoredFile]:
        with self._translating_errors("list", prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for listed in page.get("Contents", ()):
                    key = listed["Key"].removeprefix(self._prefix)
                    yield StoredFile(key, listed["Size"], listed["LastModified"].astimezone(UTC))

    @contextmanager
    def _translating_errors(self, verb: str, key: str) -> Iterator[None]:
        """Raise KeyError or StorageFailed for boto3's errors, whose words may carry the key."""
        try:
            yield
        except self._faults as error:
            # Not every fault has an answer: a server may hang up, or never speak.
            answer = (getattr(error, "response", None) or {}).get("Error", {})
            reason = str(answer.get("Code") or type(error).__name__)
            if verb != "list" and reason in ("404", "NoSuchKey", "NotFound"):
                raise KeyError(shown_folder(key)) from None
            message = f"could not {verb} a file in {shown_folder(key)}: {reason}"
            raise StorageFailed(message) from None
