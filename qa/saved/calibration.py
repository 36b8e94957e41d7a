"""The error rates of a model on these documents, as last counted, in the home folder.

Owns that file; who else writes it is not believed.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import HomeNotWritable
from index.home import user
from index.home.folder import Folder

CALIBRATION = "calibration.json"
MOST = 100_000
"""Bytes of that file."""


def keep_rates(home: Path, rates: Mapping[str, Any]) -> bool:
    """Keep what was counted; whether that was possible."""
    text = json.dumps(rates)
    try:
        Folder(home).write(CALIBRATION, f"{user.seal('calibration', text)}\n{text}".encode())
    except (OSError, HomeNotWritable):
        return False
    return True


def kept_rates(home: Path) -> dict[str, Any] | None:
    """What was kept, None for nothing of this user's."""
    try:
        seal, _, text = Folder(home).read(CALIBRATION, MOST).decode().partition("\n")
        return dict(json.loads(text)) if user.sealed(seal, "calibration", text) else None
    except (OSError, ValueError):
        return None
