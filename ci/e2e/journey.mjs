// Journeys through the Insights site in a real browser, compared with the Data API's own answers.
// node journey.mjs --site URL --api URL --token-file FILE [--shots FOLDER] [--chromium PATH]

import { mkdirSync } from "node:fs";
import { chromium as browsers } from "playwright-core";
import * as api from "./api.mjs";
import { home, index, programs } from "./area/catalog.mjs";
import { engagement } from "./area/engagement.mjs";
import { enrollment } from "./area/enrollment.mjs";
import * as frame from "./area/frame.mjs";
import { languages, mirrored } from "./area/languages.mjs";
import { fragments, learners } from "./area/learners.mjs";
import { performance } from "./area/performance.mjs";
import { check, finish, same } from "./check.mjs";
import { chromium, shots, site } from "./options.mjs";
import { go } from "./reader.mjs";
import { FLAGS, deepest, pages, signIn } from "./site.mjs";
import { weigh } from "./weight.mjs";

const SIZES = [[1360, 900], [820, 1100], [360, 780]];
const COURSES = 3;
/** A page with all that it loads, on the wire. */
const HEAVIEST = 100_000;

/** The cookies of somebody who may see every course. */
let signedIn;

/** Out by the menu, at the LMS too. */
async function signOut(browser) {
  const page = await open(browser, {}, []);
  await page.goto(`${site}/courses/`);
  await page.locator(".user").click();
  await page.getByRole("button", { name: "Logout" }).click();
  await page.waitForURL(`${site}/`);
  await page.goto(`${site}/courses/`);
  check("signed out: the LMS asks again", page.url().includes("/oauth2/authorize"), page.url());
  await page.context().close();
}

