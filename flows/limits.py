"""Concurrency limits as code: one slot a robot account of a legacy system, over processes and machines."""

from __future__ import annotations

from pathlib import Path

from prefect.client.orchestration import get_client

__all__ = ["apply_limits", "system_limit"]


def system_limit(system: str) -> str:
    """The name of a legacy system's global concurrency limit."""
    return f"oficio-system-{system}"


async def apply_limits(systems: Path) -> dict[str, int]:
    """Create or update the limits of all systems described in a folder; returns name -> slots.

    A limit that does not exist would mean *unlimited*, so flows ask for theirs with `strict=True`.
    """
    limits = {system_limit(path.stem): 1 for path in sorted(systems.glob("*.yaml"))}
    async with get_client() as client:
        for name, slots in limits.items():
            await client.upsert_global_concurrency_limit_by_name(name, slots)
    return limits
