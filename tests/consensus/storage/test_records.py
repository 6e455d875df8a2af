"""Bytes come back as what they were, and damage is told from a torn end."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igniter_nb.consensus.storage import FileStorage, records
from igniter_nb.consensus.storage.records import HEADER, MAGIC, frame, read_records
from igniter_nb.raft import Configuration, Entry, EntryKind, HardState, Snapshot, Ticket
from tests.consensus.storage.model import step

NUMBERS = st.integers(0, 2**64 - 1)
TICKETS = st.none() | st.builds(Ticket, NUMBERS, NUMBERS, NUMBERS)
TEXTS = st.text("aß漢😀", max_size=4)
HARD_STATES = st.none() | st.builds(HardState, NUMBERS, st.none() | TEXTS, NUMBERS)
CONTENTS = st.tuples(NUMBERS, st.sampled_from(EntryKind), st.binary(max_size=8), TICKETS)
NAMES = st.lists(TEXTS, max_size=3).map(tuple)


@st.composite
def steps(draw):
    """Draw any step without a snapshot."""
    first = draw(st.integers(1, 2**63))
    contents = enumerate(draw(st.lists(CONTENTS, max_size=4)), first)
    return step(*[Entry(i, *rest) for i, rest in contents], hard_state=draw(HARD_STATES))


@given(given_steps=st.lists(steps(), max_size=4))
def test_steps_come_back_as_they_were(given_steps):
    """A group holds its steps in order, whatever is in them."""
    encoded = [records.encode_step(each.hard_state, each.entries) for each in given_steps]

    assert list(records.decode_group(records.encode_group(encoded))) == given_steps


@given(each=steps())
def test_a_base_comes_back_as_it_was(each):
    """A base holds the hard state, the entries, and which snapshot it stands on."""
    hard_state = each.hard_state or HardState()
    reference = records.Reference(4, 2, 0xFFFFFFFF)

    for given_reference in (reference, None):
        payload = records.encode_base(given_reference, hard_state, each.entries)
        assert records.is_base(payload)
        assert records.decode_base(payload) == (
            given_reference,
            step(*each.entries, hard_state=hard_state),
        )


@given(
    st.builds(
        Snapshot, NUMBERS, NUMBERS, st.builds(Configuration, *[NAMES] * 4), st.binary(max_size=8)
    )
)
def test_a_snapshot_comes_back_as_it_was(snapshot):
    """A snapshot holds its index, its term, the configuration and the data."""
    assert records.decode_snapshot(records.encode_snapshot(snapshot)) == snapshot


def test_the_form_of_the_bytes_is_fixed():
    """Files that were written once can be read for ever: these bytes never change."""
    group = records.encode_group(
        [
            records.encode_step(
                HardState(2, "n1", 1), [Entry(7, 2, EntryKind.REGISTER, b"d", Ticket(1, 2, 3))]
            )
        ]
    )

    assert frame(group, 5) == bytes.fromhex(
        "694e6232 5a112c84 4a00000000000000 0500000000000000 06c28eec"  # the header
        "02 01 0700000000000000 01000000"  # a group; hard state, first index, count
        "0200000000000000 0100000000000000 02000000 6e31"  # term, commit, vote
        "0200000000000000 83 01000000"  # term, kind with ticket, length
        "0100000000000000 0200000000000000 0300000000000000 64"  # ticket, data
    )


def test_the_checksum_is_crc32c():
    """The check value of the polynomial is the one that everybody publishes."""
    assert records.checksum_function()(b"123456789") == 0xE3069283


PAYLOADS = [b"first", b"", b"third, " + MAGIC, b"last"]
DATA = b"".join(frame(payload, number) for number, payload in enumerate(PAYLOADS, 1))


def test_sound_records_are_read_to_the_end():
    """Records are found by their lengths, whatever is in them."""
    found, flaw = read_records(DATA)

    assert [each.payload for each in found] == PAYLOADS
    assert [each.sequence for each in found] == [1, 2, 3, 4]
    assert flaw is None


ENDS = [sum(len(frame(each, 1)) for each in PAYLOADS[:count]) for count in range(1, 5)]


def test_a_file_that_ends_too_early_is_torn():
    """Wherever a file ends, the whole records are read, and the rest is the torn last one."""
    for size in range(len(DATA)):
        found, flaw = read_records(DATA[:size])

        whole = [end for end in ENDS if end <= size]
        assert [each.payload for each in found] == PAYLOADS[: len(whole)], f"cut at {size}"
        if size in whole:
            assert flaw is None, f"cut at {size}, between two records"
        else:
            begin = whole[-1] if whole else 0
            assert flaw is not None, f"cut at {size}, in the middle of a record"
            assert (flaw.offset, flaw.torn) == (begin, True), f"cut at {size}"


@pytest.mark.parametrize("change", [0x01, 0x80, 0xFF])
def test_a_damaged_byte_is_torn_only_in_the_last_record(change):
    """A damaged record with a sound one after it cannot have been torn by a crash."""
    for offset in range(len(DATA)):
        damaged = bytearray(DATA)
        damaged[offset] ^= change

        found, flaw = read_records(bytes(damaged))

        whole = [end for end in ENDS if end <= offset]
        assert [each.payload for each in found] == PAYLOADS[: len(whole)], f"damaged at {offset}"
        assert flaw is not None, f"damaged at {offset}, not noticed"
        assert flaw.torn == (offset >= ENDS[-2]), f"damaged at {offset}"


def test_a_sound_record_inside_a_torn_one_is_its_payload():
    """A command may hold the bytes of a record: a torn record that holds one is still torn."""
    whole = frame(b"before", 1) + frame(frame(b"inside", 2) + b"more", 2)

    _, flaw = read_records(whole[:-1])

    assert flaw is not None
    assert flaw.torn


def test_bytes_after_a_damaged_payload_are_no_torn_end():
    """A crash leaves nothing after the record that it tears."""
    damaged = bytearray(frame(b"payload", 1))
    damaged[-1] ^= 1

    _, flaw = read_records(bytes(damaged) + b"more")

    assert flaw is not None
    assert not flaw.torn


def test_zeros_at_the_end_are_torn():
    """A file may have got its length before its bytes; what was not written reads as zeros."""
    found, flaw = read_records(DATA + bytes(HEADER.size + 100))

    assert len(found) == len(PAYLOADS)
    assert flaw is not None
    assert flaw.torn


def test_without_the_package_the_error_names_the_line_to_install(monkeypatch, tmp_path):
    """Whoever lacks the optional package learns at the first use what to do."""
    monkeypatch.setitem(sys.modules, "google_crc32c", None)
    records.checksum_function.cache_clear()

    with pytest.raises(ModuleNotFoundError, match=r"pip install 'igniter_nb\[file\]'"):
        FileStorage(tmp_path)

    monkeypatch.undo()
    records.checksum_function.cache_clear()
    FileStorage(tmp_path).close()


@pytest.mark.parametrize(
    "decode", [records.decode_snapshot, lambda it: [*records.decode_group(it)]]
)
def test_a_payload_of_another_kind_is_refused(decode):
    """A base read as something else is an error and not some other value."""
    with pytest.raises(ValueError, match="came kind 1"):
        decode(records.encode_base(None, HardState(), []) + bytes(40))
