"""The `handrail triage` command: JSON lines in, one assessment a line out, in the same order."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from bot.model.talk import Heard
from bot.model.worry import Assessment, Level
from bot.ports import SentimentScorer
from bot.triage.triage import Triage, load

# A session is read as if a reply came every minute; no decision asks the real clock.
_START = datetime(2026, 1, 1, tzinfo=UTC)
_PACE = timedelta(minutes=1)
_EXPECTED = "a line is a JSON object with an id and either text or turns"

Line = dict[str, Any]


def main(stdin: TextIO, stdout: TextIO, stderr: TextIO, scorer: SentimentScorer | None = None) -> int:
    """Answer every line; return 1 when some line could not be read, else 0."""
    triage = load(scorer)
    for problem in triage.problems:
        stderr.write(f"handrail triage: {problem}; the last good rules stay in force\n")
    bad = 0
    for line in _lines(stdin):
        answer = _answer(triage, line)
        bad += "error" in answer
        stdout.write(json.dumps(answer) + "\n")
    stdout.flush()
    if bad:
        stderr.write(f"handrail triage: {bad} bad lines; {_EXPECTED}\n")
    return 1 if bad else 0


def _lines(stdin: TextIO) -> Iterator[str]:
    """Yield the lines that hold anything; bytes that are not UTF-8 pass through as signs that mean nothing."""
    raw = getattr(stdin, "buffer", None)
    lines = stdin if raw is None else (line.decode("utf-8", "surrogateescape") for line in raw)
    return (line for line in lines if line.strip())


def _answer(triage: Triage, line: str) -> Line:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": f"not JSON; {_EXPECTED}"}
    if not isinstance(asked, dict):
        return {"id": None, "error": _EXPECTED}
    language = asked.get("language", "en")
    turns = _turns(asked)
    if turns is None or "id" not in asked or not isinstance(language, str):
        return {"id": asked.get("id"), "error": _EXPECTED}
    return {"id": asked["id"], **_assessed(triage, turns, language, session="turns" in asked)}


def _turns(asked: Line) -> list[str] | None:
    """Return the texts of a line, or None when they are missing or no texts."""
    if "text" in asked:
        return [asked["text"]] if isinstance(asked["text"], str) else None
    turns = asked.get("turns")
    if not isinstance(turns, list) or not turns:
        return None
    texts = [turn.get("text") if isinstance(turn, dict) else turn for turn in turns]
    known = [text for text in texts if isinstance(text, str)]
    return known if len(known) == len(texts) else None


def _assessed(triage: Triage, turns: list[str], language: str, *, session: bool) -> Line:
    heard: Heard | None = None
    levels: list[Level] = []
    worst = Assessment()
    for number, text in enumerate(turns):
        said, heard = triage.assess(text, heard=heard, question=None, language=language, now=_START + number * _PACE)
        worst = max(worst, said, key=lambda one: (one.level, one.score)) if number else said
        levels.append(heard.level)
    return _line(worst) | ({"levels": [int(level) for level in levels]} if session else {})


def _line(said: Assessment) -> Line:
    return {
        "level": int(said.level),
        "score": said.score,
        "reasons": [
            {"rule": one.rule, "category": one.category, "level": int(one.level), "span": list(one.span)}
            for one in said.reasons
        ],
        "language": said.language,
        "unscored": said.unscored,
    }


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout, sys.stderr))
