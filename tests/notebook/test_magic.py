from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.error import UsageError

import igniter_nb as ig
from igniter_nb.notebook.kernel.arguments import split, value
from igniter_nb.notebook.magic import load, unload

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    Typed = Callable[[str], Any]


class Price(ig.Contract):
    order_total = ig.input(float)
    country = ig.input(str, default="UA")
    vat_rate = ig.input(float, default=0.2)

    inhabited = ig.guard("country", one_of=["UA", "PL"], message="no such country", gates="all")

    @ig.output
    def gross_total(order_total, vat_rate, country):
        return order_total * (1 + vat_rate)


class Looked(ig.Contract):
    id = ig.input(int)

    @ig.output(capabilities=["database"])
    def found(id):  # noqa: A002 -- the name of the input
        return id

    @ig.output
    def share(id):  # noqa: A002 -- the name of the input
        return 1 / id


class Blank(ig.Contract):
    """Declares nothing."""


@pytest.fixture
def igniter(shell: InteractiveShell) -> Callable[[str], Any]:
    """Give a way to type a line of ``%igniter`` into a notebook with two contracts."""
    shell.user_ns |= {"Price": Price, "Looked": Looked, "Blank": Blank, "price": made()}

    def typed(line: str) -> Any:
        return shell.run_line_magic("igniter", line)

    return typed


def made() -> Price:
    """Make an execution that has run."""
    return Price(order_total=100.0).resolve_all()


def refused(igniter: Callable[[str], Any], line: str) -> str:
    """Return what a line that cannot be done is answered with."""
    with pytest.raises(UsageError) as caught:
        igniter(line)
    return str(caught.value)


# --- graph, run, update, capabilities -------------------------------------------------------------


def test_graph_shows_a_contract(igniter: Typed, shell: InteractiveShell) -> None:
    """`graph` gives the graph of a class, an instance with its states, a graph as it is."""
    shell.user_ns["drawn"] = Price.compiled_graph

    assert igniter("graph Price") is Price.compiled_graph
    assert igniter("graph price") is shell.user_ns["price"]
    assert igniter("graph drawn") is Price.compiled_graph


def test_run_returns_a_new_instance(igniter: Typed, shell: InteractiveShell) -> None:
    """`run` of a class gives a new execution, resolved, and stores it nowhere."""
    before = {*shell.user_ns}

    ran = igniter("run Price order_total=10.0 vat_rate=0.5")

    assert isinstance(ran, Price)
    assert ran.succeeded
    assert ran.result.to_dict() == {"gross_total": 15.0}
    assert {*shell.user_ns} == before


def test_run_is_assigned(shell: InteractiveShell, igniter: Typed) -> None:
    """What `run` returns can be kept in a variable, as in a cell."""
    assert igniter is not None

    shell.run_cell("kept = %igniter run Price order_total=10.0")

    assert shell.user_ns["kept"].result.gross_total == 12.0


def test_run_updates_an_instance(igniter: Typed, shell: InteractiveShell) -> None:
    """`run` of an instance updates it, makes every output fresh and returns it."""
    ran = igniter("run price order_total=200.0")

    assert ran is shell.user_ns["price"]
    assert ran.succeeded
    assert ran.result.gross_total == 240.0


def test_update_reports(igniter: Typed) -> None:
    """`update` gives the report of what ran again."""
    report = igniter("update price vat_rate=0.1")

    assert isinstance(report, ig.IncrementalReport)
    assert [row["node"] for row in report.records() if row["status"] == "changed"] == [
        "gross_total"
    ]


def test_report_runs_what_is_outdated(igniter: Typed, shell: InteractiveShell) -> None:
    """`report` says what ran and why: of an instance what was due, of a class its first run."""
    fresh, due = igniter("report price"), igniter("report price vat_rate=0.1")
    first = igniter("report Price order_total=5.0")

    assert fresh.headline.startswith("0 of 2 nodes ran, 2 skipped")
    assert due.recomputed_nodes == ("gross_total",)
    assert "because vat_rate went 0.2 → 0.1" in due.headline
    assert shell.user_ns["price"].inputs["vat_rate"] == 0.1
    assert first.headline.startswith("2 of 2 nodes ran (2 first run), 0 skipped")


