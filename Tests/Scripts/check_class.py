"""Holds what a batch made of a class against the truth that the class was made with.

Usage: check_class.py CLASS RESULTS EXPORTS     CLASS is what class_of_200.py made, EXPORTS has the files of the exports:
canvas.csv, canvas-filled.csv, moodle.csv, moodle-filled.csv, class.csv, class.json, gradescope/.
Everything is read with other people's readers. Exit status: 0 all equal, 1 not, 77 a package is missing.
"""

import csv
import json
import pathlib
import sqlite3
import subprocess
import sys

try:
    import junitparser
    import junit2htmlreport  # noqa: F401
    import xunitparser
    from lxml import etree
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

made, results, exports = map(pathlib.Path, sys.argv[1:4])
truth = json.loads((made / "truth.json").read_text())
points, hidden = truth["points"], truth["hidden"]
students = truth["students"]
problems = []


def expect(condition, *words):
    if not condition:
        problems.append(" ".join(str(word) for word in words))


def rows(name):
    with open(exports / name, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def neutral(text):
    """What stands in a cell for a text that a spreadsheet might take for a formula; a lone dash is none."""
    if text == "-":
        return text
    lead = text.lstrip(" ")[:1]
    return "'" + text if lead in "=+-@\t\r|" and lead else text


def number(text):
    return None if text == "" else float(text)


# --- The store -------------------------------------------------------------------------------------------------------

known = {each["id"]: each for each in json.loads((results / "students.json").read_text())["students"]}
expect(sorted(known) == sorted(each["id"] for each in students), "other students than in the class")
titles, messages = {}, {}
for student in students:
    found = known.get(student["id"])
    if not found:
        continue
    student["key"] = found["key"]
    expect(found["isEnrolled"] == (not student["stranger"]), student["id"], "is enrolled or not")
    if not student["submitted"]:
        expect(found.get("submission") is None, student["id"], "has a submission")
        expect(not (results / "submissions" / found["key"] / "result.json").exists(), student["id"], "has a result")
        continue
    where = f"{student['id']} ({student['kind']})"
    expect(found["submission"] == student["file"], where, "got the submission", found["submission"])
    result = json.loads((results / "submissions" / found["key"] / "result.json").read_text())
    checks = [[check["id"], check["verdict"], check["points"]] for check in result["checks"]]
    expect(checks == student["checks"], where, "wrong checks:", [pair for pair in zip(checks, student["checks"]) if pair[0] != pair[1]])
    expect(sum(check["maximum"] for check in result["checks"]) == 100, where, "wrong maximum")
    if student["problem"]:
        expect(student["problem"] in (result.get("problem") or ""), where, "wrong reason:", result.get("problem"))
        expect(result["problemCause"] == "submission" and "program" not in result, where, "was run")
    else:
        expect("problem" not in result, where, "has a problem:", result.get("problem"))
    attempts = list((results / "submissions" / found["key"] / "attempts").iterdir())
    expect(len(attempts) == 1, where, "has", len(attempts), "attempts")
    student["reason"] = result.get("problem")
    titles = {check["id"]: check["title"] for check in result["checks"]}
    messages[student["id"]] = {check["id"]: check["message"] for check in result["checks"]}

store = sqlite3.connect(f"file:{results / 'results.sqlite'}?mode=ro", uri=True)
stored = {key: (score, maximum, error) for key, score, maximum, error in store.execute("SELECT student, score, maximum, error FROM results")}
expect(stored == {each["key"]: (each["score"] * 1000, 100_000, 0) for each in students if each["submitted"]}, "the index has other results")
journal = {}
for key, check, verdict, got in store.execute("SELECT student, check_id, verdict, points FROM journal ORDER BY student, position"):
    journal.setdefault(key, []).append([check, verdict, got / 1000])
for student in students:
    if student["submitted"] and not student["problem"]:
        expect(journal.get(student["key"]) == student["checks"], student["id"], "another journal")
expect(store.execute("SELECT count(*) FROM pending").fetchone() == (0,), "something is pending")

# --- JUnit -----------------------------------------------------------------------------------------------------------

ELEMENTS = {"passed": None, "failed": "failure", "partial": "failure", "skipped": "skipped"}


def hold_junit(student, cases, where):
    """`cases` is a list of (name, element or None)."""
    wanted = [(check, ELEMENTS[verdict]) for check, verdict, _ in student["checks"]]
    # What concerns no check has a case of its own, ahead of them.
    wanted = [("submission", "failure")] * bool(student["problem"]) + wanted
    expect(cases == wanted, where, "other cases:", cases)


def element(case):
    children = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
    return (case.get("name"), children[0] if children else None)


schemas = {name: etree.XMLSchema(etree.parse(str(pathlib.Path(sys.argv[4]) / name)))
           for name in ("junit-10.xsd", "surefire-test-report.xsd", "windyroad-ant.xsd")}
for student in filter(lambda each: each["submitted"], students):
    path = results / "submissions" / student["key"] / "junit.xml"
    tree = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True))
    for schema in ("junit-10.xsd", "surefire-test-report.xsd"):
        expect(schemas[schema].validate(tree), path, schema, schemas[schema].error_log.last_error)
    hold_junit(student, [element(case) for case in tree.getroot().findall("testcase")], path)
    kinds = {None: None, junitparser.Failure: "failure", junitparser.Skipped: "skipped", junitparser.Error: "error"}
    read = [case for suite in junitparser.JUnitXml.fromfile(str(path)) for case in suite]
    hold_junit(student, [(case.name, kinds[type(case.result[0]) if case.result else None]) for case in read], f"{path} by junitparser")
    with open(path, encoding="utf-8") as file:
        unit, _ = xunitparser.parse(file)
    kinds = {"success": None, "failure": "failure", "skipped": "skipped", "error": "error"}
    hold_junit(student, [(case.methodname, kinds[case.result]) for case in unit], f"{path} by xunitparser")
    properties = {each.get("name"): each.get("value") for each in tree.getroot().find("properties")}
    expect(float(properties["grade.score"]) == student["score"], path, "says", properties["grade.score"])

