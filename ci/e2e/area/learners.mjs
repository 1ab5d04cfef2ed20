// Learners: the roster against the Data API, its filters, one learner, the file, and links of the original site.

import * as api from "../api.mjs";
import { check, same } from "../check.mjs";
import { figures, go, wholeTable } from "../reader.mjs";

const line = (learner) => {
  const did = learner.engagements;
  const ratio = did.problem_attempts_per_completed;
  const one = (value) => (value.toString().includes(".") ? (Math.round(value * 10) / 10).toFixed(1) : api.number(value));
  return [
    learner.name?.trim() || learner.username, api.number(did.problems_attempted), api.number(did.problems_completed),
    ratio === null ? "N/A" : one(ratio), api.number(did.videos_viewed), api.number(did.discussion_contributions),
  ];
};
const count = (page) => page.locator("#results-title").textContent();
const said = (number) => (number === 1 ? "1 learner" : `${api.number(number)} learners`);

/** The whole roster and one learner, without script. */
export async function learners(page, course, home) {
  const all = await api.learners(course);
  await page.goto(`${home}learners/`);
  same(`${course} learners: as the API has them, by user name`, await wholeTable(page), all.map(line));
  await filters(page, course, home, all);
  const names = await page.request.get(`${home}csv/learners/`);
  const lines = (await names.text()).trimEnd().split("\r\n");
  same(`${course} learners: a line of the file a learner`, lines.length, all.length + 1);
  same(`${course} learners: no browser keeps the file`, names.headers()["cache-control"], "private, no-store");
  await detail(page, course, home, all);
}

async function filters(page, course, home, all) {
  await page.goto(`${home}learners/?inactive=hide`);
  const active = all.filter((one) => !one.segments.includes("inactive"));
  same(`${course} learners: without the inactive ones`, await count(page), said(active.length));
  check(`${course} learners: the box is ticked`, await page.getByLabel("Hide Inactive Learners").isChecked());
  await go(page, page.getByRole("link", { name: "Remove filter Inactive learners are hidden" }));
  same(`${course} learners: the chip brings them back`, await count(page), said(all.length));
  const mode = all[0].enrollment_mode;
  await page.getByLabel("Enrollment Tracks").selectOption(mode);
  await go(page, page.getByRole("button", { name: "Show" }));
  same(`${course} learners: ${mode}`, await count(page), said(all.filter((one) => one.enrollment_mode === mode).length));
  await page.goto(`${home}learners/?search=${encodeURIComponent(all[0].username)}`);
  check(`${course} learners: found by user name`, (await wholeTable(page)).some((row) => row[0] === line(all[0])[0]));
  await page.goto(`${home}learners/`);
  await go(page, page.getByRole("link", { name: "Hide Videos" }));
  const narrow = all.map((one) => line(one).filter((_, column) => column !== 4));
  same(`${course} learners: without the videos`, await wholeTable(page), narrow);
  await page.goto(`${home}learners/?without=videos_viewed`);
  await go(page, page.getByRole("link", { name: "Show Videos" }));
  same(`${course} learners: and with them again`, (await page.locator("thead th").allTextContents()).length, 6);
  await page.goto(`${home}learners/?search=zzz-nobody`);
  check(`${course} learners: nobody found is said`, await page.getByText("No learner matches").isVisible());
}

async function detail(page, course, home, all) {
  for (const learner of all) {
    const timeline = await api.learnerDays(course, learner.username);
    if (!timeline) continue;
    await page.goto(`${home}learners/?search=${encodeURIComponent(learner.username)}`);
    await go(page, page.locator("tbody th a").first());
    const seen = await figures(page);
    same(`${course} ${learner.username}: name`, seen.h1, line(learner)[0]);
    const days = timeline.days.map((day) => [api.longDate(day.date), ...[day.discussion_contributions, day.problems_completed, day.videos_viewed].map(api.number)]);
    same(`${course} ${learner.username}: days, the newest first`, seen.rows, days.reverse());
    await go(page, page.getByRole("link", { name: "Return to Learners" }));
    check(`${course} ${learner.username}: back to the search`, page.url().includes("search="), page.url());
    return;
  }
}

/** Links that the original site gave out lead to the same, with script. */
export async function fragments(page, home) {
  await page.goto(`${home}learners/#?text_search=ann&ignore_segments=inactive&sortKey=videos_viewed&order=desc`);
  await page.waitForURL(/\?/);
  same("learners: an old link to the roster", new URL(page.url()).search, "?search=ann&inactive=hide&sort=videos_viewed&order=desc");
  await page.goto("about:blank");
  await page.goto(`${home}learners/#some.body`);
  await page.waitForURL(/some\.body\/$/);
  check("learners: an old link to one", page.url().endsWith("learners/some.body/"), page.url());
}
