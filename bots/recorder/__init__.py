"""Turn a recording of one sample record into the description of a system, `config/systems/NAME.yaml`."""

from __future__ import annotations
