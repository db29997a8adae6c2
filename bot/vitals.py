"""What a running process counts about itself: numbers only, never who or what."""

from __future__ import annotations

from collections import Counter


class Vitals:
    """Counters since the start, and the largest values since they were last read."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._peaks: dict[str, float] = {}

    def count(self, name: str, by: int = 1) -> None:
        """Count something that happened."""
        self.counts[name] += by

    def peak(self, name: str, value: float) -> None:
        """Remember the largest value until it is read."""
        self._peaks[name] = max(value, self._peaks.get(name, 0.0))

    def take_peaks(self) -> dict[str, float]:
        """Return the largest values and start anew."""
        peaks, self._peaks = self._peaks, {}
        return peaks
