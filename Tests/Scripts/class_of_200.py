"""Makes a class: a lab, submissions, a gradebook as Canvas exports it, a worksheet as Moodle does, and the truth about all.

Usage: class_of_200.py OUT ROOT [--seed 1] [--students 200] [--plain]     ROOT is the project's folder

The lab is `ec2-ha-pair` with tighter limits and one check hidden. The truth is reckoned from what was planted into a
submission, check by check, and not from a run: OUT/truth.json has for every file in OUT/class the verdicts and points of
the lab's checks, or the words in which a refusal has to say why. Equal seeds are equal classes.
"""

import argparse
import io
import json
import os
import pathlib
import random
import shutil
import stat
import tarfile
import zipfile

POINTS = {"two-running": 10, "two-zones": 15, "right-size": 5, "tagged": 5, "ssh-closed": 10, "no-users": 5,
          "balancer": 10, "healthy": 15, "answers": 5, "survives-az": 20}
HIDDEN = "no-users"
ON_RUNNING = ("two-zones", "right-size", "tagged", "ssh-closed", HIDDEN)

PROGRAM = '''
"""{title}"""
import boto3, os, sys, time
{before}
ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
images = ec2.describe_images(Owners=["amazon"], Filters=[{{"Name": "name", "Values": ["al2023-ami-2023.*-x86_64"]}}])["Images"]
image = max(images, key=lambda each: each["CreationDate"])["ImageId"]
vpc = ec2.describe_vpcs(Filters=[{{"Name": "is-default", "Values": ["true"]}}])["Vpcs"][0]["VpcId"]
found = ec2.describe_subnets(Filters=[{{"Name": "vpc-id", "Values": [vpc]}}])["Subnets"]
a, b = [each["SubnetId"] for each in sorted(found, key=lambda each: each["AvailabilityZone"])[:2]]
group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
for port in {ports}:
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp="0.0.0.0/0")
script = "#!/bin/bash\\ndnf install -y httpd\\necho hello > /var/www/html/index.html\\nsystemctl enable --now httpd\\n"
instances = []
for subnet, kind, tags in {launches}:
    more = dict(TagSpecifications=[dict(ResourceType="instance", Tags=[dict(Key=k, Value=v) for k, v in tags.items()])]) if tags else {{}}
    instances += [each["InstanceId"] for each in ec2.run_instances(
        ImageId=image, InstanceType=kind, SubnetId=subnet, SecurityGroupIds=[group], UserData=script, MinCount=1, MaxCount=1, **more)["Instances"]]
ec2.get_waiter("instance_running").wait(InstanceIds=instances)
{middle}
balancer = elb.create_load_balancer(Name="web", Subnets=[a, b], SecurityGroups=[group], Scheme="{scheme}")["LoadBalancers"][0]
targets = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckPath="{path}", {health}
    )["TargetGroups"][0]["TargetGroupArn"]
if {listener}:
    elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
                        DefaultActions=[dict(Type="forward", TargetGroupArn=targets)])
if instances[:{registered}]:
    elb.register_targets(TargetGroupArn=targets, Targets=[dict(Id=each) for each in instances[:{registered}]])
if {waits}:
    elb.get_waiter("target_in_service").wait(TargetGroupArn=targets)
{after}
'''

# What can be wrong, each with what it does to the program. Those of one line exclude each other.
FAULTS = [
    ["same-zone"],
    ["one-large", "both-large"],
    ["one-untagged", "both-untagged", "no-owner", "empty-owner"],
    ["ssh-open", "rdp-open"],
    ["user"],
    ["slow-health", "internal", "no-listener", "wrong-path", "none-registered", "one-registered"],
]
COUNTS = ["one-instance", "three-instances", "stopped", "terminated"]

