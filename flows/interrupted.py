"""Interrupted: runs that a power cut or a kill ended, which Prefect still takes for running.

Each keeps the one place that its deployment has, and every later run would be cancelled for it.
"""

from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import State, StateType
from prefect.states import Crashed

UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def end_interrupted_runs(client: SyncPrefectClient, deployments: list[UUID]) -> None:
    """Mark as crashed what these deployments still seem to run, and free their places.

    Only for the one process that runs them, before it runs anything.
    """
    runs = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=deployments)),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY))
        ),
    )
    for run in runs:
        state: State[None] = Crashed(message="It was interrupted. Nothing is lost: run it again.")
        client.set_flow_run_state(run.id, state, force=True)
    for deployment in deployments:
        limit = client.read_deployment(deployment).global_concurrency_limit
        if limit and limit.active_slots:
            client.update_global_concurrency_limit(
                limit.name, GlobalConcurrencyLimitUpdate(active_slots=0)
            )
