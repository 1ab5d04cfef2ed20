// Performance reports: each problem below its assignment or section, outcomes, and answers, against the Data API.

import * as api from "../api.mjs";
import { check, same } from "../check.mjs";
import { wholeTable } from "../reader.mjs";

export async function performance(page, course, home) {
  const records = new Map((await api.problems(course)).map((problem) => [problem.module_id, problem]));
  await problems(page, course, `${home}performance/graded_content/`, ".policy-list a", records, "graded");
  await problems(page, course, `${home}performance/ungraded_content/`, "tbody a", records, "ungraded");
  await outcomes(page, course, `${home}performance/learning_outcomes/`);
}

const links = (page, selector) => page.$$eval(selector, (all) => all.map((link) => link.href));

async function problems(page, course, url, first, records, name) {
  let tried = 0;
  let sample = null;
  await page.goto(url);
  for (const top of await links(page, first)) {
    await page.goto(top);
    for (const part of await links(page, "tbody a")) {
      await page.goto(part);
      const named = await page.$$eval("tbody a", (all) => all.map((link) => ({ href: link.href, name: link.textContent })));
      const rows = await wholeTable(page);
      for (const one of named) {
        const id = decodeURIComponent(one.href.split("/problems/")[1].split("/")[0]);
        const { total_submissions: total, correct_submissions: correct } = records.get(id);
        const dash = (value) => (value === 0 ? "-" : api.number(value));
        const expected = [dash(correct), dash(total - correct), dash(total), correct === 0 ? "-" : api.percent(correct / total)];
        const found = rows.filter((row) => row[1] === one.name).map((row) => JSON.stringify(row.slice(2)));
        if (!found.includes(JSON.stringify(expected))) same(`${course} ${name} ${one.name}`, found, expected);
        tried += 1;
        sample ??= { href: one.href, id };
      }
    }
  }
  check(`${course} ${name}: ${tried} problems are as the API has them`, tried > 0 && tried <= records.size);
  if (sample) await answers(page, course, sample);
}

async function answers(page, course, { href, id }) {
  const part = decodeURIComponent(href.split("/parts/")[1].split("/")[0]);
  const all = (await api.answers(id)).filter((answer) => answer.part_id === part);
  await page.goto(href);
  const rows = await wholeTable(page);
  const row = (answer) => [answer.answer_value || "(empty)", answer.correct ? "Correct" : "-", api.number(answer.last_response_count)];
  const sorted = (list) => list.map((one) => one.join(" | ")).sort();
  const plain = all.every((answer) => answer.variant === null || answer.variant === 1);
  if (plain) same(`${course} answers to ${part}`, sorted(rows), sorted(all.map(row)));
  const csv = await page.request.get(new URL(await page.locator("a[download]").first().getAttribute("href"), page.url()).href);
  check(`${course} answers: the file has all parts`, (await csv.text()).includes("answer_value") && /performance(-|%2D)answer(-|%2D)distribution/.test(csv.headers()["content-disposition"]));
}

async function outcomes(page, course, url) {
  const sums = new Map();
  for (const problem of (await api.tagged(course)) ?? []) {
    for (const outcome of problem.tags.learning_outcome ?? []) {
      const sum = sums.get(outcome) ?? [0, 0, 0];
      sums.set(outcome, [sum[0] + 1, sum[1] + problem.correct_submissions, sum[2] + problem.total_submissions]);
    }
  }
  await page.goto(url);
  const rows = sums.size ? await wholeTable(page) : [];
  const dash = (value) => (value === 0 ? "-" : (Math.round(value * 10) / 10).toLocaleString("en-US", { minimumFractionDigits: 1 }));
  const expected = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([outcome, [count, correct, total]], index) => [
    String(index + 1), outcome, String(count), dash(correct / count), dash((total - correct) / count), dash(total / count),
    correct === 0 ? "-" : api.percent(correct / total),
  ]);
  same(`${course} outcomes: ${sums.size}`, rows, expected);
}
