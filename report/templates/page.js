// By the reader's clock: a page that should have been renewed says so.
(function () {
  var note = document.getElementById("freshness");
  var late = Date.now() - Date.parse(note.dataset.staleAfter);
  if (late > 0) {
    var days = Math.floor(late / 864e5);
    note.textContent = "This report is out of date: a newer one should have come " +
      (days ? days + (days === 1 ? " day" : " days") : "hours") + " ago. Ask whoever runs the daily load.";
    note.className = "banner";
    note.hidden = false;
  }
  // On paper everything is open.
  var opened = [];
  addEventListener("beforeprint", function () {
    opened = [].slice.call(document.querySelectorAll("main details:not(.query):not([open])"));
    opened.forEach(function (each) { each.open = true; });
  });
  addEventListener("afterprint", function () { opened.forEach(function (each) { each.open = false; }); });
})();
