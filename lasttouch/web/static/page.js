// Shortcuts, and nothing else: every page works without this. They can be switched off at the foot of each page.
(() => {
  "use strict";
  const box = document.getElementById("keys");
  if (!box) return;
  const held = (() => { try { return window.localStorage; } catch { return null; } })();
  box.closest("label").hidden = false;
  box.checked = held?.getItem("keys") !== "off";
  box.addEventListener("change", () => held?.setItem("keys", box.checked ? "on" : "off"));
  let going = 0;
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (at.closest("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") at.blur();
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q")?.focus();
    } else if (event.key === "g") {
      going = event.timeStamp;
    } else if (going && event.timeStamp - going < 1500) {
      going = 0;
      document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
    } else if (event.key === "j" || event.key === "k") {
      const rows = [...document.querySelectorAll("[data-row]")];
      const here = rows.indexOf(at.closest("[data-row]"));
      const row = rows[event.key === "j" ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0)];
      row?.querySelector("a, button, summary")?.focus();
    }
  });
})();