def test_explain_says_what_a_value_was_made_of(igniter: Typed, shell: InteractiveShell) -> None:
    """`explain` needs no output where there is one, and lists them where there are several."""

    class Two(ig.Contract):
        x = ig.input(int)
        one, two = ig.output("x"), ig.output("x")

    shell.user_ns["two"] = Two(x=1)

    assert igniter("explain price").rows[0].node == "gross_total"
    assert igniter("explain price order_total").rows[0].kind == "input"
    assert "outputs: one, two" in refused(igniter, "explain two")
    assert "explain expects one output" in refused(igniter, "explain two one two")
    assert "did you mean 'two'" in refused(igniter, "explain two twoo")
    assert "expects the name of a variable" in refused(igniter, "explain")


def test_plan_runs_and_changes_nothing(igniter: Typed, shell: InteractiveShell) -> None:
    """`plan` says what would run with some inputs; the instance keeps its own and stays fresh."""
    price = shell.user_ns["price"]
    ran = len(price.events)

    planned = igniter("plan price order_total=7.0")

    assert planned.headline == "1 node runs, 0 may run, 1 is fresh"
    assert igniter("plan price").headline == "0 nodes run, 0 may run, 2 are fresh"
    assert igniter("plan Price order_total=7.0").headline == "2 nodes run, 0 may run, 0 are fresh"
    assert price.inputs["order_total"] == 100.0
    assert price.succeeded
    assert not [each for each in price.events[ran:] if each.type == "node_started"]
    assert "Price was given wrong inputs" in refused(igniter, "plan price order_total=many")
    assert price.succeeded


def test_live_opens_a_widget(igniter: Typed, shell: InteractiveShell) -> None:
    """`live` shows an instance, with what it is given, or a new instance of a class."""
    widget, other = igniter("live price order_total=7.0"), igniter("live Price order_total=1.0")
    try:
        assert type(widget).__name__ == "LiveContract"
        assert shell.user_ns["price"].inputs["order_total"] == 7.0
        assert other.title == "Price"
    finally:
        widget.close()
        other.close()


def test_tours_are_opened_by_name(igniter: Typed) -> None:
    """`tour` opens each of the tours however its name is written, and alone lists them."""
    listed = igniter("tour")

    assert [row["command"] for row in listed.records()] == [
        "%igniter tour election",
        "%igniter tour replication",
        "%igniter tour partition",
        "%igniter tour figure-8",
        "%igniter tour lost-quorum",
    ]
    for line in ("tour lost-quorum", "tour lost quorum", 'tour "lost quorum"'):
        assert igniter(line).name == "lost quorum"
    said = refused(igniter, "tour elections")
    assert said.startswith("expected a tour of 'election', 'replication'")
    assert "did you mean 'election'?" in said


def test_capabilities(igniter: Typed) -> None:
    """`capabilities` gives the capability report of a class and of an instance."""
    assert igniter("capabilities Looked").used == ("database",)
    assert igniter("capabilities price").used == ()


# --- what cannot be done --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("grap Price", "there is no command 'grap'; did you mean 'graph'? known: graph, run,"),
        ("zzz", "there is no command 'zzz'; known: graph, run, update, report, plan, explain, l"),
        ("run", "run expects the name of a variable: %igniter run NAME input=value …; known: Loo"),
        ("graph Prise", "there is no variable 'Prise'; did you mean 'Price'? known: Looked, Pri"),
        ("graph zzz", "there is no variable 'zzz'; known: Looked, Price, drawn, price"),
        ("graph Price x", "graph expects one name and nothing else, got 'x' behind it"),
        ("graph Price.compiled_graph", "there is no variable 'Price.compiled_graph'; known: L"),
        ("update Price vat_rate=1.0", "Price is no instance but a contract class: make an instan"),
        ("run Blank", "Blank is no contract or instance but a contract that declares nothing; "),
        ("run number a=1", "number is no contract or instance but 17 of type int; known: Looked,"),
        ("run drawn", "drawn is no contract or instance but a compiled graph; known: Looked, Pri"),
        ("update Price", "Price is no instance but a contract class: make an instance with x ="),
        ("run Price 10.0", "expected input=value, got '10.0': no blanks around =, text with blan"),
        ("run Price order_total = 1", "expected input=value, got 'order_total': no blanks"),
        ("run Price vat_rate=1 vat_rate=2", "input 'vat_rate' is given twice"),
        ("run Price country=$nowhere", "there is no variable 'nowhere'; write the text $nowhere"),
        ('run Price country="UA', 'the quote " is never closed in: run Price country="UA'),
        ("run Price order_total=(1", "the bracket ( is never closed in: run Price order_total=(1"),
        ("--what", "unrecognized arguments: --what"),
    ],
)
def test_what_is_not_understood(
    line: str, said: str, igniter: Typed, shell: InteractiveShell
) -> None:
    """A line that is not understood is answered in one line: what was expected, what is known."""
    shell.user_ns |= {"number": 17, "drawn": Price.compiled_graph}

    answer = refused(igniter, line)

    assert answer.startswith(said)
    assert "\n" not in answer


def test_nothing_to_name(shell: InteractiveShell) -> None:
    """In a notebook without contracts the answer does not list them."""
    shell.user_ns["graph"] = Price.compiled_graph

    with pytest.raises(UsageError, match="there is none here yet"):
        shell.run_line_magic("igniter", "update")
    with pytest.raises(UsageError, match=r"no variable 'Price'; there is none here yet"):
        shell.run_line_magic("igniter", "run Price")


def test_an_instance_is_no_graph(igniter: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that takes no instance says that it was given one."""
    from igniter_nb.notebook import magic
    from igniter_nb.notebook.graphs.magic.names import Sort

    graph = magic.COMMANDS["graph"]
    only = replace(graph, run=partial(graph.run.func, sorts=(Sort.GRAPH,)))
    monkeypatch.setitem(magic.COMMANDS, "graph", only)

    assert refused(igniter, "graph price").startswith(
        "price is no graph but an instance of a contract; there is none here yet"
    )


def test_wrong_inputs_are_listed(
    igniter: Typed, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong inputs are answered with every problem and no traceback."""
    answer = refused(igniter, "run Price order_total=many contry=UA")
    shell.run_cell("%igniter run Price order_total=many contry=UA")

    printed = capsys.readouterr()
    assert "1. " in answer
    assert "2. " in answer
    assert printed.err.startswith("UsageError: Price was given wrong inputs: 2 problems")
    assert "Traceback" not in printed.out + printed.err


def test_a_policy_is_answered_plainly(igniter: Typed) -> None:
    """A step that the policy stops, and a guard that says no, are no accidents: one line."""
    igniter("policy deny database")

    assert "uses denied capabilities: database" in refused(igniter, "run Looked id=1")
    assert refused(igniter, "run Price order_total=1.0 country=XX").startswith("no such country")


def test_a_failing_node_keeps_its_traceback(igniter: Typed) -> None:
    """The error of a node's own function comes with the traceback that leads to its line."""
    with pytest.raises(ig.ResolutionError, match="ZeroDivisionError") as caught:
        igniter("run Looked id=0")

    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_names_are_never_evaluated(igniter: Typed, shell: InteractiveShell) -> None:
    """A name and a value are looked up and read, never evaluated, nor expanded by IPython."""

    class Hostile:
        @property
        def __class__(self):
            msg = "a class that lies about itself"
            raise RuntimeError(msg)

    shell.user_ns["hostile"] = Hostile()

    assert "there is no variable" in refused(igniter, "run __import__('os')")
    assert "of type Hostile" in refused(igniter, "run hostile")
    assert value("__import__('os').getcwd()", {}) == "__import__('os').getcwd()"
    assert value("{1+1}", shell.user_ns) == "{1+1}"


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7", 7),
        ('"7"', "7"),
        ("-1.5", -1.5),
        ("None", None),
        ("True", True),
        ("[1,2]", [1, 2]),
        ("{'a': (1, 2)}", {"a": (1, 2)}),
        ("UA", "UA"),
        ("rate", 0.2),
        ("$rate", 0.2),
        ("$5", "$5"),
        ('"rate"', "rate"),
        ("007", "007"),
        ("2024-10-12", "2024-10-12"),
        ("O'Brien", "O'Brien"),
        (r"C:\data", r"C:\data"),
        ("", ""),
        ("(" * 500 + ")" * 500, "(" * 500 + ")" * 500),
    ],
)
def test_how_a_value_is_read(written: str, meant: object) -> None:
    """A value is `$variable`, else a literal, else the name of a variable, else text."""
    assert value(written, {"rate": 0.2}) == meant


