// Runs in a world of its own beside the page: takes patches, keeps the place, tells what lies under the pointer.
// The page itself runs no script. Every call goes through a prototype or an object taken before the post was in the page:
// an element's id or name can stand in for members of `document` and of a form (HTML, "named access").
(() => {
  "use strict";
  const reading = (kind, name) => {
    const get = Object.getOwnPropertyDescriptor(kind.prototype, name).get;
    return (thing) => get.call(thing);
  };
  const one = (selector) => Document.prototype.querySelector.call(document, selector);
  const make = (name) => Document.prototype.createElement.call(document, name);
  const above = reading(Node, "parentNode");
  const inside = reading(Node, "childNodes");
  const kind = reading(Node, "nodeName");
  const names = (element) => Element.prototype.getAttributeNames.call(element);
  const value = (element, name) => Element.prototype.getAttribute.call(element, name);
  const alike = (a, b) => Node.prototype.isEqualNode.call(a, b);
  const boxAt = (thing) => Element.prototype.getBoundingClientRect.call(thing);
  const slot = (name) => one(`[data-pd="${name}"]`);
  const root = one("html"), body = one("body"), article = slot("content"), tail = slot("tail");
  const title = slot("title"), byline = slot("byline");
  const blog = globalThis.postdeskBlog ?? null; // its classes, where the page is dressed as a blog
  const colours = new CSSStyleSheet();
  const fonts = document.fonts;
  const LONG = 400; // blocks; from here on the engine lays out only what is near the view
  const WORDS = /[\p{L}\p{N}]+/gu;
  const SMALL = 8000; // letters that are looked through at first, around where a place is thought to be
  const TRIES = [24, 12, 6, 3]; // letters around a place: ui/preview/places.py looks them up in the same way
  let blocks = [];
  let bare = []; // blocks that are laid out wherever they stand
  let revision = 0;

  // --- what is on the page ---

  // A template's content is inert: nothing in it loads or runs before it is in the page.
  const parsed = (html) => {
    const template = make("template");
    template.innerHTML = html;
    return blog ? dressed(template.content) : template.content;
  };

  const all = (box, selector) => (box instanceof Element ? Element : DocumentFragment).prototype.querySelectorAll.call(box, selector);
  const standFor = (young, old) => Element.prototype.replaceWith.call(old, young);

  // What was rendered here gets the names that the blog's sheets go by. A comment stands before what the blog rendered.
  const dressed = (content) => {
    const first = content.firstChild;
    if (first instanceof Comment) {
      first.remove();
      return content;
    }
    if (!blog.classes.length) return content;
    for (const box of all(content, ".highlight")) {
      const code = all(box, "pre")[0];
      if (code) standFor(code, box);
    }
    for (const table of all(content, "table")) {
      if (kind(above(table)) === "FIGURE") continue;
      const figure = make("figure");
      standFor(figure, table);
      figure.append(table);
    }
    for (const [selector, added] of blog.classes) {
      for (const element of all(content, selector)) {
        const given = value(element, "class");
        Element.prototype.setAttribute.call(element, "class", given ? given + " " + added : added);
      }
    }
    return content;
  };

  // The one element that a piece consists of; null for none, or several.
  const alone = (content) => {
    const there = [...inside(content)].filter((node) => !(node instanceof Text) || /\S/.test(node.data));
    return there.length === 1 && there[0] instanceof Element ? there[0] : null;
  };

  const build = (html) => {
    // A blog's sheets expect a post's elements right inside the one that holds it.
    const content = parsed(html), element = blog && alone(content);
    if (element) {
      if (value(element, "dir") === null) Element.prototype.setAttribute.call(element, "dir", "auto");
      return element;
    }
    const block = make("div");
    block.className = "pd-block";
    block.dir = "auto";
    block.append(content);
    return block;
  };

  // Makes `old` of `young`, an element of the same name, and keeps what is the same at both ends: a picture stays
  // loaded, a selection where it was, and a key in a long list costs its item.
  const become = (old, young) => {
    for (const name of names(old)) if (value(young, name) === null) Element.prototype.removeAttribute.call(old, name);
    for (const name of names(young)) {
      const wanted = value(young, name);
      if (value(old, name) !== wanted) Element.prototype.setAttribute.call(old, name, wanted);
    }
    refill(old, young);
  };

  const refill = (old, young) => {
    const there = [...inside(old)], come = [...inside(young)];
    let from = 0, left = there.length, right = come.length;
    while (from < left && from < right && alike(there[from], come[from])) from++;
    while (left > from && right > from && alike(there[left - 1], come[right - 1])) { left--; right--; }
    while (from < left && from < right && kind(there[from]) === kind(come[from])) {
      const before = there[from], after = come[from++];
      if (before instanceof Element) become(before, after);
      else retype(before, after.data);
    }
    const end = there[left] ?? null;
    for (const node of there.slice(from, left)) Node.prototype.removeChild.call(old, node);
    for (const node of come.slice(from, right)) Node.prototype.insertBefore.call(old, node, end);
  };

  const retype = (text, data) => {
    const old = text.data;
    let head = 0, foot = 0;
    const least = Math.min(old.length, data.length);
    while (head < least && old[head] === data[head]) head++;
    while (foot < least - head && old[old.length - 1 - foot] === data[data.length - 1 - foot]) foot++;
    text.replaceData(head, old.length - head - foot, data.slice(head, data.length - foot));
  };

  const change = {
    set(at, html) {
      if (!blog) return refill(blocks[at], parsed(html));
      const old = blocks[at], young = build(html);
      const boxed = (block) => value(block, "class") === "pd-block";
      if (kind(old) === kind(young) && boxed(old) === boxed(young)) return become(old, young);
      blocks[at] = young;
      standFor(young, old);
    },
    add(at, list) {
      const made = list.map(build);
      const all = new DocumentFragment();
      all.append(...made);
      article.insertBefore(all, blocks[at] || null);
      blocks = blocks.slice(0, at).concat(made, blocks.slice(at));
    },
    cut(at, count) {
      for (const block of blocks.splice(at, count)) block.remove();
    },
  };

  // --- heights ---

  // The first block that reaches below this height of the view.
  const firstBelow = (y) => {
    let low = 0, high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (boxAt(blocks[middle]).bottom > y) high = middle; else low = middle + 1;
    }
    return low;
  };

  // Blocks far from the view have an estimated height. Lays out those within a view's height of one, so that what is
  // measured there is what will be drawn.
  const uncover = (at) => {
    if (blocks.length <= LONG) return;
    const old = bare;
    const room = window.innerHeight * 1.3;
    let from = at, to = at + 1;
    for (const grow of [16, 48, 160]) {
      from = Math.max(0, at - grow);
      to = Math.min(blocks.length, at + 1 + grow);
      for (let n = from; n < to; n++) blocks[n].classList.add("pd-bare");
      const up = boxAt(blocks[at]).top - boxAt(blocks[from]).top;
      const down = boxAt(blocks[to - 1]).bottom - boxAt(blocks[at]).bottom;
      if ((from === 0 || up > room) && (to === blocks.length || down > room)) break;
    }
    bare = blocks.slice(from, to);
    const now = new Set(bare);
    for (const block of old) if (!now.has(block)) block.classList.remove("pd-bare");
    requestAnimationFrame(() => requestAnimationFrame(() => cover(now)));
  };

  // Once they were drawn the engine knows their heights by itself.
  const cover = (those) => {
    if (!bare.length || !those.has(bare[0]) || bare.length !== those.size) return;
    for (const block of bare) block.classList.remove("pd-bare");
    bare = [];
  };

  const length = () => root.scrollHeight;
  const most = () => Math.max(0, length() - window.innerHeight);
  const hasTail = () => inside(tail).length > 0;

  // Top and bottom of a piece on the page: with the title for the first one, and with the room below for the last, so
  // that the ends of the text are the ends of the page. The piece after the last one are the footnotes.
  const span = (at) => {
    const y = window.scrollY, last = blocks.length - 1;
    if (at > last) return [last < 0 ? 0 : boxAt(blocks[last]).bottom + y, length()];
    const box = boxAt(blocks[at]);
    return [at ? box.top + y : 0, at === last && !hasTail() ? length() : box.bottom + y];
  };

  // --- places among the letters ---

  const textsOf = (box) => {
    const walker = Document.prototype.createTreeWalker.call(document, box, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let start = 0, node = walker.nextNode(); node; start += node.data.length, node = walker.nextNode()) {
      const parent = above(node);
      const mark = value(parent, "class");
      if (mark !== "footnote-ref" && mark !== "footnote-backref") found.push([start, node]);
    }
    return found;
  };

  // The letters of some text nodes: the letters, and for each run of them where it begins, its node and its place there.
  const lettersOf = (texts, from, to) => {
    const runs = [];
    const parts = [];
    let count = 0;
    for (const [start, node] of texts) {
      if (start + node.data.length < from || start > to) continue;
      for (const run of node.data.matchAll(WORDS)) {
        if (start + run.index < from || start + run.index > to) continue;
        runs.push([count, node, run.index]);
        parts.push(run[0]);
        count += run[0].length;
      }
    }
    return { letters: parts.join(""), runs };
  };

  const look = ({ letters }, wanted, before, after, least) => {
    for (const size of TRIES) {
      if (size < least) break;
      const left = before.slice(-size), right = after.slice(0, size);
      for (const [a, b] of [[left, right], [left, ""], ["", right]]) {
        const key = a + b;
        if (!key || key.length < least) continue;
        let best = -1;
        for (let at = letters.indexOf(key); at >= 0; at = letters.indexOf(key, at + 1)) {
          if (best < 0 || Math.abs(at + a.length - wanted) < Math.abs(best - wanted)) best = at + a.length;
        }
        if (best >= 0) return [best, Boolean(a)];
      }
    }
    return null;
  };

  // The letter that she typed last in a box, as a node and the letter's place in it; null where there are no letters.
  const find = (box, part, before, after) => {
    const texts = textsOf(box);
    if (!texts.length) return null;
    const [start, final] = texts[texts.length - 1];
    const all = start + final.data.length, middle = part * all;
    let from = 0, to = all, some = null, found = null;
    if (all > SMALL) {
      from = middle - SMALL / 2;
      to = middle + SMALL / 2;
      some = lettersOf(texts, from, to);
      found = look(some, some.letters.length / 2, before, after, 6);
      if (!found) from = 0, to = all;
    }
    if (!found) {
      some = lettersOf(texts, from, to);
      found = look(some, part * some.letters.length, before, after, 1);
    }
    const { letters, runs } = some;
    if (!letters) return null;
    const [at, behind] = found ?? [Math.min(letters.length - 1, Math.floor(part * letters.length)), false];
    const letter = behind || at >= letters.length ? at - 1 : at;
    let low = 0, high = runs.length - 1;
    while (low < high) {
      const half = (low + high + 1) >> 1;
      if (runs[half][0] <= letter) low = half; else high = half - 1;
    }
    return [runs[low][1], runs[low][2] + letter - runs[low][0]];
  };

  const noteOf = (label) => {
    for (const item of Element.prototype.querySelectorAll.call(tail, "li")) {
      if (value(item, "id") === "fn:" + label) return item;
    }
    return null;
  };

  const boxOf = ([at, , , , label]) => (at < 0 ? noteOf(label) : blocks[Math.min(at, blocks.length - 1)]);

  // Where a spot is drawn, and the text node there.
  const drawn = (box, [, part, before, after]) => {
    const found = find(box, part, before, after);
    if (found) {
      const range = new Range();
      const [node, at] = found;
      range.setStart(node, at);
      range.setEnd(node, Math.min(node.data.length, at + 1));
      const rects = range.getClientRects();
      if (rects.length) return [rects[rects.length - 1], node];
    }
    const whole = boxAt(box);
    const y = whole.top + part * whole.height;
    return [{ top: y, bottom: y }, null];
  };

  // Brings a spot into view, and does nothing when it is seen already.
  const reveal = (spot) => {
    const box = boxOf(spot);
    if (!box) return;
    const view = window.innerHeight, edge = Math.min(56, view / 6);
    const far = boxAt(box);
    if (spot[0] >= 0 && (far.bottom < 0 || far.top > view)) uncover(Math.min(spot[0], blocks.length - 1));
    for (let turn = 0; turn < 3; turn++) {
      const [place, node] = drawn(box, spot);
      let by = 0;
      if (place.top < edge) by = place.top - (place.top < -view / 2 ? view * 0.4 : edge);
      else if (place.bottom > view - edge) by = place.bottom - (place.bottom > view * 1.5 ? view * 0.4 : view - edge);
      if (node && !turn) sideways(box, node, place);
      if (Math.abs(by) < 1) return;
      window.scrollBy(0, by);
    }
  };

  // Long lines of code and wide tables have a scroll bar of their own.
  const sideways = (box, node, place) => {
    for (let holder = above(node); holder && holder !== box; holder = above(holder)) {
      if (holder.scrollWidth <= holder.clientWidth) continue;
      const frame = boxAt(holder), edge = Math.min(24, frame.width / 6);
      if (place.right > frame.right - edge) holder.scrollLeft += place.right - frame.right + edge;
      else if (place.left < frame.left + edge) holder.scrollLeft += place.left - frame.left - edge;
    }
  };

  // Puts the place `part` down in a piece at this height of the view, 0 to 1; the ends at the ends.
  const put = (at, part, height) => {
    if (!blocks.length) return;
    at = Math.min(at, blocks.length);
    const near = Math.min(at, blocks.length - 1);
    const view = window.innerHeight;
    for (let turn = 0; turn < 4; turn++) {
      const [upper, lower] = span(at);
      const wanted = height <= 0 ? 0 : height >= 1 ? most() : upper + part * (lower - upper) - height * view;
      const aim = Math.max(0, Math.min(most(), wanted));
      const by = aim - window.scrollY;
      if (Math.abs(by) < 0.5 && turn) return;
      if (!turn && Math.abs(by) > view * 0.8) uncover(height <= 0 ? 0 : height >= 1 ? blocks.length - 1 : near);
      else window.scrollTo(0, aim);
    }
  };

  // A page that has just been loaded is laid out once more when its fonts have come.
  let aligned = null;
  const align = (...place) => {
    aligned = place;
    put(...place);
    if (fonts.status === "loaded") return;
    fonts.ready.then(() => { if (aligned === place) put(...place); });
  };

  // --- what the program calls ---

  const paint = (css, dark) => {
    colours.replaceSync(css);
    if (blog) {
      Element.prototype.setAttribute.call(slot("light"), "media", dark ? "not all" : "all");
      Element.prototype.setAttribute.call(slot("dark"), "media", dark ? "all" : "not all");
    } else root.classList.toggle("dark", dark);
  };
  // Document.prototype's own setter: see above.
  Object.getOwnPropertyDescriptor(Document.prototype, "adoptedStyleSheets").set.call(document, [colours]);

  const patch = (p) => {
    if (p.fresh) {
      for (const block of blocks) block.remove();
      blocks = [];
      bare = [];
      refill(tail, parsed(""));
      window.scrollTo(0, 0);
    }
    // What she sees stays where it is: the first block in view, or where that goes, the next one.
    const anchors = [];
    aligned = null;
    if (!p.fresh && window.scrollY > 0) {
      for (const block of blocks.slice(firstBelow(0)).slice(0, 8)) anchors.push([block, boxAt(block).top]);
    }
    for (const [name, at, given] of p.ops) change[name](at, given);
    if (p.tail !== undefined) refill(tail, parsed(p.tail));
    article.classList.toggle("pd-long", blocks.length > LONG);
    const kept = anchors.find(([block]) => block.isConnected);
    if (kept) {
      const moved = boxAt(kept[0]).top - kept[1];
      if (Math.abs(moved) >= 1) window.scrollBy(0, moved);
    }
    if (p.at) reveal(p.at);
    revision = p.revision;
    return JSON.stringify({ revision, blocks: blocks.length });
  };

  const head = (name, below) => {
    title.textContent = name;
    if (byline) byline.textContent = below;
  };

  // The spot under a point of the view, or null: [piece, part of its letters, letters before, after, note].
  const under = (x, y) => {
    const hit = Document.prototype.elementFromPoint.call(document, x, y);
    let box = hit, note = "";
    while (box && above(box) !== article) {
      const id = value(box, "id") ?? "";
      if (kind(box) === "LI" && id.startsWith("fn:")) { note = id.slice(3); break; }
      box = above(box) instanceof Element ? above(box) : null;
    }
    if (!box) return "null";
    const at = note ? -1 : blocks.indexOf(box);
    if (at < 0 && !note) return "null";
    const whole = boxAt(box);
    const height = whole.height ? (y - whole.top) / whole.height : 0;
    const caret = Document.prototype.caretRangeFromPoint.call(document, x, y);
    const { letters, runs } = lettersOf(textsOf(box), 0, Infinity);
    if (!caret || !letters || !Node.prototype.contains.call(box, caret.startContainer)) {
      return JSON.stringify([at, height, "", "", note]);
    }
    let count = letters.length;
    const spot = new Range();
    for (const [start, node, offset] of runs) {
      spot.setStart(node, offset);
      const order = caret.compareBoundaryPoints(Range.START_TO_START, spot);
      if (order <= 0) { count = start; break; }
      if (node === caret.startContainer) {
        const next = runs.find(([first]) => first > start);
        const size = (next ? next[0] : letters.length) - start;
        if (caret.startOffset <= offset + size) { count = start + caret.startOffset - offset; break; }
      }
    }
    const before = letters.slice(Math.max(0, count - TRIES[0]), count), after = letters.slice(count, count + TRIES[0]);
    return JSON.stringify([at, count / letters.length, before, after, note]);
  };

  // [piece, part of its height, height in the view 0 to 1, scrollY] of one place in view; [-1, 0, 0, 0] at the top.
  const place = () => {
    const room = most(), y = window.scrollY;
    if (y <= 0 || !blocks.length) return JSON.stringify([-1, 0, 0, y]);
    const height = Math.min(1, room ? y / room : 0), last = blocks.length - (hasTail() ? 0 : 1);
    const at = Math.min(last, firstBelow(height * window.innerHeight));
    const [upper, lower] = span(at);
    const part = lower > upper ? (y + height * window.innerHeight - upper) / (lower - upper) : 0;
    return JSON.stringify([at, Math.min(1, Math.max(0, part)), height, y]);
  };

  // --- a blog's look ---

  // Red, green, blue and opacity of any colour, 0 to 1: mixed with itself the engine tells it in one way.
  const rgba = (colour) => {
    const probe = make("span");
    probe.style.color = `color-mix(in srgb, ${colour}, ${colour})`;
    root.append(probe);
    const numbers = getComputedStyle(probe).color.match(/-?[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [];
    probe.remove();
    return numbers.length >= 3 ? [...numbers.slice(0, 3), numbers[3] ?? 1] : [0, 0, 0, 1];
  };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a)];
  // WCAG 2.2, "relative luminance".
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  // Whether what is on the page can be read: "" or the first thing that stands in the way. `ground` lies behind it all.
  const unread = (ground) => {
    const texts = [], styled = []; // what has a style of its own says nothing of the blog
    const walker = Document.prototype.createTreeWalker.call(document, article, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && texts.length < 5; node = walker.nextNode()) {
      if (node.data.trim().length <= 3) continue;
      (Element.prototype.closest.call(above(node), "[data-pd=kept]") ? styled : texts).push(node);
    }
    for (const text of texts.length ? texts : styled.slice(0, 5)) {
      const range = new Range();
      range.selectNodeContents(text);
      const [box] = range.getClientRects(), holder = above(text);
      const style = getComputedStyle(holder);
      if (!box || box.width < 2 || box.height < 2 || style.visibility !== "visible") return "hidden";
      if (box.right < 4 || box.left > window.innerWidth - 4) return "beside the page";
      if (parseFloat(style.fontSize) < 6) return "too small";
      let back = null, opacity = 1;
      const grounds = [];
      for (let element = holder; element instanceof Element; element = above(element)) {
        const its = getComputedStyle(element);
        opacity *= Number(its.opacity);
        const colour = rgba(its.backgroundColor);
        if (!back && colour[3] > 0) {
          grounds.push(colour);
          if (colour[3] === 1) back = colour;
        }
        if (/opacity\(0(?:\.[0-2]\d*)?\)/.test(its.filter)) return "too faint";
        if (element === root || element === body || its.overflow === "visible") continue;
        const edge = boxAt(element); // what is outside of it is cut off
        if (Math.min(edge.right, box.right) - Math.max(edge.left, box.left) < 20) return "hidden";
        if (Math.min(edge.bottom, box.bottom) - Math.max(edge.top, box.top) < 4) return "hidden";
      }
      const behind = grounds.reverse().reduce((under, colour) => over(colour, under), rgba(ground).slice(0, 3));
      const ink = over(rgba(style.color), behind);
      const [a, b] = [light(ink), light(behind)];
      if (opacity < 0.3 || (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 1.5) return "too faint";
    }
    return texts.length && boxAt(article).width < Math.min(120, window.innerWidth / 3) ? "too narrow" : "";
  };

  globalThis.postdesk = Object.freeze({ patch, head, paint, reveal, align, under, place, unread });
})();
