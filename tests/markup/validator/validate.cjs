// Reads a JSON list of posts from stdin; says for each what WordPress' own block parser thinks of it: the blocks that it holds
// for invalid, and what it would save.
const { JSDOM } = require("jsdom");

const dom = new JSDOM("<!doctype html><html><body></body></html>", {
  url: "http://localhost/",
  pretendToBeVisual: true,
});
for (const name of Object.getOwnPropertyNames(dom.window)) {
  if (!(name in globalThis)) {
    globalThis[name] = dom.window[name];
  }
}
Object.defineProperty(globalThis, "window", { value: dom.window, configurable: true });
Object.defineProperty(globalThis, "document", { value: dom.window.document, configurable: true });
Object.defineProperty(globalThis, "navigator", { value: dom.window.navigator, configurable: true });
const observer = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.ResizeObserver = dom.window.ResizeObserver = observer;
globalThis.IntersectionObserver = dom.window.IntersectionObserver = observer;
const matchMedia = () => ({
  matches: false,
  addListener() {},
  removeListener() {},
  addEventListener() {},
  removeEventListener() {},
});
globalThis.matchMedia = dom.window.matchMedia = matchMedia;
globalThis.CSS = dom.window.CSS = globalThis.CSS || { supports: () => false, escape: (text) => text };
for (const level of ["log", "info", "warn", "error", "debug", "group", "groupCollapsed", "groupEnd"]) {
  console[level] = () => {};
}

const blocks = require("@wordpress/blocks");
require("@wordpress/block-library").registerCoreBlocks();

function invalid(list) {
  return list.flatMap((block) => [
    ...(block.isValid && block.name !== "core/missing" && block.name !== "core/freeform"
      ? []
      : [block.name + ": " + (block.originalContent || "")]),
    ...invalid(block.innerBlocks),
  ]);
}

let source = "";
process.stdin.on("data", (chunk) => (source += chunk));
process.stdin.on("end", () => {
  const answers = JSON.parse(source).map((post) => {
    const parsed = blocks.parse(post);
    return {
      invalid: invalid(parsed),
      names: parsed.map((block) => block.name),
      saved: blocks.serialize(parsed),
    };
  });
  process.stdout.write(JSON.stringify(answers), () => process.exit(0));
});
