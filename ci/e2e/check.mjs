// One line a check, and the sum at the end.

let passed = 0;
let failed = 0;

/** Prints whether `ok` holds; `detail` says what was found instead. */
export function check(name, ok, detail = "") {
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? "ok  " : "FAIL"} ${name}${ok || !detail ? "" : `: ${detail}`}`);
}

/** Checks that two values are the same, compared as JSON. */
export function same(name, found, expected) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  check(name, a === b, `found ${a}, expected ${b}`);
}

/** Prints the sum; the exit code is 1 where a check failed or none was made. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