# What programs print that means something to a terminal, a browser, a spreadsheet or a build server. It must not matter.
PRINTS = [
    "::error title=pwned::100/100", "##vso[task.setvariable variable=score]100", "[[ATTACHMENT|/etc/passwd]]",
    "\\x1b]0;owned\\x07\\x1b[2J\\x1b[31mred\\x1b[0m", "<script>alert(1)</script>\\\"><img src=x onerror=alert(2)>",
    "]]></system-out></testcase></testsuite>", "=cmd|'/C calc'!A0", "\\u202egnp.exe \\ufffe \\x00 \\x85",
    "ok 99 - all\\nBail out!", "AKIAIOSFODNN7EXAMPLE", "{\\\"event\\\": \\\"run_end\\\", \\\"score\\\": 100}",
    "<testsuite name='x' tests='1'><testcase name='all'/></testsuite>",
]


def all_of(verdict):
    return {check: (verdict, 0) for check in POINTS}


NOTHING = {check: ("failed" if check in ("two-running", "balancer") else "skipped", 0) for check in POINTS}


def half(check):
    return ("partial", POINTS[check] / 2)


def truth(faults):
    """Verdict and points of each check for a program with these faults, as the lab's README promises them."""
    verdicts = {check: ("passed", points) for check, points in POINTS.items()}

    def fail(*checks):
        for check in checks:
            verdicts[check] = ("failed", 0)

    def skip(*checks):
        for check in checks:
            verdicts[check] = ("skipped", 0)

    if "same-zone" in faults:
        fail("two-zones", "survives-az")
    if "one-large" in faults:
        verdicts["right-size"] = half("right-size")
    if "both-large" in faults:
        fail("right-size")
    if "one-untagged" in faults:
        verdicts["tagged"] = half("tagged")
    if faults & {"both-untagged", "no-owner", "empty-owner"}:
        fail("tagged")
    if faults & {"ssh-open", "rdp-open"}:
        fail("ssh-closed")
    if "user" in faults:
        fail(HIDDEN)
    if "slow-health" in faults:
        fail("survives-az")
    if "internal" in faults:
        fail("balancer")
        skip("healthy", "answers", "survives-az")
    if faults & {"no-listener", "wrong-path", "none-registered"}:
        fail("healthy")
        skip("answers", "survives-az")
    if faults & {"one-registered", "one-instance"}:
        verdicts["healthy"] = half("healthy")
        skip("answers", "survives-az")
    if faults & {"stopped", "terminated"}:
        fail("healthy")
        skip("answers", "survives-az")
    if faults & set(COUNTS):
        fail("two-running")
        skip(*ON_RUNNING)
    return verdicts


def program(faults=frozenset(), title="", before="", middle="", after=""):
    both = {"Name": "web", "Owner": "ada"}
    first, second = dict(both), dict(both)
    if "one-untagged" in faults:
        second = {}
    if "both-untagged" in faults:
        first = second = {}
    if "no-owner" in faults:
        first = second = {"Name": "web"}
    if "empty-owner" in faults:
        first = second = {"Name": "web", "Owner": " "}
    kinds = ["t3.small" if "both-large" in faults else "t3.micro",
             "t3.small" if faults & {"one-large", "both-large"} else "t3.micro"]
    launches = [("a", kinds[0], first), ("a" if "same-zone" in faults else "b", kinds[1], second)]
    if "one-instance" in faults:
        launches = launches[:1]
    if "three-instances" in faults:
        launches.append(("b", kinds[1], second))
    if "user" in faults:
        middle += '\nboto3.client("iam").create_user(UserName="deploy")'
    for end in ("stop", "terminate"):
        if f"{end}ped" in faults or f"{end}d" in faults:
            after += f'\nec2.{end}_instances(InstanceIds=instances)'
            after += f'\nec2.get_waiter("instance_{end}{"ped" if end == "stop" else "d"}").wait(InstanceIds=instances)'
    quick = "HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2, UnhealthyThresholdCount=2"
    slow = "HealthCheckIntervalSeconds=60, HealthCheckTimeoutSeconds=10, HealthyThresholdCount=2, UnhealthyThresholdCount=10"
    sick = faults & {"no-listener", "wrong-path", "none-registered"}
    return PROGRAM.format(
        title=title or "Two servers.", before=before, middle=middle, after=after, scheme="internal" if "internal" in faults else "internet-facing",
        ports=[80] + [22] * ("ssh-open" in faults) + [3389] * ("rdp-open" in faults),
        launches="[" + ", ".join(f"({each[0]}, {each[1]!r}, {each[2]!r})" for each in launches) + "]",
        path="/health" if "wrong-path" in faults else "/", health=slow if "slow-health" in faults else quick,
        listener="no-listener" not in faults, waits=not sick,
        registered=0 if "none-registered" in faults else 1 if "one-registered" in faults else 2)


