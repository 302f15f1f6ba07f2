"""Opens pages from the disk in Chromium and says what is wrong with them, a line each; nothing where all is well.

Usage: check_page.py PAGE.html...
Exit status: 0 all well, 1 something is wrong, 77 a package or Chromium is missing.
"""

import pathlib
import shutil
import sys

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if chromium is None:
    print("skipped: no Chromium on the PATH")
    sys.exit(77)

problems = []


def check(browser, path, scheme, width, script, with_policy=True):
    """Loads a page one way and notes what the reader of that page would meet."""
    where = f"{path.parent.name} {scheme} {width}px {'with' if script else 'without'} JavaScript"
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    page = context.new_page()
    page.on("console", lambda message: problems.append(f"{where}: console: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"{where}: error: {error}"))
    page.on("dialog", lambda dialog: (problems.append(f"{where}: dialog: {dialog.message}"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: None
        if request.url.startswith(("file:", "data:"))
        else problems.append(f"{where}: request: {request.url}"),
    )
    if with_policy:
        page.goto(path.absolute().as_uri())
    else:
        # The same page without its policy: escaping alone must be enough.
        bare = path.with_name("bare-" + path.name)
        lines = path.read_text(encoding="utf-8").split("\n")
        bare.write_text("\n".join(line for line in lines if "Content-Security-Policy" not in line), encoding="utf-8")
        page.goto(bare.absolute().as_uri())
        bare.unlink()
    if script:
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            problems.append(f"{where}: scrolls sideways to {wide}px")
        for violation in Axe().run(page, options={"preload": False}).response["violations"]:
            targets = [node["target"] for node in violation["nodes"][:3]]
            problems.append(f"{where}: axe {violation['id']}: {violation['help']} {targets}")
    context.close()


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    for name in sys.argv[1:]:
        path = pathlib.Path(name)
        for scheme in ("light", "dark"):
            for width in (1180, 320):
                check(browser, path, scheme, width, script=True)
        check(browser, path, "light", 1180, script=False)
        check(browser, path, "light", 1180, script=True, with_policy=False)
    browser.close()

print("\n".join(problems))
sys.exit(1 if problems else 0)
