"""Measures Skylab against its peers in one run and holds the ratios against the targets.

    make bench
    .venv-bench/bin/python bench/run.py [--quick] [SECTION…]

Sections: start load sandbox grade scale crowd group outage reach functions containers batch kills site

Prints a table and writes out/bench/results.json. Exit status: 0 all targets met, 1 some missed, 2 some not measured.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys

import batch
import containers
import functions
import measure
import proof
import scale
from emulators import KINDS, ROOT, SKYLAB

SECTIONS = ("start", "load", "sandbox", "grade", "scale", "crowd", "group", "outage", "reach", "functions",
            "containers", "batch", "kills", "site")


def targets(section, figures):
    """Rows of (what, value, target, whether it is met, detail)."""
    rows = {
        "start": start_rows,
        "load": load_rows,
        "sandbox": sandbox_rows,
        "grade": grade_rows,
        "scale": scale_rows,
        "crowd": crowd_rows,
        "group": group_rows,
        "outage": outage_rows,
        "reach": reach_rows,
        "functions": functions_rows,
        "containers": containers_rows,
        "batch": batch_rows,
        "kills": kills_rows,
        "site": site_rows,
    }
    return rows[section](figures)


def start_rows(figures):
    ours = figures["skylab"]
    for peer, factor in (("moto_server", 40), ("ministack", 12)):
        ratio = figures[peer] / ours
        detail = f"{figures[peer] * 1e3:.0f} ms / {ours * 1e3:.1f} ms"
        what = f"start to first DescribeInstances, {peer} / skylab"
        yield what, f"{ratio:.1f} x", f">= {factor} x", ratio >= factor, detail


def load_rows(figures):
    ours = figures["skylab"]["requests_per_second"]
    for peer, factor in (("moto_server", 300), ("ministack", 8)):
        theirs = figures[peer]["requests_per_second"]
        ratio = ours / theirs
        what = f"DescribeInstances of 10, 4 connections, skylab / {peer}"
        yield what, f"{ratio:.1f} x", f">= {factor} x", ratio >= factor, f"{ours:.0f}/s / {theirs:.0f}/s"
    memory = figures["skylab"]["resident_megabytes"]
    others = [f"{peer} {figures[peer]['resident_megabytes']:.0f} MB" for peer in ("moto_server", "ministack")]
    yield "resident memory after that", f"{memory:.1f} MB", "<= 40 MB", memory <= 40, ", ".join(others)


def functions_rows(figures):
    rate = figures["warm_per_second"]
    yield "warm invocations of a Python function, one environment", f"{rate:.0f}/s", ">= 2000/s", rate >= 2000, "wrk, one connection"
    extra = (figures["cold_seconds"] - figures["interpreter_seconds"]) * 1e3
    detail = f"{figures['cold_seconds'] * 1e3:.1f} ms - {figures['interpreter_seconds'] * 1e3:.1f} ms"
    yield "cold start beyond the interpreter's own", f"{extra:.1f} ms", "<= 10 ms", extra <= 10, detail
    answered, crowd = figures["crowd_answered"], figures["crowd"]
    left = figures["left_behind"]
    text = ", ".join(f"{count} {name}" for name, count in left.items())
    grown = f"resident memory grew by {figures['grown_megabytes']:.1f} MB, log events included"
    yield f"left by {figures['invocations']} invocations", text, "none", not any(left.values()), grown
    yield "environments at once", f"{answered} of {crowd}", "all", answered == crowd, f"{figures['crowd_seconds']:.1f} s, 3 s each"


def containers_rows(figures):
    for mode, most in (("modelled", 3), ("running", 15)):
        taken = figures[mode]
        yield f"a service of 100 tasks to steady state, {mode}", f"{taken:.2f} s", f"<= {most} s", taken <= most, "real time"
    taken = figures["placement"] * 1e3
    yield "placement of 1 000 tasks on 200 hosts", f"{taken:.0f} ms", "<= 100 ms", taken <= 100, "100 calls of RunTask, ten tasks each"


def sandbox_rows(figures):
    bare = figures["posix_spawn_ms"]
    kinds = (("cold", "from nothing", 2.7), ("pooled", "from a blank box", 1.8), ("warm", "launched ahead", 1.1))
    for kind, what, factor in kinds:
        box = figures[f"box_{kind}_ms"]
        yield (f"sandbox of true, {what} / posix_spawn", f"{box / bare:.2f} x", f"<= {factor} x", box <= factor * bare,
               f"{box} ms / {bare} ms")
    other = figures.get("bwrap_ms")
    if other is None:
        raise RuntimeError("bwrap did not run here, so there is nothing to compare with")
    box = figures["box_cold_ms"]
    yield "sandbox of true, from nothing / bwrap", f"{box / other:.2f} x", "<= 0.5 x", box <= other / 2, f"{box} ms / {other} ms"
    answer = figures["broker_round_trip_ms"] * 1e3
    yield "a sleep of a second in virtual time", f"{answer:.0f} us", "<= 50 us", answer <= 50, "python3, one after the other"
    for name, what in (("python_calls", "system calls"), ("python_opens", "opening files")):
        ratio = figures[f"{name}_boxed_to_bare"]
        floor = figures[f"{name}_filtered_to_bare"]
        detail = f"least of 15; a filter that allows everything: {floor:.3f} x"
        yield f"python, {what}, boxed / bare", f"{ratio:.3f} x", "<= 1.03 x", ratio <= 1.03, detail
    for name, what in (("connection", "a connection and a request"), ("request", "a request on a connection")):
        ratio = figures[f"{name}_boxed_to_bare"]
        detail = f"{figures[f'{name}_boxed_ms'] * 1e3:.0f} us / {figures[f'{name}_bare_ms'] * 1e3:.0f} us, echo"
        yield f"{what}, handed-over listener / host loopback", f"{ratio:.3f} x", "<= 1.1 x", ratio <= 1.1, detail
    soak = figures["soak"]
    yield f"after {soak['boxes']} boxes", "nothing more" if soak["clean"] else "more", "nothing more", soak["clean"], soak["after"]
    many = figures["at_once_200_ms"]
    yield "200 boxes at once", f"{many:.0f} ms", "all run", True, "from the first request to the last report"


def grade_rows(figures):
    graded, bare = figures["grade"], figures["bare"]
    detail = f"{graded:.3f} s / {bare:.3f} s, {(graded - bare) * 1e3:+.0f} ms"
    met = graded <= 1.05 * bare + 0.050
    yield "skylab grade / bare script", f"{graded / bare:.3f} x", "<= 1.05 x + 50 ms", met, detail


def batch_rows(figures):
    ours, theirs = figures["seconds"], figures["loop_seconds"]
    detail = f"{ours:.2f} s / {theirs:.2f} s a submission, {figures['submissions']} and {figures['looped']} of them"
    what = f"skylab batch / a loop around moto_server, {figures['workers']} workers"
    yield f"{what}, throughput", f"{theirs / ours:.2f} x", ">= 2 x", theirs >= 2 * ours, detail
    own, whole = figures["client_processor"], figures["processor"]
    detail = f"{whole:.2f} s of processor a submission, {own:.2f} s of it the same script's own"
    yield "batch, overhead over the client programs", f"{(whole / own - 1) * 100:.1f} %", "<= 10 %", whole <= 1.1 * own, detail
    memory, allowed = figures["grader_megabytes"], 150 + 2 * figures["workers"]
    yield "batch, memory of the grader", f"{memory:.0f} MB", f"<= {allowed} MB", memory <= allowed, "peak resident, launcher included"
    resumed = figures["resume_seconds"]
    yield "batch, a finished class taken up again", f"{resumed:.2f} s", "<= 1 s", resumed <= 1, f"{figures['crowd']} submissions"


def kills_rows(figures):
    detail = f"killed {figures['kills']} times, {figures['students']} submissions"
    yield "batch, the store after kills at random instants", figures["outcome"], "equal", figures["outcome"] == "equal", detail


def site_rows(figures):
    what = f"skylab site, {figures['students']} x 10 checks"
    seconds, megabytes, memory = figures["seconds"], figures["megabytes"], figures["resident_megabytes"]
    yield f"{what}, time", f"{seconds:.2f} s", "<= 10 s", seconds <= 10, f"{figures['files']} files in two trees"
    largest = max(megabytes.values())
    detail = ", ".join(f"{tree} {size:.1f} MB" for tree, size in megabytes.items())
    yield f"{what}, the larger tree", f"{largest:.1f} MB", "<= 60 MB", largest <= 60, detail
    yield f"{what}, memory", f"{memory:.0f} MB", "<= 500 MB", memory <= 500, "peak resident"


def scale_rows(figures):
    count = figures["instances"]
    taken = figures["run_ms"]
    detail = f"{figures['last_run_ms']:.0f} ms with {count} in the region"
    yield "RunInstances of 1 000", f"{taken:.0f} ms", "<= 50 ms", taken <= 50, detail
    memory = figures["kilobytes_per_instance"]
    yield f"memory an instance, {count} of them", f"{memory:.2f} KB", "<= 4 KB", memory <= 4, "resident"
    one, many = figures["describe_ms"]["one"], figures["describe_ms"]["all"]
    what = f"DescribeInstances by id, {count} instances / 1"
    yield what, f"{many / one:.2f} x", "<= 1.5 x", many <= 1.5 * one, f"{many:.2f} ms / {one:.2f} ms"


def crowd_rows(figures):
    for peer, factor in (("moto_server", 1000), ("ministack", 20)):
        ratio = figures["skylab"] / figures[peer]
        what = f"DescribeInstances of 100, 4 connections, skylab / {peer}"
        detail = f"{figures['skylab']:.0f}/s / {figures[peer]:.1f}/s"
        yield what, f"{ratio:.1f} x", f">= {factor} x", ratio >= factor, detail
    ratio = figures["skylab"] / figures["bare"]
    detail = f"{figures['bare']:.0f}/s of {figures['bytes'] / 1e3:.0f} KB are what this machine can send"
    yield "the same / a program that only writes as many bytes", f"{ratio:.2f} x", "-", True, detail


def group_rows(figures):
    taken = figures["scale_out_ms"]
    what = f"an Auto Scaling group scaled out to {figures['instances']}"
    yield what, f"{taken:.0f} ms", "<= 200 ms", taken <= 200, "until all are shown in service"


def outage_rows(figures):
    taken = figures["milliseconds"]
    what = "an outage of each of two zones, 10 virtual minutes at 20 requests/s"
    yield what, f"{taken:.0f} ms", "<= 50 ms", taken <= 50, "both cells, with their copies of the region"


def reach_rows(figures):
    taken = figures["microseconds"]
    what = "a reachability query, 50 subnets and 500 interfaces"
    yield what, f"{taken:.1f} us", "<= 50 us", taken <= 50, f"the mean of {figures['queries']} in a reach check"


def measured(section, quick, submissions):
    if section == "start":
        return measure.start_up(rounds=2 if quick else 7)
    if section == "load":
        return measure.throughput(rounds=1 if quick else 3, seconds=2 if quick else 5)
    if section == "scale":
        return scale.scale(launches=5 if quick else 50, rounds=5 if quick else 50)
    if section == "crowd":
        return scale.crowd(rounds=1 if quick else 3, seconds=2 if quick else 5, kinds=KINDS)
    if section == "group":
        return scale.group(rounds=2 if quick else 7)
    if section == "outage":
        return proof.outage(rounds=2 if quick else 7)
    if section == "reach":
        return proof.reach(rounds=2 if quick else 5)
    if section == "functions":
        return functions.functions(cold=5 if quick else 25, seconds=2 if quick else 5, crowd=20 if quick else 200,
                                   count=1000 if quick else 10000)
    if section == "containers":
        return containers.containers()
    if section == "sandbox":
        return measure.sandbox(rounds=50 if quick else 200, boxes=1000 if quick else 10000)
    if section == "batch":
        return batch.batch(count=6 if quick else submissions, compared=4 if quick else min(40, submissions), crowd=200 if quick else 1000)
    if section == "kills":
        return proof.kills(kills=3 if quick else 25, students=8 if quick else 40)
    if section == "site":
        return measure.site(rounds=1 if quick else 3, students=200 if quick else 1000)
    return measure.grading(rounds=1 if quick else 5)


def machine():
    load = os.getloadavg()[0]
    if load > 0.5 * (os.cpu_count() or 1):
        print(f"note: the load of this machine is {load:.1f}; figures from a busy machine say little\n", file=sys.stderr)
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "kernel": platform.release(),
        "cores": os.cpu_count(),
        "load": load,
    }


def main():
    parser = argparse.ArgumentParser(description="Measures Skylab against its peers.")
    parser.add_argument("--quick", action="store_true", help="few rounds: to see whether it works, not how fast it is")
    parser.add_argument("--submissions", type=int, default=40, help="of the section batch; a class of 1000 takes more than an hour")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="of: " + " ".join(SECTIONS))
    arguments = parser.parse_args()
    unknown = [section for section in arguments.sections if section not in SECTIONS]
    if unknown:
        parser.error(f"no section {unknown[0]}; choose from {' '.join(SECTIONS)}")
    if not SKYLAB.exists():
        parser.error(f"{SKYLAB} is missing: run make build")

    results = {"machine": machine(), "figures": {}, "rows": [], "problems": {}}
    for section in arguments.sections or SECTIONS:
        print(f"measuring {section} …", file=sys.stderr, flush=True)
        try:
            figures = measured(section, arguments.quick, arguments.submissions)
            results["figures"][section] = figures
            for what, value, target, met, detail in targets(section, figures):
                results["rows"].append({"what": what, "value": value, "target": target, "met": met, "detail": detail})
        except Exception as problem:  # One section that fails must not cost the others.
            results["problems"][section] = str(problem) or type(problem).__name__

    folder = ROOT / "out" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")

    rows = [
        (row["what"], row["value"], row["target"], "pass" if row["met"] else "MISS", row["detail"])
        for row in results["rows"]
    ]
    if rows:
        rows.insert(0, ("figure", "measured", "target", "", "medians"))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        print()
        for row in rows:
            print("  ".join([row[0].ljust(widths[0])] + [row[i].rjust(widths[i]) for i in (1, 2, 3)] + [row[4]]))
    for section, problem in results["problems"].items():
        print(f"{section}: not measured: {problem}", file=sys.stderr)
    print(f"\n{folder / 'results.json'}")
    if results["problems"]:
        return 2
    return 0 if all(row["met"] for row in results["rows"]) else 1


if __name__ == "__main__":
    sys.exit(main())
