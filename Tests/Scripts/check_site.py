"""Goes through a site from its first page, as a reader would, in Chromium and from the disk; says what is wrong, a line each.

Usage: check_site.py [--axe] [--sample=N] TREE...       TREE is a folder with an index.html
Every page: no console message, no dialog, no request but for files of the tree, no dead link, nothing wider than 320 px,
the same text with and without JavaScript but for what the script adds. With --axe, one page of each kind in light and dark.
With --sample=N, at most N pages of each kind are visited, and the links of all others are read from their files.
One page of each kind is also served with the policy that Jenkins gives to reports, and must show the same text.
Exit status: 0 all well, 1 something is wrong, 77 a package or Chromium is missing.
"""

import collections
import functools
import html.parser
import http.server
import pathlib
import re
import shutil
import sys
import threading
import urllib.parse

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
sample = min([int(each.removeprefix("--sample=")) for each in sys.argv if each.startswith("--sample=")], default=1 << 30)


def kind(path):
    """Pages that one template makes have one kind: codes and names of checks are left out."""
    return re.sub(r"(?<=/s/)[^/]+|(?<=/checks/)[^/]+|(?<=/m/)[^/]+", "*", path)


def watch(page, where, tree):
    page.on("console", lambda message: problems.append(f"{where()}: console: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"{where()}: error: {error}"))
    page.on("dialog", lambda dialog: (problems.append(f"{where()}: dialog: {dialog.message}"), dialog.dismiss()))

    def request(request):
        inside = request.url.startswith(tree.as_uri() + "/") or request.url.startswith("data:")
        if not inside:
            problems.append(f"{where()}: request: {request.url}")

    page.on("request", request)


class Links(html.parser.HTMLParser):
    """Links and ids of a page, read from its file."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.add(values.get("id"))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])


def crawl(browser, tree, script):
    """Visits every page that a link leads to; the pages."""
    context = browser.new_context(viewport={"width": 320, "height": 800}, java_script_enabled=script)
    page = context.new_page()
    current = [""]
    watch(page, lambda: f"{tree.name}/{current[0]} {'with' if script else 'without'} JavaScript", tree)
    # Students reach their pages by a link of their own, so each of those is a beginning, too.
    visits = collections.Counter()
    seen, waiting = set(), ["index.html"] + sorted(str(each.relative_to(tree)) for each in tree.glob("s/*/index.html"))
    while waiting:
        current[0] = waiting.pop()
        if current[0] in seen:
            continue
        seen.add(current[0])
        visits[kind("/" + current[0])] += 1
        isVisited = visits[kind("/" + current[0])] <= sample
        if isVisited:
            page.goto((tree / current[0]).as_uri())
        if script and isVisited:
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > 320:
                problems.append(f"{tree.name}/{current[0]}: scrolls sideways to {wide}px")
        if isVisited:
            # One question for all: a page has hundreds of links. It is answered without JavaScript, too.
            links, ids = page.evaluate(
                """[[...document.querySelectorAll('a[href]')].map(each => each.getAttribute('href')),
                    [...document.querySelectorAll('[id]')].map(each => each.id)]"""
            )
        else:
            read = Links((tree / current[0]).read_text(encoding="utf-8"))
            links, ids = read.links, read.ids
        for link in links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                problems.append(f"{tree.name}/{current[0]}: a link leads away: {link}")
            elif not parts.path:
                if parts.fragment not in ids:
                    problems.append(f"{tree.name}/{current[0]}: dead fragment {link}")
            else:
                target = ((tree / current[0]).parent / urllib.parse.unquote(parts.path)).resolve()
                if not target.is_relative_to(tree) or not target.is_file():
                    problems.append(f"{tree.name}/{current[0]}: dead link {link}")
                elif target.suffix == ".html":
                    waiting.append(str(target.relative_to(tree)))
    context.close()
    return seen


def axe(browser, tree, pages):
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, viewport={"width": 1180, "height": 900})
        page = context.new_page()
        done = set()
        for path in sorted(pages):
            if kind("/" + path) in done:
                continue
            done.add(kind("/" + path))
            page.goto((tree / path).as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            for violation in Axe().run(page, options={"preload": False}).response["violations"]:
                targets = [node["target"] for node in violation["nodes"][:3]]
                problems.append(f"{tree.name}/{path} {scheme}: axe {violation['id']}: {violation['help']} {targets}")
        context.close()


class Jenkins(http.server.SimpleHTTPRequestHandler):
    """Serves files as Jenkins does: no script, no frame, no style but from a file.

    <https://www.jenkins.io/doc/book/security/configuring-content-security-policy/>
    """

    def end_headers(self):
        self.send_header("Content-Security-Policy", "sandbox; default-src 'none'; img-src 'self'; style-src 'self';")
        super().end_headers()

    def log_message(self, *arguments):
        pass


def jenkins(browser, tree, pages):
    """Compares what a page shows under Jenkins' policy with what it shows from the disk without JavaScript."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Jenkins, directory=str(tree)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    plain = browser.new_context(java_script_enabled=False).new_page()
    served = browser.new_context(java_script_enabled=False).new_page()
    done = set()
    for path in sorted(pages):
        if kind("/" + path) in done:
            continue
        done.add(kind("/" + path))
        plain.goto((tree / path).as_uri())
        served.goto(f"http://127.0.0.1:{server.server_port}/{path}")
        if plain.inner_text("body") != served.inner_text("body") or not served.inner_text("body").strip():
            problems.append(f"{tree.name}/{path}: another text under Jenkins' policy")
        heights = [each.evaluate("document.body.offsetHeight") for each in (plain, served)]
        if heights[0] != heights[1]:
            problems.append(f"{tree.name}/{path}: another layout under Jenkins' policy: {heights}")
    server.shutdown()


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    for name in [argument for argument in sys.argv[1:] if not argument.startswith("--")]:
        tree = pathlib.Path(name).resolve()
        pages = crawl(browser, tree, script=True)
        if crawl(browser, tree, script=False) != pages:
            problems.append(f"{tree.name}: JavaScript makes links")
        print(f"{tree.name}: {len(pages)} pages", file=sys.stderr)
        jenkins(browser, tree, pages)
        if "--axe" in sys.argv:
            axe(browser, tree, pages)
    browser.close()

print("\n".join(problems))
sys.exit(1 if problems else 0)
