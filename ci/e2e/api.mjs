// The Data API, asked directly, and what pages must show for its answers. Written from the
// definitions in the site's help, not from the site's code.

import { api, token } from "./options.mjs";

async function ask(path, accept = "application/json") {
  const answer = await fetch(`${api}/api/v0/${path}`, { headers: { Authorization: `Token ${token}`, Accept: accept } });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return accept === "text/csv" ? answer.text() : answer.json();
}

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const history = (course, part) => `courses/${encodeURIComponent(course)}/enrollment/${part}/?end_date=${tomorrow()}`;
const latest = (course, part) => `courses/${encodeURIComponent(course)}/enrollment/${part}/`;

export const summaries = () => ask("course_summaries/");
export const modes = (course) => ask(history(course, "mode"));
export const genders = (course) => ask(history(course, "gender"));
export const birthYears = (course) => ask(latest(course, "birth_year"));
export const education = (course) => ask(latest(course, "education"));
export const days = (course) => ask(`courses/${encodeURIComponent(course)}/enrollment/?end_date=${tomorrow()}`);
export const activity = (course) => ask(`courses/${encodeURIComponent(course)}/activity/?activity_type=any&end_date=${tomorrow()}`);
export const videos = (course) => ask(`courses/${encodeURIComponent(course)}/videos/`);
export const problems = (course) => ask(`courses/${encodeURIComponent(course)}/problems/`);
export const tagged = (course) => ask(`courses/${encodeURIComponent(course)}/problems_and_tags/`);
export const timeline = (video) => ask(`videos/${encodeURIComponent(video)}/timeline/`);
export const answers = (problem) => ask(`problems/${encodeURIComponent(problem)}/answer_distribution/`);
export const programs = () => ask("programs/");
export const learnerDays = (course, name) => ask(`engagement_timelines/${encodeURIComponent(name)}/?course_id=${encodeURIComponent(course)}`);

/** All learners of a course, by user name. */
export async function learners(course) {
  const all = [];
  for (let page = 1; ; page += 1) {
    const got = await ask(`learners/?course_id=${encodeURIComponent(course)}&page_size=100&page=${page}`);
    all.push(...got.results);
    if (page >= got.num_pages) return all;
  }
}

export const locations = (course) => ask(latest(course, "location"));
export const csv = (course, part, whole) => ask(whole ? history(course, part) : latest(course, part), "text/csv");

/** Days without holes: a missing day repeats the one before. */
export function filled(rows) {
  const days = [];
  for (const row of rows) {
    while (days.length && nextDay(days.at(-1).date) < row.date) {
      days.push({ ...days.at(-1), date: nextDay(days.at(-1).date) });
    }
    days.push(row);
  }
  return days;
}

function nextDay(date) {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

export const number = (value) => (value < 0 ? "−" : "") + Math.abs(value).toLocaleString("en-US");
export const signed = (value) => (value > 0 ? "+" : "") + number(value);
export const percent = (share) => (share > 0 && share < 0.01 ? "< 1%" : `${(share * 100).toFixed(1)}%`);
export const cardPercent = (share) => (share === 0 ? "0%" : percent(share));
const format = (date, options) => new Date(`${date}T00:00:00Z`).toLocaleDateString("en-US", { timeZone: "UTC", ...options });
export const longDate = (date) => format(date, { year: "numeric", month: "long", day: "numeric" });
export const shortDate = (date) => `${Number(date.slice(8))} ${format(date, { month: "short" })} ${date.slice(0, 4)}`;
export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
