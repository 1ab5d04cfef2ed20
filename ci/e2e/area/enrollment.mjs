// Enrollment reports: every number of cards, chart and table against the Data API.

import * as api from "../api.mjs";
import { check, same } from "../check.mjs";
import { figures } from "../reader.mjs";

const MODES = [
  ["honor", "Honor"], ["audit", "Audit"], ["verified", "Verified"],
  ["professional", "Professional"], ["credit", "Verified with Credit"], ["masters", "Master's"],
];
const LEVELS = [
  ["none", "None"], ["primary", "Primary"], ["junior_secondary", "Middle"], ["secondary", "Secondary"], ["associates", "Associate"],
  ["bachelors", "Bachelor's"], ["masters", "Master's"], ["doctorate", "Doctorate"], ["other", "Other"],
];
const GENDERS = [["female", "Female"], ["male", "Male"], ["other", "Other"], ["unknown", "Not Reported"]];

/** Opens the five reports of a course without script and compares them. */
export async function enrollment(page, course, home) {
  await activity(page, course, `${home}enrollment/activity/`);
  await age(page, course, `${home}enrollment/demographics/age/`);
  await education(page, course, `${home}enrollment/demographics/education/`);
  await gender(page, course, `${home}enrollment/demographics/gender/`);
  await geography(page, course, `${home}enrollment/geography/`);
}

/** Rows as a set: rows that sort alike may stand in any order. */
const sorted = (rows) => rows.map((row) => row.join(" | ")).sort();

async function activity(page, course, url) {
  const days = api.filled(await api.modes(course));
  const last = days.at(-1);
  const used = MODES.filter(([mode]) => days.some((day) => day[mode] > 0));
  await page.goto(url);
  const seen = await figures(page);
  same(`${course} activity: heading`, seen.h1, "How many learners are in my course?");
  const cards = {
    "Current Enrollment": api.number(last.count),
    "Change in Last Week": days.length > 7 ? api.signed(last.count - days.at(-8).count) : "No data",
    "Total Enrollment": api.number(last.cumulative_count),
  };
  if (used.some(([mode]) => mode === "verified")) cards["Verified Enrollment"] = api.number(last.verified);
  if (used.some(([mode]) => mode === "masters")) cards["Master's Enrollment"] = api.number(last.masters);
  same(`${course} activity: cards`, seen.cards, cards);
  const point = (day) => [
    api.shortDate(day.date), ...used.map(([mode, name]) => `${name}: ${api.number(day[mode])}`), `Total: ${api.number(day.count)}`,
  ].join("\n");
  const expected = days.map(point);
  if (days.length > 1 && days.length <= 366) same(`${course} activity: chart, ${days.length} days`, seen.charts[0].points, expected);
  else check(`${course} activity: chart shows days of the API only`, seen.charts[0].points.length > 2 && seen.charts[0].points.every((text) => expected.includes(text)));
  const row = (day) => [api.longDate(day.date), ...[day.count, ...used.map(([mode]) => day[mode])].map(api.number)];
  same(`${course} activity: table, ${days.length} rows`, seen.rows, days.map(row).reverse());
  await csv(page, course, url.replace("enrollment/activity/", "csv/enrollment/"), "mode", true, "enrollment");
}

async function age(page, course, url) {
  const rows = await api.birthYears(course);
  const year = new Date().getUTCFullYear();
  const counts = new Map();
  let unknown = 0;
  for (const row of rows) {
    const old = row.birth_year === null ? -1 : year - row.birth_year;
    if (old < 0) unknown += row.count;
    else counts.set(old, (counts.get(old) ?? 0) + row.count);
  }
  const ages = [...counts].flatMap(([old, count]) => Array(count).fill(old)).sort((a, b) => a - b);
  const total = ages.length + unknown;
  const share = (from, to) => (ages.length ? api.cardPercent(ages.filter((old) => old >= from && old <= to).length / ages.length) : "No data");
  const median = ages.length ? (ages[(ages.length - 1) >> 1] + ages[ages.length >> 1]) / 2 : null;
  await page.goto(url);
  const seen = await figures(page);
  same(`${course} age: cards`, seen.cards, {
    "Median Learner Age": median === null ? "No data" : String(median),
    "Learners 25 and Under": share(0, 25),
    "Learners 26 to 40": share(26, 40),
    "Learners 41 and Over": share(41, 9999),
    "Did Not Say": api.cardPercent(unknown / total),
  });
  const capped = (old) => Math.min(old, 100);
  const inBin = (from, to) => ages.filter((old) => capped(old) >= from && capped(old) <= to).length;
  const fives = Array.from({ length: 21 }, (_, i) => [i === 20 ? "100+" : `${i * 5}–${i * 5 + 4}`, inBin(i * 5, i * 5 + 4)]);
  const singles = Array.from({ length: 101 }, (_, i) => [i === 100 ? "100+" : String(i), inBin(i, i)]);
  const points = (bins) => bins.map(([label, count]) => `Age: ${label}\nLearners: ${api.number(count)}`);
  same(`${course} age: chart by five years`, seen.charts[0].points, points(fives));
  const table = singles.filter(([, count]) => count > 0).map(([label, count]) => [label, api.number(count), api.percent(count / total)]);
  if (unknown) table.push(["Unknown", api.number(unknown), api.percent(unknown / total)]);
  same(`${course} age: table, ${table.length} rows`, sorted(seen.rows), sorted(table));
  await page.goto(`${url}?bins=1`);
  same(`${course} age: chart by single years`, (await figures(page)).charts[0].points, points(singles));
  await csv(page, course, url.replace("enrollment/", "csv/enrollment/"), "birth_year", false, "enrollment-by-birth-year");
}

