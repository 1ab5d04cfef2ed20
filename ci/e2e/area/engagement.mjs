// Engagement reports: weeks, and each video below its section, against the Data API.

import * as api from "../api.mjs";
import { check, same } from "../check.mjs";
import { figures, go, wholeTable } from "../reader.mjs";

const ACTIVITIES = [
  ["any", "Active Learners"], ["played_video", "Watched a Video"],
  ["attempted_problem", "Tried a Problem"], ["posted_forum", "Participated in Discussions"],
];

export async function engagement(page, course, home) {
  await content(page, course, `${home}engagement/content/`);
  await videos(page, course, `${home}engagement/videos/`);
}

const dayBefore = (moment) => new Date(Date.parse(`${moment.slice(0, 10)}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

async function content(page, course, url) {
  const weeks = (await api.activity(course)).map((week) => ({ ...week, ending: dayBefore(week.interval_end) }));
  const enrolled = new Map((await api.days(course)).map((day) => [day.date, day.count]));
  await page.goto(url);
  const seen = await figures(page);
  const last = weeks.at(-1);
  same(`${course} content: cards`, seen.cards, Object.fromEntries(ACTIVITIES.map(([key, name]) => [name, api.number(last[key] ?? 0)])));
  const share = (week) => {
    const all = enrolled.get(week.ending);
    if (all === undefined || (all === 0 && week.any)) return "-";
    return api.percent(week.any ? week.any / all : 0);
  };
  const row = (week) => [api.longDate(week.ending), ...ACTIVITIES.map(([key]) => api.number(week[key] ?? 0)), share(week)];
  same(`${course} content: table, ${weeks.length} weeks`, seen.rows, weeks.map(row).reverse());
}

/** The addresses that a table's names lead to. */
const links = (page) => page.$$eval("tbody a", (all) => all.map((link) => link.href));

async function videos(page, course, url) {
  const records = new Map((await api.videos(course)).map((video) => [video.encoded_module_id, video]));
  await page.goto(url);
  let watched = 0;
  for (const section of await links(page)) {
    await page.goto(section);
    for (const subsection of await links(page)) {
      await page.goto(subsection);
      const rows = new Map((await wholeTable(page)).map((row) => [row[1], row]));
      await page.goto(subsection);
      for (const { href, name } of await page.$$eval("tbody a", (all) => all.map((link) => ({ href: link.href, name: link.textContent })))) {
        const id = decodeURIComponent(href.split("/modules/")[1].split("/")[0]).split("block@")[1];
        const { users_at_start: start, users_at_end: end } = records.get(id);
        const dash = (value) => (value === 0 ? "-" : api.number(value));
        const expected = [dash(end), dash(Math.max(start - end, 0)), end === 0 ? "-" : api.percent(end / Math.max(start, end))];
        if (JSON.stringify(rows.get(name).slice(2)) !== JSON.stringify(expected)) same(`${course} video ${name}`, rows.get(name).slice(2), expected);
        watched += 1;
      }
    }
  }
  check(`${course} videos: ${watched} are as the API has them`, watched > 0 && watched <= records.size);
  await page.goto(url);
  for (let step = 0; step < 3; step += 1) await go(page, page.locator("tbody a").first());
  const id = decodeURIComponent(page.url().split("/modules/")[1].split("/")[0]).split("block@")[1];
  const segments = await api.timeline(`${course}|${id}`);
  const rows = await wholeTable(page);
  const length = records.get(id).segment_length;
  const time = (seconds) => [seconds / 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
  const expected = segments.map((one) => [time(one.segment * length), api.number(one.num_users), api.number(one.num_views - one.num_users)]);
  const found = rows.filter((row) => expected.some((one) => one[0] === row[0]));
  same(`${course} timeline: ${segments.length} segments`, found, expected);
  check(`${course} timeline: the rest is empty`, rows.filter((row) => !expected.some((one) => one[0] === row[0])).every((row) => row[1] === "0"));
}
