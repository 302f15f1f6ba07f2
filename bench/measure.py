"""The measurements. Each gives medians of several rounds in which the competitors take turns."""

import json
import os
import pathlib
import re
import shutil
import statistics
import tempfile
import time

from children import run
from emulators import KINDS, ROOT, SKYLAB, Emulator, signed
import results_folder

RELEASE = SKYLAB.parent
SCRIPT = ROOT / "labs" / "ec2-ha-pair" / "solutions" / "cli"


def median(values):
    return statistics.median(values)


def start_up(rounds):
    """Seconds from the start of the process to the first answered DescribeInstances."""
    taken = {kind: [] for kind in KINDS}
    for number in range(rounds + 1):
        for kind in KINDS:
            with Emulator(kind) as emulator:
                seconds = emulator.wait()
            # The first round fills the page cache.
            if number:
                taken[kind].append(seconds)
    return {kind: median(values) for kind, values in taken.items()} | {"rounds": taken}


def throughput(rounds, seconds, instances=10, connections=4):
    """Requests per second of DescribeInstances with some instances, and resident memory afterwards."""
    rates = {kind: [] for kind in KINDS}
    memory = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind in KINDS:
            with Emulator(kind) as emulator:
                emulator.wait()
                emulator.launch(instances)
                load(emulator, 1, connections)
                rates[kind].append(load(emulator, seconds, connections))
                emulator.insist(instances)
                memory[kind].append(emulator.resident())
    return {
        kind: {"requests_per_second": median(rates[kind]), "resident_megabytes": median(memory[kind])}
        for kind in KINDS
    } | {"rounds": {"requests_per_second": rates, "resident_megabytes": memory}}


def load(emulator, seconds, connections):
    """Requests per second that wrk gets answered on keep-alive connections."""
    return load_of(emulator.url, emulator.kind, signed("DescribeInstances", emulator.port), seconds, connections)


def load_of(url, what, request, seconds, connections):
    """As `load`, of any server."""
    body, headers = request
    lines = ['wrk.method = "POST"', f"wrk.body = {json.dumps(body)}"]
    lines += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join(lines))
        script.flush()
        status, out, err = run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", script.name, url],
            timeout=seconds + 30,
        )
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if status != 0 or rate is None:
        raise RuntimeError(f"wrk failed: {out}{err}")
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    if bad:
        raise RuntimeError(f"{what}: {bad.group(1)} answers were errors")
    return float(rate.group(1))


def sandbox(rounds, boxes):
    """Milliseconds of /bin/true bare, in a box of ours and in bubblewrap's, and what so many boxes leave behind."""
    program = RELEASE / "sandbox-bench"
    if not program.exists():
        raise RuntimeError(f"{program} is missing; make bench builds it")
    status, out, err = run([str(program), str(rounds)], timeout=300)
    if status != 0:
        raise RuntimeError(err.strip() or f"sandbox-bench ended with status {status}")
    figures = json.loads(out)
    status, out, err = run([str(program), "soak", str(boxes)], timeout=600)
    if status not in (0, 1) or "after:" not in out:
        raise RuntimeError(err.strip() or out.strip() or f"sandbox-bench soak ended with status {status}")
    figures["soak"] = {"boxes": boxes, "clean": status == 0, "after": out.split("after:")[1].strip()}
    return figures


def grading(rounds):
    """Seconds of `skylab grade` of the CLI solution, and of the same script bare against the same emulator."""
    graded, bare = [], []
    for number in range(rounds + 1):
        first = graded_once()
        second = bare_once()
        if number:
            graded.append(first)
            bare.append(second)
    return {"grade": median(graded), "bare": median(bare), "rounds": {"grade": graded, "bare": bare}}


def graded_once():
    with tempfile.TemporaryDirectory(prefix="bench-grade-") as folder:
        argv = [str(SKYLAB), "grade", str(ROOT / "labs" / "ec2-ha-pair"), str(SCRIPT), "--out", f"{folder}/report"]
        start = time.perf_counter()
        status, out, err = run(argv, timeout=180, cwd=folder)
        taken = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"the solution was not graded with full marks (status {status}): {out[-800:]}{err[-400:]}")
    return taken


def bare_once():
    """A fresh emulator for each run: the script expects a region in which it has not run yet."""
    with Emulator("skylab") as emulator, tempfile.TemporaryDirectory(prefix="bench-bare-") as folder:
        emulator.wait()
        shutil.copy(SCRIPT / "solution.sh", folder)
        environment = {
            "PATH": f"{ROOT / '.venv' / 'bin'}:/usr/bin:/bin",
            "HOME": folder,
            "TMPDIR": folder,
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_ACCESS_KEY_ID": "AKIASKYLABSTUDENT000",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        start = time.perf_counter()
        status, out, err = run(["/bin/bash", "-eu", "solution.sh"], timeout=180, cwd=folder, env=environment)
        taken = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"the bare script ended with status {status}: {out[-400:]}{err[-400:]}")
    return taken


def site(rounds, students):
    """Seconds, bytes and memory of the site of a large class."""
    taken, memory = [], []
    with tempfile.TemporaryDirectory(prefix="bench-site-") as folder:
        results_folder.write(f"{folder}/results", students)
        for _ in range(rounds):
            start = time.perf_counter()
            child = os.posix_spawn(
                SKYLAB, [str(SKYLAB), "site", f"{folder}/results", "--out", f"{folder}/site"], os.environ,
                file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)],
            )
            _, status, usage = os.wait4(child, 0)
            taken.append(time.perf_counter() - start)
            memory.append(usage.ru_maxrss / 1024)
            if status != 0:
                raise RuntimeError(f"skylab site ended with status {os.waitstatus_to_exitcode(status)}")
        trees = {
            name: [each.stat().st_size for each in pathlib.Path(f"{folder}/site/{name}").rglob("*") if each.is_file()]
            for name in ("student", "instructor")
        }
    return {
        "students": students, "seconds": median(taken), "resident_megabytes": median(memory),
        "megabytes": {name: sum(sizes) / 1e6 for name, sizes in trees.items()},
        "files": sum(len(sizes) for sizes in trees.values()), "rounds": taken,
    }
