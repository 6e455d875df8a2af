/**
 * Reads a drawing that the kernel made.
 *
 * The kernel escapes what it writes; this is the second lock. Only drawing elements pass, no attribute
 * that runs or loads anything passes, and a text that is not well-formed SVG is refused as a whole.
 */

const SVG = "http://www.w3.org/2000/svg";

const ELEMENTS = new Set(
  (
    "svg g path rect circle ellipse line polygon polyline text tspan title desc style defs marker " +
    "clipPath linearGradient radialGradient stop"
  ).split(" "),
);

/** What could load something: a function with an address, a rule that imports, an escape that may hide one. */
const LOADS = /(?:url|src|image|image-set)\(\s*["']?(?!#)|@import|\\/i;

/** Links, references and style lists are not drawing. */
const DROPPED = new Set(["href", "src", "style"]);

/** Returns the drawing as an element of `document`, or undefined if the text is not SVG. */
export function parseSvg(document: Document, text: string): SVGSVGElement | undefined {
  const view = document.defaultView;
  if (!view) {
    return undefined;
  }
  const parsed = new view.DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (
    root.namespaceURI !== SVG ||
    root.localName !== "svg" ||
    parsed.querySelector("parsererror")
  ) {
    return undefined;
  }
  clean(root);
  return document.importNode(root, true) as unknown as SVGSVGElement;
}

function clean(element: Element): void {
  for (const attribute of Array.from(element.attributes)) {
    if (!isHarmless(attribute)) {
      element.removeAttributeNode(attribute);
    }
  }
  for (const child of Array.from(element.childNodes)) {
    if (child.nodeType === 3) {
      continue;
    }
    if (child.nodeType === 1 && isDrawing(child as Element)) {
      clean(child as Element);
    } else {
      child.remove();
    }
  }
}

function isDrawing(element: Element): boolean {
  const isKnown = element.namespaceURI === SVG && ELEMENTS.has(element.localName);
  return isKnown && !(element.localName === "style" && LOADS.test(element.textContent ?? ""));
}

function isHarmless({ localName, value }: Attr): boolean {
  return !/^on/i.test(localName) && !DROPPED.has(localName) && !LOADS.test(value);
}

/** Makes an SVG element with attributes. */
export function svgElement<K extends keyof SVGElementTagNameMap>(
  document: Document,
  tag: K,
  attributes: Record<string, string> = {},
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  return made;
}
