"""Signature: how a workbook of ours is known again, and that nobody else made it.

What is signed is which submission a workbook marks and what it was made of; nothing secret and
nothing of a person.
"""

import hmac
from dataclasses import dataclass

PROPERTY = "destinations"  # the mark stands among the properties of the workbook too
VERSION = "d1"


@dataclass(frozen=True, slots=True)
class WorkbookSignature:
    """What a marked workbook says of itself: the submission, and the SHA-256 of its original."""

    submission_id: int
    sha256: str


def sign(mark: WorkbookSignature, key: bytes | None) -> str:
    """A signature as it is written: d1.12.<sha256>.<HMAC-SHA-256 in hex>.

    Without a key nobody can recognise the workbook, and its tabs are still known to be ours.
    """
    payload = f"{VERSION}.{mark.submission_id}.{mark.sha256}"
    return f"{payload}.{_signature(payload, key) if key else 'unsigned'}"


def verify_signature(written: str, key: bytes) -> WorkbookSignature | None:
    """The signature that was written; None for one that `key` did not sign."""
    payload, _, signature = written.strip().rpartition(".")
    parts = payload.split(".")
    if len(parts) != 3 or parts[0] != VERSION or not parts[1].isdecimal() or len(parts[1]) > 18:
        return None
    if not hmac.compare_digest(signature.encode(), _signature(payload, key).encode()):
        return None
    return WorkbookSignature(int(parts[1]), parts[2])


def _signature(payload: str, key: bytes) -> str:
    return hmac.new(key, f"marked workbook {payload}".encode(), "sha256").hexdigest()
