"""Reads JUnit files with readers that are not ours and compares what they find.

Usage: check_junit.py SCHEMA_FOLDER FILE...
Exit status: 0 all well, 1 something is wrong, 77 a package is missing.
"""

import pathlib
import sys

try:
    import junitparser
    import xunitparser
    from lxml import etree
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

schemas = pathlib.Path(sys.argv[1])
problems = []
for name in sys.argv[2:]:
    path = pathlib.Path(name)
    tree = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True))
    strict = tree.getroot().tag == "testsuite"
    for schema in ["junit-10.xsd", "surefire-test-report.xsd" if strict else "windyroad-ant.xsd"]:
        validator = etree.XMLSchema(etree.parse(str(schemas / schema)))
        if not validator.validate(tree):
            problems.append(f"{path.name}: {schema}: {validator.error_log.last_error}")
    suite = tree.getroot() if strict else tree.getroot()[0]
    cases = suite.findall("testcase")
    counted = {
        "tests": len(cases),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    for attribute, count in counted.items():
        if suite.get(attribute) != str(count):
            problems.append(f"{path.name}: {attribute} is {suite.get(attribute)}, counted {count}")
    parsed = junitparser.JUnitXml.fromfile(str(path))
    found = [case.name for case in list(parsed)[0]]
    if found != [case.get("name") for case in cases]:
        problems.append(f"{path.name}: junitparser reads the cases {found}")
    result = xunitparser.parse(str(path))[1]
    if result.testsRun != len(cases):
        problems.append(f"{path.name}: xunitparser reads {result.testsRun} cases of {len(cases)}")

print("\n".join(problems))
sys.exit(1 if problems else 0)
