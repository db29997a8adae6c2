"""Scripts through `handrail chat`, whole: what goes in and what comes out stand beside each other as files.

After a change of words: `python -m tests.test_transcripts` writes them anew; read the difference before it goes in.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.crisis_lines import load_crisis_lines

FOLDER = Path(__file__).parent / "stories" / "transcripts"
SCRIPTS = sorted(FOLDER.glob("*.script"))


def played(script: Path) -> str:
    """Return the transcript of a script, without what differs each time: case names and the time of day."""
    known = ["--as-known"] if script.stem.endswith(".known") else []
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", *known],
        input=script.read_text(),
        capture_output=True,
        text=True,
        check=True,
        env=clean,
        cwd=FOLDER,
    )
    # Numbers to call stand in flows/crisis_lines.yaml and nowhere else.
    numbers = load_crisis_lines().numbers("GB", "en").replace("\n", "\nbot> ")
    text = done.stdout.replace(numbers, "(numbers to call)")
    text = re.sub(r"\b(case|Case) [2-9A-Z]{5}\b", r"\1 K7Q2M", text)
    return re.sub(r"\b[0-2]\d:[0-5]\d\b", "12:00", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_gives_its_transcript(script: Path) -> None:
    assert played(script) == script.with_suffix(".transcript").read_text()


if __name__ == "__main__":
    for one in SCRIPTS:
        one.with_suffix(".transcript").write_text(played(one))
