// Small helpers to make elements. Text only ever becomes a text node.

type Attributes = Record<string, string>;
type Child = Node | string;

/** Make an element with attributes and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Attribute that keeps JupyterLab's shortcuts from an element that has the focus. */
export const SUPPRESS = "data-lm-suppress-shortcuts";

/** Make a button. */
export function button(attributes: Attributes, ...children: Child[]): HTMLButtonElement {
  return h("button", { type: "button", [SUPPRESS]: "", ...attributes }, ...children);
}

/** Make an icon of 24 × 24 units from one path, drawn as a line. */
export function icon(path: string): SVGSVGElement {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(name, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** Make a button that shows an icon alone; `label` gives it its face and its name. */
export function iconButton(attributes: Attributes = {}): HTMLButtonElement {
  return button({ class: "hw-icon", ...attributes });
}

/** Give an icon button its icon, its name and the key that does the same. */
export function label(target: HTMLElement, path: string, name: string, key = ""): void {
  if (target.ariaLabel === name) return;
  target.ariaLabel = name;
  target.title = key && `${name} (${key})`;
  target.title ||= name;
  target.replaceChildren(icon(path));
}

/** Set text only when it differs: live regions and selections stay undisturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Take an element out of use, hidden or disabled. Should it hold the focus, that goes to `heir`: a
 * browser would let it go, and the next key would be the notebook's.
 */
export function retire(
  element: HTMLButtonElement,
  how: { hidden?: boolean; disabled?: boolean },
  heir: HTMLElement,
): void {
  const root = element.getRootNode() as Document | ShadowRoot;
  const holdsFocus = root.activeElement === element;
  Object.assign(element, how);
  if (holdsFocus && (element.hidden || element.disabled)) heir.focus();
}
