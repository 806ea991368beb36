"""Storage: files by key, in a folder on this machine or in an S3 bucket, with the same words.

Keys are kept as senders name their files, spaces, brackets and accents included.  A file name may
hold a person's name, so no exception here carries a whole key: only the folder it is in.
"""

import errno
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.store import Store, Stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

CHECKSUMS = ("when_required", "when_supported")

# Our own half-written files; never listed, and never a key.
HALF_WRITTEN = ".half-written-"

# Bytes in a piece of a file too large to hold.
PIECE = 1024 * 1024

# What a file system answers when a key cannot be there: one word to us.
ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}


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


def folder_of(key: str) -> str:
    """The part of a key that may be shown: its folder, without the name of the file."""
    return key.rpartition("/")[0] or "the top folder"


def _is_key(key: str) -> bool:
    parts = key.split("/")
    return (
        all(part not in ("", ".", "..") for part in parts)
        and not any(sign in key for sign in "\\\0")
        and not parts[-1].startswith(HALF_WRITTEN)
    )


def _must_be_key(key: str) -> str:
    if not _is_key(key):
        message = "a key is made of names and single slashes, and stays inside storage"
        raise ValueError(message)
    return key


class FolderStore:
    """Storage in a folder.  Links that lead out of it are neither listed nor followed."""

    def __init__(self, root: Path) -> None:
        """`root` is made when it is first written to."""
        self._root = root.expanduser().resolve()

    def put(self, key: str, content: bytes) -> None:
        """Write, replacing what was there; all of it or nothing, on disk when this returns."""
        path = self._path(key)
        with _telling("write", key):
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
            _settle(path.parent)

    def get(self, key: str) -> bytes:
        """The content.  Raises KeyError when there is no such key."""
        with _telling("read", key):
            return self._path(key).read_bytes()

    def pieces(self, key: str) -> Iterator[bytes]:
        """The content a piece at a time.  Raises KeyError when there is no such key."""
        with _telling("read", key), self._path(key).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        try:
            return self._path(key).is_file()
        except (KeyError, OSError):
            return False

    def list(self, prefix: str) -> Iterator[Stored]:
        """Every file whose key starts with the prefix, by key."""
        folder = prefix.rpartition("/")[0]
        if folder:
            _must_be_key(folder)
        with _telling("list", prefix):
            found = [stored for stored in self._below(folder) if stored.key.startswith(prefix)]
        return iter(sorted(found, key=lambda stored: stored.key))

    def delete(self, key: str) -> None:
        """Remove; nothing happens when it is not there."""
        with suppress(KeyError), _telling("delete", key):
            self._path(key).unlink()

    def _path(self, key: str) -> Path:
        path = self._root / _must_be_key(key)
        if not self._holds(path):
            raise KeyError(folder_of(key))
        return path

    def _holds(self, path: Path) -> bool:
        # Folders and the name itself may be links, so the whole of it is resolved.
        return path.resolve().is_relative_to(self._root)

    def _below(self, folder: str) -> Iterator[Stored]:
        left_out = 0
        unread: list[OSError] = []
        top = self._root / folder
        walked = os.walk(top, onerror=unread.append) if self._holds(top) else ()
        for place, folders, names in walked:
            left_out += sum(Path(place, name).is_symlink() for name in folders)
            for name in names:
                path = Path(place, name)
                key = path.relative_to(self._root).as_posix()
                if name.startswith(HALF_WRITTEN):
                    continue
                with suppress(FileNotFoundError):  # taken away since it was listed
                    if _is_key(key) and self._is_ours(path):
                        facts = path.stat()
                        modified_at = datetime.fromtimestamp(facts.st_mtime, UTC)
                        yield Stored(key, facts.st_size, modified_at)
                    else:
                        left_out += 1
        left_out += sum(error.errno not in ABSENT for error in unread)
        if left_out:
            log.warning("%d names in storage were left out: links, locked, or no key", left_out)

    def _is_ours(self, path: Path) -> bool:
        if path.is_symlink() and not self._holds(path):
            return False
        return path.is_file()  # a pipe would keep its reader waiting for ever


@contextmanager
def _telling(what: str, key: str) -> Iterator[None]:
    """The file system's answer in our words: its own carry the name of the file."""
    try:
        yield
    except OSError as error:
        if what in ("read", "delete") and error.errno in ABSENT:
            raise KeyError(folder_of(key)) from None
        reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
        message = f"could not {what} a file in {folder_of(key)}: {reason}"
        raise StorageFailed(message) from None


def _settle(folder: Path) -> None:
    """The folder's own list of names on disk, where the system can be asked for that."""
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
        with self._telling("write", key):
            self._client.put_object(Bucket=self._bucket, Key=name, Body=content)

    def get(self, key: str) -> bytes:
        """The content.  Raises KeyError when there is no such key."""
        return b"".join(self.pieces(key))

    def pieces(self, key: str) -> Iterator[bytes]:
        """The content a piece at a time.  Raises KeyError when there is no such key."""
        name = self._name(key)
        with self._telling("read", key):
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(PIECE)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        name = self._name(key)
        try:
            with self._telling("look for", key):
                self._client.head_object(Bucket=self._bucket, Key=name)
        except KeyError:
            return False
        return True

    def list(self, prefix: str) -> Iterator[Stored]:
        """Every file whose key starts with the prefix, by key."""
        folder = prefix.rpartition("/")[0]
        if folder:
            _must_be_key(folder)
        # Not every server lists in order of the key, so the order is made here.
        return iter(sorted(self._listed(prefix), key=lambda stored: stored.key))

    def delete(self, key: str) -> None:
        """Remove; nothing happens when it is not there."""
        name = self._name(key)
        with suppress(KeyError), self._telling("delete", key):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def _name(self, key: str) -> str:
        return self._prefix + _must_be_key(key)

    def _listed(self, prefix: str) -> Iterator[Stored]:
        left_out = 0
        with self._telling("list", prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(self._prefix)
                    if _is_key(key):
                        yield Stored(key, found["Size"], found["LastModified"].astimezone(UTC))
                    elif not key.endswith("/"):  # which is how consoles keep an empty folder
                        left_out += 1
        if left_out:
            log.warning("%d names in storage were left out: they are not keys", left_out)

    @contextmanager
    def _telling(self, what: str, key: str) -> Iterator[None]:
        """The server's answer in our words: boto3's own may carry the key or the address."""
        try:
            yield
        except self._faults as error:
            # Not every fault has an answer: a server may hang up, or never speak.
            answer = (getattr(error, "response", None) or {}).get("Error", {})
            reason = str(answer.get("Code") or type(error).__name__)
            if what != "list" and reason in ("404", "NoSuchKey", "NotFound"):
                raise KeyError(folder_of(key)) from None
            message = f"could not {what} a file in {folder_of(key)}: {reason}"
            raise StorageFailed(message) from None
