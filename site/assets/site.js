// Adds a filter above tables that ask for one. Everything is on the page without it.
(function () {
  "use strict";

  function checkbox(label) {
    var box = document.createElement("label");
    var input = document.createElement("input");
    input.type = "checkbox";
    box.append(input, label);
    return { box: box, input: input };
  }

  function addFilter(table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    if (rows.length < 8) { return; }
    var bar = document.createElement("div");
    bar.className = "filter";
    bar.setAttribute("role", "search");
    bar.setAttribute("aria-label", "Filter " + table.dataset.filter);
    var field = document.createElement("label");
    var search = document.createElement("input");
    search.type = "search";
    field.append("Filter", search);
    var failed = checkbox("failed");
    var writes = checkbox("changes");
    var count = document.createElement("output");
    bar.append(field, failed.box, writes.box, count);
    var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });

    function apply() {
      var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row, index) {
        var fits = words.every(function (word) { return texts[index].includes(word); })
          && (!failed.input.checked || row.hasAttribute("data-failed"))
          && (!writes.input.checked || row.hasAttribute("data-writes"));
        row.hidden = !fits;
        if (fits) { shown += 1; }
      });
      count.textContent = shown === rows.length ? "" : shown + " of " + rows.length + " rows";
    }

    bar.addEventListener("input", apply);
    var region = table.closest(".scroll") || table;
    region.before(bar);
  }

  Array.prototype.forEach.call(document.querySelectorAll("table[data-filter]"), addFilter);
})();
