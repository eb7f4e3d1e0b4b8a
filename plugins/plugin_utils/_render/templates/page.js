(function () {
  "use strict";

  // Marked as well, for a browser that lets nobody copy.
  function copy(source, button) {
    var range = document.createRange();
    range.selectNodeContents(source);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    if (navigator.clipboard) {
      navigator.clipboard.writeText(source.textContent).then(
        function () {
          button.textContent = "Copied";
        },
        function () {
          button.textContent = "Marked: copy it";
        },
      );
    } else {
      button.textContent = "Marked: copy it";
    }
  }

  var STEP = 100;
  var root = document.documentElement,
    body = document.getElementById("rows");
  root.className = "ready";
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      copy(document.getElementById(button.dataset.copy), button);
    });
  });
  if (!body) {
    return;
  }
  var form = document.getElementById("filters"),
    search = document.getElementById("f-search"),
    order = document.getElementById("f-order");
  var selects = Array.from(form.querySelectorAll("[data-filter]"));
  var heads = Array.from(document.querySelectorAll("#connections thead th"));
  var shown = document.getElementById("shown"),
    rest = document.getElementById("rest");
  var more = document.getElementById("more"),
    all = document.getElementById("all");
  var table = document.getElementById("connections"),
    wide = document.getElementById("f-wide");
  var rows = Array.from(body.rows).map(function (row, place) {
    return { row: row, place: place, tokens: row.dataset.t, text: null, key: null, button: null, detail: null };
  });
  var items = new Map(
    rows.map(function (item) {
      return [item.row, item];
    }),
  );
  var collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  var sorted = rows,
    found = rows,
    painted = [],
    limit = STEP,
    column = -1,
    direction = 1;

  function number(value) {
    return value.toLocaleString("en");
  }

  function textOf(item) {
    if (item.text === null) {
      item.text = Array.from(item.row.cells, function (cell) {
        return cell.textContent;
      })
        .join("\n")
        .toLowerCase();
    }
    return item.text;
  }

  function filter() {
    var wanted = selects
      .map(function (select) {
        return select.value;
      })
      .filter(Boolean)
      .map(function (token) {
        return " " + token + " ";
      });
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = sorted.filter(function (item) {
      return (
        wanted.every(function (token) {
          return item.tokens.includes(token);
        }) &&
        (!words.length ||
          words.every(function (word) {
            return textOf(item).includes(word);
          }))
      );
    });
  }

  // For who has no mouse, and to see that there is more.
  function addButton(item) {
    var head = item.row.cells[0];
    item.button = document.createElement("button");
    item.button.type = "button";
    item.button.className = "opens";
    item.button.setAttribute("aria-expanded", "false");
    item.button.setAttribute("aria-label", "Details of " + head.textContent);
    head.prepend(item.button);
  }

  // All that the row says; the style shows of it what is folded away on this screen.
  function detailOf(row) {
    var made = document.createElement("tr"),
      list = document.createElement("dl");
    made.className = "detail";
    made.insertCell().append(list);
    Array.from(row.cells).forEach(function (cell, place) {
      if (place === 0 || cell.textContent === "") {
        return;
      }
      var part = document.createElement("div"),
        title = document.createElement("dt"),
        value = document.createElement("dd");
      part.className = "d-" + (place + 1);
      title.textContent = heads[place].dataset.title;
      value.append.apply(value, Array.from(cell.cloneNode(true).childNodes));
      part.append(title, value);
      list.append(part);
    });
    return made;
  }

  // A detail is as wide as its table, which has fewer columns on a small screen.
  function span() {
    var seen = heads.filter(function (head) {
      return head.offsetWidth > 0;
    }).length;
    rows.forEach(function (item) {
      if (item.detail) {
        item.detail.cells[0].colSpan = seen;
      }
    });
  }

  function toggle(item) {
    var open = item.row.classList.toggle("open");
    item.button.setAttribute("aria-expanded", String(open));
    if (open) {
      item.detail = detailOf(item.row);
      item.row.after(item.detail);
      span();
    } else {
      item.detail.remove();
      item.detail = null;
    }
  }

  function fold() {
    table.classList.toggle("folds", !wide.checked);
    span();
  }

  function paint() {
    var part = found.slice(0, limit),
      count = part.length;
    // Most keystrokes leave the first rows as they are, and laying out a table is what takes time.
    if (
      count !== painted.length ||
      part.some(function (item, place) {
        return item !== painted[place];
      })
    ) {
      part.forEach(function (item) {
        if (!item.button) {
          addButton(item);
        }
      });
      body.replaceChildren.apply(
        body,
        part.flatMap(function (item) {
          return item.detail ? [item.row, item.detail] : [item.row];
        }),
      );
      painted = part;
    }
    var noun = rows.length === 1 ? " connection" : " connections";
    var text =
      found.length === rows.length ? "All " + number(rows.length) + noun : number(found.length) + " of " + number(rows.length) + noun;
    shown.textContent = text + (count < found.length ? ", the first " + number(count) + " are shown." : ".");
    rest.hidden = count === found.length;
    more.textContent = "Show " + number(Math.min(STEP, found.length - count)) + " more";
    all.textContent = "Show all " + number(found.length);
  }

  function apply() {
    limit = STEP;
    filter();
    paint();
  }

  function keyOf(item) {
    var cell = item.row.cells[column];
    if (cell.dataset.s !== undefined) {
      return Number(cell.dataset.s);
    }
    return cell.textContent;
  }

  function compare(one, other) {
    var a = one.key,
      b = other.key;
    if (a === "" || b === "") {
      return a === b ? one.place - other.place : a === "" ? 1 : -1;
    }
    var result =
      typeof a === "number" && typeof b === "number"
        ? a - b
        : typeof a === "number"
          ? -1
          : typeof b === "number"
            ? 1
            : collator.compare(a, b);
    return result * direction || one.place - other.place;
  }

  function sort(which, way) {
    column = which;
    direction = way;
    rows.forEach(function (item) {
      item.key = keyOf(item);
    });
    sorted = rows.slice().sort(compare);
    heads.forEach(function (head, place) {
      if (place === which) {
        head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      } else {
        head.removeAttribute("aria-sort");
      }
    });
    order.value = which + (way > 0 ? "+" : "-");
    apply();
  }

  function unsort() {
    sorted = rows;
    column = -1;
    heads.forEach(function (head) {
      head.removeAttribute("aria-sort");
    });
    order.value = "";
    apply();
  }

  function clear() {
    search.value = "";
    selects.forEach(function (select) {
      select.value = "";
    });
    unsort();
  }

  function pick(token) {
    clear();
    selects.forEach(function (select) {
      if (
        Array.from(select.options).some(function (option) {
          return option.value === token;
        })
      ) {
        select.value = token;
      }
    });
    apply();
    var title = document.getElementById("table");
    title.scrollIntoView();
    title.focus({ preventScroll: true });
  }

  // A link in a row is followed, and a text that somebody marks stays marked.
  body.addEventListener("click", function (event) {
    var item = items.get(event.target.closest("tr"));
    var asked = event.target.closest("button") || (!event.target.closest("a") && String(window.getSelection()) === "");
    if (item && asked) {
      toggle(item);
    }
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
  });
  document.getElementById("f-clear").addEventListener("click", function () {
    clear();
    search.focus();
  });
  search.addEventListener("input", apply);
  selects.forEach(function (select) {
    select.addEventListener("change", apply);
  });
  wide.addEventListener("change", fold);
  window.addEventListener("resize", span);
  order.addEventListener("change", function () {
    if (order.value === "") {
      unsort();
      return;
    }
    sort(parseInt(order.value, 10), order.value.endsWith("+") ? 1 : -1);
  });
  heads.forEach(function (head, place) {
    head.firstElementChild.addEventListener("click", function () {
      sort(place, column === place ? -direction : 1);
    });
  });
  more.addEventListener("click", function () {
    limit += STEP;
    paint();
  });
  all.addEventListener("click", function () {
    limit = found.length;
    paint();
  });
  document.querySelectorAll("[data-pick]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      pick(button.dataset.pick);
    });
  });
  var before = STEP;
  window.addEventListener("beforeprint", function () {
    before = limit;
    limit = found.length;
    paint();
  });
  window.addEventListener("afterprint", function () {
    limit = before;
    paint();
  });
  form.hidden = false;
  order.value = "";
  // The texts to search in are gathered while nobody waits.
  (window.requestIdleCallback || window.setTimeout)(function () {
    rows.forEach(textOf);
  });
  // A browser may have kept what was chosen before the page was loaded again.
  fold();
  apply();
})();
