"""Keys: the secret that signs the workbooks we send out, made once and kept to ourselves."""

import hashlib
import os
import secrets
from pathlib import Path

MARKING = "keys/marking.key"  # under home


def marking_key(given: str | None, home: Path) -> bytes:
    """The key that signs marked workbooks: from the setting, else from the file under `home`.

    The file is made where there is none, readable by its owner alone.
    """
    if given:
        return hashlib.sha256(f"marking {given}".encode()).digest()
    kept = home / MARKING
    if not kept.exists():
        _make(kept)
    return bytes.fromhex(kept.read_text(encoding="ascii").strip())


def _make(kept: Path) -> None:
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # by another of our processes, just now
        return
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
