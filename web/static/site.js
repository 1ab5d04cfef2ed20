// Comfort for those who run scripts: chart tooltips by pointer and keyboard, parts of a page
// swapped in place. Everything works without it.
"use strict";
(() => {
  const announce = (text) => { document.getElementById("announcer").textContent = text; };

  // One tab stop a chart; arrows move along it, Escape leaves the point.
  const equip = (svg) => {
    const hits = [...svg.querySelectorAll(".hits > *")];
    if (!hits.length || svg.dataset.ready) return;
    svg.dataset.ready = "yes";
    const texts = hits.map((hit) => hit.querySelector("title").textContent);
    // The browser's own tooltip would stand beside ours.
    hits.forEach((hit) => hit.querySelector("title").remove());
    const plot = svg.closest(".plot");
    const tip = document.createElement("div");
    tip.className = "chart-tip";
    tip.hidden = true;
    tip.dir = document.documentElement.dir;
    plot.append(tip);
    // A line a series, with its swatch; the sum of all has none.
    const looks = (svg.dataset.looks ?? "").trim().split(" ").filter(Boolean);
    const line = (text, index) => {
      const row = document.createElement("span");
      row.className = `tip-row ${looks[index] ?? ""}`;
      row.textContent = text;
      return row;
    };
    let at = -1;
    const hide = () => {
      if (at >= 0) hits[at].classList.remove("at");
      at = -1;
      tip.hidden = true;
    };
    const show = (index) => {
      if (at >= 0) hits[at].classList.remove("at");
      at = Math.max(0, Math.min(hits.length - 1, index));
      hits[at].classList.add("at");
      const [head, ...rest] = texts[at].split("\n");
      const title = document.createElement("strong");
      title.textContent = head;
      tip.replaceChildren(title, ...rest.map(line));
      tip.hidden = false;
      const box = plot.getBoundingClientRect();
      const hit = hits[at].getBoundingClientRect();
      const middle = hit.left + hit.width / 2 - box.left;
      const space = middle > box.width / 2 ? middle - tip.offsetWidth - 14 : middle + 14;
      tip.style.left = `${Math.max(0, Math.min(space, box.width - tip.offsetWidth))}px`;
      tip.style.top = svg.matches(".lying, .world") ? `${hit.bottom - box.top + 4}px` : "8px";
    };
    hits.forEach((hit, index) => {
      hit.addEventListener("pointerenter", () => show(index));
      hit.addEventListener("pointerdown", () => show(index));
      if (hit.dataset.link) hit.addEventListener("click", () => location.assign(hit.dataset.link));
    });
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("blur", hide);
    svg.setAttribute("tabindex", "0");
    svg.addEventListener("keydown", (event) => {
      const last = hits.length - 1;
      const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at < 0 ? last : at - 1, ArrowUp: at < 0 ? last : at - 1, Home: 0, End: last, PageDown: at + 7, PageUp: at - 7 };
      if (event.key === "Escape") return hide();
      if (event.key === "Enter" && hits[at]?.dataset.link) return location.assign(hits[at].dataset.link);
      if (!(event.key in steps)) return;
      event.preventDefault();
      show(steps[event.key]);
      announce(texts[at].replaceAll("\n", ", "));
    });
  };
  const equipAll = (root) => root.querySelectorAll("svg.drawing").forEach(equip);

  // A link or form with data-swap changes its region only; the address keeps the state.
  const address = () => location.pathname + location.search;
  let shown = address();
  const swap = async (url, region) => {
    const id = region.id;
    region.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(id);
      if (!fresh) throw new Error("no region");
      region.replaceWith(fresh);
      history.pushState(null, "", url);
      shown = address();
      equipAll(fresh);
      const heading = fresh.querySelector("h2[tabindex]");
      if (heading) heading.focus({ preventScroll: true });
      const status = fresh.querySelector("[data-status]");
      announce([heading, status].filter(Boolean).map((part) => part.textContent).join(". "));
    } catch {
      location.assign(url);
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const region = link.closest("[data-region]");
    if (!region) return;
    event.preventDefault();
    swap(link.href, region);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-swap-form]");
    const region = form && form.closest("[data-region]");
    if (!region) return;
    event.preventDefault();
    const fields = [...new FormData(form)].filter(([, value]) => value);
    const query = new URLSearchParams(fields).toString();
    swap(`${location.pathname}${query ? `?${query}` : ""}#${region.id}`, region);
  });
  // Back after a swap: the address is right, the page is not. A jump to an anchor changes neither.
  addEventListener("popstate", () => { if (address() !== shown) location.reload(); });

  // Moments are in UTC; their tooltip tells the reader's own time.
  document.querySelectorAll("time[datetime]").forEach((time) => {
    time.title = new Date(time.dateTime).toLocaleString(document.documentElement.lang);
  });

  // Links of the original site kept the roster's state, or a learner, behind the #.
  const roster = document.querySelector("[data-roster]");
  const fragment = location.hash.slice(1);
  if (roster && fragment.startsWith("?")) {
    const names = { text_search: "search", enrollment_mode: "track", sortKey: "sort", ignore_segments: "inactive" };
    const pairs = [...new URLSearchParams(fragment)].map(([name, value]) =>
      [names[name] ?? name, name === "ignore_segments" ? "hide" : value]);
    location.replace(`${location.pathname}?${new URLSearchParams(pairs)}`);
  } else if (roster && fragment && !document.getElementById(fragment)) {
    location.replace(`${location.pathname}${encodeURIComponent(decodeURIComponent(fragment))}/`);
  }

  equipAll(document);
})();
