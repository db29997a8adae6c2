"""Loads structlog without rich, which it would take for developers' tracebacks that we never print.

That is 5 MB and 40 ms of every start. Whoever imports structlog first decides, so the command line imports this first.
"""

from __future__ import annotations

import sys

_loaded = sys.modules.get("rich")
# A name that stands for nothing makes `import rich` fail, which structlog provides for.
sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402, F401

del sys.modules["rich"]
if _loaded is not None:
    sys.modules["rich"] = _loaded
