// What all pages share: no errors, axe, keyboard, headers, error pages, colours, tooltips.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check, same } from "../check.mjs";
import { site } from "../options.mjs";
import { go } from "../reader.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** All rules of axe, none off. The policy of the page forbids foreign scripts, so axe comes by the debugger. */
export async function accessible(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map((one) => `${one.id} at ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  check(`${name}: axe finds nothing`, found.length === 0, found.join("; "));
}

/** Tab comes to everything that can be used, in view and with a visible mark. */
export async function keyboard(page, name) {
  const usable = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, [tabindex='0']")];
    const shown = all.filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled);
    shown.forEach((node, index) => { node.dataset.stop = String(index); });
    document.activeElement?.blur();
    return shown.length;
  });
  const reached = new Set();
  const unmarked = [];
  for (let step = 0; step < usable + 5; step += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const node = document.activeElement;
      const style = getComputedStyle(node);
      return { stop: node.dataset?.stop, marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, text: node.outerHTML.slice(0, 80) };
    });
    if (stop.stop === undefined) continue;
    if (reached.has(stop.stop)) break;
    reached.add(stop.stop);
    if (!stop.marked) unmarked.push(stop.text);
  }
  same(`${name}: Tab reaches everything`, reached.size, usable);
  check(`${name}: focus is visible everywhere`, unmarked.length === 0, unmarked.join(" "));
}

/** The first stop is the skip link and it leads to the content. */
export async function skipLink(page, name, url) {
  // A page that is only loaded again begins where the last Tab was.
  await page.goto("about:blank");
  await page.goto(url);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  same(`${name}: skip link leads to the content`, await page.evaluate(() => document.activeElement.id), "content");
}

/** No page is wider than the screen. */
export async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(`${name}: no sideways scroll`, over <= 0, `${over} px too wide`);
}

/** Pointer and arrows show the same tooltip. */
export async function tooltip(page, name) {
  const chart = page.locator("svg.drawing").first();
  await chart.focus();
  await page.keyboard.press("End");
  const tip = page.locator(".chart-tip").first();
  const byKey = await tip.textContent();
  await page.keyboard.press("Escape");
  check(`${name}: Escape hides the tooltip`, await tip.isHidden());
  await chart.locator(".hits rect").last().hover();
  same(`${name}: pointer and keyboard show the same`, await tip.textContent(), byKey);
}

/** Arrows go through the countries in their order; the outlines are there to be pointed at. */
export async function mapTooltip(page) {
  const world = page.locator("svg.world");
  await world.focus();
  await page.keyboard.press("ArrowRight");
  const tip = page.locator(".chart-tip").first();
  check("geography: the first country stands in the tooltip", / \(.+%\)$/.test(await tip.textContent()), await tip.textContent());
  await page.keyboard.press("Escape");
  check("geography: Escape hides the tooltip", await tip.isHidden());
  const sizes = await world.locator(".hits > *").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
  check("geography: every country has its outline", sizes.length > 0 && sizes.every((width) => width > 0), String(sizes));
}

/** A chart is saved as it is shown: a drawing that needs nothing else, and a picture twice as large. */
export async function savedChart(page, name) {
  const save = async (kind) => {
    const [saved] = await Promise.all([page.waitForEvent("download"), page.locator(`[data-save=${kind}]`).first().click()]);
    return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) };
  };
  const [svg, png] = [await save("svg"), await save("png")];
  const drawn = await page.evaluate((text) => {
    const { documentElement: root } = new DOMParser().parseFromString(text, "image/svg+xml");
    const outside = [...root.querySelectorAll("[href], [class], [style]")].length;
    return { width: Number(root.getAttribute("width")), texts: [...root.querySelectorAll("text")].map((one) => one.textContent.trim()), outside };
  }, svg.bytes.toString());
  const title = await page.locator(".chart-title").first().textContent();
  check(`${name}: the saved chart has its title and axes`, drawn.texts.includes(title) && drawn.texts.length > 4, drawn.texts.join(" | "));
  same(`${name}: the saved chart needs nothing else`, drawn.outside, 0);
  check(`${name}: the files are named after course and report`, /^[\w-]+--[\w-]+--[\w-]+\.svg$/.test(svg.name) && png.name === svg.name.replace(/svg$/, "png"), `${svg.name} ${png.name}`);
  same(`${name}: the picture is twice as wide`, png.bytes.readUInt32BE(16), 2 * drawn.width);
}

/** Typing offers courses; arrows choose, Enter goes there, Escape closes. */
export async function offered(page, course) {
  await page.goto(`${site}/help/`);
  const [field, offers] = [page.locator("#find"), page.locator("#found li")];
  await field.pressSequentially(decodeURIComponent(course.match(/courses\/([^/]+)/)[1]));
  await offers.first().waitFor();
  await accessible(page, "offered courses");
  await page.keyboard.press("Escape");
  check("offered courses: Escape closes the list", await page.locator("#found").isHidden());
  await page.keyboard.press("Backspace");
  await offers.first().waitFor();
  await page.keyboard.press("ArrowDown");
  same("offered courses: the chosen one is told", await field.getAttribute("aria-activedescendant"), "found-0");
  await Promise.all([page.waitForURL(/\/courses\/[^/]+\/$/), page.keyboard.press("Enter")]);
  same("offered courses: Enter leads there", new URL(page.url()).pathname, new URL(course).pathname);
}

/** Definitions open by keyboard and close by Escape. */
export async function definition(page, name) {
  const button = page.locator(".info").first();
  await button.focus();
  await page.keyboard.press("Enter");
  const tip = page.locator(".tip:popover-open");
  check(`${name}: definition opens by keyboard`, (await tip.textContent()).length > 40);
  await page.keyboard.press("Escape");
  check(`${name}: definition closes by Escape`, (await tip.count()) === 0);
}

/** Sorting by script changes the table in place and keeps the address. */
export async function swap(page, name) {
  await page.evaluate(() => { globalThis.stayed = true; });
  const before = await page.locator("tbody tr").first().textContent();
  await page.locator("thead a").first().click();
  await page.waitForFunction((old) => document.querySelector("tbody tr").textContent !== old, before);
  check(`${name}: sorting swaps the table in place`, await page.evaluate(() => globalThis.stayed === true));
  check(`${name}: the address keeps the order`, page.url().includes("sort="), page.url());
}

/** Headers, error pages and operations. */
export async function answers(page) {
  const get = (path) => page.request.get(`${site}${path}`, { maxRedirects: 0 });
  const index = (await get("/courses/")).headers();
  const policy = index["content-security-policy"];
  check("headers: the policy has no unsafe word", policy.includes("default-src 'self'") && !policy.includes("unsafe"), policy);
  for (const [header, value] of [["x-content-type-options", "nosniff"], ["x-frame-options", "DENY"], ["referrer-policy", "same-origin"]]) {
    same(`headers: ${header}`, index[header], value);
  }
  const style = await page.request.get(site + (await (await get("/help/")).text()).match(/\/static\/site\.[0-9a-f]+\.css/)[0]);
  check("headers: files are kept for a year", style.headers()["cache-control"].includes("immutable"));
  const again = await page.request.get(`${site}/help/`, { headers: { "If-None-Match": (await get("/help/")).headers().etag } });
  same("headers: an unchanged page is 304", again.status(), 304);
  for (const [path, status] of [["/nothing/", 404], ["/courses/not-a-key/", 404], ["/courses/a/b/c/nothing/", 404], ["/courses", 301], ["/status/", 200], ["/health/", 200], ["/robots.txt", 200]]) {
    same(`${path}: status`, (await get(path)).status(), status);
  }
  same("/health/: overall status", (await (await get("/health/")).json()).overall_status, "OK");
}

/** The chosen colours stay, also without script. */
export async function colours(page) {
  await page.goto(`${site}/courses/`);
  await page.locator(".user").click();
  await go(page, page.getByRole("button", { name: "Dark" }));
  same("colours: dark is kept", await page.locator("html").getAttribute("data-theme"), "dark");
  same("colours: back on the same page", new URL(page.url()).pathname, "/courses/");
}
