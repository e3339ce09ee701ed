"""`python -m flows.apply`: limits and automations, on the server that PREFECT_API_URL names; twice changes nothing."""

from __future__ import annotations

import asyncio
import sys

from config.settings import load_settings
from flows.automations import apply_automations
from flows.limits import apply_limits

__all__ = ["main"]


async def _apply() -> list[str]:
    limits = await apply_limits(load_settings().systems)
    return [*(f"limit {name}: {slots}" for name, slots in limits.items()), *await apply_automations()]


def main() -> None:
    """Apply, and print what is there now."""
    for line in asyncio.run(_apply()):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
