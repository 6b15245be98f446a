// Reads a JSON list of Lexical documents from stdin; gives the HTML that Ghost publishes for each.
const { JSDOM } = require("jsdom");
const { DEFAULT_NODES } = require("@tryghost/kg-default-nodes");
const Renderer = require("@tryghost/kg-lexical-html-renderer");

const options = {
  target: "html",
  dom: new JSDOM(),
  siteUrl: "https://blog.example",
  imageOptimization: { contentImageSizes: { w600: { width: 600 }, w1000: { width: 1000 } } },
  canTransformImage: () => true,
};

let source = "";
process.stdin.on("data", (chunk) => (source += chunk));
process.stdin.on("end", async () => {
  const Kind = Renderer.LexicalHTMLRenderer || Renderer.default || Renderer;
  const renderer = new Kind({ nodes: DEFAULT_NODES });
  const pages = [];
  for (const document of JSON.parse(source)) {
    pages.push(await renderer.render(JSON.stringify(document), options));
  }
  process.stdout.write(JSON.stringify(pages));
});
