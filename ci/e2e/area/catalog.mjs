// Course index and course home: figures, search, filters, sort, paging, CSV.

import * as api from "../api.mjs";
import { check, same } from "../check.mjs";
import { site } from "../options.mjs";
import { figures, go, wholeTable } from "../reader.mjs";

const day = (moment) => (moment ? api.shortDate(moment.slice(0, 10)) : "--");
const title = (row) => row.catalog_course_title?.trim() || row.course_id;
const passing = (rows) => rows.some((row) => row.passing_users !== undefined);

function line(row, withPassing) {
  const cells = [
    title(row), day(row.start_date), day(row.end_date), api.number(row.cumulative_count), api.number(row.count),
    api.signed(row.count_change_7_days), api.number(row.enrollment_modes.verified.count),
  ];
  return withPassing ? [...cells, api.number(row.passing_users)] : cells;
}

const asSet = (rows) => rows.map((row) => row.join(" | ")).sort();

/** The index, without script. */
export async function index(page, summaries) {
  await page.goto(`${site}/courses/`);
  const seen = await figures(page);
  const total = (of) => api.sum(summaries.map(of));
  same("index: cards", seen.cards, {
    "Total Enrollment": api.number(total((row) => row.cumulative_count)),
    "Current Enrollment": api.number(total((row) => row.count)),
    "Change in Last Week": api.signed(total((row) => row.count_change_7_days)),
    "Verified Enrollment": api.number(total((row) => row.enrollment_modes.verified.count)),
    "Master's Enrollment": api.number(total((row) => row.enrollment_modes.masters.count)),
  });
  same(`index: table, ${summaries.length} courses`, asSet(seen.rows), asSet(summaries.map((row) => line(row, passing(summaries)))));
  await sort(page, summaries);
  await search(page, summaries);
  await csv(page, summaries);
}

async function sort(page, summaries) {
  await page.goto(`${site}/courses/`);
  await go(page, page.getByRole("link", { name: "Current Enrollment" }).first());
  same("index: sorted by enrollment, largest first", (await wholeTable(page)).map((row) => row[4]), summaries.map((row) => row.count).sort((a, b) => b - a).map(api.number));
  await page.goto(`${site}/courses/?sort=nothing&page=99`);
  check("index: an odd address is said, with a way back", await page.getByRole("alert").getByRole("link").isVisible());
}

async function search(page, summaries) {
  const word = title(summaries[0]).split(/\s+/)[0].toLowerCase();
  const wanted = summaries.filter((row) => `${title(row)} ${row.course_id}`.toLowerCase().includes(word));
  await page.goto(`${site}/courses/`);
  await page.getByLabel("Search titles and ids").fill(word);
  await go(page, page.getByRole("button", { name: "Show" }));
  same(`index: search for ${word}`, asSet(await wholeTable(page)), asSet(wanted.map((row) => line(row, passing(wanted)))));
  same("index: result count", await page.locator("#results-title").textContent(), `Number of results: ${api.number(wanted.length)}`);
  await go(page, page.getByRole("link", { name: /^Remove filter/ }));
  same("index: chip takes the search off", await page.locator("#results-title").textContent(), `Number of results: ${api.number(summaries.length)}`);
  await page.goto(`${site}/courses/?search=zzz-no-such-course`);
  check("index: nothing found is said", await page.getByText("No courses matched").isVisible());
}

async function csv(page, summaries) {
  const answer = await page.request.get(`${site}/courses/csv/course_list/`);
  const lines = (await answer.text()).trimEnd().split("\r\n");
  same("index CSV: a line a course and a heading", lines.length, summaries.length + 1);
  const names = lines[0].split(",");
  same("index CSV: columns by alphabet", names, [...names].sort());
  const ids = lines.slice(1).map((text) => text.match(/[^,"]+[+/][^,"]+[+/][^,"]+/)?.[0]);
  same("index CSV: every course", ids.sort(), summaries.map((row) => row.course_id).sort());
}

/** Each program with the sums over its courses. */
export async function programs(page, summaries) {
  await page.goto(`${site}/programs/`);
  const line = (program) => {
    const own = summaries.filter((row) => program.course_ids.includes(row.course_id));
    const total = (of) => api.sum(own.map(of));
    return [
      program.program_title || program.program_id, api.number(own.length), api.number(total((row) => row.cumulative_count)),
      api.number(total((row) => row.count)), api.signed(total((row) => row.count_change_7_days)),
      api.number(total((row) => row.enrollment_modes.verified.count)), own.length,
    ];
  };
  const wanted = (await api.programs()).map(line).filter((row) => row.pop() > 0);
  same(`programs: ${wanted.length}`, asSet(await wholeTable(page)), asSet(wanted));
  await go(page, page.locator("tbody th a").first());
  check("programs: each leads to its courses", page.url().includes("/courses/?program="), page.url());
}

/** The home of a course, without script; answers the course's address. */
export async function home(page, row) {
  await page.goto(`${site}/courses/?search=${encodeURIComponent(row.course_id)}`);
  await go(page, page.locator("tbody th a").first());
  const days = api.filled(await api.modes(row.course_id));
  const seen = await figures(page);
  same(`${row.course_id} home: heading`, seen.h1, title(row));
  same(`${row.course_id} home: current enrollment`, seen.cards["Current Enrollment"], api.number(days.at(-1).count));
  same(`${row.course_id} home: total enrollment`, seen.cards["Total Enrollment"], api.number(days.at(-1).cumulative_count));
  const questions = await page.$$eval(".questions li a", (links) => links.length);
  same(`${row.course_id} home: questions`, questions, 12);
  const week = (await api.activity(row.course_id))?.at(-1);
  if (week) same(`${row.course_id} home: active last week`, seen.cards["Active Last Week"], api.number(week.any ?? 0));
  return page.url();
}
