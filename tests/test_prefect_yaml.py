"""Each deployment of prefect.yaml really loads, and says what running it twice does."""

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

from flows.deployments import deployments, plan

PLANNED = plan()["deployments"]


@pytest.mark.parametrize("planned", PLANNED, ids=lambda planned: planned["name"])
def test_each_deployment_really_loads(planned):
    # Without this switch Prefect puts a placeholder where an import is broken.
    flow = load_flow_from_entrypoint(planned["entrypoint"], use_placeholder_flow=False)

    assert flow.name == planned["name"]


@pytest.mark.parametrize("planned", PLANNED, ids=lambda planned: planned["name"])
def test_each_deployment_says_what_running_it_twice_does(planned):
    flow = load_flow_from_entrypoint(planned["entrypoint"], use_placeholder_flow=False)

    assert "Running it twice is safe" in planned["description"]
    assert "Running it twice: safe" in flow.fn.__doc__


def test_what_serve_starts_is_what_prefect_yaml_plans():
    served = {each.name: each for each in deployments()}

    assert set(served) == {planned["name"] for planned in PLANNED}
    for planned in PLANNED:
        deployment = served[planned["name"]]
        schedule = deployment.schedules[0].schedule
        assert schedule.cron == planned["schedules"][0]["cron"]
        assert schedule.timezone == "Europe/London"
        assert deployment.concurrency_limit is not None
        assert deployment.tags == planned["tags"]


def test_every_schedule_is_in_london_time_and_has_a_slug():
    for planned in PLANNED:
        for schedule in planned["schedules"]:
            assert schedule["timezone"] == "Europe/London"
            assert schedule["slug"]


def test_the_plan_is_plain_yaml():
    assert yaml.safe_dump(plan())
