"""The one door to onnxruntime: its wheels report to Microsoft by default, and here they do not."""

from __future__ import annotations

import os
from typing import Any


def load_onnxruntime() -> Any:
    """Import onnxruntime with its telemetry off.

    Since 1.31 the official wheels write a device identifier below the user's cache folder and upload events,
    from the import on; the variable has to be set before it (onnxruntime's Privacy.md, "Disabling
    Telemetry").

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime
