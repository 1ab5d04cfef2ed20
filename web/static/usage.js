// Tells the site's operators, where they ask for it, what is used: which page, which kind of control. Not what was
// typed, and nobody's name.
"use strict";
(() => {
  const { form } = document.currentScript.dataset;
  if (navigator.globalPrivacyControl) return;
  const tell = (event, label = "") => {
    navigator.sendBeacon("/t/", new URLSearchParams({ form, event, path: location.pathname, label }));
  };
  const once = new Set();
  const tellOnce = (event, label) => {
    if (once.has(event + label)) return;
    once.add(event + label);
    tell(event, label);
  };
  const list = document.querySelector("[data-roster]") ? "edx.bi.roster" : "edx.bi.course_list";

  /** What a swapped list was asked for: what differs between two addresses. */
  const asked = (from, to) => {
    const [before, after] = [from, to].map((url) => new URL(url, location.href).searchParams);
    const changed = (name) => before.get(name) !== after.get(name);
    if (changed("search") && after.get("search")) return "searched";
    if (changed("sort") || changed("order")) return "sorted";
    return changed("page") || changed("rows") ? "paged" : "filtered";
  };

  tell("page");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href], button");
    if (!link) return;
    const label = link.pathname ?? "";
    if (link.matches(".info")) tellOnce("edx.bi.tooltip.displayed", link.getAttribute("popovertarget") ?? "");
    else if (link.matches("[data-save]")) tell("edx.bi.chart.saved", link.dataset.save);
    else if (link.protocol === "mailto:") tell("edx.bi.learner.email_link_clicked");
    else if (link.matches("[download]")) tell("edx.bi.csv.downloaded", label);
    else if (link.matches("[data-swap]")) { if (link.closest(".catalog")) tell(`${list}.${asked(location.href, link.href)}`); }
    else if (link.matches("[href^='/help/']")) tell("edx.bi.help.clicked", label);
    else if (link.closest(".questions")) tell("edx.bi.course.question_clicked", label);
    else if (link.closest(".rail, .tabs, .crumbs")) tell("edx.bi.ui.menu.navigated", label);
  }, { capture: true });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-swap-form]")) return;
    const query = new URLSearchParams([...new FormData(event.target)].filter(([, value]) => value));
    tell(`${list}.${asked(location.href, `?${query}`)}`);
  }, { capture: true });
  for (const kind of ["pointerover", "keydown"]) {
    document.addEventListener(kind, (event) => {
      const chart = event.target.closest?.("svg.drawing");
      if (chart) tellOnce("edx.bi.graph.interacted", chart.closest("figure").id);
    }, { capture: true, passive: true });
  }
})();
