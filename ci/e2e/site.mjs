// The site as the browser goes through it: how to come in, and what pages there are.

import { site } from "./options.mjs";
import { go } from "./reader.mjs";

/** How Chromium is started: nothing of it speaks to anybody but the site. */
export const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Through the LMS's own page and back to the one that was wanted: the cookies, and whether it came back. */
export async function signIn(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${site}/courses/?search=a`);
  await page.getByRole("button", { name: "Analytics office" }).click();
  await page.waitForURL(`${site}/courses/?search=a`);
  const back = await page.getByText("Menu of office").count() === 1;
  const state = await context.storageState();
  await context.close();
  return { state, back };
}

/** The pages of this site, by name. */
export const pages = (course) => ({
  index: `${site}/courses/`,
  programs: `${site}/programs/`,
  home: course,
  activity: `${course}enrollment/activity/`,
  age: `${course}enrollment/demographics/age/`,
  education: `${course}enrollment/demographics/education/`,
  gender: `${course}enrollment/demographics/gender/`,
  geography: `${course}enrollment/geography/`,
  content: `${course}engagement/content/`,
  videos: `${course}engagement/videos/`,
  graded: `${course}performance/graded_content/`,
  ungraded: `${course}performance/ungraded_content/`,
  outcomes: `${course}performance/learning_outcomes/`,
  learners: `${course}learners/`,
  help: `${site}/help/`,
  topic: `${site}/help/enrollment-activity/`,
});

/** One video and the answers to one question: as far down as it goes. */
export async function deepest(page, course) {
  const found = {};
  await page.goto(`${course}learners/?sort=videos_viewed`);
  await go(page, page.locator("tbody th a").first());
  found.learner = page.url();
  for (const [name, top] of [["video", "engagement/videos/"], ["answers", "performance/ungraded_content/"]]) {
    await page.goto(`${course}${top}`);
    for (let step = 0; step < 3; step += 1) {
      await go(page, page.locator("tbody a").first());
    }
    found[name] = page.url();
  }
  return found;
}
