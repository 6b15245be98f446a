// Runs in a world of its own beside the page: takes patches, keeps the place, tells which block lies under the pointer.
// The page itself runs no script. Every call goes through a prototype or an object taken before the post was in the page:
// an element's id or name can stand in for members of `document` (HTML, "named access").
(() => {
  "use strict";
  const one = (selector) => Document.prototype.querySelector.call(document, selector);
  const make = (name) => Document.prototype.createElement.call(document, name);
  const above = Object.getOwnPropertyDescriptor(Node.prototype, "parentNode").get;
  const root = one("html"), main = one("main"), article = one("article"), tail = one("footer");
  const title = one("header h1"), byline = one("header p");
  const colours = new CSSStyleSheet();
  const LONG = 400; // blocks; from here on the engine lays out only what is near the view
  let blocks = [];
  let revision = 0;

  // A template's content is inert: nothing in it loads or runs before it is in the page.
  const fill = (block, html) => {
    const template = make("template");
    template.innerHTML = html;
    block.replaceChildren(template.content);
  };

  const build = (html) => {
    const block = make("div");
    block.className = "pd-block";
    block.dir = "auto";
    fill(block, html);
    return block;
  };

  const change = {
    set(at, html) { fill(blocks[at], html); },
    add(at, list) {
      const made = list.map(build);
      const before = blocks[at] || null;
      for (const block of made) article.insertBefore(block, before);
      blocks = blocks.slice(0, at).concat(made, blocks.slice(at));
    },
    cut(at, count) {
      for (const block of blocks.splice(at, count)) block.remove();
    },
  };

  const top = (block) => block.getBoundingClientRect().top;

  // The first block that reaches below the upper edge of the view.
  const firstSeen = () => {
    let low = 0, high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (blocks[middle].getBoundingClientRect().bottom > 0) high = middle; else low = middle + 1;
    }
    return low < blocks.length ? low : -1;
  };

  // Brings a place into view, and does nothing when it is seen already.
  const reveal = (at, part) => {
    const block = blocks[Math.min(at, blocks.length - 1)];
    if (!block) return;
    const view = window.innerHeight, edge = Math.min(56, view / 6);
    for (let turn = 0; turn < 3; turn++) { // blocks out of sight have an estimated height: look again
      const box = block.getBoundingClientRect();
      const place = box.top + Math.min(1, Math.max(0, part)) * box.height;
      let by = 0;
      if (place < edge) by = place - (place < -view / 2 ? view * 0.4 : edge);
      else if (place > view - edge) by = place - (place > view * 1.5 ? view * 0.4 : view - edge);
      if (Math.abs(by) < 1) return;
      window.scrollBy(0, by);
    }
  };

  const align = (at, part, height) => {
    const block = blocks[Math.min(at, blocks.length - 1)];
    if (!block) return;
    for (let turn = 0; turn < 3; turn++) {
      const box = block.getBoundingClientRect();
      const by = box.top + part * box.height - height * window.innerHeight;
      if (Math.abs(by) < 1) return;
      window.scrollBy(0, by);
    }
  };

  const paint = (css, dark) => {
    colours.replaceSync(css);
    root.classList.toggle("dark", dark);
  };
  // Document.prototype's own setter: see above.
  Object.getOwnPropertyDescriptor(Document.prototype, "adoptedStyleSheets").set.call(document, [colours]);

  const patch = (p) => {
    if (p.fresh) {
      for (const block of blocks) block.remove();
      blocks = [];
      fill(tail, "");
      window.scrollTo(0, 0);
    }
    const kept = !p.fresh && window.scrollY > 0 ? firstSeen() : -1;
    const anchor = kept < 0 ? null : blocks[kept];
    const before = anchor && top(anchor);
    for (const [name, at, value] of p.ops) change[name](at, value);
    if (p.tail !== undefined) fill(tail, p.tail);
    article.classList.toggle("pd-long", blocks.length > LONG);
    if (anchor && anchor.isConnected) {
      const moved = top(anchor) - before;
      if (Math.abs(moved) >= 1) window.scrollBy(0, moved);
    }
    if (p.at) reveal(p.at[0], p.at[1]);
    revision = p.revision;
    return JSON.stringify({ revision, blocks: blocks.length });
  };

  const head = (name, below) => {
    title.textContent = name;
    byline.textContent = below;
  };

  // [block, part of its height] under a point of the view, or null.
  const under = (x, y) => {
    let node = Document.prototype.elementFromPoint.call(document, x, y);
    while (node && above.call(node) !== article) node = above.call(node);
    const at = node ? blocks.indexOf(node) : -1;
    if (at < 0) return "null";
    const box = node.getBoundingClientRect();
    return JSON.stringify([at, box.height ? (y - box.top) / box.height : 0]);
  };

  // [block, part of its height] at the view's upper edge; block -1 at the page's top.
  const place = () => {
    const at = window.scrollY > 0 ? firstSeen() : -1;
    if (at < 0) return "[-1,0]";
    const box = blocks[at].getBoundingClientRect();
    return JSON.stringify([at, box.height ? -box.top / box.height : 0]);
  };

  globalThis.postdesk = Object.freeze({ patch, head, paint, reveal, align, under, place });
})();