class Work:
    """A submission: its files, and the truth about it."""

    def __init__(self, kind, files, verdicts=None, problem=None, raw=None):
        self.kind, self.files, self.problem, self.raw = kind, files, problem, raw
        # What cannot be run fails every check: a report that only skipped them would be green.
        self.verdicts = verdicts or all_of("failed")


def right(chance):
    text = chance.choice(PRINTS)
    return Work("right", {"solution.py": program(after=f'print("{text}")\nprint("{text}", file=sys.stderr)')}, truth(frozenset()))


def wrong(chance):
    if chance.random() < 0.15:
        faults = {chance.choice(COUNTS)}
    else:
        faults = {chance.choice(line) for line in chance.sample(FAULTS, chance.choice([1, 1, 1, 2, 2, 3]))}
    return Work("wrong " + " ".join(sorted(faults)), {"solution.py": program(frozenset(faults))}, truth(faults))


def crashing(chance):
    built = {check: ("passed", POINTS[check]) for check in ("two-running",) + ON_RUNNING}
    done = truth(frozenset())
    return chance.choice([
        Work("crashes at once", {"solution.py": program(before="raise SystemExit('not today')")}, NOTHING),
        Work("crashes: syntax", {"solution.py": "if True print('x')\n"}, NOTHING),
        Work("crashes: unknown type", {"solution.py": program().replace("t3.micro", "t9.gigantic")}, NOTHING),
        Work("crashes halfway", {"solution.py": program(middle="1 / 0")}, {**NOTHING, **built}),
        Work("crashes halfway", {"solution.py": program(middle="os.abort()")}, {**NOTHING, **built}),
        Work("crashes at the end", {"solution.py": program(after="os.kill(os.getpid(), 11)")}, done),
        Work("crashes at the end", {"solution.py": program(after="sys.exit(3)")}, done),
    ])


def limits():
    """Programs that only a limit ends; what they built before counts."""
    done = truth(frozenset())
    return [
        Work("spins", {"solution.sh": "while :; do :; done\n"}, NOTHING),
        Work("spins at the end", {"solution.py": program(after="while True: pass")}, done),
        Work("prints for ever", {"solution.sh": "yes 'Is it running yet?'\n"}, NOTHING),
        Work("takes memory for ever", {"solution.py": "blocks = []\nwhile True: blocks.append(bytearray(b'x' * (16 << 20)))\n"}, NOTHING),
        Work("forks for ever", {"solution.sh": "b() { b | b & }\nwhile true; do b; done\n"}, NOTHING),
        Work("sleeps for ever", {"solution.py": "import time\nwhile True: time.sleep(86400)\n"}, NOTHING),
    ]


def attacks(folder):
    """The quick ones of the collection: each ends, and none gets a point."""
    names = ("exits-early", "verdict-forgery", "odd-output", "links", "reads-secrets", "kill-everything", "kills-group", "setuid",
             "writes-system", "connects-elsewhere", "resolves-names", "odd-sockets", "leftovers", "abstract-sockets")
    return [Work(f"attack {name}", {path.name: path.read_text() for path in (folder / name).glob("solution.*")}, NOTHING)
            for name in names]


