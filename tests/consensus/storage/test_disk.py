"""What the operating system does half, or not at all, is noticed."""

from __future__ import annotations

import errno
import os

import pytest

from igniter_nb.consensus.storage.disk import Disk, FolderLock


def test_a_write_that_the_system_does_in_parts_is_done_whole(tmp_path, monkeypatch):
    """A system may take fewer bytes than it was given; the rest follows."""
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:3]))
    disk = Disk()
    descriptor = disk.create(tmp_path / "file")

    disk.write(descriptor, b"0123456789")
    disk.sync_file(descriptor)
    os.close(descriptor)

    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_file_is_made_once(tmp_path):
    """A file that is there already is never written over by a new one."""
    (tmp_path / "file").write_bytes(b"kept")

    with pytest.raises(FileExistsError):
        Disk().create(tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == b"kept"


def test_without_sync_nobody_waits(tmp_path, monkeypatch):
    """A disk that is told not to sync does not ask the system to."""

    def never(descriptor):
        raise AssertionError("the system was asked to sync")

    monkeypatch.setattr(os, "fsync", never)
    monkeypatch.setattr(os, "fdatasync", never)
    disk = Disk(sync=False)
    disk.make_folder(tmp_path / "a" / "b")
    descriptor = disk.create(tmp_path / "a" / "b" / "file")
    disk.sync_file(descriptor)
    disk.sync_folder(tmp_path / "a" / "b")
    os.close(descriptor)

    assert (tmp_path / "a" / "b" / "file").exists()


def test_each_new_folder_is_synced_into_the_one_above(tmp_path, monkeypatch):
    """A new folder whose name is not durable would take all that is in it along."""
    synced = []
    monkeypatch.setattr(Disk, "sync_folder", lambda self, path: synced.append(path))

    Disk().make_folder(tmp_path / "a" / "b")

    assert synced == [tmp_path, tmp_path / "a"]


def test_a_lock_that_the_system_cannot_give_is_an_error_of_its_own(tmp_path, monkeypatch):
    """Only a lock that someone has is called in use; any other trouble is said as it came."""
    fcntl = pytest.importorskip("fcntl")

    def unable(descriptor, operation):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", unable)

    with pytest.raises(OSError, match="no locks available"):
        FolderLock(tmp_path / "lock")
