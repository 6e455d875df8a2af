"""Capabilities: what steps declare, and the policies that say no."""

from __future__ import annotations

import functools
import pickle
import sqlite3
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import igniter_nb as ig
from igniter_nb import capabilities
from igniter_nb.capabilities import KNOWN, OnUnknown, capabilities_of, combined, merged

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_policy() -> Iterator[None]:
    """Leave no policy behind."""
    yield
    ig.set_policy(None)


@ig.requires("network", "external_api")
class EmailSender(ig.Executor):
    def call(self, to, body):
        return to, body


@ig.pure
class TaxCalculator(ig.Executor):
    def call(self, amount, rate):
        return amount * rate


@ig.requires("cache", "network")
class CachingSender(EmailSender):
    pass


class QuietSender(EmailSender):
    pass


class Plain(ig.Executor):
    def call(self):
        return 1


@ig.requires("database")
class Stored:
    pass


class Both(QuietSender, Stored):
    pass


@ig.requires("network")
def fetch(url):
    """Fetch."""
    return url


# --- declaring ------------------------------------------------------------------------------


def test_an_executor_declares_what_it_touches():
    """The seed: @ig.requires declares names, readable as a tuple on class and instance."""
    assert EmailSender.declared_capabilities == ("network", "external_api")
    assert EmailSender().declared_capabilities == ("network", "external_api")
    assert Plain.declared_capabilities == ()


def test_pure_is_a_capability():
    """The seed: @ig.pure declares the capability pure, and is_pure tells it."""
    assert TaxCalculator.declared_capabilities == ("pure",)
    assert TaxCalculator.is_pure
    assert TaxCalculator().is_pure
    assert not EmailSender.is_pure
    assert not Plain.is_pure


def test_subclasses_keep_what_their_parents_declare():
    """Deriving from an executor keeps its capabilities, and adds each new one once."""
    assert QuietSender.declared_capabilities == ("network", "external_api")
    assert CachingSender.declared_capabilities == ("network", "external_api", "cache")
    assert EmailSender.declared_capabilities == ("network", "external_api")


def test_all_parents_count():
    """With several parents the capabilities of all of them add up."""
    assert set(Both.declared_capabilities) == {"network", "external_api", "database"}


def test_declarations_add_up():
    """Two decorators declare what both say, in order, each name once."""

    @ig.requires("cache", "network")
    @ig.requires("network", "queue")
    def work():
        return 1

    assert capabilities_of(work) == ("network", "queue", "cache")


@pytest.mark.parametrize(
    ("target", "names"),
    [
        (fetch, ("network",)),
        (functools.partial(fetch, "x"), ("network",)),
        (ig.requires("cache")(functools.partial(fetch, "x")), ("network", "cache")),
        (EmailSender().call, ("network", "external_api")),
        (staticmethod(fetch), ("network",)),
        (classmethod(fetch), ("network",)),
        (functools.lru_cache(fetch), ("network",)),
        (Stored(), ("database",)),
        (ig.requires("cache")(Stored()), ("database", "cache")),
        (len, ()),
        ("text", ()),
        (3, ()),
    ],
)
def test_whatever_holds_a_declaration_has_it(target, names):
    """Functions, partials, methods, wrappers and instances declare what they are made of."""
    assert capabilities_of(target) == names


def test_bound_methods_have_what_they_are_bound_to():
    """A method declares its own capabilities and those of its class or instance, builtin or not."""

    @ig.requires("database")
    class Connection(sqlite3.Connection):
        @classmethod
        @ig.requires("filesystem")
        def open(cls):
            return cls(":memory:")

    connection = Connection.open()
    try:
        assert capabilities_of(Connection.open) == ("filesystem", "database")
        assert capabilities_of(connection.execute) == ("database",)
    finally:
        connection.close()


def test_a_custom_name_is_as_good_as_a_known_one():
    """The seed: names are not restricted to the known ones."""
    assert capabilities_of(ig.requires("billing")(lambda: 1)) == ("billing",)
    assert set(KNOWN) == {
        "pure",
        "network",
        "database",
        "filesystem",
        "external_api",
        "messaging",
        "queue",
        "cache",
    }


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        ((), TypeError, "at least one capability name"),
        ((3,), TypeError, "expects capability names as text, got 3"),
        (("",), ValueError, "empty capability name; known names: pure, network"),
        ((" ",), ValueError, "empty capability name"),
        ((lambda: 1,), TypeError, "expects capability names as text"),
    ],
)
def test_wrong_declarations_are_refused(names, error, message):
    """@ig.requires without names, or with something else than names, is an error at once."""
    with pytest.raises(error, match=message):
        ig.requires(*names)


@pytest.mark.parametrize("target", [len, Stored().__init__, 3, int])
def test_what_cannot_be_marked_is_told_where_to_declare(target):
    """A builtin cannot be marked; the error says to declare at the node instead."""
    with pytest.raises(TypeError, match=r"declare it at the node, capabilities=\['network'\]"):
        ig.requires("network")(target)


