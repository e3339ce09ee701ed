"""Automations as code: what heals runs whose process, worker or server was killed.

Source of the first rule: Prefect's guide "Detect and respond to zombie flows"; a run that stops sending heartbeats
is put into Crashed, so that none stays "Running" for ever and its concurrency slot is free again.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.automations import Automation
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

__all__ = ["apply_automations", "automations"]

ENDED = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
HEARTBEAT = "prefect.flow-run.heartbeat"
RUNNING = "prefect.flow-run.Running"
SILENT = timedelta(seconds=120)
"""Four heartbeats of 30 s missed; never below 90 s, or a busy machine crashes healthy runs."""
STUCK = timedelta(minutes=10)


def automations(silent: timedelta = SILENT) -> list[Automation]:
    """All rules, by name; applying them twice changes nothing.

    Args:
        silent: for so long a living run is never without a heartbeat.
    """
    return [
        Automation(
            name="oficio: a run without heartbeat has crashed",
            description="Its process was killed. The work items it held are taken over by the next run.",
            trigger=EventTrigger(
                after={RUNNING, HEARTBEAT},  # one that is killed before its first heartbeat never sends any
                expect={HEARTBEAT} | ENDED,
                match={"prefect.resource.id": "prefect.flow-run.*"},
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                threshold=1,
                within=silent,
            ),
            actions=[ChangeFlowRunState(state=StateType.CRASHED, message="No heartbeat: its process is gone.")],
        ),
        Automation(
            name="oficio: a run stuck in Pending is scheduled again",
            description="Its worker was killed before the run started.",
            trigger=EventTrigger(
                after={"prefect.flow-run.Pending"},
                expect={RUNNING} | ENDED,
                match={"prefect.resource.id": "prefect.flow-run.*"},
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                threshold=1,
                within=STUCK,
            ),
            actions=[ChangeFlowRunState(state=StateType.SCHEDULED, message="Its worker is gone; once more.")],
        ),
    ]


async def apply_automations(silent: timedelta = SILENT) -> list[str]:
    """Create the rules that the server does not have, renew those that differ; returns their names.

    One that is as it should be is left alone: a renewed rule forgets the runs that it was waiting for.
    """
    names = []
    for automation in automations(silent):
        existing = await _existing(automation.name)
        if existing is None:
            await automation.acreate()
        elif _meaning(existing) != _meaning(automation):
            automation.id = existing.id
            await automation.aupdate()
        names.append(automation.name)
    return names


async def _existing(name: str) -> Automation | None:
    try:
        return await Automation.aread(name=name)
    except (ObjectNotFound, ValueError):
        return None


def _meaning(automation: Automation) -> tuple[object, ...]:
    """What a rule says, without the ids that a server gives."""
    trigger = automation.trigger.model_dump(exclude={"id"})
    actions = [action.model_dump() for action in automation.actions]
    return automation.description, automation.enabled, trigger, actions
