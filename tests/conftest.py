"""What every test run prints at its end: how much torture there was."""
import torture


def pytest_terminal_summary(terminalreporter):
    if torture.COUNTS:
        terminalreporter.section("torture, in full" if torture.LONG else "torture, in short (in full: make torture)")
        for what, many in sorted(torture.COUNTS.items()):
            terminalreporter.write_line(f"{many:>9,}  {what}")
