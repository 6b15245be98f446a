// Reads a JSON list of posts from stdin; says which blocks WordPress' own splitter finds in each.
const { parse } = require("@wordpress/block-serialization-default-parser");

function told(block) {
  return [block.blockName, block.attrs, block.innerHTML, block.innerBlocks.map(told)];
}

let source = "";
process.stdin.on("data", (chunk) => (source += chunk));
process.stdin.on("end", () => {
  const posts = JSON.parse(source);
  process.stdout.write(JSON.stringify(posts.map((post) => parse(post).map(told))));
});
