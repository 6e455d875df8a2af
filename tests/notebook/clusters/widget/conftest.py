"""Tour on a page."""

from __future__ import annotations

import pytest

from igniter_nb.consensus import tour
from igniter_nb.notebook.clusters.widget.widget import ClusterView
from tests.notebook.clusters.widget.page import Page


@pytest.fixture
def guided():
    """Show a tour to a page."""
    page = Page(ClusterView(tour("election")))
    page.next()
    yield page
    page.view.close()
