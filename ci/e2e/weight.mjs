// What a page weighs and how it settles: bytes on the wire with nothing kept, paints, shifts, and how long it was deaf.

/** Gathers in the page, from before its first byte. */
function gather() {
  globalThis.vitals = { largest: 0, shift: 0, long: [] };
  const each = (type, of) => new PerformanceObserver((list) => list.getEntries().forEach(of)).observe({ type, buffered: true });
  each("largest-contentful-paint", (entry) => { globalThis.vitals.largest = entry.startTime; });
  each("layout-shift", (entry) => { if (!entry.hadRecentInput) globalThis.vitals.shift += entry.value; });
  each("longtask", (entry) => globalThis.vitals.long.push([entry.startTime, entry.duration]));
}

/** Opens a page as for the first time, by a browser that keeps nothing. Milliseconds, requests and bytes. */
export async function weigh(browser, options, url, slowed = async () => {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await slowed(await context.newCDPSession(page));
  await page.addInitScript(gather);
  await page.goto(url, { waitUntil: "networkidle" });
  // A busy machine paints after the last byte.
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const weight = await page.evaluate(() => {
    const { largest, shift, long } = globalThis.vitals;
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const deaf = long.filter(([start]) => start >= paint.startTime).map(([, duration]) => duration - 50);
    return {
      first_ms: paint.startTime, largest_ms: largest, blocked_ms: deaf.reduce((sum, one) => sum + one, 0), shift,
      requests: loaded.length, bytes: loaded.reduce((sum, one) => sum + one.transferSize, 0),
    };
  });
  await context.close();
  return weight;
}
