#!/usr/bin/env python3
"""Opens JupyterLab on chapter 00, for this machine alone and with its token on; prints the
address."""

import json
import os
import pathlib
import sys
import tempfile

BOOK = pathlib.Path(__file__).resolve().parent.parent
QUIET = {  # asks nobody anything, neither the reader nor another host
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}

if __name__ == "__main__":
    options = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={BOOK}",
        "--Application.log_level=ERROR",
        "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append(
            "--allow-root"
        )  # safe here: it listens on this machine alone, and asks for its token
    print("JupyterLab is starting (some seconds); Ctrl+C here, twice, stops it.", flush=True)
    from jupyterlab.labapp import LabApp  # only now: to import it takes seconds

    with tempfile.TemporaryDirectory() as settings:
        overrides = pathlib.Path(settings) / "overrides.json"
        overrides.write_text(json.dumps(QUIET), encoding="utf-8")
        options.append(f"--LabApp.app_settings_dir={settings}")
        LabApp.launch_instance([*options, *sys.argv[1:]])