def test_the_object_itself_is_given(igniter: Typed, shell: InteractiveShell) -> None:
    """A variable given by name is the very object, not its text."""
    shell.user_ns["chosen"] = shell.user_ns["country"] = "PL"

    assert igniter("run Price order_total=1.0 country=$chosen").inputs["country"] == "PL"
    assert igniter("run Price order_total=1.0 country=country").inputs["country"] == "PL"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("  run  Price   a=1 ", ["run", "Price", "a=1"]),
        ('a="x y" b=\'z "w"\'', ['a="x y"', "b='z \"w\"'"]),
        (r'a="say \"hi\" to" b', [r'a="say \"hi\" to"', "b"]),
        ("a=[1, 2] b={'k': \"v )\"} c=(3, 4)", ["a=[1, 2]", "b={'k': \"v )\"}", "c=(3, 4)"]),
        ("a=O'Brien b=x'", ["a=O'Brien", "b=x'"]),
        ("a=:) b", ["a=:)", "b"]),
        ("", []),
    ],
)
def test_how_a_line_is_split(line: str, words: list[str]) -> None:
    """A line is split at blanks outside quotes and brackets, and quotes stay."""
    assert split(line) == words


# --- policy ---------------------------------------------------------------------------------------


def test_deny_adds_up(igniter: Typed) -> None:
    """`policy deny` adds to the process's policy and shows what is in force."""
    igniter("policy deny network")

    shown = igniter("policy deny database,cache")

    assert ig.get_policy() == ig.Policy(denied=["network", "database", "cache"])
    assert {row["capability"] for row in shown.records() if row["verdict"] == "denied"} == {
        "network",
        "database",
        "cache",
    }


def test_allow_takes_the_rest_away(igniter: Typed) -> None:
    """`policy allow` leaves only those named, and says which of them stay denied."""
    igniter("policy deny network")

    shown = igniter("policy allow network cache mine")

    verdicts = {row["capability"]: row["verdict"] for row in shown.records()}
    assert verdicts["cache"] == verdicts["mine"] == verdicts["pure"] == "allowed"
    assert verdicts["network"] == verdicts["database"] == "denied"
    assert "still denied: network" in shown.headline


def test_a_misspelt_capability(igniter: Typed) -> None:
    """A name like a known one is taken, since names are free, and asked about."""
    shown = igniter("policy deny databse")

    assert "'databse' is a name of your own, did you mean 'database'?" in shown.headline


