"""Prefect's settings for our servers, workers and runs, in one place: as an environment for child processes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["SERVER_SETTINGS", "client_environment", "server_environment"]

_COMMON = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_RUNNER_HEARTBEAT_FREQUENCY": "30",
}

SERVER_SETTINGS = {
    # A quarter of the server's CPU time, measured: events and task runs are kept in batches.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "100",
    # The default keeps concurrency slots in memory and loses them at a restart.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    # A killed run's slot is free again as soon as the run is found dead.
    "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "120",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "true",
    "PREFECT_SERVER_LOG_LEVEL": "WARNING",
}


def server_environment(home: Path) -> Mapping[str, str]:
    """Of a local server that keeps its own database below the office's home."""
    return _COMMON | SERVER_SETTINGS | {"PREFECT_HOME": str(home / "prefect")}


def client_environment(home: Path, api_url: str) -> Mapping[str, str]:
    """Of a flow, a worker or a deployment that talks to the server at `api_url`."""
    return _COMMON | {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": api_url,
        # A server that is away for a minute does not crash the run.
        "PREFECT_CLIENT_MAX_RETRIES": "20",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }
