// What a reader waits for, as Lighthouse measures it: each page with nothing kept, on a slow 4G line, by a
// processor a quarter as fast. Prints one JSON object: the cookie of the session and the figures of each page.
// node vitals.mjs --site URL --api URL --token-file FILE

import { chromium as browsers } from "playwright-core";
import * as api from "./api.mjs";
import { chromium, site } from "./options.mjs";
import { FLAGS, deepest, pages, signIn } from "./site.mjs";
import { weigh } from "./weight.mjs";

const ROUNDS = 3;
const SLOWER = 4;
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };

/** A telephone on a slow line. */
const SMALL = { width: 412, height: 823 };
const slowed = async (debug) => {
  await debug.send("Network.enable");
  await debug.send("Network.emulateNetworkConditions", SLOW_4G);
  await debug.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
};

const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const browser = await browsers.launch({ executablePath: chromium, headless: true, args: FLAGS });
try {
  const [largest] = (await api.summaries()).sort((a, b) => b.count - a.count);
  const { state } = await signIn(browser);
  const context = await browser.newContext({ storageState: state, javaScriptEnabled: false });
  const course = `${site}/courses/${encodeURIComponent(largest.course_id)}/`;
  const all = { ...pages(course), ...await deepest(await context.newPage(), course) };
  const found = {};
  for (const [name, url] of Object.entries(all)) {
    const runs = [];
    for (let round = 0; round < ROUNDS; round += 1) runs.push(await weigh(browser, { storageState: state, viewport: SMALL }, url, slowed));
    const keys = Object.keys(runs[0]);
    found[name] = { path: url.slice(site.length), ...Object.fromEntries(keys.map((key) => [key, middle(runs.map((run) => run[key]))])) };
  }
  const cookie = (await context.cookies(site)).map(({ name, value }) => `${name}=${value}`).join("; ");
  console.log(JSON.stringify({ cookie, pages: found }));
} finally {
  await browser.close();
}
