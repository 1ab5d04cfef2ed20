// Languages: chosen in the footer, the same figures in each, right-to-left pages that fit.

import { check, same } from "../check.mjs";
import { site } from "../options.mjs";
import { go } from "../reader.mjs";
import * as frame from "./frame.mjs";

const html = (page) => page.locator("html").evaluate((node) => [node.lang, node.dir]);
const digits = (page) => page.$$eval("tbody td.figure", (cells) => cells.map((cell) => cell.textContent.replace(/[^0-9]/g, "")));

/** The choice stays, and the figures with it. */
export async function languages(page, home) {
  await page.goto(`${home}enrollment/activity/`);
  const figures = await digits(page);
  for (const [name, tag, dir] of [["العربية", "ar", "rtl"], ["Español", "es-419", "ltr"], ["English", "en", "ltr"]]) {
    await go(page, page.getByRole("button", { name }));
    same(`language ${tag}: chosen in the footer`, await html(page), [tag, dir]);
    same(`language ${tag}: on the same page`, page.url(), `${home}enrollment/activity/`);
    same(`language ${tag}: the same figures`, await digits(page), figures);
    await frame.accessible(page, `language ${tag}`);
  }
}

/** Every page from right to left and in long words: it fits, and the time runs as ever. */
export async function mirrored(page, pages, shoot) {
  await page.context().addCookies([{ name: "insights_language", value: "ar-XB", url: site }]);
  for (const [name, url] of Object.entries(pages)) {
    await page.goto(url);
    same(`mirrored ${name}`, (await html(page))[1], "rtl");
    await frame.fits(page, `mirrored ${name}`);
    await frame.accessible(page, `mirrored ${name}`);
  }
  await page.context().addCookies([{ name: "insights_language", value: "ar", url: site }]);
  for (const name of ["index", "home", "activity", "education", "learners"]) {
    await page.goto(pages[name]);
    await frame.fits(page, `Arabic ${name}`);
    await shoot(page, `arabic-${name}`);
  }
  await page.goto(pages.activity);
  const ticks = await page.$$eval(".ticks text", (all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width > 0).map((box) => box.left));
  check("Arabic: time runs from left to right", ticks.length > 1 && ticks.every((left, at) => at === 0 || ticks[at - 1] < left), String(ticks));
}
