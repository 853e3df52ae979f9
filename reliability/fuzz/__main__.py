# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Fuzz the package: `make fuzz`, or `python -m reliability.fuzz --cases 1000000`.

A door after the other, each in its own process under libFuzzer. Doors that are done are not
done again by the same command, so a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tqdm import tqdm

from attendseg_ros.files import write_atomically
from reliability.fuzz.doors import DOORS, Visitor

_POLL_S = 0.5


def main() -> None:
    """Runs what the command line asks for; exit status 1 for any finding."""
    options = _arguments()
    if options.reproduce is not None:
        Visitor(options.door[0]).enter(options.reproduce.read_bytes())
        print(f"{options.reproduce}: {options.door[0]} takes or refuses it as it should")
        return
    if importlib.util.find_spec("atheris") is None:
        sys.exit("the long form needs atheris: pip install -r requirements/fuzz.txt")
    options.output.mkdir(parents=True, exist_ok=True)
    reports = {name: _fuzz(name, options) for name in options.door}
    print(_table(reports))
    sys.exit(any(report["finding"] for report in reports.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m reliability.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="over all doors [1000000]")
    parser.add_argument("--seed", type=int, default=1, help="of libFuzzer [1]")
    parser.add_argument("--door", nargs="+", choices=[*DOORS], default=[*DOORS], help="[all]")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("fuzz_output"), help="[fuzz_output]"
    )
    parser.add_argument("--reproduce", type=Path, help="give one file to the --door named")
    options = parser.parse_args()
    if options.cases < 1:
        parser.error("--cases must be 1 or more")
    if options.reproduce is not None and len(options.door) != 1:
        parser.error("--reproduce needs the one --door that the file is for")
    return options


def _fuzz(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Runs a door's share of the cases, or returns what an earlier run found.

    Returns:
        cases, taken, slowest_s, growth_mb, and the finding as text, empty where there is none.
    """
    cases = max(1, round(options.cases * DOORS[name].share))
    done = options.output / f"{name}_{cases}_{options.seed}.json"
    if done.is_file():
        return dict(json.loads(done.read_text()))
    with tempfile.TemporaryDirectory(prefix="attendseg_fuzz_corpus_") as corpus:
        report = Path(corpus) / "report.json"
        log = options.output / f"{name}.log"
        command = [sys.executable, "-m", "reliability.fuzz.coverage", name, str(cases)]
        command += [str(options.seed), f"{corpus}/corpus", str(options.output), str(report)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            try:
                _follow(process, report, name, cases)
            finally:
                process.kill()
                process.wait()
        figures = _figures(report)
    figures["finding"] = _finding(log) if process.returncode else ""
    if not figures["finding"]:
        write_atomically(done, json.dumps(figures).encode())
    return figures


def _follow(process: subprocess.Popen[bytes], report: Path, name: str, cases: int) -> None:
    with tqdm(total=cases, desc=name, unit="case") as progress:
        while process.poll() is None:
            time.sleep(_POLL_S)
            progress.update(_figures(report)["cases"] - progress.n)
        progress.update(_figures(report)["cases"] - progress.n)


def _figures(report: Path) -> dict[str, Any]:
    if not report.is_file():
        return {"cases": 0, "taken": 0, "slowest_s": 0.0, "growth_mb": 0.0}
    return dict(json.loads(report.read_text()))


def _finding(log: Path) -> str:
    """The line that says what went wrong, and the file that does it again."""
    lines = log.read_text(errors="replace").splitlines()
    files = [line.split()[-1] for line in lines if "Test unit written to" in line]
    # libFuzzer names what ended it, and atheris the exception in the line after its own.
    marks = [number for number, line in enumerate(lines) if "Uncaught Python exception" in line]
    errors = [lines[number + 1] for number in marks[:1] if number + 1 < len(lines)]
    errors += [line for line in lines if "ERROR: libFuzzer" in line]
    return f"{errors[0] if errors else 'ended early'} ({files[-1] if files else log})"


def _table(reports: dict[str, dict[str, Any]]) -> str:
    rows = [
        "| door | cases | taken | slowest, s | growth, MB | finding |",
        "|---|---|---|---|---|---|",
    ]
    for name, report in reports.items():
        rows.append(
            f"| {name} | {report['cases']:,} | {report['taken']:,} | {report['slowest_s']} | "
            f"{report['growth_mb']} | {report['finding'] or 'none'} |"
        )
    rows.append(f"| all | {sum(report['cases'] for report in reports.values()):,} | | | | |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
