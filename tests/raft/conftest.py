"""Option ``--rewrite``, which accepts what transcripts do now."""

from __future__ import annotations


def pytest_addoption(parser):
    """Add --rewrite."""
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="write into the transcripts of tests/raft/transcripts what happens now",
    )


def pytest_terminal_summary(terminalreporter, config):
    """Say what to do with what was rewritten."""
    if config.getoption("--rewrite"):
        terminalreporter.write_line(
            "The transcripts say now what happened. Read the diff: only keep a change if you "
            "understand what caused it, and if you want it.",
            yellow=True,
        )
