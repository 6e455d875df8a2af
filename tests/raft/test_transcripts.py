"""The transcripts of tests/raft/transcripts, played; see tests/raft/transcript.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.raft.transcript import (
    COMMANDS,
    Stage,
    mismatches,
    play,
    rewritten,
    side_by_side,
    steps,
    title,
)

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))

SMALL = """\
# Scenario 1: A node alone elects itself.

nodes n1
campaign n1 unasked
  n1
    leads term 2
recover
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcript_plays_as_it_is_written(path, request):
    """Each transcript's commands do what it says, and the promises hold after each event."""
    text = path.read_text("utf-8")

    actual = play(text, path)

    if request.config.getoption("--rewrite", default=False):
        path.write_text(rewritten(text, actual), "utf-8")
        return
    found = mismatches(text, actual)
    assert not found, side_by_side(found, text, path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcript_names_its_scenario_and_ends_in_order(path):
    """Each transcript begins with its scenario's sentence and ends with a whole cluster."""
    text = path.read_text("utf-8")

    assert re.match(r"Scenario \d+(, \d+)*: \w", title(text)), title(text)
    assert list(steps(text))[-1].command == "recover"


def test_there_are_transcripts():
    """At least twenty scenarios are told as transcripts."""
    assert len(FILES) >= 20


def test_every_command_is_used():
    """The language has no word that no story needs."""
    used = {step.command.split()[0] for path in FILES for step in steps(path.read_text("utf-8"))}

    assert sorted(set(COMMANDS) - used) == []


def test_a_mismatch_is_shown_side_by_side_under_the_sentence():
    """Who reads a failure sees the scenario, the command, and both texts beside each other."""
    path = Path("small.txt")
    actual = play(SMALL, path)

    found = side_by_side(mismatches(SMALL, actual), SMALL, path)

    assert found.splitlines()[:2] == [
        "Scenario 1: A node alone elects itself.",
        "small.txt:4: campaign n1 unasked did something else (and so do 1 more)",
    ]
    assert "|   leads term 2         leads term 1" in found
    assert found.endswith("If you understand what caused the change, and want it: pytest --rewrite")


def test_a_rewritten_transcript_says_what_happened_and_keeps_its_story():
    """Rewriting changes the indented lines only, and a second time nothing."""
    path = Path("small.txt")

    once = rewritten(SMALL, play(SMALL, path))

    assert once.startswith("# Scenario 1: A node alone elects itself.\n\nnodes n1\ncampaign n1")
    assert "    leads term 1\n" in once
    assert "leads term 2" not in once
    assert mismatches(once, play(once, path)) == []
    assert rewritten(once, play(once, path)) == once


def test_the_same_transcript_does_the_same_twice():
    """A transcript is deterministic: played twice it tells the same."""
    text = max((path.read_text("utf-8") for path in FILES), key=len)

    assert play(text, FOLDER) == play(text, FOLDER)


def test_a_wrong_command_names_the_line_and_the_commands():
    """A command that is not known fails with its line and those that are known."""
    with pytest.raises(AssertionError, match=r"expected a command of disk, .*'dance'") as hit:
        play("# Scenario 1: A story.\nnodes n1\ndance n1\n", Path("small.txt"))

    assert hit.value.__notes__ == ["small.txt:3: dance n1\nScenario 1: A story."]


def test_a_refusal_is_told_and_not_a_failure():
    """What a node refuses is a line of the transcript."""
    stage = Stage()
    stage.do("nodes n1 n2 n3")

    told = stage.do('propose n1 "x"')

    assert told == ["refused: n1 does not lead in term 0; nobody is known to"]
