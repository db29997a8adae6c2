"""Checks flows before anyone meets them: each finding has its place, what is wrong, and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flows import call_checks, path_checks, shape_checks, word_checks
from flows.errors import FlowError
from flows.finding import Checked, Finding
from flows.library import flow_files
from flows.loader import build_flow
from flows.yaml_tree import read_source, read_tree

_CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    shape_checks.check,
    path_checks.check,
    word_checks.check,
    call_checks.check,
)


def check(paths: Iterable[Path]) -> list[Finding]:
    """Return every finding in the flows at the paths (files, or folders of them), in the order of their places."""
    findings: list[Finding] = []
    checked: list[Checked] = []
    for file in flow_files(paths):
        try:
            checked.append(_read(file))
        except FlowError as error:
            findings.append(Finding(error.file, error.line, error.column, error.what, error.remedy))
    flows = {one.flow.name: one.flow for one in checked}
    for one in checked:
        together = one.beside(flows)
        findings += (finding for run in _CHECKS for finding in run(together))
    return sorted(findings)


def _read(file: Path) -> Checked:
    source = read_source(file)
    tree = read_tree(source, str(file))
    return Checked(str(file), tree, build_flow(tree, source, str(file)))
