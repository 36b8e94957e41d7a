"""What the operating system is asked."""

import sqlite3
from pathlib import Path

import pytest
from indexes import STATIC, consistent

from index.process.machine import NETWORK, file_system
from index.update.run import update
from index.update.target import Target

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /home rw shared:5 master:1 - btrfs /dev/sdb rw
31 30 0:50 / /home/ann/team\\040share rw - nfs4 server:/export rw,vers=4.2
32 30 0:51 / /home/ann/remote rw,nosuid - fuse.sshfs ben@host:/ rw
33 22 0:52 / /mnt rw - ext4 /dev/sdc rw
34 22 0:53 / /mnt rw - cifs //server/share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/docs", "ext4"),
        ("/home/ann", "btrfs"),
        ("/home/ann/team share/docs/.qa", "nfs4"),
        ("/home/ann/team share", "nfs4"),
        ("/home/ann/team shared", "btrfs"),
        ("/home/ann/remote/x", "fuse.sshfs"),
        ("/mnt/x", "cifs"),  # mounted over the other
        ("/mnt2", "ext4"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    """That of the longest mount that it is in."""
    assert file_system(path, MOUNTS) == kind
    assert (kind in NETWORK) == (kind not in ("ext4", "btrfs"))


def test_an_index_without_a_log(tmp_path: Path) -> None:
    """As on a network disk: it is followed and asked all the same, and no log appears."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("Zebras run.")
    target = Target(tmp_path / "docs", tmp_path / "home")
    update(target, STATIC)
    with sqlite3.connect(target.home / "catalog.sqlite") as db:
        assert db.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    (tmp_path / "docs" / "b.txt").write_text("Lions sleep.")
    assert update(target, STATIC).added == 1
    consistent(target)
    assert not list(target.home.glob("catalog.sqlite-*"))
