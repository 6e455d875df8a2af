"""Figures of the widget as a person feels it: how late it is, how smooth, what it costs."""

from __future__ import annotations

from statistics import median, quantiles
from typing import Any

from tests.e2e.cluster_page import ROOT, ClusterPage

CLICK = f"""node => new Promise(done => {{
  const on = document.querySelector(`{ROOT} .ig-node[data-node="${{node}}"]`);
  on.addEventListener('click', event => {{
    const began = event.timeStamp;
    const watched = new MutationObserver(() => {{
      if (on.dataset.role === 'crashed') {{
        watched.disconnect();
        requestAnimationFrame(() => done(performance.now() - began));
      }}
    }});
    watched.observe(on, {{attributes: true}});
  }}, {{capture: true, once: true}});
  window.__armed = true;
}})"""

LEADS = f"""() => {{
  window.__leads = [];
  let before = document.querySelector('{ROOT}').dataset.leader;
  new MutationObserver(() => {{
    const {{leader}} = document.querySelector('{ROOT}').dataset;
    if (leader && leader !== before) {{
      requestAnimationFrame(
        () => window.__leads.push(performance.timeOrigin + performance.now()));
    }}
    before = leader;
  }}).observe(document.querySelector('{ROOT}'), {{attributes: true}});
}}"""

LISTEN = """
import time

leads, before = [], cluster.leader.node_id

def look():
    global before
    host = cluster._driver.world.leader()
    leader = host.replica.node_id if host else None
    if leader != before and leader is not None:
        leads.append(time.time() * 1000)
    before = leader

cancel = cluster._driver.listen(look)
"""

FRAMES = f"""milliseconds => new Promise(done => {{
  const count = () => Number(document.querySelector('{ROOT}').dataset.frames);
  requestAnimationFrame(began => {{
    const first = count();
    const look = now => now - began < milliseconds
      ? requestAnimationFrame(look)
      : done((count() - first) / (now - began) * 1000);
    requestAnimationFrame(look);
  }});
}})"""

COST = """
def cost(seconds):
    import threading, time
    cpu, wall = time.process_time(), time.perf_counter()
    threading.Event().wait(seconds)
    return (time.process_time() - cpu) / (time.perf_counter() - wall) * 100
"""


def clicks(page: ClusterPage, count: int) -> list[float]:
    """Return milliseconds from a click on a node to the frame in which it is drawn as crashed."""
    taken = []
    name = page.others()[0]
    for _ in range(count):
        page.page.evaluate(f"node => {{ window.__click = ({CLICK})(node); }}", name)
        page.node(name).click()
        taken.append(page.page.evaluate("() => window.__click"))
        page.node(name).click()
        page.is_a(name, "follower")
    return taken


def elections(page: ClusterPage, count: int) -> list[float]:
    """Return milliseconds from when a node led to the frame in which it is drawn as the leader."""
    page.notebook.execute(LISTEN)
    page.page.evaluate(LEADS)
    for _ in range(count):
        old = page.leader
        page.node(old).click()
        page.is_a(old, "crashed")
        page.another_leads(old)
        page.node(old).click()
        page.is_a(old, "follower")
    led = page.notebook.ask("leads")
    page.notebook.execute("cancel()")
    shown = page.page.evaluate("() => window.__leads")
    assert len(led) == len(shown) >= count, "each election that there was is seen on the page"
    return [seen - elected for seen, elected in zip(shown, led, strict=True)]


def frames(page: ClusterPage, seconds: float) -> float:
    """Return animation frames drawn in a second."""
    found: float = page.page.evaluate(FRAMES, seconds * 1000)
    return found


def share(page: ClusterPage, seconds: float) -> float:
    """Return the kernel's share of a core, in per cent, as it is now."""
    page.notebook.execute(COST)
    found: float = page.notebook.ask(f"cost({seconds})")
    return found


def costs(page: ClusterPage, seconds: float) -> dict[str, float]:
    """Return the kernel's share of a core, in per cent: shown, shown and paused, not shown."""
    notebook = page.notebook
    found = {"shown": share(page, seconds)}
    page.do("pause")
    page.is_there("[data-do=play]")
    found["shown and paused"] = share(page, seconds)
    page.do("play")
    page.is_there("[data-do=pause]")
    notebook.command("notebook:clear-all-cell-outputs")
    notebook.until("not view_of(cluster)._viewers.present")
    found["not shown"] = share(page, seconds)
    return found


def written(name: str, taken: list[float], unit: str = "ms") -> str:
    """Write what was measured in a line."""
    last = quantiles(taken, n=20, method="inclusive")[-1]
    middle = f"median {median(taken):.0f}, 95 of 100 within {last:.0f} {unit}"
    return f"{name}, {len(taken)} times: {middle}, longest {max(taken):.0f} {unit}"


def tell(record_property: Any, **lines: str) -> None:
    """Print lines, and keep them with the test's report."""
    for name, line in lines.items():
        record_property(name, line)
        print(f"\n{line}", end="")
    print()
