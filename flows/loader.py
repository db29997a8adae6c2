"""Turns a flow's YAML into a Flow, refusing a wrong one with its place and the remedy."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flows import instruments
from flows.answers import read_answer
from flows.conditions import Condition, ConditionError, parse
from flows.errors import FlowError
from flows.model import (
    HUMAN_HANDOFF,
    AnswerKind,
    Branch,
    Call,
    CheckInPlan,
    Flow,
    Picture,
    Retry,
    Reviewed,
    Sentence,
    Step,
    Wait,
)
from flows.parts import read_hint, read_score
from flows.reading import Field
from flows.yaml_tree import Mark, Node, read_tree

FLOW_KEYS = frozenset(
    {field for field in Flow.__struct_fields__ if field not in ("name", "hash")} | {"flow", "defaults"}
)
STEP_KEYS = frozenset(
    {"say", "ask", "answer", "retry", "wait", "save", "measure", "skippable", "next", "else", "call", "with"}
    | {"picture", "schedule", "hint", "score", "forget", "end"}
)
WAYS_TO_END = ("done", "left")
MAX_STEPS = 200


def load_flow(source: bytes, file: str) -> Flow:
    """Return the flow in `source`; raise FlowError with the place of the first fault."""
    return build_flow(read_tree(source, file), source, file)


def build_flow(tree: Node, source: bytes, file: str) -> Flow:
    """Return the flow (or questionnaire) that a YAML tree describes; `source` gives it its hash."""
    if isinstance(tree.value, dict) and instruments.KEY in tree.value:
        return instruments.build_instrument(tree, source, file)
    needed = ("flow", "version", "title", "language", "minutes", "reviewed", "start", "steps")
    top = Field(file, "flow", tree).mapping(FLOW_KEYS, needed)
    retry, wait = _defaults(top.get("defaults"))
    steps = _steps(top["steps"], retry, wait)
    flow = Flow(
        name=top["flow"].identifier(),
        version=top["version"].integer(1, 1_000_000),
        title=top["title"].text(),
        language=top["language"].text(),
        minutes=top["minutes"].number(),
        reviewed=_reviewed(top["reviewed"]),
        start=top["start"].identifier(),
        steps=steps,
        hash=hashlib.sha256(source).hexdigest()[:16],
        needs=tuple(field.identifier(dotted=True) for field in top["needs"].items()) if "needs" in top else (),
        given={key: field.saved() for key, field in top["given"].mapping().items()} if "given" in top else {},
        helps_with=tuple(field.text() for field in top["helps_with"].items()) if "helps_with" in top else (),
        safety=top["safety"].flag() if "safety" in top else False,
        **{key: top[key].text() for key in ("author", "licence", "contraindications", "changelog") if key in top},
    )
    _check_targets(flow, top)
    return flow


def _steps(field: Field, retry: Retry, wait: Wait) -> dict[str, Step]:
    fields = field.mapping()
    if not 0 < len(fields) <= MAX_STEPS:
        field.refuse(f"{len(fields)} steps", f"write 1 to {MAX_STEPS}; a longer flow calls another")
    steps = {}
    for name, body in fields.items():
        key = Field(field.file, "step name", Node(name, field.node.keys[name]))
        steps[key.identifier()] = _step(name, body, retry, wait)
    return steps


def _defaults(field: Field | None) -> tuple[Retry, Wait]:
    parts = field.mapping(frozenset({"retry", "wait"})) if field else {}
    retry = _retry(parts["retry"], Retry()) if "retry" in parts else Retry()
    return retry, _wait(parts["wait"], Wait()) if "wait" in parts else Wait()


def _reviewed(field: Field) -> Reviewed:
    parts = field.mapping(frozenset({"role", "on", "next", "evidence"}), ("role", "on", "next", "evidence"))
    role, evidence = parts["role"].text(), parts["evidence"].text()
    return Reviewed(role=role, on=parts["on"].day(), next=parts["next"].day(), evidence=evidence)


def _step(name: str, field: Field, retry: Retry, wait: Wait) -> Step:
    parts = field.mapping(STEP_KEYS)
    _check_shape(field, parts)
    answer = read_answer(parts["answer"]) if "answer" in parts else None
    if answer is not None and answer.kind is AnswerKind.NONE and "save" in parts:
        parts["save"].refuse("a step that takes no answer cannot save one", "remove 'save'")
    choose, branches = _next(parts.get("next"), parts.get("else"))
    skippable, skip_to = _skippable(parts.get("skippable"))
    return Step(
        name=name,
        say=_sentences(parts.get("say")),
        ask=Sentence(parts["ask"].text()) if "ask" in parts else None,
        answer=answer,
        retry=_retry(parts["retry"], retry) if "retry" in parts else retry,
        wait=_wait(parts["wait"], wait) if "wait" in parts else wait,
        save=parts["save"].identifier(dotted=True) if "save" in parts else "",
        measure=parts["measure"].identifier() if "measure" in parts else "",
        skippable=skippable,
        skip_to=skip_to,
        choose=choose,
        branches=branches,
        call=_call(parts["call"], parts.get("with")) if "call" in parts else None,
        picture=_picture(parts["picture"]) if "picture" in parts else None,
        schedule=_schedule(parts["schedule"]) if "schedule" in parts else None,
        hint=read_hint(parts["hint"]) if "hint" in parts else None,
        score=read_score(parts["score"]) if "score" in parts else None,
        forget=tuple(name.identifier(dotted=True) for name in parts["forget"].items()) if "forget" in parts else (),
        end=_end(parts.get("end")),
    )


_ONLY_WITH_A_QUESTION = ("save", "measure", "retry", "wait", "skippable")


def _check_shape(field: Field, parts: dict[str, Field]) -> None:
    """Refuse parts that do not go together."""
    if ("ask" in parts) is not ("answer" in parts):
        field.refuse(f"'{field.name}' has only one of 'ask' and 'answer'", "write both; 'answer: none' takes a tap")
    if "ask" not in parts:
        for key in _ONLY_WITH_A_QUESTION:
            if key in parts:
                parts[key].refuse(f"'{key}' without a question", "add 'ask' and 'answer', or remove it")
    by_choice = "next" in parts and parts["next"].is_mapping()
    clashes = (
        ("call", "ask" in parts, "a step that asks cannot call too", "put 'call' in a step of its own"),
        ("score", "ask" in parts, "a step that asks cannot sum up too", "put 'score' in a step of its own"),
        ("with", "call" not in parts, "'with' without 'call'", "add 'call', or remove it"),
        ("end", "next" in parts, "a step that ends cannot go on", "keep one of 'end' and 'next'"),
        ("else", not by_choice, "'else' without a 'next' by choice", "write 'next' as 'choice: step' lines"),
    )
    for key, clashing, what, remedy in clashes:
        if key in parts and clashing:
            parts[key].refuse(what, remedy)


def _sentences(field: Field | None) -> tuple[Sentence, ...]:
    return tuple(Sentence(text.text()) for text in field.texts()) if field else ()


def _next(field: Field | None, otherwise: Field | None) -> tuple[dict[str, str], tuple[Branch, ...]]:
    """Read the three ways to go on: a step, `choice: step` lines, or a list of when and go."""
    last = (Branch(otherwise.identifier()),) if otherwise else ()
    if field is None:
        return {}, last
    if field.is_list():
        return {}, tuple(_branch(item) for item in field.items())
    if field.is_mapping():
        return {key: target.identifier() for key, target in field.mapping().items()}, last
    return {}, (Branch(field.identifier()),)


def _branch(field: Field) -> Branch:
    parts = field.mapping(frozenset({"when", "go"}), ("go",))
    return Branch(parts["go"].identifier(), _condition(parts["when"]) if "when" in parts else None)


def _condition(field: Field) -> Condition:
    source = str(field.scalar()).lower() if isinstance(field.scalar(), bool) else field.text()
    try:
        return parse(source)
    except ConditionError as error:
        mark = Mark(field.node.mark.line, field.node.mark.column + error.offset)
        field.refuse(str(error), "write comparisons of saved names with and, or, not", mark)


def _retry(field: Field, base: Retry) -> Retry:
    parts = field.mapping(frozenset({"times", "then", "say"}))
    return Retry(
        times=parts["times"].integer(0, 9) if "times" in parts else base.times,
        then=parts["then"].identifier() if "then" in parts else base.then,
        say=_sentences(parts.get("say")) or base.say,
    )


def _wait(field: Field, base: Wait) -> Wait:
    parts = field.mapping(frozenset({"remind_after", "expire_after", "then", "until"}))
    if "until" in parts:
        return _until(field, parts)
    remind = _remind(parts["remind_after"]) if "remind_after" in parts else base.remind_after
    expire = parts["expire_after"].duration() if "expire_after" in parts else base.expire_after
    if remind is not None and remind >= expire:
        field.refuse("the reminder comes after the end", "make 'remind_after' shorter than 'expire_after'")
    return Wait(remind, expire, parts["then"].identifier() if "then" in parts else base.then)


def _until(field: Field, parts: dict[str, Field]) -> Wait:
    """Read a wait that ends at a time of day."""
    if "then" not in parts or len(parts) > 2:
        field.refuse("'until' goes with 'then' alone", "write {until: HH:MM or a saved time, then: step}")
    return Wait(None, then=parts["then"].identifier(), until=parts["until"].text())


def _remind(field: Field) -> timedelta | None:
    return None if field.scalar() == "never" else field.duration()


def _skippable(field: Field | None) -> tuple[bool, str]:
    if field is None:
        return False, ""
    if isinstance(field.scalar(), bool):
        return field.flag(), ""
    return True, field.identifier()


def _call(field: Field, given: Field | None) -> Call:
    values = {key: value.saved() for key, value in given.mapping().items()} if given else {}
    if field.text() == HUMAN_HANDOFF and not isinstance(values.get("reason"), str):
        field.refuse("a hand-off without a reason", "add 'with: {reason: …}'")
    return Call(field.identifier(), values)


def _picture(field: Field) -> Picture:
    parts = field.mapping(frozenset({"name", "text"}), ("name", "text"))
    return Picture(parts["name"].identifier(), Sentence(parts["text"].text()))


def _schedule(field: Field) -> CheckInPlan:
    parts = field.mapping(frozenset({"check_in", "at", "days"}), ("check_in", "at", "days"))
    return CheckInPlan(parts["check_in"].identifier(), parts["at"].text(), parts["days"].text())


def _end(field: Field | None) -> str:
    if field is None:
        return ""
    if field.text() not in WAYS_TO_END:
        field.refuse(f"'{field.text()}' is no way to end", f"use one of {', '.join(WAYS_TO_END)}")
    return field.text()


def _check_targets(flow: Flow, top: dict[str, Field]) -> None:
    """Refuse a way to a step that does not exist, so that the engine need never ask."""
    if flow.start not in flow.steps:
        top["start"].refuse(f"there is no step '{flow.start}'", "name a step of this flow")
    for name, step in flow.steps.items():
        for way in step.ways:
            if way not in flow.steps:
                _refuse_target(top["steps"], name, way)


def _refuse_target(steps: Field, name: str, way: str) -> None:
    node = steps.node.value[name] if isinstance(steps.node.value, dict) else steps.node
    mark = _find(node, way) or node.mark
    raise FlowError(steps.file, mark.line, mark.column, f"there is no step '{way}'", "name a step of this flow")


def _find(node: Node, value: str) -> Mark | None:
    """Return where `value` stands under `node`."""
    if isinstance(node.value, dict | list):
        inside = node.value.values() if isinstance(node.value, dict) else node.value
        return next((mark for child in inside if (mark := _find(child, value))), None)
    return node.mark if node.value == value else None
