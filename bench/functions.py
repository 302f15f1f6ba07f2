"""Lambda functions: warm invocations, cold starts, many at once."""

import concurrent.futures
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

from children import run, tree
from emulators import Emulator, with_signature

HANDLER = "def handle(event, context):\n    return event\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def package(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", text)
    return buffer.getvalue()


def make(emulator, count, text=HANDLER):
    """Functions that answer with their event, ready to be invoked."""
    iam = emulator.client("iam")
    role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    api = emulator.client("lambda")
    names = [f"bench-{number}" for number in range(count)]
    for name in names:
        api.create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="handler.handle", Timeout=30,
            Code={"ZipFile": package(text)},
        )
    for name in names:
        api.get_waiter("function_active_v2").wait(FunctionName=name)
    return api, names


def interpreter(rounds):
    """Seconds that the interpreter takes to start with what our runtime imports, and to end."""
    program = "import importlib, json, os, resource, socket, sys, time, traceback"
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-B", "-c", program], check=True)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


EVENT = '{"n": 1}'


def invocation(emulator, name):
    """The path of an invocation with `EVENT`, and its signed headers."""
    path = f"/2015-03-31/functions/{name}/invocations"
    return path, with_signature(emulator.port, "lambda", EVENT, {"Content-Type": "application/json"}, path)[1]


def warm(emulator, name, seconds):
    """Invocations per second of one environment, one after the other, over one kept connection."""
    path, headers = invocation(emulator, name)
    lines = ['wrk.method = "POST"', f"wrk.body = {json.dumps(EVENT)}"]
    lines += [f"wrk.headers[{json.dumps(key)}] = {json.dumps(value)}" for key, value in headers.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join(lines))
        script.flush()
        status, out, err = run(["wrk", "-t1", "-c1", f"-d{seconds}s", "-s", script.name, emulator.url + path], timeout=seconds + 30)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if status != 0 or rate is None or "Non-2xx" in out:
        raise RuntimeError(f"wrk failed: {out}{err}")
    return float(rate.group(1))


def descriptors(pid):
    """How many a process has open; 0 of one that only root may look into, as spawnd."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        return 0


def left_behind(emulator, name, count):
    """What that many invocations of one environment leave: processes, descriptors and files more than before."""
    path, headers = invocation(emulator, name)

    def held():
        files = sum(len(names) for _, _, names in os.walk(emulator.folder))
        pids = tree(emulator.child.pid)
        return len(pids), sum(descriptors(pid) for pid in pids), files

    with emulator.connection() as connection:
        def invoke(times):
            for _ in range(times):
                connection.request("POST", path, EVENT, headers)
                response = connection.getresponse()
                answer = response.read().decode("utf-8", "replace")
                if response.status != 200 or answer != EVENT or response.getheader("X-Amz-Function-Error"):
                    raise RuntimeError(f"an invocation answered {response.status}: {answer[:300]}")

        # The connection, the environment and its pipes are there before the count begins.
        invoke(100)
        before, memory = held(), emulator.resident()
        invoke(count)
        after = held()
    names = ("processes", "descriptors", "files")
    more = {name: new - old for name, old, new in zip(names, before, after)}
    return more, emulator.resident() - memory


def functions(cold, seconds, crowd, count):
    """Figures of functions: warm invocations a second, seconds of a cold start, seconds for many at once, and what
    `count` invocations leave behind."""
    with Emulator("skylab") as emulator:
        emulator.wait()
        api, names = make(emulator, cold)
        starts = []
        for name in names:
            begin = time.perf_counter()
            answer = api.invoke(FunctionName=name, Payload=b'{"n": 1}')
            starts.append(time.perf_counter() - begin)
            if json.loads(answer["Payload"].read()) != {"n": 1}:
                raise RuntimeError("a function did not answer with its event")
        again = []
        for name in names:
            begin = time.perf_counter()
            api.invoke(FunctionName=name, Payload=b'{"n": 1}')
            again.append(time.perf_counter() - begin)
        rate = warm(emulator, names[0], seconds)
        before = emulator.resident()
        left, grown = left_behind(emulator, names[0], count)
    with Emulator("skylab") as emulator:
        emulator.wait()
        api, names = make(emulator, 1, "import time\ndef handle(event, context):\n    time.sleep(3)\n    return event\n")
        clients = [emulator.client("lambda") for _ in range(crowd)]

        def invoke(number):
            answer = clients[number].invoke(FunctionName=names[0], Payload=json.dumps(number))
            return json.loads(answer["Payload"].read()) == number and "FunctionError" not in answer

        begin = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(crowd) as pool:
            answered = sum(pool.map(invoke, range(crowd)))
        together = time.perf_counter() - begin
    return {
        "warm_per_second": rate,
        "cold_seconds": statistics.median(starts) - statistics.median(again),
        "interpreter_seconds": interpreter(len(names) and cold),
        "resident_megabytes": before,
        "invocations": count,
        "left_behind": left,
        "grown_megabytes": grown,
        "crowd": crowd,
        "crowd_answered": answered,
        "crowd_seconds": together,
    }
