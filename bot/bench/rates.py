"""How fast something went: by the processor's time and by the wall clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """Turns a second of processor time, and of wall time."""

    turns: int
    cpu: float
    wall: float

    @property
    def per_core_second(self) -> float:
        """Turns a second of one core's time."""
        return self.turns / self.cpu

    @property
    def per_second(self) -> float:
        """Turns a second by the wall clock."""
        return self.turns / self.wall
