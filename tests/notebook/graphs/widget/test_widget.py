from __future__ import annotations

import copy
import gc
import json
import os
import weakref
from pathlib import Path

import pytest

import igniter_nb as ig
from igniter_nb.notebook.graphs.widget.widget import LiveContract
from igniter_nb.notebook.page import bundle

FIXTURE = Path(__file__).resolve().parents[3] / "fixtures" / "widgets" / "live.json"
REWRITE = "IGNITER_REWRITE"


@pytest.fixture
def live(clock, price):
    """Open a widget and close it afterwards."""
    made = price.live()
    yield made
    made.close()


def type_in(live, **typed):
    """Send what the form of the page sends."""
    live._handle_custom_msg({"type": "update", "form": "page:1", "inputs": typed}, [])


def test_it_starts_with_the_picture_and_the_states(live):
    """A new widget has a drawing with every node, and the state of each."""
    assert isinstance(live, LiveContract)
    assert live.svg.startswith("<svg")
    assert all(f'data-node="{path}"' in live.svg for path in live.states)
    assert live.states["gross_total"]["status"] == "pending"
    assert set(live.looks) >= {state["status"] for state in live.states.values()}


def test_a_run_that_ended_is_on_the_page(live, price):
    """When ``resolve_all`` returns, the widget has been told how the run ended."""
    price.resolve_all()

    assert live.states["gross_total"]["value"] == "122.0"
    assert live.headline.startswith("4 of 4 nodes ran")


def test_reports_are_throttled(live, price, clock):
    """A thousand quick runs are a few reports, the last of which has the last state."""
    before = live.seen["updates"]
    for total in range(1000):
        price.resolve_incrementally(order_total=float(total))
    clock.ring()

    assert live.states["order_total"]["value"] == "999.0"
    assert live.seen["run"] == 1000
    assert live.seen["updates"] - before == 2


def test_typed_values_run_the_dependants(live, price):
    """Values typed on the page are converted, given to the contract, and what they touch runs."""
    price.resolve_all()

    type_in(live, order_total="150", country="PL")

    assert price.inputs["order_total"] == 150.0
    assert live.states["gross_total"]["value"] == "192.5"
    assert live.states["gross_total"]["runs"] == 2
    told = {"accepted": 1, "said": "", "problem": "", "wrong": {}, "form": "page:1"}
    assert live.answer == told
    assert live.inputs[0]["raw"] == "150.0"


def test_typed_values_are_taken_all_or_none(live, price):
    """One wrong text refuses the whole form and names the field; nothing runs."""
    type_in(live, order_total="a lot", country="PL")

    assert price.inputs["country"] == "UA"
    assert live.states["gross_total"]["status"] == "pending"
    assert live.answer["wrong"].keys() == {"order_total"}
    assert "valid number" in live.answer["wrong"]["order_total"]
    assert live.answer["accepted"] == 0


def test_the_contract_has_the_last_word(clock):
    """A value of the right type that the contract's validation refuses is told as it says it."""
    from typing import Annotated

    from pydantic import Field

    class Share(ig.Contract):
        rate = ig.input(Annotated[float, Field(gt=0)])

        @ig.output
        def double(rate):
            return rate * 2

    live = Share(rate=0.5).live()

    type_in(live, rate="-1")
    live.close()

    assert "greater than 0" in live.answer["wrong"]["rate"]


def test_a_failed_node_is_no_problem_of_the_form(live):
    """Values that make a node fail are accepted; the failure is shown at the node."""
    type_in(live, country="FR")

    assert live.answer["accepted"] == 1
    assert live.states["known_country"]["status"] == "failed"
    assert live.states["gross_total"]["status"] == "blocked"


def test_when_nothing_had_to_run_it_is_said(live, price):
    """Running what is up to date changes no picture, so it is said in words."""
    price.resolve_all()

    type_in(live)

    assert live.answer["said"] == "Nothing had to run: every value is up to date."


def test_an_unknown_input_is_refused(live):
    """A form that names no input of the contract is refused."""
    type_in(live, colour="red")

    assert live.answer["wrong"] == {"colour": "Price has no input 'colour'"}


@pytest.mark.parametrize(
    "content", ["x", {}, {"type": "update"}, {"type": "delete", "inputs": {}}, {"type": "inspect"}]
)
def test_messages_of_another_form_are_ignored(live, content):
    """What is no message of our page changes nothing."""
    live._handle_custom_msg(content, [])

    assert live.answer["accepted"] == 0


def test_a_question_is_answered_to_the_view_that_asked(live, price, monkeypatch):
    """The facts of a node are sent once, with the name of the view, and are no trait."""
    sent = []
    monkeypatch.setattr(live, "send", sent.append)
    price.resolve_all()

    live._handle_custom_msg({"type": "inspect", "node": "delivery.cost", "asker": "v"}, [])

    (answer,) = sent
    assert (answer["type"], answer["asker"], answer["node"]) == ("inspected", "v", "delivery.cost")
    assert answer["facts"]["value"]["text"] == "2.0"


def test_a_scenario_is_pinned_for_all_pages(live, price):
    """What is pinned is told with every report, and a closed widget does nothing more."""
    for kind in ("pin", "unpin", "pin"):
        live._handle_custom_msg({"type": kind, "form": "v:1"}, [])
    price.resolve_incrementally(order_total=150.0)
    live._report()

    assert live.pinned["inputs"]["order_total"] == "100.0"
    assert live.pinned["nodes"]["gross_total"]["by"] == "+60 (+49.2 %)"
    live.close()
    live._handle_custom_msg({"type": "swap"}, [])
    assert price.inputs["order_total"] == 150.0


