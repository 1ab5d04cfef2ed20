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
  // Typing a course's name offers the courses of the index that match; Enter without a choice searches there.
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  if (find) {
    let chosen = -1;
    let asked;
    const choose = (index) => {
      const all = [...found.children];
      chosen = all.length ? (index + all.length) % all.length : -1;
      all.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
      if (chosen < 0) find.removeAttribute("aria-activedescendant");
      else find.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen]?.scrollIntoView({ block: "nearest" });
    };
    const close = () => {
      found.hidden = true;
      found.replaceChildren();
      find.setAttribute("aria-expanded", "false");
      choose(-1);
      asked?.abort();
    };
    const offer = (row, index) => {
      const item = document.createElement("li");
      const link = row.querySelector("a");
      item.id = `found-${index}`;
      item.role = "option";
      item.dataset.link = link.getAttribute("href");
      item.append(...[...row.childNodes].map((node) => (node === link ? link.textContent : node.cloneNode(true))));
      return item;
    };
    const ask = async () => {
      asked?.abort();
      const words = find.value.trim();
      if (!words) return close();
      asked = new AbortController();
      const { signal } = asked;
      try {
        await new Promise((done) => { setTimeout(done, 150); });
        if (signal.aborted) return;
        const answer = await fetch(`/courses/?${new URLSearchParams({ search: words })}`, { signal, headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (signal.aborted) return;
        const rows = [...page.querySelectorAll("tbody th")].filter((row) => row.querySelector("a")).slice(0, 8);
        found.replaceChildren(...rows.map(offer));
        found.hidden = !rows.length;
        find.setAttribute("aria-expanded", String(rows.length > 0));
        choose(-1);
        announce(page.querySelector("[data-status]")?.textContent ?? "");
      } catch {
        // Without an offer there is still the search itself.
        close();
      }
    };
    find.role = "combobox";
    for (const [name, value] of [["controls", "found"], ["expanded", "false"], ["autocomplete", "list"]]) find.setAttribute(`aria-${name}`, value);
    find.addEventListener("input", ask);
    find.addEventListener("blur", close);
    find.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !found.hidden) event.preventDefault();
      if (event.key === "Escape") return close();
      if (found.hidden) return;
      if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        location.assign(found.children[chosen].dataset.link);
      }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
    });
    // Before the field loses the focus, which closes the list.
    found.addEventListener("pointerdown", (event) => {
      const item = event.target.closest("[data-link]");
      event.preventDefault();
      if (item) location.assign(item.dataset.link);
    });
  }

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
