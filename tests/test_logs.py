"""Logs: one line of JSON for each fact, without a secret, a trace or anybody's words."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import HIDDEN, Redaction, set_up_logs

TOKEN = "4711:canary-token/with+signs"
WORDS = "canary words of a person"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where the logs go; everything global is put back afterwards."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handlers, level, configured = list(root.handlers), root.level, structlog.get_config()
    stream = io.StringIO()
    set_up_logs("DEBUG", [TOKEN], stream)
    yield stream
    structlog.configure(**configured)
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


def fail(words: str) -> NoReturn:
    raise ValueError(words)


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_fact_is_one_line_of_json_with_its_level_and_time(out: io.StringIO):
    structlog.get_logger("test").info("ready", channels=["slack"])
    (line,) = lines(out)
    assert (line["event"], line["level"], line["channels"]) == ("ready", "info", ["slack"])
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("form", [TOKEN, quote(TOKEN), quote(TOKEN, safe=""), repr(TOKEN), json.dumps(TOKEN)])
def test_a_secret_is_hidden_in_every_form_that_a_library_may_write(out: io.StringIO, form: str):
    logging.getLogger("some.library").warning("POST https://host/bot%s/send", form)
    structlog.get_logger("test").warning("refused", address=form, nested={"deep": [form]})
    assert "canary" not in out.getvalue()
    assert HIDDEN in out.getvalue()


def test_httpx_and_the_platform_libraries_are_quiet_below_warning(out: io.StringIO):
    for name in ("httpx", "telegram.ext", "slack_sdk.web", "slack_bolt.App", "aiosqlite", "apscheduler.executors"):
        logging.getLogger(name).info("HTTP Request: POST %s %s", TOKEN, WORDS)
    assert out.getvalue() == ""


def test_an_exception_is_logged_by_its_kind_and_never_by_its_text(out: io.StringIO):
    try:
        fail(f"{WORDS} {TOKEN}")
    except ValueError:
        logging.getLogger("some.library").exception("failed")
        structlog.get_logger("test").exception("failed")
    assert "canary" not in out.getvalue()
    assert [line["error"] for line in lines(out)] == ["ValueError", "ValueError"]


def test_an_uncaught_exception_says_where_and_not_what(out: io.StringIO):
    try:
        fail(WORDS)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert "unexpected ValueError at" in out.getvalue()
    assert "canary" not in out.getvalue()


@pytest.mark.filterwarnings("default::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_uncaught_exception_of_a_thread_says_where_and_not_what(out: io.StringIO):
    try:
        fail(WORDS)
    except ValueError as error:
        threading.excepthook(threading.ExceptHookArgs((ValueError, error, error.__traceback__, None)))
    assert "unexpected ValueError at" in out.getvalue()
    assert "canary" not in out.getvalue()


def test_a_task_that_nobody_awaited_is_logged_without_its_text(out: io.StringIO):
    async def failing() -> None:
        fail(WORDS)

    async def main() -> None:
        task = asyncio.create_task(failing())
        await asyncio.wait([task])
        handler = {"message": "Task exception was never retrieved", "exception": task.exception(), "task": None}
        asyncio.get_running_loop().default_exception_handler(handler)

    asyncio.run(main())
    assert "ValueError" in out.getvalue()
    assert "canary" not in out.getvalue()


@given(st.text(min_size=8), st.text())
def test_no_secret_survives_wherever_it_stands(secret: str, around: str):
    redaction = Redaction([secret, secret[:-1], around])
    assert secret not in redaction.clean(f"{around}{secret}{around}").replace(HIDDEN, "")


def test_a_short_or_empty_value_is_no_secret_and_hides_nothing():
    assert Redaction(["", "abc"]).clean("abc in a line") == "abc in a line"
