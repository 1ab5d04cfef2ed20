// Saves a chart as a file that looks as it does on the page: where its parts stand and what the style sheet says
// of them is written into a copy. And copies a report's address, which holds its whole state.
"use strict";
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const MARGIN = 24;
  const SCALE = 2;
  const STYLES = [
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity",
    "font-family", "font-size", "font-weight", "text-anchor", "vector-effect", "paint-order",
  ];

  const make = (name, attributes = {}, ...inside) => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
    node.append(...inside);
    return node;
  };

  // Outlines stand in a file of the site's, which a saved file cannot reach.
  const outlines = new Map();
  const outline = async (reference) => {
    const [file, id] = reference.split("#");
    if (!outlines.has(file)) {
      const text = fetch(file).then((answer) => answer.text());
      outlines.set(file, text.then((svg) => new DOMParser().parseFromString(svg, "image/svg+xml")));
    }
    const node = (await outlines.get(file)).getElementById(id);
    const copy = node ? document.importNode(node, true) : make("g");
    copy.removeAttribute("id");
    return copy;
  };

  // A copy of a drawing with its looks written into it; strips that only answer the pointer are left out.
  const dressed = async (node) => {
    const look = getComputedStyle(node);
    if (look.display === "none" && node.localName !== "defs") return null;
    if (node.matches(".hits") && !node.closest(".world")) return null;
    const link = node.localName === "use" ? node.getAttribute("href") : null;
    const copy = link ? make("g") : node.cloneNode(false);
    for (const name of ["class", "tabindex", "role", "data-ready", "data-looks", "data-link"]) copy.removeAttribute(name);
    for (const name of STYLES) {
      const value = look.getPropertyValue(name);
      if (value && !(name === "fill" && value.includes("url("))) copy.setAttribute(name, value);
    }
    if (look.fill.includes("url(")) copy.setAttribute("fill", `url(#${look.fill.match(/#([^"')]+)/)[1]})`);
    if (link) copy.append(await outline(link));
    for (const child of node.childNodes) {
      const part = child.nodeType === Node.ELEMENT_NODE ? await dressed(child) : child.cloneNode();
      if (part) copy.append(part);
    }
    return copy;
  };

  const placed = (box, origin) => ({
    x: box.left - origin.left + MARGIN, y: box.top - origin.top + MARGIN, width: box.width, height: box.height,
  });

  /** Every text beside the drawing, where it stands. */
  const texts = (figure, origin) => {
    const found = [];
    const walk = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode;
      const holder = text.parentElement;
      if (!text.data.trim() || holder.closest("svg, .chart-tip, .hidden")) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const box = placed(range.getBoundingClientRect(), origin);
      const look = getComputedStyle(holder);
      const size = parseFloat(look.fontSize);
      found.push(make("text", {
        x: box.x + box.width / 2, y: box.y + box.height / 2 + size * 0.35, "text-anchor": "middle", fill: look.color,
        "font-family": look.fontFamily, "font-size": look.fontSize, "font-weight": look.fontWeight,
      }, text.data.trim()));
    }
    return found;
  };

  /** What the reader sees behind the chart. */
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)" && colour !== "transparent") return colour;
    }
    return "#ffffff";
  };

  const file = async (figure) => {
    const origin = figure.getBoundingClientRect();
    const [width, height] = [origin.width, origin.height].map((side) => Math.ceil(side + 2 * MARGIN));
    const drawings = [];
    for (const svg of figure.querySelectorAll("svg")) {
      if (svg.parentElement.closest("svg")) continue;
      const copy = await dressed(svg);
      if (!copy) continue;
      for (const [name, value] of Object.entries(placed(svg.getBoundingClientRect(), origin))) copy.setAttribute(name, value);
      copy.setAttribute("overflow", "visible");
      drawings.push(copy);
    }
    return make(
      "svg", { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}` },
      make("rect", { width, height, fill: ground(figure) }), ...texts(figure, origin), ...drawings,
    );
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  const painted = async (svg, text) => {
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = svg.getAttribute("width") * SCALE;
    canvas.height = svg.getAttribute("height") * SCALE;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => { canvas.toBlob(done, "image/png"); });
  };

  document.querySelectorAll(".chart-files").forEach((files) => {
    const figure = files.closest(".chart-card").querySelector("figure");
    if (!figure) return;
    files.hidden = false;
    files.addEventListener("click", async (event) => {
      const kind = event.target.dataset.save;
      if (!kind) return;
      const svg = await file(figure);
      const text = new XMLSerializer().serializeToString(svg);
      const blob = kind === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await painted(svg, text);
      save(blob, `${files.dataset.stem}--${figure.id}.${kind}`);
    });
  });

  const copy = document.querySelector("[data-copy-link]");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(location.href);
      document.getElementById("announcer").textContent = copy.dataset.copied;
      copy.textContent = copy.dataset.copied;
    });
  }
})();
