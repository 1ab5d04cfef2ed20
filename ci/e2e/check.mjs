// What holds is counted, what does not is printed at once and once more at the end.

let passed = 0;
let last = "the beginning";
const failures = [];

/** Checks that `ok` holds; `detail` says what was found instead. */
export function check(name, ok, detail = "") {
  if (ok) {
    passed += 1;
    last = name;
    return;
  }
  const failure = `FAIL ${name}${detail ? `: ${detail}` : ""} (after: ${last})`;
  failures.push(failure);
  console.log(failure);
}

/** Checks that two values are the same, compared as JSON. */
export function same(name, found, expected) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  check(name, a === b, `found ${a}, expected ${b}`);
}

/** Prints the sum; the exit code is 1 where a check failed or none was made. */
export function finish() {
  if (failures.length > 0) console.log(["", "What failed:", ...failures].join("\n"));
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;
}
