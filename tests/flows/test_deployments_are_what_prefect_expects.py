"""Prefect ignores unknown keys and drops a deployment with a bad schedule: prefect.yaml is checked here, strictly."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).parent.parent.parent
PREFECT_YAML: dict[str, Any] = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text("utf-8"))
DEPLOYMENTS: list[dict[str, Any]] = PREFECT_YAML["deployments"]


def test_the_file_has_only_keys_that_prefect_knows() -> None:
    from prefect.cli.deploy._models import PrefectYamlModel

    known = {field.alias or name for name, field in PrefectYamlModel.model_fields.items()}
    assert PREFECT_YAML.keys() <= known
    assert PrefectYamlModel.model_validate(PREFECT_YAML).deployments


@pytest.mark.parametrize("entry", DEPLOYMENTS, ids=lambda entry: str(entry["name"]))
def test_a_deployment_has_only_keys_that_prefect_knows(entry: dict[str, Any]) -> None:
    from prefect.cli.deploy._models import ConcurrencyLimitSpec, DeploymentConfig, RawScheduleConfig, WorkPoolConfig

    assert entry.keys() <= DeploymentConfig.model_fields.keys()
    assert entry["work_pool"].keys() <= WorkPoolConfig.model_fields.keys()
    assert entry["concurrency_limit"].keys() <= ConcurrencyLimitSpec.model_fields.keys()
    for schedule in entry["schedules"]:
        known = RawScheduleConfig.model_validate(schedule)
        assert known.interval or known.cron


@pytest.mark.parametrize("entry", DEPLOYMENTS, ids=lambda entry: str(entry["name"]))
def test_a_deployment_names_a_flow_and_its_parameters(entry: dict[str, Any]) -> None:
    path, _, name = entry["entrypoint"].partition(":")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert (CHECKOUT / path).samefile(inspect.getfile(module))
    flow = getattr(module, name)
    assert entry["parameters"].keys() <= inspect.signature(flow.fn).parameters.keys()


def test_every_process_has_a_deployment() -> None:
    from flows.processes import PROCESSES

    assert {entry["entrypoint"].rpartition(":")[2] for entry in DEPLOYMENTS} == PROCESSES.keys()


def test_what_is_served_is_what_the_file_says() -> None:
    from flows.serve import deployments

    served = {deployment.name: deployment for deployment in deployments({"home": "/nowhere"})}
    for entry in DEPLOYMENTS:
        deployment = served[entry["name"]]
        assert deployment.concurrency_limit == entry["concurrency_limit"]["limit"]
        assert deployment.parameters["home"] == "/nowhere"
        assert [_told(one.schedule) for one in deployment.schedules or []] == entry["schedules"]


def _told(schedule: Any) -> dict[str, Any]:
    """A schedule as prefect.yaml would say it."""
    if hasattr(schedule, "cron"):
        return {"cron": schedule.cron, "timezone": schedule.timezone}
    return {"interval": schedule.interval.total_seconds()}


def test_every_automation_waits_longer_than_three_heartbeats() -> None:
    from flows.automations import automations

    for automation in automations():
        assert automation.trigger.within.total_seconds() >= 90  # type: ignore[union-attr] # ours are event triggers
        assert automation.actions
