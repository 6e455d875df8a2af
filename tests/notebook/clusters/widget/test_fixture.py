from __future__ import annotations

import json
import os
from pathlib import Path

from igniter_nb.consensus import Cluster
from igniter_nb.notebook.clusters.widget.widget import ClusterView
from tests.notebook.clusters.widget.page import Page

FIXTURE = Path(__file__).resolve().parents[3] / "fixtures" / "widgets" / "cluster.json"
REWRITE = "IGNITER_REWRITE"


def test_the_page_is_tested_with_what_the_kernel_sends():
    """The front end's tests read traits that this file writes: votes under way, a node down."""
    tour = Cluster.tour("election")
    guided = ClusterView(tour)
    page = Page(guided, "guide")
    page.send("hello")
    page.until(lambda: guided.tour)
    sent = {"tour": guided.tour}
    guided.close()
    moment_us = tour.steps[5].until_us - 250_000
    with Cluster.replay(tour.recording, at=moment_us / 1e6) as cluster:
        view = ClusterView(cluster)
        page = Page(view)
        page.send("hello")
        page.until(lambda: view.frame and view.story)
        sent |= {"about": view.about, "frame": view.frame | {"number": 1}, "story": view.story}
        view.close()

    assert sent["frame"]["flights"], "messages are under way"
    assert "crashed" in {node["role"] for node in sent["frame"]["nodes"]}
    text = json.dumps(sent, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get(REWRITE):
        FIXTURE.write_text(text, encoding="utf-8")
    assert text == FIXTURE.read_text(encoding="utf-8"), f"if that is meant: {REWRITE}=1 pytest …"
