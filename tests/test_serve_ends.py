"""How `destinations serve` ends: on a signal at any moment, killed, half dead, or never begun."""

import os
import shutil
import signal
import socket
import sqlite3
from contextlib import contextmanager

import pytest

from tests.clean_shell import OVER, is_up, new_home, serve_output, serving, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that is served and stopped again and again."""
    return new_home(tmp_path_factory.mktemp("stops"))


def just_started(home):
    return "Starting Prefect" in serve_output(home)


def server_is_starting(home):
    return home.servers()


def runner_is_starting(home):
    return any("flows.deployments" in command for command in home.processes().values())


def flow_run_is_under_way(home):
    if not is_up(home):
        return False
    run = home.quick_run("intake")
    return until(lambda: home.state(run) == "RUNNING")


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGTERM, just_started),
        (signal.SIGTERM, server_is_starting),
        (signal.SIGTERM, runner_is_starting),
        (signal.SIGTERM, flow_run_is_under_way),
        (signal.SIGINT, just_started),
        (signal.SIGINT, server_is_starting),
        (signal.SIGINT, is_up),
        (signal.SIGHUP, server_is_starting),
    ],
    ids=lambda given: getattr(given, "name", None) or given.__name__,
)
def test_a_signal_at_any_moment_leaves_no_process(home, number, moment):
    with serving(home) as process, a_busy_database(home):
        until(lambda: moment(home))
        process.send_signal(number)
        code = process.wait(60)

    assert home.processes() == {}
    assert code == 0
    assert "Stopped." in serve_output(home)
    assert "Traceback" not in serve_output(home)


@pytest.mark.parametrize("moment", [server_is_starting, flow_run_is_under_way])
def test_killed_outright_it_leaves_no_process(home, moment):
    with serving(home) as process, a_busy_database(home):
        until(lambda: moment(home))
        process.kill()
        process.wait()
        until(lambda: home.processes() == {})


def test_after_a_kill_in_the_middle_of_a_run_the_flow_runs_again(home):
    with serving(home) as process, a_busy_database(home):
        until(lambda: is_up(home))
        interrupted = home.quick_run("intake")
        until(lambda: home.state(interrupted) == "RUNNING")
        process.kill()
        process.wait()
        until(lambda: home.processes() == {})
    with serving(home):
        until(lambda: is_up(home))
        again = home.quick_run("intake")
        until(lambda: home.state(again) in OVER)

        assert home.state(interrupted) == "CRASHED"
        assert home.state(again) == "COMPLETED"


@pytest.mark.parametrize("which", ["server start", "flows.deployments"])
def test_where_a_part_dies_everything_ends_with_a_sentence(home, which):
    with serving(home) as process:
        until(lambda: is_up(home))
        for number, command in home.processes().items():
            if which in command:
                os.kill(number, signal.SIGKILL)
        code = process.wait(60)

    assert code == 4
    assert "ended by itself" in serve_output(home)
    assert home.processes() == {}


def test_a_taken_port_is_said_plainly_and_starts_nothing(home):
    with socket.create_server(("127.0.0.1", home.port)):
        ended = home.run("serve")

    assert ended.returncode == 2
    assert f"Port {home.port} is taken by another program" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert home.processes() == {}


@contextmanager
def a_busy_database(home):
    """Somebody else is writing to the record, so that a flow run waits for its turn."""
    writing = sqlite3.connect(home.folder / "hub" / "destinations.db", isolation_level=None)
    writing.execute("begin immediate")
    try:
        yield
    finally:
        writing.close()


@pytest.mark.parametrize(
    ("hub", "what_to_do"),
    [
        ("nobody set it up", "run `destinations setup` first"),
        ("it is a file", "run `destinations setup` first"),
        ("of an older version", "run `destinations setup` to bring it up to date"),
        ("its folder is not ours", "cannot be written in; see that DESTINATIONS_HOME"),
    ],
)
def test_a_home_that_is_not_fit_says_what_to_do_and_starts_nothing(tmp_path, hub, what_to_do):
    home = new_home(tmp_path)
    folder = home.folder / "hub"
    if hub == "of an older version":
        with sqlite3.connect(folder / "destinations.db") as database:
            database.execute("update alembic_version set version_num = '0001'")
    elif hub == "its folder is not ours":
        (folder / "prefect").write_text("no folder")
    else:
        shutil.rmtree(folder)
    if hub == "it is a file":
        folder.write_text("no folder")
    ended = home.run("serve")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert what_to_do in ended.stderr
    assert home.processes() == {}
    assert not (folder / "prefect").is_dir()