# junit2html makes a page of a file: everybody's checks are on it, and nothing that a student wrote has become an element.
for student in [each for each in students if each["submitted"]][:12]:
    path = results / "submissions" / student["key"] / "junit.xml"
    page = exports / f"{student['key']}.junit2html.html"
    run = subprocess.run([sys.executable, "-m", "junit2htmlreport", str(path), str(page)], capture_output=True, text=True)
    expect(run.returncode == 0 and page.exists(), "junit2html", path, run.stderr)
    if page.exists():
        text = page.read_text(encoding="utf-8")
        expect(all(check in text for check in points), "junit2html lacks a check of", path)
        expect("<img" not in text and "alert(1)</script>" not in text, "junit2html lets an element through from", path)

suites = {}
files = sorted((results / "junit").glob("*.xml"))
expect([path.name for path in files] == [f"class-{1 + number:03}.xml" for number in range(len(files))], "class files:", files)
for path in files:
    tree = etree.parse(str(path))
    for schema in ("junit-10.xsd", "windyroad-ant.xsd"):
        expect(schemas[schema].validate(tree), path, schema, schemas[schema].error_log.last_error)
    expect(len(tree.findall(".//testcase")) <= 4000 and path.stat().st_size < 20 << 20, path, "is too large")
    for suite in tree.getroot():
        cases = suite.findall("testcase")
        expect(int(suite.get("tests")) == len(cases), path, suite.get("name"), "counts")
        expect(int(suite.get("failures")) == len(suite.findall("testcase/failure")), path, suite.get("name"), "counts failures")
        properties = {each.get("name"): each.get("value") for each in suite.find("properties")}
        suites[properties["submission"]] = [element(case) for case in cases]
expect(len(suites) == sum(each["submitted"] for each in students), "the class files have", len(suites), "suites")
for student in filter(lambda each: each["submitted"], students):
    cases = suites.get(student["id"].replace("\u202e", "\\u{202E}"))
    expect(cases is not None, student["id"], "is not in the class files")
    if cases is not None:
        hold_junit(student, cases, f"class files, {student['id']}")

# --- Exports ---------------------------------------------------------------------------------------------------------

enrolled = [each for each in students if not each["stranger"]]
inside = {each["id"]: each for each in enrolled}

table = rows("canvas.csv")
expect(table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "HA pair"], "Canvas header", table[0])
expect(table[1][0] == "    Points Possible" and float(table[1][5]) == 100, "Canvas points", table[1])
expect([row[1] for row in table[2:]] == [each["id"] for each in enrolled], "Canvas rows")
for row in table[2:]:
    student = inside[row[1]]
    expect(row[0] == neutral(student["name"]) and row[2:5] == [student["sis"], student["login"], student["section"]], "Canvas row", row)
    expect(number(row[5]) == student.get("score"), "Canvas score", row)
    expect(row[5] == "" or row[5][-3] == ".", "Canvas score has two decimals", row)

table = rows("canvas-filled.csv")
before = list(csv.reader(open(made / "canvas.csv", newline="", encoding="utf-8")))
expect(table[0] == before[0][:5] + [before[0][6]], "filled Canvas header", table[0])
expect(len(table) == len(before), "filled Canvas rows")
for row, old in zip(table[1:], before[1:]):
    expect(row[:5] == [neutral(cell) if cell.strip() != "Points Possible" else cell for cell in old[:5]], "filled Canvas row", row)
    if row[1] in inside:
        expect(number(row[5]) == inside[row[1]].get("score"), "filled Canvas score", row)
    elif row[0].strip() != "Points Possible":
        expect(row[5] == "", "filled Canvas, a stranger", row)


