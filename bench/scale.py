"""A region with many instances: what a launch, a look and the memory of one cost."""

import re
import subprocess
import tempfile
import time

from emulators import ROOT, Emulator, signed
from measure import load, load_of, median

LAUNCH = 1000


def scale(launches, rounds):
    """Launches 1 000 instances at a time into one VPC, and looks at single ones before and after.

    `run_ms` is the time of RunInstances of 1 000, from the first byte sent to the last received, over the first launches;
    `describe_ms` that of DescribeInstances of one id, with one instance in the region and with all of them.
    """
    # The quota of an ordinary account would end this after 576 instances.
    with Emulator("skylab", "--quota", "standard=10000000") as emulator:
        emulator.wait()
        image, subnets = network(emulator)
        first = run_instances(emulator, image, subnets[0], 1)[1][0]
        describe(emulator, first)
        small = [describe(emulator, first) for _ in range(rounds)]
        before, times, last = emulator.resident(), [], first
        for number in range(launches):
            seconds, ids = run_instances(emulator, image, subnets[number % len(subnets)], LAUNCH)
            times.append(seconds)
            last = ids[-1]
        per_instance = (emulator.resident() - before) * 1024 / (launches * LAUNCH)
        # The first look after a change brings about all that was under way.
        describe(emulator, last)
        large = [describe(emulator, identifier) for _ in range(rounds) for identifier in (first, last)]
    return {
        "instances": launches * LAUNCH,
        "run_ms": median(times[: min(launches, 12)]) * 1e3,
        "last_run_ms": median(times[-5:]) * 1e3,
        "kilobytes_per_instance": per_instance,
        "describe_ms": {"one": median(small) * 1e3, "all": median(large) * 1e3},
    }


def crowd(rounds, seconds, kinds):
    """Requests per second of DescribeInstances with 100 instances in the region, on 4 keep-alive connections."""
    rates, bare, size = {kind: [] for kind in kinds}, [], 0
    for _ in range(rounds):
        for kind in kinds:
            with Emulator(kind) as emulator:
                emulator.wait()
                emulator.launch(100)
                load(emulator, 1, 4)
                rates[kind].append(load(emulator, seconds, 4))
                emulator.insist(100)
                if kind == "skylab":
                    size = len(emulator.post(*signed("DescribeInstances", emulator.port))[1])
                    bare.append(bytes_alone(size, seconds))
    return {kind: median(values) for kind, values in rates.items()} | {"bytes": size, "bare": median(bare)}


def bytes_alone(size, seconds):
    """Requests per second of a program that does nothing but write as many bytes."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/bytes"
        subprocess.run(["clang", "-O2", "-pthread", ROOT / "bench" / "bytes.c", "-o", program], check=True)
        child = subprocess.Popen([program, str(size)], stdout=subprocess.PIPE, text=True)
        try:
            port = int(child.stdout.readline())
            return load_of(f"http://127.0.0.1:{port}", "bytes", signed("DescribeInstances", port), seconds, 4)
        finally:
            child.kill()
            child.wait()


def network(emulator):
    """An image, and four subnets with room for 65 000 addresses."""
    ec2 = emulator.client()
    names = [{"Name": "name", "Values": ["al2023-ami-2023*-kernel-6.1-x86_64"]}]
    image = ec2.describe_images(Owners=["amazon"], Filters=names)["Images"][0]["ImageId"]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{64 * index}.0/18", AvailabilityZone=f"us-east-1{zone}")
        for index, zone in enumerate("abcd")
    ]
    return image, [subnet["Subnet"]["SubnetId"] for subnet in subnets]


def run_instances(emulator, image, subnet, count):
    """Seconds, and the ids of what was launched."""
    request = signed(
        "RunInstances",
        emulator.port,
        ImageId=image,
        InstanceType="t3.nano",
        MinCount=count,
        MaxCount=count,
        SubnetId=subnet,
    )
    start = time.perf_counter()
    status, text = emulator.post(*request)
    seconds = time.perf_counter() - start
    ids = re.findall(r"<instanceId>(i-[0-9a-f]+)</instanceId>", text)
    if status != 200 or len(set(ids)) != count:
        raise RuntimeError(f"RunInstances of {count} answered {status} with {len(ids)} instances: {text[:300]}")
    return seconds, ids


def describe(emulator, identifier):
    """Seconds that DescribeInstances of one id takes, the connection included."""
    request = signed("DescribeInstances", emulator.port, **{"InstanceId.1": identifier})
    start = time.perf_counter()
    status, text = emulator.post(*request)
    seconds = time.perf_counter() - start
    if status != 200 or re.findall(r"<instanceId>(i-[0-9a-f]+)</instanceId>", text) != [identifier]:
        raise RuntimeError(f"DescribeInstances of {identifier} answered {status}: {text[:300]}")
    return seconds


def group(rounds):
    """Milliseconds that an Auto Scaling group takes to scale out to 1 000 instances.

    From the first byte of SetDesiredCapacity to the last of the DescribeAutoScalingGroups that shows all of them in
    service, in two zones.
    """
    times = []
    for _ in range(rounds):
        with Emulator("skylab", "--quota", "standard=10000000") as emulator:
            emulator.wait()
            image, subnets = network(emulator)
            emulator.client().create_launch_template(
                LaunchTemplateName="web", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.nano"}
            )
            scaling = emulator.client("autoscaling")
            scaling.create_auto_scaling_group(
                AutoScalingGroupName="web", MinSize=0, MaxSize=LAUNCH, VPCZoneIdentifier=",".join(subnets[:2]),
                LaunchTemplate={"LaunchTemplateName": "web"},
            )
            scale_out = signed(
                "SetDesiredCapacity", emulator.port, "autoscaling", AutoScalingGroupName="web", DesiredCapacity=LAUNCH
            )
            look = signed("DescribeAutoScalingGroups", emulator.port, "autoscaling")
            start = time.perf_counter()
            status, text = emulator.post(*scale_out)
            if status != 200:
                raise RuntimeError(f"SetDesiredCapacity answered {status}: {text[:300]}")
            status, text = emulator.post(*look)
            times.append(time.perf_counter() - start)
            serving = text.count("<LifecycleState>InService</LifecycleState>")
            if status != 200 or serving != LAUNCH:
                raise RuntimeError(f"DescribeAutoScalingGroups answered {status} with {serving} instances in service")
    return {"instances": LAUNCH, "scale_out_ms": median(times) * 1e3}
