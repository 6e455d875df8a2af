import { describe, expect, test } from "vitest";
import { parseSvg } from "../../src/shared/svg.ts";

const wrap = (inside: string, attributes = ""): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`;

const cleaned = (inside: string, attributes = ""): string =>
  parseSvg(document, wrap(inside, attributes))?.outerHTML ?? "";

describe("a drawing from the kernel", () => {
  test("keeps shapes, texts and the attributes that tell a node's path", () => {
    const svg = parseSvg(document, wrap('<g class="node" data-node="a.b"><rect width="3"/></g>'));

    expect(svg?.querySelector('g.node[data-node="a.b"] > rect')?.getAttribute("width")).toBe("3");
  });

  test("keeps the style sheet that shows its states", () => {
    const svg = parseSvg(document, wrap("<style>#ig-1 .m { display: none }</style>", 'id="ig-1"'));

    expect(svg?.querySelector("style")?.textContent).toBe("#ig-1 .m { display: none }");
    expect(svg?.id).toBe("ig-1");
  });

  test.each([
    ["a script", "<script>alert(1)</script>"],
    ["HTML inside", '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'],
    ["an image", '<image href="https://example.org/x.png"/>'],
    ["a link", '<a href="javascript:alert(1)"><text>x</text></a>'],
    ["an animation that sets an attribute", '<set attributeName="onclick" to="alert(1)"/>'],
    ["a style sheet that loads", "<style>* { background: url(https://example.org) }</style>"],
    ["a style sheet that imports", "<style>@import 'https://example.org';</style>"],
    ["a style sheet with an escape", "<style>* { fill: u\\72l(x) }</style>"],
    ["a reference", '<use xlink:href="https://example.org/#x"/>'],
    ["a comment", "<!-- x -->"],
    ["a script of another namespace", '<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>'],
  ])("loses %s", (_, hostile) => {
    expect(
      parseSvg(document, wrap(`<g>${hostile}</g>`))?.querySelector("g")?.childNodes,
    ).toHaveLength(0);
  });

  test.each([
    ["an event attribute", 'onload="alert(1)"'],
    ["an event attribute in capitals", 'ONCLICK="alert(1)"'],
    ["an address in a fill", 'fill="url(https://example.org/x)"'],
    ["an escaped address", 'fill="u\\72l(https://example.org/x)"'],
    ["a style list", 'style="background: red"'],
  ])("loses %s", (_, attribute) => {
    const name = attribute.split("=")[0] ?? "";

    expect(cleaned("", attribute).toLowerCase()).not.toContain(name.toLowerCase());
  });

  test.each([
    ["unfinished", "<svg xmlns='http://www.w3.org/2000/svg'><g>"],
    ["HTML", "<p>hello</p>"],
    ["empty", ""],
    ["SVG without its namespace", "<svg/>"],
  ])("is refused as a whole when it is %s", (_, text) => {
    expect(parseSvg(document, text)).toBeUndefined();
  });
});
