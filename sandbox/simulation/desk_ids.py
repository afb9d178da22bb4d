"""Addresses and ids that several of the desk's records share."""

from __future__ import annotations

from sandbox.simulation.options import DESK_HOST

API = f"{DESK_HOST}/api/v2"
GROUP_BASE = 360_004_001
FORMS = (365_001, 365_002)
BRANDS = (366_001, 366_002)
ORGANIZATION_BASE, ORGANIZATION_STEP = 370_000_101, 7
