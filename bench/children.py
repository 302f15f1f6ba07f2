"""Child processes that cannot outlive the measurement."""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys

_running = set()


def spawn(argv, **options):
    """Starts a program in a process group of its own, with nothing on its standard input."""
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    _running.add(child)
    return child


def end(child, patience=3.0):
    """Ends a child and everything in its process group: asked first, killed when it does not listen."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, number)
        try:
            child.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            continue
        break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    _running.discard(child)


def run(argv, timeout, **options):
    """Runs a program to its end; its exit status, standard output and standard error."""
    child = spawn(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{os.path.basename(argv[0])} was still running after {timeout} s") from None
    finally:
        end(child)
    return child.returncode, out, err


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(root):
    """A process and all its descendants."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
    found, fresh = [root], [root]
    while fresh:
        fresh = [pid for pid, parent in parents.items() if parent in fresh]
        found += fresh
    return found


def resident_megabytes(root):
    """Resident memory of a process tree; shared pages count for each process, so only single processes compare exactly."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
    return total / 1024


def _end_all(*_):
    for child in list(_running):
        end(child, patience=0.5)


def _interrupted(number, _):
    _end_all()
    sys.exit(128 + number)


atexit.register(_end_all)
for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, _interrupted)
