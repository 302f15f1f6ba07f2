"""What a grader proves: an outage played on copies of the region, who reaches whom, and that nothing is lost by a kill."""

import json
import os
import pathlib
import shutil
import sys
import tempfile

from children import run
from emulators import ROOT, SKYLAB
from measure import median

PAIR = ROOT / "labs" / "ec2-ha-pair" / "solutions" / "boto3" / "solution.py"
SUBNETS, INTERFACES = 50, 500

LAB = """lab: v1
id: bench
title: Bench
points: 1
interfaces: {boto3: {entry: solution.py}}
limits: {wall: 120s, cpu: 60s, api_calls: 5000}
"""

# Two cells, each of ten minutes in virtual time.
OUTAGE = """scenarios:
  outage:
    matrix: {az: [us-east-1a, us-east-1b]}
    client: {get: "http://${state.elbv2_load_balancer[0].DNSName}/", rps: 20}
    steps: [{run: 2m}, {fault: az-outage, az: "${matrix.az}", for: 4m}, {run: 4m}]
checks:
  - {id: measured, points: 1, scenario: {of: outage, availability: {min: 0.95}, served_by: {min: 2}}}
"""

# One interface in one subnet asks for twenty ports of each of the others.
REACH = """checks:
  - id: measured
    points: 1
    reach:
      from: {select: "ec2:network-interface", where: "Description=='client'"}
      to: {select: "ec2:network-interface", where: "Description=='server'"}
      port: [80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99]
      expect: reachable
"""

NETWORK = f"""import boto3

ec2 = boto3.client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
ec2.authorize_security_group_ingress(
    GroupId=group,
    IpPermissions=[{{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 99, "UserIdGroupPairs": [{{"GroupId": group}}]}}],
)
for number in range({SUBNETS}):
    zone = "us-east-1" + "abcd"[number % 4]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{{number}}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    for each in range({INTERFACES // SUBNETS}):
        role = "server" if number + each else "client"
        ec2.create_network_interface(SubnetId=subnet, Groups=[group], Description=role)
"""


def outage(rounds):
    """Milliseconds that a check of the two-cell outage takes, the copies of the region included."""
    with tempfile.TemporaryDirectory(prefix="bench-outage-") as folder:
        shutil.copy(PAIR, folder)
        seconds = [check_seconds(folder, OUTAGE) for _ in range(rounds)]
    return {"milliseconds": median(seconds) * 1e3, "rounds": seconds}


def reach(rounds):
    """Microseconds that one query of a reach check takes, its evidence included."""
    with tempfile.TemporaryDirectory(prefix="bench-reach-") as folder:
        pathlib.Path(folder, "solution.py").write_text(NETWORK, encoding="utf-8")
        seconds = [check_seconds(folder, REACH) for _ in range(rounds)]
    queries = (INTERFACES - 1) * 20
    return {"queries": queries, "microseconds": median(seconds) / queries * 1e6, "rounds": seconds}


def check_seconds(submission, checks):
    """The time of the only check of a lab, as the result has it. The check must pass."""
    with tempfile.TemporaryDirectory(prefix="bench-lab-") as folder:
        lab = pathlib.Path(folder, "bench")
        lab.mkdir()
        (lab / "lab.yaml").write_text(LAB + checks, encoding="utf-8")
        file = pathlib.Path(folder, "result.json")
        status, out, err = run(
            [str(SKYLAB), "grade", str(lab), submission, "--no-report", f"--format=json={file}"],
            timeout=180, cwd=folder, env=dict(os.environ),
        )
        if status != 0:
            raise RuntimeError(f"the check did not pass (status {status}): {out[-800:]}{err[-400:]}")
        return json.loads(file.read_text(encoding="utf-8"))["checks"][0]["seconds"]


def kills(kills, students):
    """A batch killed at random instants and gone on with, against an undisturbed one."""
    script = ROOT / "Tests" / "Scripts" / "batch_kills.py"
    environment = dict(os.environ, PATH=f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}")
    status, out, err = run(
        [sys.executable, str(script), str(SKYLAB), str(ROOT), "--kills", str(kills), "--students", str(students)],
        timeout=3600, env=environment)
    if status not in (0, 1):
        raise RuntimeError(f"the script of the kills failed: {out[-400:]}{err[-800:]}")
    return {"kills": kills, "students": students, "outcome": "equal" if status == 0 else "different"}