def test_closing_lets_go(clock):
    """A closed widget does not listen and does not keep the contract alive."""

    class Small(ig.Contract):
        a = ig.input(int)

        @ig.output
        def b(a):
            return a

    small = Small(a=1)
    live = small.live()
    live.close()
    small.resolve_all()

    assert live.states["b"]["status"] == "pending"
    clock.ring()

    gone = weakref.ref(small)
    clock.throttles.clear()
    del small
    gc.collect()
    assert gone() is None


def test_a_contract_has_one_widget_until_it_is_closed(clock, price):
    """A cell that is run again adds no second follower and no second thread; a copy has its own."""
    first = price.live()
    again, other = price.live(), copy.copy(price).live()
    price.resolve_all()
    first.close()
    new = price.live()
    new.close()
    other.close()

    assert again is first
    assert len({id(first), id(other), id(new)}) == 3
    assert price.execution.hear().watches == ()


def test_it_shows_itself_without_widgets_too(live, price):
    """The bundle has the widget, and the picture of the moment for where there are none."""
    data, _ = live._repr_mimebundle_()

    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == live.model_id
    assert 'src="data:image/svg+xml;base64,' in data["text/html"]
    assert data["image/svg+xml"].startswith("<svg")
    assert "gross_total" in data["text/plain"]


def test_its_repr_has_no_address(live, price):
    """The text names the execution and nothing that differs from run to run."""
    assert repr(live) == f"<LiveContract {price.id}>"


def test_a_missing_bundle_says_how_to_build_it(monkeypatch, tmp_path):
    """Without the built front end there is still a module, which says what to run.

    With it there is its text; or its path, for who works on it and wants it loaded again.
    """
    monkeypatch.setattr(bundle, "STATIC", tmp_path)

    module = bundle.bundle("live")

    assert isinstance(module, str)
    assert "npm ci && npm run build" in module
    assert module.startswith("export default { render(")

    (tmp_path / "live.js").write_text("export default {}")
    assert bundle.bundle("live") == "export default {}"
    monkeypatch.setenv("ANYWIDGET_HMR", "1")
    assert bundle.bundle("live") == tmp_path / "live.js"


def test_the_page_is_tested_with_what_the_kernel_sends(live, price):
    """The front end's tests read the traits that this file writes; times stand still in it."""
    price.resolve_all()
    live._handle_custom_msg({"type": "pin"}, [])
    type_in(live, order_total="150", country="FR")
    sent = {name: live.get_state([name])[name] for name in sorted(live.keys) if name[0] != "_"}
    for name in ("comm", "layout", "tabbable", "tooltip", "svg", "legend", "base", "news"):
        sent.pop(name, None)
    sent["states"] = json.loads(json.dumps(live.states))
    for state in sent["states"].values():
        state |= {"time": state["time"] and "1 ms", "how": state["how"] and "1 ms"}
    for node in sent["nodes"].values():
        node["where"] = "cell 1, line 1"
    sent["headline"] = sent["headline"].split(" · ")[0]
    sent["seen"] |= {"at": 0, "updates": 0}
    for look in sent["looks"].values():
        look.pop("mark")
    text = json.dumps(sent, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get(REWRITE):
        FIXTURE.write_text(text, encoding="utf-8")

    assert text == FIXTURE.read_text(encoding="utf-8"), f"if that is meant: {REWRITE}=1 pytest …"


def test_a_page_folds_for_all_pages_and_is_answered(live, monkeypatch):
    """A cluster that a page folds is one box in the widget, and every message has its answer."""
    sent = []
    monkeypatch.setattr(live, "send", sent.append)
    live._handle_custom_msg(
        {"type": "fold", "paths": ["delivery"], "fold": True, "view": "a", "n": 1}, []
    )

    assert live.folds == {"delivery": True}
    assert "delivery.zone" not in live.states
    assert set(live.states) == set(live.nodes)
    assert sent == [{"type": "answer", "view": "a", "n": 1}]

    live._handle_custom_msg({"type": "fold", "paths": ["delivery"], "fold": False}, [])
    assert live.folds == {"delivery": False}
    assert "delivery.zone" in live.states


def test_only_what_changed_is_sent(live, price):
    """After a small change the base stays, and the news are the nodes that changed."""
    price.resolve_all()
    price.resolve_incrementally(order_total=1.0)
    live._report()
    base = live.base

    price.resolve_incrementally(order_total=2.0)
    live._report()

    assert live.base is base
    assert set(live.news) == {"order_total", "gross_total"}
    assert live.states["gross_total"]["value"] == "4.4"


KINDS = ["update", "reset", "pin", "unpin", "swap", "inspect", "code", "fold", "dance", None, []]
ODD = [None, True, -1, float("nan"), 10**400, "", "\ud800", [], [[]], {}, {"rate": []}, {5: 5}]


@pytest.mark.parametrize("kind", KINDS)
def test_no_shape_of_a_message_raises(live, kind):
    """What makes no sense is ignored or answered, whatever its fields hold; so is what is none."""
    usual = {"type": kind, "view": "a", "n": 1, "asker": "z", "paths": ["x"], "fold": True}
    live.send = lambda *_: None

    for field in (*usual, "inputs", "node", "form"):
        for odd in ODD:
            live._message(live, {"inputs": {}, **usual, field: odd}, [])
            assert "TypeError" not in live.answer["problem"]
    for content in ("x", None, 7, [], {}):
        live._message(live, content, [])
