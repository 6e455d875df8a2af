"""Every scenario of the list has a test: its number stands first in a docstring or a transcript."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.raft.transcript import title

TESTS = Path(__file__).parents[1]
SCENARIOS = range(1, 70)
CLAIM = re.compile(r"Scenario (\d+(?:, \d+)*): \S")


def sentences():
    """Find the docstrings of tests and the titles of transcripts, by where they stand."""
    for path in sorted([*TESTS.glob("raft/test_*.py"), *TESTS.glob("consensus/**/test_*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.name}:{node.name}", ast.get_docstring(node) or ""
    for path in sorted((TESTS / "raft" / "transcripts").glob("*.txt")):
        yield path.name, title(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def claims():
    """Say which places claim which scenario."""
    found = {number: [] for number in SCENARIOS}
    for place, sentence in sentences():
        match = CLAIM.match(sentence)
        for number in match[1].split(", ") if match else ():
            found.setdefault(int(number), []).append(place)
    return found


def test_every_scenario_is_claimed(claims):
    """Each of the 69 scenarios is proven by a test or told by a transcript."""
    missing = [number for number, places in claims.items() if not places]

    assert missing == []


def test_no_scenario_is_claimed_that_is_not_on_the_list(claims):
    """Numbers beyond the list are slips of the pen."""
    assert sorted(claims) == list(SCENARIOS)


def test_a_transcripts_name_begins_with_its_first_number():
    """A transcript is found by its number."""
    for path in (TESTS / "raft" / "transcripts").glob("*.txt"):
        (first,) = re.findall(r"^Scenario (\d+)", title(path.read_text("utf-8")))
        assert path.name.startswith(f"{int(first):02}_"), path.name


def test_at_least_twenty_scenarios_are_told_as_transcripts(claims):
    """The stories that read well as a transcript are told as one."""
    told = {place for places in claims.values() for place in places if place.endswith(".txt")}

    assert len(told) >= 20


def test_the_page_lists_each_scenario_with_where_it_is_proven(claims):
    """tests/scenarios.md has a line for each, which names the files of its tests."""
    lines = re.findall(r"^(\d+)\. (.*)$", (TESTS / "scenarios.md").read_text("utf-8"), re.MULTILINE)
    named = {int(number): re.findall(r"\(([\w/.]+)\)", line) for number, line in lines}

    wrong = {
        number: sorted({place.partition(":")[0] for place in places})
        for number, places in claims.items()
        if {Path(name).name for name in named.get(number, ())}
        != {place.partition(":")[0] for place in places}
    }
    assert not wrong, f"tests/scenarios.md names other files than these, which prove it: {wrong}"
    assert sorted(named) == list(SCENARIOS)
