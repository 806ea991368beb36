"""What differs between a laptop and a council: read once, at the edge, and handed on as values."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, each with a default that works on a laptop.  Prefix: DESTINATIONS_."""

    model_config = SettingsConfigDict(
        env_prefix="DESTINATIONS_", env_file=".env", frozen=True, extra="ignore"
    )

    home: Path = Field(default=Path("var"), description="Where a laptop keeps everything")
    database_url: str | None = Field(
        default=None, description="Default: one SQLite file, destinations.db, under home"
    )
    storage: str | None = Field(
        default=None, description="A folder, or s3://bucket/prefix.  Default: storage under home"
    )
    s3_endpoint: str | None = Field(default=None, description="An S3 server that is not Amazon's")
    s3_checksums: str = Field(
        default="when_required", description="when_supported for Amazon, when_required for others"
    )
    keys: SecretStr | None = Field(default=None, description="The secret that signs our workbooks")
    waves: int = Field(default=3, ge=1, le=10, description="How many autumns a cohort is followed")
    size_limit: int = Field(
        default=10 * 1024 * 1024, ge=1, description="The largest file taken, in bytes"
    )
    chunk: int = Field(
        default=200, ge=1, le=2_000, description="How many submissions are judged in one call"
    )
    server_port: int = Field(
        default=4200, description="The Prefect page, on loopback only"
    )

    @property
    def database(self) -> str:
        """The database address."""
        return self.database_url or f"sqlite:///{self.home / 'destinations.db'}"

    @property
    def store(self) -> str:
        """The storage address."""
        return self.storage or str(self.home / "storage")


@cache
def get_settings() -> Settings:
    """The settings of this process.  Called in flows and the command line only."""
    return Settings()
