// Reads what a page shows, as a person without script sees it.

/** Clicks what leads to a page, and waits until that is there and whole. */
export async function go(page, link) {
  await Promise.all([page.waitForNavigation(), link.click()]);
}

/** Cards by label, charts' points, the whole table over all its pages. */
export async function figures(page) {
  const seen = await page.evaluate(() => {
    const text = (node) => node?.textContent.trim() ?? null;
    const cards = [...document.querySelectorAll(".metric")].map((card) => {
      const value = card.querySelector(".value");
      const hidden = value.querySelector(".hidden");
      const shown = text(value).replace(hidden ? hidden.textContent : "", "").trim();
      return [text(card.querySelector("h3")), value.title || shown];
    });
    const charts = [...document.querySelectorAll("svg.drawing")].map((svg) => ({
      points: [...svg.querySelectorAll(".hits title")].map((title) => title.textContent),
      description: text(svg.querySelector("desc")),
    }));
    return { h1: text(document.querySelector("h1")), cards: Object.fromEntries(cards), charts };
  });
  return { ...seen, rows: await wholeTable(page) };
}

/** The table's rows on this page and all that follow. */
export async function wholeTable(page) {
  const rows = [];
  for (;;) {
    rows.push(...(await page.$$eval("tbody tr", (all) => all.map((row) => [...row.children].map((cell) => {
      const copy = cell.cloneNode(true);
      copy.querySelectorAll(".below, .hidden").forEach((node) => node.remove());
      return copy.textContent.trim();
    })))));
    const next = await page.$(".pager a[rel=next]");
    if (!next) return rows;
    await go(page, next);
  }
}
