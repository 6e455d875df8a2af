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


WATCHED = """
import threading, time
import igniter_nb as ig

def light(x, y):
    return x + y

def heavy(x, y):
    end = time.thread_time() + 0.001
    while time.thread_time() < end:
        pass
    return x + y

def row(work, count):
    builder = ig.ContractBuilder("Row")
    builder.input("first", int)
    names = ["first", "first"]
    for at in range(count):
        names.append(f"n{at}")
        builder.compute(names[-1], work, depends_on={"x": names[at], "y": names[at + 1]})
    builder.output("last", source=names[-1])
    return builder.build()

def cost(contract, seconds, rest):
    begin, until, runs = time.process_time(), time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        runs += 1
        contract.update_inputs(first=contract.first + 1).resolve_all()
    threading.Event().wait(rest)
    return (time.process_time() - begin) / runs

def pairs(plain, watched, count):
    plain.resolve_all(), watched.resolve_all()
    taken = [(cost(plain, 0.5, 0.01), cost(watched, 0.5, 0.5)) for _ in range(count)]
    return [sum(times) / count for times in zip(*taken)]

made = {}
"""

SHOWS = """
made[{name!r}] = row({work}, {count})(first=0), row({work}, {count})(first=0)
made[{name!r}][1].live()
"""


BIG = """
import random, threading
import igniter_nb as ig

def step(x, y):
    return x + y

def big(count, scopes=1, seed=1):
    rand, builder, names = random.Random(seed), ig.ContractBuilder("Big"), []
    read = set()
    for at in range(10):
        builder.input(f"in{at}", int)
        names.append(f"in{at}")
    for part in range(scopes):
        with builder.scope(f"part{part}"):
            for at in range(count // scopes):
                one, two = rand.choice(names[-60:]), rand.choice(names[-60:])
                names.append(f"node{part}_{at}")
                read |= {one, two}
                builder.compute(names[-1], step, depends_on={"x": one, "y": two})
    builder.expose(*(name for name in names[10:] if name not in read))
    return builder.build()(**{f"in{at}": at for at in range(10)})

flat, deep = big(1000, 4), big(5000, 50)
"""

PAINTED = """() => new Promise(done => {
  const began = performance.now();
  window.__run = window.jupyterapp.commands.execute('notebook:run-cell-and-select-next');
  const look = () => document.querySelector('.ig-live[data-ready="1"] .ig-layer svg')
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)))
    : requestAnimationFrame(look);
  look();
})"""

PANNED = """milliseconds => new Promise(done => {
  const canvas = document.querySelector('.ig-canvas');
  const {left, top} = canvas.getBoundingClientRect();
  const point = (type, x) => canvas.dispatchEvent(new PointerEvent(type, {
    bubbles: true, button: 0, pointerId: 1, clientX: left + 400 + x, clientY: top + 80 + x / 4}));
  canvas.setPointerCapture = () => {};
  let [frames, states, x] = [0, 0, 0];
  const run = new MutationObserver(seen => { states += seen.length; });
  run.observe(canvas, {subtree: true, attributes: true, attributeFilter: ['data-state']});
  point('pointerdown', 0);
  requestAnimationFrame(began => {
    const look = now => {
      frames += 1;
      x = 300 * Math.sin((now - began) / 400);
      point('pointermove', x);
      if (now - began < milliseconds) {
        requestAnimationFrame(look);
      } else {
        point('pointerup', x);
        run.disconnect();
        done([frames / (now - began) * 1000, states]);
      }
    };
    requestAnimationFrame(look);
  });
})"""

RUNS = """
stop = threading.Event()

def again():
    at = 0
    while not stop.is_set():
        at += 1
        flat.resolve_incrementally(in0=at, in5=at)
        stop.wait(0.1)

runs = threading.Thread(target=again)
runs.start()
"""


def watching(notebooks: Any, count: int = 6) -> dict[str, tuple[float, float]]:
    """Return seconds of CPU for one run, not watched and watched, of light and of heavy nodes."""
    sizes = {"light": ("light", 1000), "heavy": ("heavy", 100)}
    cells = [SHOWS.format(name=name, work=work, count=size) for name, (work, size) in sizes.items()]
    notebook = notebooks.open("watching", [WATCHED, *cells])
    notebook.run_all()
    notebook.page.wait_for_function(
        "() => document.querySelectorAll('.ig-live[data-ready]').length === 2"
    )
    found = {}
    for name, (_, size) in sizes.items():
        plain, watched = notebook.ask(f"pairs(*made[{name!r}], {count})")
        found[name] = plain / size, watched / size
    return found


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


def painted(notebooks: Any, count: int) -> list[float]:
    """Return milliseconds from Run to a live diagram of 1,000 nodes on the page, each time anew."""
    taken = []
    for at in range(count):
        notebook = notebooks.open(f"painted-{at}", [BIG, "flat.live()"])
        notebook.command("notebook:run-cell-and-select-next")
        taken.append(notebook.page.evaluate(PAINTED))
    return taken


def panned(page: Any, seconds: float) -> tuple[float, int]:
    """Return frames drawn in a second while a live diagram is dragged, and changes of states."""
    drawn, changes = page.evaluate(PANNED, seconds * 1000)
    return drawn, changes


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