def test_names_are_merged_in_order():
    """Merging keeps the order of first appearance, each name once."""
    assert merged(["b", "a"], ["a", "c"], []) == ("b", "a", "c")


# --- the policy -----------------------------------------------------------------------------


def test_a_deny_list_denies_what_it_names():
    """The seed: a policy denies the names it lists and no others."""
    policy = ig.Policy(denied=["network", "filesystem"])

    assert policy.denies(["network", "database"]) == ("network",)
    assert policy.denies(["database", "billing"]) == ()
    assert policy.denies([]) == ()


def test_an_allow_list_allows_nothing_else():
    """With an allow-list every other name is denied, known or not; pure is always allowed."""
    policy = ig.Policy(allowed=["cache"])

    assert policy.denies(["cache", "network", "billing", "pure"]) == ("network", "billing")
    assert ig.Policy(allowed=[]).denies(["cache", "pure"]) == ("cache",)


def test_a_denied_name_is_denied_even_if_allowed():
    """Denying wins over allowing."""
    policy = ig.Policy(denied=["cache", "pure"], allowed=["cache"])

    assert policy.denies(["cache", "pure"]) == ("cache", "pure")


def test_unknown_names_can_be_denied():
    """With on_unknown="raise" a policy denies a name that nobody knows and it does not name."""
    policy = ig.Policy(denied=["billing"], on_unknown="raise")

    assert policy.unknown(["netwrok", "network", "billing"]) == ("netwrok",)
    assert policy.denies(["netwrok", "network", "billing"]) == ("netwrok", "billing")
    assert ig.Policy(allowed=["shop"], on_unknown="raise").denies(["shop"]) == ()
    for word in ("ignore", "warn"):
        assert ig.Policy(on_unknown=word).denies(["netwrok"]) == ()


def test_names_can_come_from_anywhere():
    """A policy takes and checks any collection of names, a generator as well."""
    policy = ig.Policy(denied=(name for name in ["network"]), on_unknown="raise")

    assert policy.denied == frozenset({"network"})
    assert policy.denies(name for name in ["network", "zzz"]) == ("network", "zzz")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"denied": "network"},
            TypeError,
            r"expects a list .* got the text 'network': write \['ne",
        ),
        ({"allowed": "network"}, TypeError, r"Policy\(allowed=…\) expects a list"),
        ({"denied": [3]}, TypeError, "expects capability names as text, got 3"),
        ({"allowed": [""]}, ValueError, "empty capability name"),
        ({"on_unknown": "deny"}, ValueError, "expects 'ignore', 'warn' or 'raise', got 'deny'"),
    ],
)
def test_wrong_policies_are_refused(options, error, message):
    """A policy that would silently do nothing is an error at once."""
    with pytest.raises(error, match=message):
        ig.Policy(**options)


def test_a_single_text_is_no_list_of_names():
    """Asking about a text instead of a list of names is an error, not an empty answer."""
    with pytest.raises(TypeError, match="expects a list of capability names"):
        ig.Policy(denied=["network"]).denies("network")


def test_a_policy_is_a_value():
    """Policies are equal and hash by content, do not change, and can be pickled."""
    policy = ig.Policy(denied=["b", "a"], allowed=["c"], on_unknown="warn")

    assert policy == ig.Policy(denied=["a", "b"], allowed=["c"], on_unknown="warn")
    assert hash(policy) == hash(ig.Policy(denied=["a", "b"], allowed=["c"], on_unknown="warn"))
    assert policy != ig.Policy(denied=["a", "b"])
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301 -- our own bytes
    with pytest.raises(AttributeError):
        policy.denied = frozenset()


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        (ig.Policy(), "denied: nothing; unknown names: ignore"),
        (ig.Policy(["b", "a"]), "denied: a, b; unknown names: ignore"),
        (
            ig.Policy(["a"], ["c"], "raise"),
            "denied: a; allowed only: c; unknown names: raise",
        ),
        (
            ig.Policy(allowed=[]),
            "denied: nothing; allowed only: nothing; unknown names: ignore",
        ),
    ],
)
def test_a_policy_reads_as_a_sentence(policy, text):
    """A policy is written as a person would say it."""
    assert str(policy) == text


