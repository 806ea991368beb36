"""Storage keys: which names storage takes, the same in a folder and in a bucket."""

# Our own half-written files; never listed, and never a key.
HALF_WRITTEN = ".half-written-"


def is_key(key: str) -> bool:
    """Whether a key is made of names and single slashes, and so stays inside storage."""
    parts = key.split("/")
    return (
        all(part not in ("", ".", "..") for part in parts)
        and not any(sign in key for sign in "\\\0")
        and not parts[-1].startswith(HALF_WRITTEN)
    )


def is_half_written(key: str) -> bool:
    """Whether a name is that of a file which a run of ours was killed while writing."""
    return key.rpartition("/")[2].startswith(HALF_WRITTEN)
