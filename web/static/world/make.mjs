// Makes world.svg: one outline a country, found by its two letters. Run once, from this folder:
//   npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz package/countries-110m.json
//   node make.mjs package/countries-110m.json ../../../api/src/countries.tsv > ../world.svg
// The outlines are those of Natural Earth (public domain), packed by world-atlas (ISC, see LICENSE).

import { readFileSync } from "node:fs";

const [atlasFile, codesFile] = process.argv.slice(2);
const atlas = JSON.parse(readFileSync(atlasFile, "utf8"));
const rows = readFileSync(codesFile, "utf8").trim().split("\n").map((line) => line.split("\t"));
const codes = new Map(rows.map(([alpha2, , number]) => [number.padStart(3, "0"), alpha2]));

// A tenth of a degree is one unit. The map ends where Siberia does, east of 180°.
const WEST = -1720;
const NORTH = 837;
const WIDTH = 3625;
const HEIGHT = 1400;
const ANTARCTICA = "010";
/** Parts that ISO 3166 counts apart from the country that Natural Earth draws them with. */
const APART = [
  { from: "FR", to: "GF", is: ([x]) => x < -500 },
  { from: "NO", to: "SJ", is: ([, y]) => y > 730 },
];

const { scale, translate } = atlas.transform;
const arcs = atlas.arcs.map((arc) => {
  let [x, y] = [0, 0];
  return arc.map(([dx, dy]) => {
    [x, y] = [x + dx, y + dy];
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]].map((degrees) => Math.round(degrees * 10));
  });
});

const same = (a, b) => a[0] === b[0] && a[1] === b[1];

/** The points of a ring, none said twice; a ring that crosses 180° goes on beyond it. */
function ring(numbers) {
  const points = numbers.flatMap((number) => (number < 0 ? [...arcs[~number]].reverse() : arcs[number]));
  const crosses = points.some(([x]) => x > 1700);
  const whole = points.map(([x, y]) => [crosses && x < 0 ? x + 3600 : x, y]);
  return whole.filter((point, index) => !same(point, whole[(index + 1) % whole.length]));
}

/** Path data with steps from point to point; what is a dot at this scale is left out. */
function path(rings) {
  return rings.filter((one) => one.length > 2).map((one) => {
    const [first, ...rest] = one.map(([x, y]) => [x - WEST, NORTH - y]);
    let at = first;
    const steps = rest.map((point) => {
      const step = [point[0] - at[0], point[1] - at[1]];
      at = point;
      return step.join(step[1] < 0 ? "" : " ");
    });
    return `M${first.join(" ")}l${steps.join(" ").replaceAll(" -", "-")}z`;
  }).join("");
}

const countries = new Map();
const add = (code, rings) => countries.set(code, [...(countries.get(code) ?? []), ...rings]);
for (const { id, type, arcs: parts } of atlas.objects.countries.geometries) {
  if (id === ANTARCTICA) continue;
  // Land whose status is disputed has no code; it is drawn, but belongs to no country of the figures.
  const code = id === undefined ? "land" : codes.get(id);
  if (!code) throw new Error(`no country has the number ${id}`);
  const rings = (type === "Polygon" ? [parts] : parts).flat().map(ring);
  for (const one of rings) {
    const apart = APART.find(({ from, is }) => from === code && one.every(is));
    add(apart ? apart.to : code, [one]);
  }
}
const outline = (code) => `<path id="${code}" vector-effect="non-scaling-stroke" d="${path(countries.get(code))}"/>`;
const named = [...countries.keys()].filter((code) => code !== "land").sort();
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<!-- Natural Earth, by world-atlas 2.0.2 (ISC, Copyright 2013-2019 Michael Bostock). Made by world/make.mjs. -->
${outline("land")}
<g id="countries">
${named.map(outline).join("\n")}
</g>
</svg>`);
