// What the journeys are told: by flag (--site URL) or environment (E2E_SITE).

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    site: { type: "string", default: process.env.E2E_SITE },
    api: { type: "string", default: process.env.E2E_API },
    "token-file": { type: "string", default: process.env.E2E_TOKEN_FILE },
    shots: { type: "string", default: process.env.E2E_SHOTS },
    chromium: { type: "string", default: process.env.E2E_CHROMIUM ?? "/usr/bin/chromium" },
  },
});

for (const name of ["site", "api", "token-file"]) {
  if (!values[name]) {
    console.error(`--${name} is missing; usage: node journey.mjs --site URL --api URL --token-file FILE [--shots FOLDER] [--chromium PATH]`);
    process.exit(2);
  }
}

export const site = values.site.replace(/\/$/, "");
export const api = values.api.replace(/\/$/, "");
export const token = readFileSync(values["token-file"], "utf8").trim();
export const shots = values.shots;
export const chromium = values.chromium;