async function education(page, course, url) {
  const rows = await api.education(course);
  const count = (level) => api.sum(rows.filter((row) => row.education_level === level).map((row) => row.count));
  const unknown = count(null);
  const known = api.sum(rows.map((row) => row.count)) - unknown;
  const share = (...levels) => (known ? api.cardPercent(api.sum(levels.map(count)) / known) : "No data");
  await page.goto(url);
  const seen = await figures(page);
  same(`${course} education: cards`, seen.cards, {
    "High School Diploma or Less": share("none", "primary", "junior_secondary", "secondary"),
    "College Degree": share("associates", "bachelors"),
    "Advanced Degree": share("masters", "doctorate"),
    "Other or Not Stated": api.cardPercent((count("other") + unknown) / (known + unknown)),
  });
  const part = (level) => api.percent(known ? count(level) / known : 0);
  same(`${course} education: chart`, seen.charts[0].points, LEVELS.map(([level, name]) => `Education: ${name}\nPercent: ${part(level)}`));
  const table = LEVELS.map(([level, name]) => [name, api.number(count(level)), part(level)]);
  table.push(["Unknown", api.number(unknown), "–"]);
  same(`${course} education: table`, sorted(seen.rows), sorted(table));
  await csv(page, course, url.replace("enrollment/", "csv/enrollment/"), "education", false, "enrollment-by-education");
}

async function gender(page, course, url) {
  const days = api.filled(await api.genders(course));
  const last = days.at(-1);
  const known = last.female + last.male + last.other;
  const total = (day) => api.sum(GENDERS.map(([key]) => day[key]));
  await page.goto(url);
  const seen = await figures(page);
  same(`${course} gender: cards`, seen.cards, { "Not Reported": total(last) ? api.cardPercent(last.unknown / total(last)) : "No data" });
  const bars = GENDERS.slice(0, 3).map(([key, name]) => `Gender: ${name}\nPercent: ${api.percent(known ? last[key] / known : 0)}`);
  same(`${course} gender: chart`, seen.charts[0].points, bars);
  const point = (day) => [
    api.shortDate(day.date),
    ...GENDERS.map(([key, name]) => `${name}: ${api.number(day[key])} (${api.percent(total(day) ? day[key] / total(day) : 0)})`),
  ].join("\n");
  const expected = days.map(point);
  if (days.length <= 366) same(`${course} gender: chart over time`, seen.charts[1].points, expected);
  else check(`${course} gender: chart over time shows days of the API only`, seen.charts[1].points.every((text) => expected.includes(text)));
  const row = (day) => [api.longDate(day.date), api.number(total(day)), ...GENDERS.map(([key]) => api.number(day[key]))];
  same(`${course} gender: table, ${days.length} rows`, seen.rows, days.map(row).reverse());
  await csv(page, course, url.replace("enrollment/", "csv/enrollment/"), "gender", true, "enrollment-by-gender");
}

async function geography(page, course, url) {
  const rows = await api.locations(course);
  const total = api.sum(rows.map((row) => row.count));
  const known = rows.filter((row) => row.country.alpha2).sort((a, b) => b.count - a.count);
  await page.goto(url);
  const seen = await figures(page);
  same(`${course} geography: countries`, seen.cards["Total Countries or Regions Represented"], api.number(known.length));
  // Countries with as many learners may stand in any order.
  const ranks = ["Top", "Second", "Third"].slice(0, known.length);
  const named = ranks.map((rank) => known.find((row) => row.country.name === seen.cards[`${rank} Country or Region`])?.count);
  same(`${course} geography: top countries`, named, known.slice(0, 3).map((row) => row.count));
  const tip = (row) => `${row.country.name}: ${api.number(row.count)} (${api.percent(row.count / total)})`;
  const tips = known.map(tip);
  const [map, top] = seen.charts;
  check(`${course} geography: map shows countries of the API only`, map.points.length > 0 && map.points.every((text) => tips.includes(text)));
  same(`${course} geography: ten bars at most`, top.points.length, Math.min(known.length, 10));
  const name = (row) => (row.country.alpha2 ? row.country.name : "Unknown Country");
  const table = rows.map((row) => [name(row), api.percent(row.count / total), api.number(row.count)]);
  same(`${course} geography: table, ${table.length} rows`, sorted(seen.rows), sorted(table));
  await csv(page, course, url.replace("enrollment/", "csv/enrollment/"), "location", false, "enrollment-location");
}

/** The name that a browser gives to a download: plain, or percent-encoded where it is not ASCII. */
function fileName(answer) {
  const [, encoded, plain] = /filename(?:\*=UTF-8''(.+)|="(.+)")$/.exec(answer.headers()["content-disposition"]) ?? [];
  return plain ?? decodeURIComponent(encoded ?? "");
}

async function csv(page, course, url, part, whole, suffix) {
  const answer = await page.request.get(url);
  same(`${course} ${suffix}.csv: the API's own body`, await answer.text(), await api.csv(course, part, whole));
  const stem = course.replace(/^[a-z0-9]+-v1:/, "").split(/[+/]/).slice(0, 3).join("-");
  same(`${course} ${suffix}.csv: file name`, fileName(answer), `${stem}--${suffix}.csv`);
}
