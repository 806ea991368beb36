"""Keys: the secret that signs the workbooks we send out, made once and kept to ourselves."""

import hashlib
import os
import secrets
from pathlib import Path

MARKING = "keys/marking.key"  # under home


def marking_key(configured: str | None, home: Path) -> bytes:
    """The key that signs marked workbooks: from the setting, else from the file under `home`.

    The file is made where there is none, readable by its owner alone.
    """
    if configured:
        return hashlib.sha256(f"marking {configured}".encode()).digest()
    path = home / MARKING
    if not path.exists():
        _create_key(path)
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def _create_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # by another of our processes, just now
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
