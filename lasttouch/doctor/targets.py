"""Are targets there, and may we write? Nothing is written."""

from __future__ import annotations

from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.target_options import Target
from lasttouch.doctor.finding import Finding
from lasttouch.local_time import Clock
from lasttouch.outward.making import checked


def target_findings(loaded: LoadedConfig, target: Target, clock: Clock) -> list[Finding]:
    """Raises what the target does."""
    return [Finding("target-answers", "ok", f"target {target.name}: {checked(loaded, target, clock)}")]
