"""Makes the results folder of a large class out of a few submissions that are really graded.

    python bench/results_folder.py FOLDER [STUDENTS]

Each student gets one of the graded results with an id and times of their own, and the checks are brought to ten.
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKYLAB = pathlib.Path(os.environ.get("SKYLAB", ROOT / ".build" / "release" / "skylab"))
LAB = ROOT / "labs" / "ec2-ha-pair"
CHECKS = 10


def graded():
    """Results of the solutions and of known-bad submissions, the solutions more often."""
    names = ["solutions/cli", "bad/ssh-open", "solutions/boto3", "bad/same-az", "bad/untagged", "bad/one-instance"]
    results = []
    with tempfile.TemporaryDirectory(prefix="bench-site-") as folder:
        for name in names:
            file = pathlib.Path(folder) / "result.json"
            subprocess.run(
                [SKYLAB, "grade", LAB, LAB / name, "--instructor", "--no-report", f"--format=json={file}"],
                cwd=folder, check=False, stdout=subprocess.DEVNULL, timeout=120,
            )
            results.append(json.loads(file.read_text(encoding="utf-8")))
    return results


def write(folder, students):
    folder = pathlib.Path(folder)
    models = graded()
    for model in models:
        while len(model["checks"]) < CHECKS:
            check = copy.deepcopy(model["checks"][0])
            check["id"] += f"-{len(model['checks'])}"
            model["checks"].append(check)
    roster = []
    for number in range(students):
        key = f"n{100000 + 7 * number}"
        roster.append(
            {"key": key, "id": key, "name": f"Student {number}", "email": f"student{number}@example.edu",
             "submission": f"{key}.zip", "isEnrolled": True}
        )
        result = copy.deepcopy(models[number % len(models)])
        result["submission"] = key
        result["startedAt"] = f"2026-11-23T18:{number % 60:02}:00Z"
        home = folder / "submissions" / key
        (home / "attempts").mkdir(parents=True)
        text = json.dumps(result, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        (home / "result.json").write_text(text, encoding="utf-8")
        (home / "attempts" / "1.json").write_text(text, encoding="utf-8")
    (folder / "students.json").write_text(json.dumps({"schemaVersion": 1, "students": roster}), encoding="utf-8")
    manifest = {
        "schemaVersion": 1, "labID": models[0]["labID"], "labTitle": models[0]["labTitle"],
        "labDigest": models[0]["labDigest"], "engineVersion": models[0]["engineVersion"], "seed": "bench",
        "createdAt": "2026-11-23T18:00:00Z", "finishedAt": "2026-11-23T19:00:00Z", "hasRoster": True,
    }
    (folder / "batch.json").write_text(json.dumps(manifest), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
