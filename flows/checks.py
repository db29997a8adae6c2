"""Checks flows before anyone meets them: each finding has its place, what is wrong, and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flows import call_checks, instruments, path_checks, shape_checks, translation_checks, word_checks
from flows.errors import FlowError
from flows.finding import Checked, Finding
from flows.library import SHIPPED, flow_files, load_library, translation_files
from flows.loader import build_flow
from flows.model import Flow
from flows.yaml_tree import read_source, read_tree

# A questionnaire is quoted as its owner wrote it: only its ways and calls are checked.
_QUOTED: tuple[Callable[[Checked], Iterator[Finding]], ...] = (path_checks.check, call_checks.check)
_CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    shape_checks.check,
    path_checks.check,
    word_checks.check,
    call_checks.check,
)


def check(paths: Iterable[Path]) -> list[Finding]:
    """Return every finding in the flows at the paths (files, or folders of them), in the order of their places."""
    paths = list(paths)
    findings: list[Finding] = []
    checked: list[Checked] = []
    for file in flow_files(paths):
        try:
            checked.append(_read(file))
        except FlowError as error:
            findings.append(Finding(error.file, error.line, error.column, error.what, error.remedy))
    # A flow of an operator's own may call ours.
    flows = _shipped() | {one.flow.name: one.flow for one in checked}
    for one in checked:
        findings += _twice(one)
        together = one.beside(flows)
        findings += (finding for run in _checks_of(one) for finding in run(together))
    findings += translation_checks.check(translation_files(paths), flows)
    return sorted(findings)


def _shipped() -> dict[str, Flow]:
    library = load_library()
    return {name: library.latest(name) for name in library.names()}


def _twice(checked: Checked) -> Iterator[Finding]:
    """Yield a finding for a flow that would stand in the way of ours."""
    ours = SHIPPED / f"{checked.flow.name}.yaml"
    if ours.exists() and ours.resolve() != Path(checked.file).resolve():
        yield checked.find(f"a flow named '{checked.flow.name}' is shipped", "give it another name", "flow")


def untranslated(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Return by language the flows at the paths that have no side file in it."""
    paths = list(paths)
    names = {file.stem for file in flow_files(paths)}
    done: dict[str, set[str]] = {}
    for file in translation_files(paths):
        done.setdefault(file.parent.name, set()).add(file.stem)
    return {language: sorted(names - found) for language, found in sorted(done.items())}


def _checks_of(checked: Checked) -> tuple[Callable[[Checked], Iterator[Finding]], ...]:
    quoted = isinstance(checked.tree.value, dict) and instruments.KEY in checked.tree.value
    return _QUOTED if quoted else _CHECKS


def _read(file: Path) -> Checked:
    source = read_source(file)
    tree = read_tree(source, str(file))
    return Checked(str(file), tree, build_flow(tree, source, str(file)))
