#!/usr/bin/env python3
"""Opens JupyterLab on chapter 00, for this machine alone and with its token on; prints the
address."""

import os
import pathlib
import sys

BOOK = pathlib.Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    options = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={BOOK}",
        "--Application.log_level=ERROR",
        "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=",
    ]  # asks nobody anything
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append(
            "--allow-root"
        )  # safe here: it listens on this machine alone, and asks for its token
    print("JupyterLab is starting (some seconds); Ctrl+C here stops it.", flush=True)
    from jupyterlab.labapp import LabApp  # only now: to import it takes seconds

    LabApp.launch_instance([*options, *sys.argv[1:]])
