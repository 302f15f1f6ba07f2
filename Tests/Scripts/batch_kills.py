#!/usr/bin/env python3
"""Kills `skylab batch` at random instants and holds what it leaves against an undisturbed run.

usage: batch_kills.py SKYLAB ROOT [--kills 25] [--students 24] [--seed 1]

The class is one of class_of_200.py, a small one. The whole process group is killed, or now and then interrupted as by
Ctrl-C; the same command goes on after that. In the end the store, the list of files and every result without its times
have to be equal.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

# What differs from one undisturbed run to the next: real times, and what clients choose by chance, which are their
# idempotency tokens and the order of the features in `User-Agent`.
TIMES = {"seconds", "startedAt", "startSeconds", "tookSeconds", "usage", "userAgent", "stateDigest"}
TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def without_times(value):
    if isinstance(value, dict):
        return {name: without_times(part) for name, part in value.items() if name not in TIMES}
    if isinstance(value, list):
        return [without_times(part) for part in value]
    return TOKEN.sub("TOKEN", value) if isinstance(value, str) else value


def state(results: Path) -> dict:
    store = sqlite3.connect(results / "results.sqlite")
    tables = {table: sorted(store.execute(f"SELECT * FROM {table}")) for table in ("journal", "results", "pending")}
    store.close()
    files = {}
    for path in sorted((results / "submissions").rglob("*")):
        if path.is_file():
            document = without_times(json.loads(path.read_text())) if path.suffix == ".json" else None
            files[str(path.relative_to(results))] = document
    return {"tables": tables, "files": files}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("skylab")
    parser.add_argument("root", type=Path)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--students", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        subprocess.run(
            [sys.executable, Path(__file__).with_name("class_of_200.py"), root, arguments.root, "--plain",
             "--students", str(arguments.students), "--seed", str(arguments.seed)], check=True)

        def command(out: str) -> list[str]:
            return [arguments.skylab, "batch", str(root / "lab"), str(root / "class"), "--out", str(root / out)]

        subprocess.run(command("calm"), check=True, capture_output=True)
        killed = 0
        while killed < arguments.kills:
            run = subprocess.Popen(
                command("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            try:
                run.wait(timeout=chance.uniform(0.05, 6))
            except subprocess.TimeoutExpired:
                number = signal.SIGINT if killed % 5 == 4 else signal.SIGKILL
                os.killpg(run.pid, number)
                status = run.wait()
                if status not in (-number, 128 + number, 0):
                    print(f"signal {number} ended it with status {status}")
                    return 1
                killed += 1
                continue
            # It came to its end before it could be killed: from the start.
            if state(root / "killed") != state(root / "calm"):
                break
            shutil.rmtree(root / "killed")
        subprocess.run(command("killed"), check=True, capture_output=True)
        calm, after = state(root / "calm"), state(root / "killed")
        print(f"{killed} kills, {arguments.students} submissions: {'equal' if calm == after else 'DIFFERENT'}")
        for part in ("tables", "files"):
            for name in sorted(calm[part].keys() | after[part].keys()):
                if calm[part].get(name) != after[part].get(name):
                    print(f"  {name}")
        return 0 if calm == after else 1


if __name__ == "__main__":
    sys.exit(main())