/** A browser page whose complaints are collected; signed in, unless the options say otherwise. */
async function open(browser, options, complaints) {
  const context = await browser.newContext({ storageState: signedIn, ...options });
  const page = await context.newPage();
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    // Leaving a page ends what it still loads; that is no failure of the site.
    const { errorText } = request.failure();
    if (errorText !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${errorText}`);
  });
  return page;
}

/** Everything that holds numbers, with script off. */
async function withoutScript(browser, chosen, summaries) {
  const complaints = [];
  const page = await open(browser, { javaScriptEnabled: false }, complaints);
  await index(page, summaries);
  await programs(page, summaries);
  const homes = [];
  for (const row of chosen) {
    const url = await home(page, row);
    homes.push(url);
    await enrollment(page, row.course_id, url);
    await engagement(page, row.course_id, url);
    await performance(page, row.course_id, url);
    await learners(page, row.course_id, url);
  }
  same("without the script: no complaints", complaints, []);
  await page.context().close();
  await truly(browser, homes[0]);
  return homes;
}

/** Once more with the engine itself off: texts, figures and forms are there. */
async function truly(browser, url) {
  const page = await open(browser, { javaScriptEnabled: false }, []);
  await page.goto(`${url}enrollment/activity/`);
  for (const selector of ["h1", ".metric .value", "svg.drawing .area, svg.drawing .line", "tbody tr", ".updated p"]) {
    check(`script off: ${selector} is shown`, await page.locator(selector).first().isVisible());
  }
  for (const selector of ["[data-copy-link]", ".chart-files button"]) {
    const [there] = await page.locator(selector).all();
    check(`script off: ${selector} is not shown`, there && !await there.isVisible());
  }
  await go(page, page.locator("thead a").nth(1));
  check("script off: sorting works", page.url().includes("sort="), page.url());
  await frame.colours(page);
  await page.context().close();
}

async function withScript(browser, course) {
  const complaints = [];
  const page = await open(browser, { viewport: { width: 1360, height: 900 } }, complaints);
  for (const [name, url] of Object.entries({ ...pages(course), ...await deepest(page, course) })) {
    await page.goto(url);
    await frame.accessible(page, name);
    await frame.keyboard(page, name);
    await frame.skipLink(page, name, url);
  }
  for (const name of ["activity", "geography", "videos", "age"]) {
    await page.goto(pages(course)[name]);
    await frame.savedChart(page, name);
  }
  await frame.offered(page, course);
  for (const name of ["activity", "age", "education", "gender", "content", "videos", "ungraded"]) {
    await page.goto(pages(course)[name]);
    await frame.tooltip(page, name);
    if (!["videos", "ungraded"].includes(name)) await frame.definition(page, name);
    await frame.swap(page, name);
  }
  await page.goto(pages(course).geography);
  await frame.mapTooltip(page);
  await frame.definition(page, "geography");
  await frame.swap(page, "geography");
  await fragments(page, course);
  await languages(page, course);
  same("with the script: no complaints, no violation of the policy", complaints, []);
  await page.goto(`${site}/nothing/`);
  await frame.accessible(page, "404");
  await frame.answers(page);
  await page.context().close();
}

/** No page is heavy, and nothing on it moves while it loads. */
async function light(browser, course) {
  const page = await open(browser, {}, []);
  const all = { ...pages(course), ...await deepest(page, course) };
  await page.context().close();
  for (const [name, url] of Object.entries(all)) {
    for (const [width, height] of [SIZES[0], SIZES.at(-1)]) {
      const { bytes, shift } = await weigh(browser, { storageState: signedIn, viewport: { width, height } }, url);
      check(`${name} ${width}: less than ${HEAVIEST / 1000} kB`, bytes > 0 && bytes < HEAVIEST, `${bytes} bytes`);
      check(`${name} ${width}: nothing moves`, shift < 0.005, `shifts by ${shift}`);
    }
  }
}

async function fromRightToLeft(browser, course) {
  for (const [width, height] of [SIZES[0], SIZES.at(-1)]) {
    const page = await open(browser, { viewport: { width, height } }, []);
    const all = { ...pages(course), ...await deepest(page, course) };
    await mirrored(page, all, (shown, name) => shoot(shown, name, width, "light"));
    await page.context().close();
  }
}

const NOBODY = { storageState: undefined };

async function landing(browser) {
  const complaints = [];
  const page = await open(browser, { ...NOBODY, viewport: { width: 1360, height: 900 } }, complaints);
  await page.goto(`${site}/`);
  await frame.accessible(page, "landing");
  await frame.keyboard(page, "landing");
  await frame.skipLink(page, "landing", `${site}/`);
  same("landing: no complaints", complaints, []);
  await page.context().close();
}

async function looks(browser, course) {
  if (shots) mkdirSync(shots, { recursive: true });
  for (const [width, height] of SIZES) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(browser, { viewport: { width, height }, colorScheme }, []);
      const all = { ...pages(course), ...await deepest(page, course), "404": `${site}/nothing/` };
      for (const [name, url] of Object.entries(all)) {
        await page.goto(url);
        await frame.fits(page, `${name} ${width} ${colorScheme}`);
        await frame.accessible(page, `${name} ${width} ${colorScheme}`);
        await shoot(page, name, width, colorScheme);
      }
      if (width < 900) await drawer(page, `${width} ${colorScheme}`);
      await page.context().close();
      const nobody = await open(browser, { ...NOBODY, viewport: { width, height }, colorScheme }, []);
      await nobody.goto(`${site}/`);
      await frame.fits(nobody, `landing ${width} ${colorScheme}`);
      await frame.accessible(nobody, `landing ${width} ${colorScheme}`);
      await shoot(nobody, "landing", width, colorScheme);
      await nobody.context().close();
    }
  }
}

async function shoot(page, name, width, colorScheme) {
  if (shots) await page.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}.png`, fullPage: name !== "index" });
}

/** On narrow screens the navigation is a drawer. */
async function drawer(page, name) {
  await page.goto(page.url().replace("/nothing/", "/help/"));
  const navigation = page.locator("#navigation");
  check(`drawer ${name}: closed at first`, await navigation.isHidden());
  await page.getByRole("button", { name: "Open navigation" }).click();
  check(`drawer ${name}: opens`, await navigation.isVisible());
  await page.keyboard.press("Escape");
  check(`drawer ${name}: Escape closes it`, await navigation.isHidden());
}

const browser = await browsers.launch({ executablePath: chromium, headless: true, args: FLAGS });
try {
  const summaries = await api.summaries();
  const chosen = [...summaries].sort((a, b) => b.count - a.count).slice(0, COURSES);
  const { state, back } = await signIn(browser);
  check("signed in, and back where it began", back);
  signedIn = state;
  await landing(browser);
  const homes = await withoutScript(browser, chosen, summaries);
  await withScript(browser, homes[0]);
  await looks(browser, homes[0]);
  await fromRightToLeft(browser, homes[0]);
  await light(browser, homes[0]);
  await signOut(browser);
} catch (error) {
  check("the journey came to its end", false, String(error.stack ?? error));
} finally {
  await browser.close();
}
finish();