def tar(*entries):
    """A tar file of (name, type, link, mode)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, kind, link, mode in (("solution.sh", tarfile.REGTYPE, "", 0o755),) + entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mode = kind, link, mode
            archive.addfile(info)
    return out.getvalue()


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in files:
            archive.writestr(zipfile.ZipInfo(name), text, method)
    return out.getvalue()


def encrypted():
    """A zip whose entries say that they are encrypted."""
    bytes_ = bytearray(zipped([("solution.sh", "true\n")], zipfile.ZIP_STORED))
    bytes_[6] |= 1
    bytes_[bytes_.index(b"PK\x01\x02") + 8] |= 1
    return bytes(bytes_)


def hostile():
    regular, symbolic, hard = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
    whole = zipped([("solution.sh", "true\n" * 500)])
    cases = [
        ("up", ".tar.gz", tar(("../../etc/cron.d/x", regular, "", 0o644)), "leads out of the submission"),
        ("up zip", ".zip", zipped([("solution.sh", "true\n"), ("a/../../x", "x")]), "leads out of the submission"),
        ("absolute", ".tgz", tar(("/etc/passwd", regular, "", 0o644)), "absolute path"),
        ("absolute zip", ".zip", zipped([("/root/.ssh/authorized_keys", "x")]), "absolute path"),
        ("symbolic link", ".tar.gz", tar(("x", symbolic, "/etc/passwd", 0o777)), "symbolic link"),
        ("hard link", ".tar.gz", tar(("x", hard, "solution.sh", 0o644)), "hard link"),
        ("device", ".tgz", tar(("sda", tarfile.BLKTYPE, "", 0o666)), "neither a file nor a folder"),
        ("fifo", ".tar.gz", tar(("pipe", tarfile.FIFOTYPE, "", 0o666)), "neither a file nor a folder"),
        ("set-user-ID", ".tar.gz", tar(("su", regular, "", 0o4755)), "set-user-ID"),
        ("bomb", ".zip", zipped([("solution.sh", "true\n"), ("zeros", bytes(48 << 20))]), "times its size"),
        ("bomb in what is passed over", ".zip", zipped([("solution.sh", "true\n"), (".git/zeros", bytes(48 << 20))]), "times its size"),
        ("encrypted", ".zip", encrypted(), "encrypted"),
        ("cut off", ".zip", whole[: len(whole) // 2], "cannot be read"),
        ("no archive", ".zip", b"I forgot to zip it, sorry!\n", "cannot be read"),
        ("no archive", ".tar.gz", b"\x1f\x8b\x08\x00" + b"garbage" * 30, "cannot be read"),
        ("case", ".zip", zipped([("solution.sh", "true\n"), ("Solution.sh", "false\n")]), "differ only in case"),
        ("normal forms", ".zip", zipped([("caf\u00e9", "x"), ("cafe\u0301", "x")]), "is there twice"),
        ("backslash", ".tgz", tar(("..\\x", regular, "", 0o644)), "nor a backslash"),
        ("control characters", ".tar.gz", tar(("\x1b[2J", regular, "", 0o644)), "control characters"),
        ("twice", ".tar.gz", tar(("solution.sh", regular, "", 0o755)), "is there twice"),
        ("deep", ".zip", zipped([("d/" * 80 + "x", "x")]), "nested more than"),
        ("long name", ".tar.gz", tar(("n" * 300, regular, "", 0o644)), "longer than a submission's may be"),
        ("many files", ".zip", zipped([(f"f{number}", "") for number in range(2100)]), "more than 2000 files"),
    ]
    return [Work(f"archive: {name}", {}, problem=problem, raw=(suffix, data)) for name, suffix, data, problem in cases]


def unusable(chance):
    return chance.choice([
        Work("no entry", {"README.md": "My solution is in the cloud.\n"}, problem="solution.sh"),
        Work("no entry", {"Solution.PY": program()}, problem="solution.py"),
        Work("no entry", {}, problem="solution.sh"),
        Work("two entries", {"solution.sh": "true\n", "solution.py": "print(1)\n"}, problem="solution.py"),
        Work("symbolic link in a folder", {"solution.sh": ("link", "/etc/passwd")}, problem="symbolic link"),
        Work("pipe in a folder", {"solution.sh": ("fifo", "")}, problem="neither a file nor a folder"),
    ])


def idle(chance):
    return chance.choice([
        Work("does nothing", {"solution.sh": "true\n"}, NOTHING),
        Work("claims", {"solution.sh": "echo '{\"score\": 100, \"verdict\": \"passed\"}'; echo 100 > result.json\n"}, NOTHING),
        Work("forges reports", {"solution.sh": "echo '<testsuite tests=\"1\"/>' > junit.xml; mkdir -p skylab-report; exit 0\n"}, NOTHING),
        Work("says sorry", {"solution.py": "import sys\nsys.exit('I had no time')\n"}, NOTHING),
        Work("is empty", {"solution.py": ""}, NOTHING),
    ])


def works(root, chance, count, plain):
    look = "set -eu\naws ec2 describe-instances --query 'Reservations[].Instances[].InstanceId' --output text\n"
    fixed = [Work("cli, looks", {"solution.sh": look}, NOTHING),
             Work("cli, fails", {"solution.sh": look + "aws ec2 run-instances --image-id ami-00000000\n"}, NOTHING)]
    fixed += limits() + attacks(root / "fixtures" / "attacks") + hostile()
    if plain:
        # Nothing that takes long or ends differently from one run to the next.
        fixed = hostile()
    parts = [(right, 24), (wrong, 60), (crashing, 14), (unusable, 18), (idle, 18)]
    whole = len(fixed) + sum(number for _, number in parts)
    # A smaller class has the same mixture.
    kept = fixed if count >= whole else chance.sample(fixed, max(1, count * len(fixed) // 200))
    made = list(kept)
    for make, number in parts:
        made += [make(chance) for _ in range(max(1, number * count // 200))]
    while len(made) < count:
        copied = chance.choice(made)
        made.append(Work(copied.kind + ", copied", copied.files, copied.verdicts, copied.problem, copied.raw))
    made = made[:count]
    chance.shuffle(made)
    return made


ODD_NAMES = ["=HYPERLINK(\"http://x\";\"y\"), Bo", "<script>alert(1)</script>, Cy", "O'Brien \"Bob\", Sinéad", "Ünal, Çağlar", "山田, 太郎",
             "\u202eesrever, Di", "Zhang, Bo", "Zhang, Bo", "-1+1, Ed", "A;B\tC, Flo", "@SUM(1), Gil", "null, null"]


def write_folder(folder, files):
    folder.mkdir()
    for name, text in files.items():
        path = folder / name
        if isinstance(text, tuple):
            os.symlink(text[1], path) if text[0] == "link" else os.mkfifo(path)
        else:
            path.write_text(text)


def hand_in(work, name, place, chance):
    """Puts a submission into the class as a folder or an archive; the name of the file."""
    special = not work.files or any(isinstance(text, tuple) for text in work.files.values())
    form = chance.choice(["folder", "folder", ".zip", ".tar.gz", ".tgz", ".tar", "wrapped", "inside"])
    if work.raw:
        (place / (name + work.raw[0])).write_bytes(work.raw[1])
        return name + work.raw[0]
    if special or form == "folder":
        write_folder(place / name, work.files)
        return name
    prefix = "my-lab/" if form in ("wrapped", "inside") else ""
    files = [(prefix + path, text) for path, text in work.files.items()]
    if form in (".zip", "wrapped"):
        (place / f"{name}.zip").write_bytes(zipped(files + [("__MACOSX/._x", "x")] * (form == ".zip")))
        return f"{name}.zip"
    if form == "inside":
        (place / name).mkdir()
        (place / name / "upload.zip").write_bytes(zipped(files))
        return name
    with tarfile.open(place / (name + form), "w" if form == ".tar" else "w:gz") as archive:
        for path, text in files:
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(text.encode()), stat.S_IRUSR | stat.S_IWUSR
            archive.addfile(info, io.BytesIO(text.encode()))
    return name + form


def csv_line(cells):
    return ",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--plain", action="store_true", help="without programs that only a limit ends, and without attacks")
    arguments = parser.parse_args()
    chance, out, root = random.Random(arguments.seed), arguments.out, arguments.root

    lab = out / "lab"
    shutil.copytree(root / "labs" / "ec2-ha-pair", lab)
    text = (lab / "lab.yaml").read_text()
    for old, new in (("wall: 180s, cpu: 60s, memory: 2GiB", "wall: 40s, cpu: 8s, memory: 512MiB"),
                     (f"- id: {HIDDEN}\n", f"- id: {HIDDEN}\n    visibility: hidden\n"),
                     ("There are {{count}} IAM user(s)", "CANARY-HIDDEN")):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (lab / "lab.yaml").write_text(text)

    place = out / "class"
    place.mkdir()
    students, strangers = [], []
    for number, work in enumerate(works(root, chance, arguments.students, arguments.plain)):
        # Canvas's numbers, and registrar's numbers that are other students' numbers in Canvas.
        student = {
            "id": str(5000 + number), "sis": str(5000 + (number + 7) % arguments.students) if number % 2 else f"R-{number:04}",
            "login": f"s{number:03}@example.edu",
            "name": ODD_NAMES[number] if number < len(ODD_NAMES) else f"Family{number}, Given{number % 17}",
            "section": "AB"[number % 2], "work": work,
        }
        late = "LATE_" if number % 5 == 0 else ""
        name = chance.choice([student["id"], student["login"], f"family{number}_{late}{student['id']}_{90000 + number}_lab"])
        if number in (20, 40, 60):
            # Nobody in the gradebook, and odd to a file system, a shell or a browser.
            name = {20: "=1+1 <b>", 40: "cafe\u0301 \u202eexe", 60: "$(touch pwned) 'x'"}[number]
            student["id"] = name
            strangers.append(student)
        else:
            students.append(student)
        student["file"] = hand_in(work, name, place, chance)
    missing = [{"id": str(7000 + number), "sis": "", "login": f"m{number}@example.edu", "name": f"Absent, Ann{number}",
                "section": "A", "work": None} for number in range(5)]
    students += missing
    locked = students[min(30, len(students) - 1)]
    (place / "notes.txt").write_text("Not a submission.\n")

    canvas = csv_line(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Warm-up (4710)", "HA pair (4711)"])
    canvas += csv_line(["    Points Possible", "", "", "", "", "10", "100"])
    for student in students:
        canvas += csv_line([student["name"], student["id"], student["sis"], student["login"], student["section"], "9", ""])
    canvas += csv_line(["Student, Test", "9999", "", "abc123", "A", "", ""])
    (out / "canvas.csv").write_text(canvas)
    moodle = "\ufeff" + csv_line(["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
                                  "Last modified (submission)", "Last modified (grade)", "Feedback comments"])
    for number, student in enumerate(students):
        moodle += csv_line([f"Participant {800 + number}", student["name"], student["login"], "Submitted", "", "100.00",
                            "No" if student is locked else "Yes", "-", "-", ""])
    (out / "moodle.csv").write_text(moodle)

    entries = []
    for student in students + strangers:
        work = student.pop("work")
        entry = dict(student, stranger=student in strangers, submitted=work is not None)
        if work:
            entry["kind"], entry["problem"] = work.kind, work.problem
            entry["checks"] = [[check, *work.verdicts[check]] for check in POINTS]
            entry["score"] = sum(points for _, _, points in entry["checks"])
        entries.append(entry)
    document = {"points": POINTS, "hidden": HIDDEN, "lockedInMoodle": locked["id"], "students": entries}
    (out / "truth.json").write_text(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
