"""Makes ids and tokens from the clock and the system's randomness (port Mint)."""

from __future__ import annotations

import secrets
import time

# Microseconds since 2020 in the high bits leave the number growing with time and inside 63 bits until the year 2300.
EPOCH_US = 1_577_836_800_000_000
RANDOM_BITS = 10
# No 0/O, 1/I/L: a case is read aloud on the telephone.
SPOKEN = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class SystemMint:
    """Ids that never repeat in a process and hardly ever between processes."""

    def __init__(self) -> None:
        self._last = 0

    def number(self) -> int:
        """Return a unique 63-bit number that grows with time."""
        now = (time.time_ns() // 1000 - EPOCH_US) << RANDOM_BITS
        self._last = max(self._last + 1, now | secrets.randbits(RANDOM_BITS))
        return self._last

    def token(self) -> str:
        """Return 72 unguessable bits in 12 URL-safe characters."""
        return secrets.token_urlsafe(9)

    def case_id(self) -> str:
        """Return five spoken characters."""
        return "".join(secrets.choice(SPOKEN) for _ in range(5))