# --- from the environment -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "policy"),
    [
        ({}, ig.Policy()),
        ({"IGNITER_DENY": "network, filesystem,"}, ig.Policy(denied=["network", "filesystem"])),
        ({"IGNITER_ALLOW": "cache"}, ig.Policy(allowed=["cache"])),
        ({"IGNITER_ALLOW": ""}, ig.Policy(allowed=[])),
        ({"IGNITER_ON_UNKNOWN": "raise"}, ig.Policy(on_unknown="raise")),
    ],
)
def test_deployment_decides(variables, policy, monkeypatch: pytest.MonkeyPatch):
    """The seed's environment pattern: the same code runs under the policy of its surroundings."""
    for name in ("IGNITER_DENY", "IGNITER_ALLOW", "IGNITER_ON_UNKNOWN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert ig.Policy.from_env() == policy
    assert ig.Policy.from_env(variables) == policy


def test_a_wrong_variable_is_named():
    """A variable with a wrong value is named in the error, as the person who set it knows it."""
    with pytest.raises(ValueError, match="IGNITER_ON_UNKNOWN expects ignore, warn or raise"):
        ig.Policy.from_env({"IGNITER_ON_UNKNOWN": "deny"})


# --- together -------------------------------------------------------------------------------

names = st.sampled_from(["network", "cache", "database", "pure", "billing", "shop"])
policies = st.builds(
    ig.Policy,
    denied=st.frozensets(names),
    allowed=st.none() | st.frozensets(names),
    on_unknown=st.sampled_from(get_args(OnUnknown)),
)


@given(policies, policies, st.lists(names))
def test_two_policies_permit_what_both_permit(one, other, asked):
    """Policies only take away: together they deny exactly what either of them denies."""
    together = one & other

    assert set(together.denies(asked)) == set(one.denies(asked)) | set(other.denies(asked))


@given(policies, policies, policies, st.lists(names))
def test_the_order_of_policies_does_not_matter(one, other, third, asked):
    """Combining is commutative, associative and idempotent, for everything that can be asked."""

    def denied(policy):
        return set(policy.denies(asked))

    assert denied(one & other) == denied(other & one)
    assert denied((one & other) & third) == denied(one & (other & third))
    assert one & one == one or denied(one & one) == denied(one)


@given(policies, st.lists(names))
def test_no_policy_changes_nothing(policy, asked):
    """Neither None nor an empty policy takes anything away."""
    assert combined(policy, None) is policy
    assert combined(None, policy) is policy
    assert combined(None, None) is None
    assert (policy & ig.Policy()).denies(asked) == policy.denies(asked)


def test_the_strictest_word_about_unknown_names_wins():
    """Of two policies the stricter says what happens about unknown names."""
    words = [
        (ig.Policy(on_unknown=a) & ig.Policy(on_unknown=b)).on_unknown
        for a, b in [("ignore", "warn"), ("raise", "warn"), ("ignore", "ignore")]
    ]

    assert words == ["warn", "raise", "ignore"]


# --- in force -------------------------------------------------------------------------------


def test_the_process_has_one_policy():
    """set_policy sets it for the process, get_policy reads it, None takes it away."""
    policy = ig.Policy(denied=["network"])
    assert ig.get_policy() is None

    ig.set_policy(policy)
    assert ig.get_policy() is policy

    ig.set_policy(None)
    assert ig.get_policy() is None


@pytest.mark.parametrize("wrong", [["network"], "network", {"denied": ["network"]}])
def test_only_a_policy_is_a_policy(wrong):
    """Something else given as a policy is refused where it is given."""
    with pytest.raises(TypeError, match=r"expected an ig\.Policy or None, got"):
        ig.set_policy(wrong)
    with (
        pytest.raises(TypeError, match=r"expected an ig\.Policy or None, got"),
        ig.policy(wrong),
    ):
        pass
    assert ig.get_policy() is None


def test_a_block_adds_to_what_is_in_force():
    """A block takes away within it, on top of the process and of outer blocks, and then is over."""
    ig.set_policy(ig.Policy(denied=["network"]))

    with ig.policy(denied=["cache"]) as outer:
        assert outer == ig.Policy(denied=["cache"])
        with ig.policy(allowed=["network", "cache", "queue"]):
            asked = ["network", "cache", "queue", "database"]
            assert ig.get_policy().denies(asked) == ("network", "cache", "database")
        assert ig.get_policy().denied == {"network", "cache"}
    assert ig.get_policy().denied == {"network"}


def test_a_block_takes_a_ready_policy_and_more():
    """A ready policy is used as it is; further arguments take away from it."""
    ready = ig.Policy(denied=["network"])

    with ig.policy(ready) as added:
        assert added == ready
    with ig.policy(ready, denied=["cache"]) as added:
        assert added.denies(["network", "cache", "queue"]) == ("network", "cache")
    with ig.policy(None, denied=["cache"]) as added:
        assert added == ig.Policy(denied=["cache"])


def test_an_allowance_does_not_make_a_name_known_to_another_policy():
    """What one policy refuses as unknown stays refused, though another one allows it by name."""
    strict, generous = ig.Policy(on_unknown="raise"), ig.Policy(allowed=["foo", "network"])

    for both in (strict & generous, generous & strict):
        assert both.denies(["foo", "network"]) == ("foo",)


def test_a_block_ends_however_it_is_left():
    """An exception in the block lifts its policy as well."""
    with pytest.raises(RuntimeError), ig.policy(denied=["network"]):
        raise RuntimeError

    assert ig.get_policy() is None


def test_the_room_says_what_it_exports():
    """Everything named as public exists."""
    assert all(hasattr(capabilities, name) for name in capabilities.__all__)
