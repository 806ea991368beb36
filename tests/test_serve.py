"""`destinations serve` by its front door: a clean shell, and the project's own flows."""

import re
import subprocess
from datetime import datetime

import pytest

from tests.builders.sheets import a_workbook
from tests.clean_shell import OVER, is_up, new_home, serve_output, serving, until

pytestmark = pytest.mark.slow

URN = "900100"
LEAVERS = """
    UPN           | Surname | Forename | Date of Birth | Destination       | Where
    L900100018001 | Marsh   | Ottoline | 12/03/2009    | Further Education | Downs College
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A hub of one school with a sheet in its inbox."""
    home = new_home(tmp_path_factory.mktemp("serve"))
    hub = home.folder / "members.csv"
    hub.write_text(f"urn,hub,joined_on,left_on\n{URN},Test Hub,01-09-2020,\n")
    schools = home.folder / "schools.csv"
    schools.write_text(f"URN,EstablishmentName\n{URN},School\n")
    ended = home.run("register", "--institutions", str(schools), "--members", str(hub))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    inbox = home.folder / "store" / "inbox" / URN
    inbox.mkdir(parents=True)
    (inbox / "leavers 2025.xlsx").write_bytes(a_workbook(LEAVERS))
    return home


@pytest.fixture(scope="module")
def served(home):
    """The home while it is served; nothing is left of it after the tests that ask for it."""
    with serving(home) as process:
        until(lambda: is_up(home) or process.poll() is not None)
        assert process.poll() is None, serve_output(home)
        yield home
    assert home.processes() == {}


# --- while it serves ---------------------------------------------------------------------------


def test_a_run_of_each_deployment_completes(served):
    runs = {name: served.quick_run(name) for name in ("intake", "follow-up", "publish")}

    assert set(served.deployments()) == set(runs)
    until(lambda: all(served.state(run) in OVER for run in runs.values()))
    assert {served.state(run) for run in runs.values()} == {"COMPLETED"}
    assert "recorded" in served.run("where", "--json").stdout
    assert len(served.servers()) == 1


def test_a_run_asked_for_while_another_is_under_way_waits_its_turn(served):
    runs = [served.quick_run(name) for name in ("intake", "follow-up", "publish") * 2]

    until(lambda: all(served.state(run) in OVER for run in runs))
    assert {served.state(run) for run in runs} == {"COMPLETED"}


def test_it_says_where_the_page_is(served):
    assert f"The page is at http://127.0.0.1:{served.port}\n" in serve_output(served)


def test_the_command_that_it_prints_runs_a_flow(served):
    command = re.search(r"from another shell,\n +(.+)\n", serve_output(served))[1]
    ended = subprocess.run(
        ["env", "-i", "PATH=/usr/bin:/bin", f"HOME={served.folder / 'user'}", "sh", "-c", command],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    run = re.search(r"UUID: ([0-9a-f-]+)", ended.stdout)[1]

    until(lambda: served.state(run) in OVER)
    assert served.state(run) == "COMPLETED"


def test_a_flow_run_by_command_shows_on_the_page_and_starts_no_other_server(served):
    by_hand = {"flow_runs": {"deployment_id": {"is_null_": True}}}
    ended = served.run("run", "follow-up")

    assert ended.returncode == 0
    assert [run["state_type"] for run in served.ask("/flow_runs/filter", by_hand)] == ["COMPLETED"]
    assert "temporary server" not in ended.stderr


def test_a_scheduled_run_truly_fires(served):
    follow_up = served.deployments()["follow-up"]
    every_five_seconds = {"interval": 5, "anchor_date": datetime.now().astimezone().isoformat()}
    served.ask(
        f"/deployments/{follow_up}/schedules", [{"schedule": every_five_seconds, "active": True}]
    )
    fired = {
        "deployments": {"id": {"any_": [follow_up]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
    }

    assert until(
        lambda: [run for run in served.ask("/flow_runs/filter", fired) if run["auto_scheduled"]]
    )


def test_a_home_is_served_once(served):
    ended = served.run("serve", DESTINATIONS_SERVER_PORT="1")

    assert ended.returncode == 2
    assert "runs already" in ended.stderr
    assert len(served.servers()) == 1


def test_nothing_of_prefects_lies_in_the_users_own_home(served):
    assert list((served.folder / "user").iterdir()) == []
    assert (served.folder / "hub" / "prefect" / "prefect.db").is_file()