def test_clear_and_show(igniter: Typed) -> None:
    """`policy clear` permits everything again; `policy` and `policy show` change nothing."""
    igniter("policy deny network")

    assert igniter("policy show").headline == "denied: network; unknown names: ignore"
    assert igniter("policy").headline == igniter("policy show").headline
    assert igniter("policy clear").headline == "no policy is in force, everything is permitted"
    assert ig.get_policy() is None


def test_a_blocks_policy_stays_its_own(igniter: Typed) -> None:
    """A policy of a surrounding block is shown and does not become the process's."""
    with ig.policy(denied=["network"]):
        shown = igniter("policy deny cache")

    assert shown.headline.startswith("denied: cache, network;")
    assert ig.get_policy() == ig.Policy(denied=["cache"])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("policy dney network", "policy expects deny, allow, clear, show, got 'dney'; did you"),
        ("policy zzz", "policy expects deny, allow, clear, show, got 'zzz'"),
        ("policy deny", "policy deny expects capability names; known: pure, network,"),
        ("policy clear network", "policy clear takes no names, got network"),
    ],
)
def test_a_policy_that_is_not_understood(line: str, said: str, igniter: Typed) -> None:
    """A policy line that says nothing that can be done changes nothing."""
    assert refused(igniter, line).startswith(said)
    assert ig.get_policy() is None


# --- help, doctor, loading ------------------------------------------------------------------------


def test_help(igniter: Typed) -> None:
    """The magic alone, `help` and `-h` give the table of commands."""
    commands = ["graph", "run", "update", "report", "plan", "explain", "live", "capabilities"]
    commands += ["policy", "cluster", "tour", "doctor", "help"]

    for line in ("", "help", "-h", "run Price --help", "cluster start --help"):
        rows = igniter(line).records()
        assert [*dict.fromkeys(str(row["command"]).split()[1] for row in rows)] == commands


def test_doctor_is_asked(igniter: Typed) -> None:
    """`doctor` gives the report on the shell that asks."""
    assert "InteractiveShell" in str(igniter("doctor"))


def test_inspection(shell: InteractiveShell) -> None:
    """`%igniter?` shows usage, what the commands do, how values are read, and the options."""
    said = shell.object_inspect_text("%igniter")

    wanted = ("%igniter [-h] [command]", "run NAME input=value", "``$name``", "-h, --help")
    for part in (*wanted, "%igniter cluster kill NODE"):
        assert part in said


def test_loading_twice_changes_nothing(shell: InteractiveShell) -> None:
    """Loading and unloading can be done again; unloading leaves nothing behind."""
    matchers = [*shell.Completer.custom_matchers]

    load(shell)
    assert shell.Completer.custom_matchers == matchers

    for _ in range(2):
        unload(shell)
        assert shell.find_line_magic("igniter") is None
        assert "IgniterMagics" not in shell.magics_manager.registry
        assert shell.Completer.custom_matchers == []

    load(shell)
    assert shell.find_line_magic("igniter") is not None
    assert len(shell.Completer.custom_matchers) == len(matchers)


def test_the_extension_is_loaded_by_name(shell: InteractiveShell) -> None:
    """`%load_ext` and `%unload_ext` work, and `%reload_ext` gives one magic, not two."""
    shell.run_line_magic("reload_ext", "igniter_nb")
    assert len(shell.Completer.custom_matchers) == 2  # lines of the magic, outputs

    shell.run_line_magic("unload_ext", "igniter_nb")
    assert shell.find_line_magic("igniter") is None
    assert shell.Completer.custom_matchers == []


def test_live_opens_the_workbench(igniter: Typed) -> None:
    """A widget is made of an instance, whose inputs are updated, or of a class with inputs."""
    made = igniter("live Price order_total=10.0 country=UA")
    again = igniter("live price order_total=20.0")

    assert type(made).__name__ == type(again).__name__ == "LiveContract"
    assert made.inputs[0]["raw"] == "10.0"
    assert again.inputs[0]["raw"] == "20.0"
    made.close()
    again.close()
