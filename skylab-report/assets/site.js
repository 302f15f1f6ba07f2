// Adds filters above tables that ask for one, a search over the pages of a matrix, and keys. Everything is on the page
// without it. Nothing makes HTML of text.
(function () {
  "use strict";

  var storageKey = "skylab-shortcuts";

  function element(name, properties, children) {
    var made = document.createElement(name);
    Object.keys(properties || {}).forEach(function (key) { made[key] = properties[key]; });
    (children || []).forEach(function (child) { made.append(child); });
    return made;
  }

  function checkbox(label, checked) {
    var input = element("input", { type: "checkbox", checked: Boolean(checked) });
    return { box: element("label", {}, [input, label]), input: input };
  }

  // The state of the filter in the address: #q=words,f for only failing ones, w for only changes.
  function readState() {
    var match = /^#q=([^&]*)&?(.*)$/.exec(location.hash);
    if (!match) { return { words: "", flags: "" }; }
    try { return { words: decodeURIComponent(match[1]), flags: match[2] }; } catch (error) { return { words: "", flags: "" }; }
  }

  function writeState(words, failed, writes) {
    var flags = (failed ? "f" : "") + (writes ? "w" : "");
    var hash = words || flags ? "#q=" + encodeURIComponent(words) + (flags ? "&" + flags : "") : "";
    history.replaceState(null, "", hash || location.pathname + location.search);
  }

  function addFilter(table, first) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var index = table.dataset.index;
    if (rows.length < 8 && !index) { return; }
    var state = first ? readState() : { words: "", flags: "" };
    var search = element("input", { type: "search", value: state.words });
    var failed = checkbox(table.dataset.filter === "students" ? "not passed" : "failed", state.flags.includes("f"));
    var hasWrites = rows.some(function (row) { return row.hasAttribute("data-writes"); });
    var writes = checkbox("changes", state.flags.includes("w"));
    var count = element("output");
    var found = element("ul", { className: "found" });
    var bar = element("div", { className: "filter" }, [element("label", {}, ["Filter", search]), failed.box]);
    if (hasWrites) { bar.append(writes.box); }
    bar.append(count);
    bar.setAttribute("role", "search");
    bar.setAttribute("aria-label", "Filter " + table.dataset.filter);
    var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });

    function words() { return search.value.toLowerCase().split(/\s+/).filter(Boolean); }

    function apply() {
      var wanted = words();
      var shown = 0;
      rows.forEach(function (row, number) {
        var fits = wanted.every(function (word) { return texts[number].includes(word); })
          && (!failed.input.checked || row.hasAttribute("data-failed"))
          && (!writes.input.checked || row.hasAttribute("data-writes"));
        row.hidden = !fits;
        if (fits) { shown += 1; }
      });
      count.textContent = shown === rows.length ? "" : shown + " of " + rows.length + " rows";
      lookUp(wanted);
    }

    // Those on other pages of the matrix: the index is loaded when somebody searches.
    function lookUp(wanted) {
      if (!index) { return; }
      if (!window.skylabIndex) {
        if (wanted.length && !bar.dataset.loading) {
          bar.dataset.loading = "1";
          var script = element("script", { src: index });
          script.addEventListener("load", function () { lookUp(words()); });
          document.head.append(script);
        }
        return;
      }
      found.replaceChildren();
      if (!wanted.length) { return; }
      var root = index.replace(/idx\.js$/, "") + "../../";
      var lab = new URL(index, location.href).pathname.split("/").slice(-2)[0];
      var here = new Set(rows.filter(function (row) { return !row.hidden; }).map(function (row) {
        return row.cells[0].textContent.replace(/^.*: /, "").trim();
      }));
      window.skylabIndex.filter(function (entry) {
        return !here.has(entry[1] || entry[0]) && entry[2] !== 0
          && wanted.every(function (word) { return (entry[0] + " " + (entry[1] || "")).toLowerCase().includes(word); });
      }).slice(0, 20).forEach(function (entry) {
        var link = element("a", { href: root + "s/" + entry[0] + "/" + lab + ".html", textContent: entry[1] || entry[0] });
        found.append(element("li", {}, [link, " " + entry[2]]));
      });
    }

    bar.addEventListener("input", function () {
      apply();
      if (first) { writeState(search.value, failed.input.checked, writes.input.checked); }
    });
    var region = table.closest(".scroll") || table;
    region.before(bar);
    if (index) { region.before(found); }
    if (state.words || state.flags) { apply(); }
    return { search: search, failed: failed.input, apply: function () { bar.dispatchEvent(new Event("input")); } };
  }

  var filters = Array.prototype.map.call(document.querySelectorAll("table[data-filter]"), function (table, number) {
    return addFilter(table, number === 0);
  }).filter(Boolean);

  // A link to something inside a closed disclosure opens it.
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    var closed = target && target.closest("details:not([open])");
    if (closed) {
      closed.open = true;
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  // Keys, which can be switched off (WCAG 2.1.4) and never act in a field.
  function remembered() {
    try { return localStorage.getItem(storageKey) !== "off"; } catch (error) { return true; }
  }

  function remember(isOn) {
    try { localStorage.setItem(storageKey, isOn ? "on" : "off"); } catch (error) { return; }
  }

  var rows = Array.prototype.slice.call(document.querySelectorAll("table.checks > tbody > tr, table.matrix > tbody > tr"));
  var place = -1;

  function step(by) {
    var shown = rows.filter(function (row) { return !row.hidden; });
    if (!shown.length) { return; }
    place = Math.min(Math.max(place + by, 0), shown.length - 1);
    var row = shown[place];
    row.tabIndex = -1;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function follow(relation) {
    var link = document.querySelector("a[rel='" + relation + "']");
    if (link) { link.click(); }
  }

  var keys = {
    "/": ["search", function () { if (filters[0]) { filters[0].search.focus(); } }],
    "f": ["only what failed", function () {
      if (filters[0]) { filters[0].failed.checked = !filters[0].failed.checked; filters[0].apply(); }
    }],
    "j": ["next row", function () { step(1); }],
    "k": ["row before", function () { step(-1); }],
    "[": ["previous student", function () { follow("prev"); }],
    "]": ["next student", function () { follow("next"); }]
  };

  var footer = document.querySelector("footer.page");
  if (footer) {
    var enabled = checkbox("Keys on this page", remembered());
    enabled.input.addEventListener("change", function () { remember(enabled.input.checked); });
    var list = element("ul", {}, Object.keys(keys).map(function (key) {
      return element("li", {}, [element("kbd", { textContent: key }), " " + keys[key][0]]);
    }));
    var help = element("details", { className: "keys" }, [element("summary", { textContent: "Keys" }), enabled.box, list]);
    footer.append(help);
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey || !enabled.input.checked) { return; }
      if (event.target.closest("input, textarea, select, [contenteditable]")) { return; }
      if (event.key === "?") {
        help.open = !help.open;
        help.firstChild.focus();
      } else if (keys[event.key]) {
        keys[event.key][1]();
      } else { return; }
      event.preventDefault();
    });
  }
})();
