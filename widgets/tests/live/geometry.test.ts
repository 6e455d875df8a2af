import { expect, test } from "vitest";
import { boxOf } from "../../src/live/geometry.ts";
import { parseSvg } from "../../src/shared/svg.ts";

test.each([
  ['<rect x="1" y="2" width="10" height="20"/>', [1, 2, 11, 22]],
  ['<ellipse cx="5" cy="-5" rx="5" ry="2"/>', [0, -7, 10, -3]],
  ['<circle cx="5" cy="5" r="5"/>', [0, 0, 10, 10]],
  ['<polygon points="0,0 10,-5 20,5"/>', [0, -5, 20, 5]],
  ['<path d="M1,2C3,4 5,-6.5 7e1,8"/>', [1, -6.5, 70, 8]],
  ['<text x="900" y="900">x</text>', [0, 0, 0, 0]],
  ['<rect width="1" height="1"/><rect x="8" y="8" width="1" height="1"/>', [0, 0, 9, 9]],
])("the box of %s", (shape, [left, top, right, bottom]) => {
  const svg = parseSvg(document, `<svg xmlns="http://www.w3.org/2000/svg">${shape}</svg>`);

  expect(svg && boxOf(svg)).toEqual({ left, top, right, bottom });
});
