"""Compiler: from a draft to a checked, frozen graph; a rule is a function that returns problems."""

from igniter_nb.compiler.compile import compile_draft
from igniter_nb.compiler.conversions import Mismatch
from igniter_nb.compiler.draft import Draft
from igniter_nb.compiler.validation import Validator
from igniter_nb.text import came, nearest

__all__ = ["Draft", "Mismatch", "Validator", "came", "compile_draft", "nearest"]
