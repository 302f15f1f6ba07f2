"""A class graded by `skylab batch`, against the plain loop that one would write around moto_server."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import threading
import time

from children import end, run, spawn
from emulators import REGION, ROOT, SKYLAB, Emulator

LAB = ROOT / "labs" / "ec2-ha-pair"
CLIENTS = ROOT / ".venv" / "bin"
WORKERS = 2

# What a course would assert at least: the same outcomes as the lab's checks, as far as the peer knows them.
# moto_server does not say what scheme a balancer has by default.
ASSERTIONS = """
import boto3
ec2, elb, iam = (boto3.client(name) for name in ("ec2", "elbv2", "iam"))
found = [each for page in ec2.get_paginator("describe_instances").paginate() for group in page["Reservations"]
         for each in group["Instances"] if each["State"]["Name"] == "running"]
assert len(found) == 2, found
assert len({each["Placement"]["AvailabilityZone"] for each in found}) == 2
for each in found:
    assert each["InstanceType"] == "t3.micro"
    tags = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
    assert tags["Name"].strip() and tags["Owner"].strip()
    groups = ec2.describe_security_groups(GroupIds=[group["GroupId"] for group in each["SecurityGroups"]])["SecurityGroups"]
    ports = [(rule.get("FromPort", 0), rule.get("ToPort", 65535)) for group in groups for rule in group["IpPermissions"]]
    assert not any(low <= port <= high for low, high in ports for port in (22, 3389)), ports
assert not iam.list_users()["Users"]
[balancer] = elb.describe_load_balancers()["LoadBalancers"]
assert balancer.get("Scheme", "internet-facing") == "internet-facing" and len(balancer["AvailabilityZones"]) >= 2
[group] = elb.describe_target_groups(LoadBalancerArn=balancer["LoadBalancerArn"])["TargetGroups"]
health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
assert len(health) == 2 and all(each["TargetHealth"]["State"] == "healthy" for each in health), health
"""


def processor_seconds():
    """What children that have ended have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def environment(url, home):
    return {
        "PATH": f"{CLIENTS}:/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1", "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "AKIASKYLABSTUDENT000",
        "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def loop_once(_):
    """One turn of the loop: a fresh moto_server, the script as it is, the assertions."""
    with Emulator("moto_server") as emulator:
        emulator.wait()
        home = emulator.folder
        shutil.copy(LAB / "solutions" / "cli" / "solution.sh", home)
        (pathlib.Path(home) / "assertions.py").write_text(ASSERTIONS, encoding="utf-8")
        for argv in (["/bin/bash", "-eu", "solution.sh"], [str(CLIENTS / "python"), "assertions.py"]):
            status, out, err = run(argv, timeout=300, cwd=home, env=environment(emulator.url, home))
            if status != 0:
                raise RuntimeError(f"the plain loop failed at {argv[-1]} (status {status}): {out[-300:]}{err[-600:]}")


def loop(count):
    """Seconds of the plain loop over that many submissions, and of the processors."""
    before, start = processor_seconds(), time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(loop_once, range(count)))
    return time.perf_counter() - start, processor_seconds() - before


def bare(rounds):
    """Processor seconds of the same script unconfined, its emulator's left out: the client programs' own."""
    taken = []
    for _ in range(rounds):
        with Emulator("skylab") as emulator:
            emulator.wait()
            home = emulator.folder
            shutil.copy(LAB / "solutions" / "cli" / "solution.sh", home)
            before = processor_seconds()
            status, out, err = run(
                ["/bin/bash", "-eu", "solution.sh"], timeout=300, cwd=home, env=environment(emulator.url, home))
            taken.append(processor_seconds() - before)
            if status != 0:
                raise RuntimeError(f"the bare script ended with status {status}: {out[-300:]}{err[-600:]}")
    return sorted(taken)[len(taken) // 2]


class Peak:
    """The most resident memory of a process, and of the launcher that it starts; not of the students' programs."""

    def __init__(self, pid):
        self.pid, self.kilobytes, self.done = pid, {}, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.done.wait(0.05):
            for pid in [self.pid] + self.launchers():
                with contextlib.suppress(OSError):
                    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
                    peak = re.search(r"VmHWM:\s*(\d+)", text)
                    if peak:
                        self.kilobytes[pid] = max(self.kilobytes.get(pid, 0), int(peak.group(1)))

    def launchers(self):
        with contextlib.suppress(OSError):
            children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="utf-8").split()
            return [int(pid) for pid in children]
        return []

    def megabytes(self):
        self.done.set()
        self.thread.join()
        return sum(self.kilobytes.values()) / 1024


def graded(place, out, timeout):
    """Grades a class: seconds, processor seconds, peak megabytes of the grader."""
    argv = [str(SKYLAB), "batch", str(LAB), str(place), "--out", str(out), "--jobs", str(WORKERS)]
    before, start = processor_seconds(), time.perf_counter()
    child = spawn(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peak = Peak(child.pid)
    try:
        _, err = child.communicate(timeout=timeout)
    finally:
        end(child)
    if child.returncode != 0:
        raise RuntimeError(f"skylab batch ended with status {child.returncode}: {err[-600:]}")
    return time.perf_counter() - start, processor_seconds() - before, peak.megabytes()


def scores(out):
    for path in sorted(out.glob("submissions/*/result.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        yield sum(check["points"] for check in result["checks"])


def batch(count, compared, crowd):
    """A class of `count` CLI solutions; the loop over `compared` of them; a finished class of `crowd` taken up again."""
    with tempfile.TemporaryDirectory(prefix="bench-batch-") as folder:
        root = pathlib.Path(folder)
        for number in range(count):
            shutil.copytree(LAB / "solutions" / "cli", root / "class" / f"s{number:04}")
        for number in range(crowd):
            (root / "crowd" / f"s{number:04}").mkdir(parents=True)
            (root / "crowd" / f"s{number:04}" / "solution.sh").write_text(f"echo {number}\n", encoding="utf-8")
        seconds, processor, memory = graded(root / "class", root / "out", 60 * count)
        points = list(scores(root / "out"))
        if points != [100] * count:
            raise RuntimeError(f"not every solution has full marks: {sorted(set(points))}")
        looped, looped_processor = loop(compared)
        own = bare(3)
        graded(root / "crowd", root / "crowd-out", 60 + crowd)
        if len(list(scores(root / "crowd-out"))) != crowd:
            raise RuntimeError("the crowd was not graded")
        resumed = sorted(graded(root / "crowd", root / "crowd-out", 60)[0] for _ in range(3))[1]
    return {
        "submissions": count, "looped": compared, "crowd": crowd, "seconds": seconds / count, "processor": processor / count,
        "loop_seconds": looped / compared, "loop_processor": looped_processor / compared, "client_processor": own,
        "grader_megabytes": memory, "workers": WORKERS, "resume_seconds": resumed,
    }