def hold_feedback(student, text, where):
    """Which checks a feedback names, in order, and that it has nothing of the hidden one."""
    expect(titles[hidden] not in text, where, "names the hidden check")
    if student["problem"]:
        # A file name of the student's may be shown with its unsafe characters spelled out.
        expect(student["problem"] in text, where, "feedback:", text)
        return
    short = [check for check, verdict, _ in student["checks"] if verdict != "passed" and check != hidden]
    if not short:
        of_all = all(verdict == "passed" for _, verdict, _ in student["checks"])
        expect(text == ("All checks passed." if of_all else "All checks that are shown passed."), where, "feedback:", text)
        return
    places = [text.find(titles[check] + ": ") for check in short]
    if len(text) < 1900:
        expect(-1 not in places and places == sorted(places), where, "feedback:", text)
    for check in points:
        if check not in short:
            expect(titles[check] + ": " not in text, where, "feedback names a check that passed:", check)


table = rows("moodle.csv")
expect(table[0] == ["ID number", "Email address", "HA pair", "HA pair feedback"], "Moodle header", table[0])
expect([row[0] for row in table[1:]] == [each["id"] for each in enrolled], "Moodle rows")
for row in table[1:]:
    student = inside[row[0]]
    expect(number(row[2]) == student.get("score"), "Moodle score", row)
    if student["submitted"]:
        hold_feedback(student, row[3], f"Moodle {row[0]}")

table = rows("moodle-filled.csv")
before = list(csv.reader(open(made / "moodle.csv", newline="", encoding="utf-8-sig")))
raw = (exports / "moodle-filled.csv").read_bytes()
expect(raw.startswith(b"\xef\xbb\xbf"), "the worksheet has lost its byte-order mark")
expect(table[0] == before[0] and len(table) == len(before), "filled worksheet header")
for row, old, student in zip(table[1:], before[1:], enrolled):
    expect(row[0] == old[0] and row[2:4] == old[2:4] and row[5:9] == [neutral(cell) for cell in old[5:9]], "worksheet row", row)
    locked = student["id"] == truth["lockedInMoodle"]
    expect(number(row[4]) == (None if locked else student.get("score")), "worksheet score", row)
    if student["submitted"] and not locked:
        hold_feedback(student, row[9], f"worksheet {row[0]}")

table = rows("class.csv")
head = ["id", "name", "email", "section", "login", "status", "score", "maximum", "percent"]
expect(table[0] == head + list(points) + ["feedback"], "csv header", table[0])
expect(len(table) == 1 + len(students), "csv rows")
byID = {neutral(each["id"]): each for each in students}
for row in table[1:]:
    student = byID[row[0]]
    if not student["submitted"]:
        expect(row[5:9] == ["missing", "", "", ""], "csv, missing", row)
        continue
    status = "unreadable" if student["problem"] else "passed" if student["score"] == 100 else "failed"
    expect(row[5] == status and number(row[6]) == student["score"] and number(row[7]) == 100, "csv", row)
    expect(number(row[8]) == student["score"], "csv percent", row)
    expect([number(cell) for cell in row[9:19]] == [got for _, _, got in student["checks"]], "csv checks", row)

document = json.loads((exports / "class.json").read_text())
expect([each["student"]["id"] for each in document["students"]] == [each["id"] for each in json.loads((results / "students.json").read_text())["students"]], "json order")
for each in document["students"]:
    student = next(other for other in students if other["id"] == each["student"]["id"])
    expect(each.get("score") == student.get("score"), "json score", student["id"])

folders = {path.parent.name for path in (exports / "gradescope").glob("*/results.json")}
expect(folders == {each["key"] for each in students if each["submitted"]}, "gradescope folders")
for student in filter(lambda each: each["submitted"], students):
    document = json.loads((exports / "gradescope" / student["key"] / "results.json").read_text())
    where = f"gradescope {student['id']}"
    expect(document["score"] == student["score"] and document["visibility"] == "visible", where, document["score"])
    expect(document["stdout_visibility"] == "hidden", where, "shows output")
    if student["problem"]:
        expect(student["problem"] in document["output"], where, document["output"])
    tests = document["tests"]
    expect(len(tests) == 10, where, len(tests), "tests")
    for test, (check, verdict, got) in zip(tests, student["checks"]):
        expect(test["name"] == titles[check] and test["score"] == got and test["max_score"] == points[check], where, test)
        expect(test["status"] == ("passed" if verdict == "passed" else "failed"), where, test)
        expect(test["visibility"] == ("hidden" if check == hidden else "visible"), where, test)
        if verdict == "skipped" and not student["problem"]:
            expect(test["output"].startswith("blocked by "), where, test)

print("\n".join(problems[:60]))
print(f"{len(students)} students, {len(problems)} problems", file=sys.stderr)
sys.exit(1 if problems else 0)
