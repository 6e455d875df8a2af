/**
 * Markup of a value, in a frame of its own. It was made by somebody else's code: the frame runs no script,
 * loads nothing, has no address of its own and cannot reach the page around it.
 */

import { element } from "../shared/dom.ts";

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";

/** Pixels of a row of a table, of everything else, and at most: then the frame scrolls. */
const ROW = 25;
const REST = 14;
const USUAL = 140;
const HIGHEST = 320;

const LOOK = `body{margin:0;font:12px/1.4 system-ui,sans-serif}
table{border-collapse:collapse;border:0}td,th{padding:3px 8px;text-align:right;border:0;
border-bottom:1px solid color-mix(in srgb,currentcolor 20%,transparent);white-space:nowrap}img,svg{max-width:100%}`;

/** Makes the frame, in the colours of the page. */
export function framed(document: Document, html: string, title: string): HTMLElement {
  const view = document.defaultView;
  const around = document.querySelector(".ig-details") ?? document.body;
  const { color, backgroundColor } = (view ?? window).getComputedStyle(around);
  const rows = html.match(/<tr\b/gi)?.length ?? 0;
  const height = Math.min(HIGHEST, rows > 0 ? rows * ROW + REST : USUAL);
  return element(document, "iframe", {
    class: "ig-framed",
    title,
    sandbox: true,
    referrerpolicy: "no-referrer",
    style: `height:${height}px`,
    srcdoc:
      `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
      `<title>${title.replace(/[<&]/g, "")}</title><style>${LOOK}html{background:${backgroundColor};color:${color};color-scheme:${scheme(color)}}</style>${html}`,
  });
}

/** Light text stands on a dark page. */
function scheme(color: string): string {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue > 384 ? "dark" : "light";
}
