/** Small helpers to make elements. Text always goes in as text, never as markup. */

type Attributes = Record<string, string | boolean | undefined>;

/** Makes an element with attributes and children; strings become text nodes. */
export function element<K extends keyof HTMLElementTagNameMap>(
  document: Document,
  tag: K,
  attributes: Attributes = {},
  children: ReadonlyArray<Node | string> = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(made, name, value);
  }
  made.append(...children);
  return made;
}

/** Sets an attribute; `true` is present and empty, `false` and `undefined` are absent. */
export function setAttribute(on: Element, name: string, value: string | boolean | undefined): void {
  if (value === undefined || value === false) {
    on.removeAttribute(name);
  } else if (on.getAttribute(name) !== (value === true ? "" : value)) {
    on.setAttribute(name, value === true ? "" : value);
  }
}

/** Sets the text of an element if it differs, so that nothing is announced or repainted for no change. */
export function setText(on: Element, text: string): void {
  if (on.textContent !== text) {
    on.textContent = text;
  }
}
