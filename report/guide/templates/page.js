// Loaded after dbt's script and before Angular starts: pieces of the page in place of dbt's, a banner by the
// reader's clock, and what keyboards and screen readers need.
(function () {
  "use strict";
  var app = angular.module("dbt");

  app.config(["markedProvider", function (marked) {
    marked.setRenderer({
      table: function (head, body) {
        return '<div class="ls-wide" tabindex="0" role="region" aria-label="Table"><table class="table"><thead>' + head +
          "</thead><tbody>" + body + "</tbody></table></div>";
      },
      // Pictures stand in the page under their names; nothing is loaded.
      image: function (address, title, text) {
        var picture = lodestar.pictures[(address || "").slice(1)];
        return picture ? '<img src="' + picture + '" alt="' + text.replace(/"/g, "&quot;") + '">' : text;
      }
    });
  }]);

  function edited(markup, change) {
    var holder = document.createElement("template");
    holder.innerHTML = markup;
    change(holder.content);
    return holder.innerHTML;
  }

  function pageOfOneThing(root) {
    var sections = [].slice.call(root.querySelectorAll("section.section"));
    var details = sections.filter(function (each) { return each.querySelector("#details"); })[0];
    var columns = sections.filter(function (each) { return each.querySelector("#columns, #description"); }).pop();
    if (details && columns && columns !== details) { columns.after(details); }
    [].forEach.call(root.querySelectorAll(".app-links .nav"), function (each) { each.remove(); });
    [].forEach.call(root.querySelectorAll("style"), function (each) { each.remove(); });
  }

  app.run(["$templateCache", function (cache) {
    Object.keys(lodestar.templates).forEach(function (name) { cache.put(name, lodestar.templates[name]); });
    ["model", "seed", "source", "metric", "exposure", "semantic_model"].forEach(function (kind) {
      var name = "/docs/" + kind + ".html";
      cache.put(name, edited(cache.get(name), pageOfOneThing));
    });
    ["/docs/model.html", "/docs/seed.html", "/docs/source.html", "/docs/metric.html", "/docs/exposure.html",
      "/docs/semantic_model.html", "/sources/source_list.html", "/components/graph/graph-launcher.html"].forEach(function (name) {
      cache.put(name, cache.get(name).replace(/<(\/?)h6/g, "<$1h2")
        .replace(">Depends On<", ">What it is made from<").replace(">Referenced By<", ">What reads it<"));
    });
  }]);

  app.run(["$rootScope", function (root) {
    root.$on("$viewContentLoaded", function () { setTimeout(function () { document.title = title(); }, 300); });
  }]);

  function title() {
    var heading = document.querySelector("main h1 .break, main h1");
    return (heading ? heading.textContent.trim() + " · " : "") + "Lodestar, the guide";
  }

  // By the reader's clock: old pages and old sources say so.
  function banner() {
    var note = document.getElementById("freshness");
    var now = Date.now();
    var faults = [];
    if (now > Date.parse(lodestar.facts.staleAfter)) {
      faults.push("This page is out of date: it was built " + ago(lodestar.facts.builtAt) + ", and a newer one should have come.");
    }
    lodestar.facts.sources.forEach(function (source) {
      if (source.retired) { return; }
      if (!source.loadedAt) {
        faults.push("Nothing was ever loaded from " + source.name + ".");
      } else if (now - Date.parse(source.loadedAt) > source.hours * 36e5) {
        faults.push("From " + source.name + " nothing has come since " + ago(source.loadedAt) + ".");
      }
    });
    note.className = faults.length ? "ls-banner ls-late" : "ls-banner";
    note.textContent = faults.length ? faults.join(" ") + " Ask the data engineer." : "Fresh: built " + ago(lodestar.facts.builtAt) + ".";
  }

  function ago(time) {
    var hours = Math.floor((Date.now() - Date.parse(time)) / 36e5);
    return hours < 1 ? "less than an hour ago" : hours < 2 ? "an hour ago" : hours < 48 ? hours + " hours ago" : Math.floor(hours / 24) + " days ago";
  }

  // What Angular and the graph draw without a role, a name or a place in the order of tabs.
  function repair() {
    [].forEach.call(document.querySelectorAll("a:not([href]):not([role])"), function (each) {
      each.setAttribute("role", "button");
      each.tabIndex = 0;
    });
    [].forEach.call(document.querySelectorAll("[data-original-title]:not([aria-label]), a[role=button][title]:not([aria-label]), button[title]:not([aria-label])"), function (each) {
      each.setAttribute("aria-label", each.getAttribute("data-original-title") || each.title);
    });
    [].forEach.call(document.querySelectorAll(".launcher form .field"), function (field) {
      var label = field.querySelector(".field-label");
      var name = label && label.textContent.trim();
      var control = field.querySelector("select, input:not([type=submit])");
      if (control && name) { control.setAttribute("aria-label", name); }
      var button = field.querySelector("button");
      if (button) { button.setAttribute("aria-label", "Close the graph"); }
    });
    [].forEach.call(document.querySelectorAll(".launcher-embed [graph-viz]"), function (each) {
      each.setAttribute("role", "img");
      each.setAttribute("aria-label", "Lineage graph. The same stands as lists on the page, under What it is made from and What reads it.");
    });
  }

  document.addEventListener("keydown", function (event) {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("a[role=button]:not([href])")) {
      event.preventDefault();
      event.target.click();
    }
    if (event.key === "Escape") { showMenu(false); }
  });

  function showMenu(open) {
    document.body.classList.toggle("ls-menu-open", open);
    var button = document.querySelector("[data-ls=menu]");
    if (button) { button.setAttribute("aria-expanded", String(open)); }
  }

  document.addEventListener("click", function (event) {
    var part = event.target.closest("[data-ls]");
    if (part && part.dataset.ls === "menu") {
      showMenu(!document.body.classList.contains("ls-menu-open"));
    } else if (part && part.dataset.ls === "skip") {
      event.preventDefault();
      document.getElementById("ls-content").focus();
    } else if (event.target.closest("#ls-menu a") || !event.target.closest("#ls-menu")) {
      showMenu(false);
    }
  }, true);

  document.addEventListener("DOMContentLoaded", function () {
    banner();
    setInterval(banner, 6e5);
    var waiting = 0;
    new MutationObserver(function () {
      if (!waiting) { waiting = setTimeout(function () { waiting = 0; repair(); }, 150); }
    }).observe(document.body, {childList: true, subtree: true});
  });
})();
