"""The Prefect flow of the reconciliations that run by themselves; `config/reconciliations/` says which."""

from __future__ import annotations

from typing import Any

from prefect import flow

from flows.invoices import run_process

__all__ = ["reconcile"]


@flow(name="reconcile", persist_result=False)
async def reconcile(home: str | None = None, config: str | None = None) -> dict[str, Any]:
    """Match what came since the last run, ask persons what is not certain, and seal the audit log.

    Args:
        home: the office's home; OFICIO_HOME when left out.
        config: its config/ directory; OFICIO_CONFIG when left out.
    """
    return await run_process("reconcile", home, config)
