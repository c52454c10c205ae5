// Small helpers to make elements. Text only ever becomes a text node.

type Attributes = Record<string, string>;

/** Make an element with attributes and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Attribute that keeps JupyterLab's shortcuts from an element that has the focus. */
export const SUPPRESS = "data-lm-suppress-shortcuts";

/** Make a button. */
export function button(attributes: Attributes, ...children: (Node | string)[]): HTMLButtonElement {
  return h("button", { type: "button", [SUPPRESS]: "true", ...attributes }, ...children);
}

/** Make an icon of 24 × 24 units from one path. */
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

/** Set text only when it differs: live regions and selections stay undisturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export const ICONS = {
  play: "M8 5.1v13.8c0 .8.9 1.3 1.6.8l10.5-6.9c.6-.4.6-1.3 0-1.7L9.6 4.3C8.9 3.8 8 4.3 8 5.1z",
  sound:
    "M4 9.5v5c0 .6.4 1 1 1h2.7l4.6 4c.6.5 1.7.1 1.7-.8V5.3c0-.9-1.1-1.3-1.7-.8l-4.6 4H5c-.6 0-1 .4-1 1zm12.2-1.9a1 1 0 0 1 1.4.1 6.6 6.6 0 0 1 0 8.6 1 1 0 1 1-1.5-1.3 4.6 4.6 0 0 0 0-6 1 1 0 0 1 .1-1.4zm2.6-2.7a1 1 0 0 1 1.4.1 10.7 10.7 0 0 1 0 14 1 1 0 1 1-1.5-1.3 8.7 8.7 0 0 0 0-11.4 1 1 0 0 1 .1-1.4z",
  muted:
    "M4 9.5v5c0 .6.4 1 1 1h2.7l4.6 4c.6.5 1.7.1 1.7-.8V5.3c0-.9-1.1-1.3-1.7-.8l-4.6 4H5c-.6 0-1 .4-1 1zm12.3-.2a1 1 0 0 1 1.4 0l1.3 1.3 1.3-1.3a1 1 0 1 1 1.4 1.4L20.4 12l1.3 1.3a1 1 0 0 1-1.4 1.4L19 13.4l-1.3 1.3a1 1 0 0 1-1.4-1.4l1.3-1.3-1.3-1.3a1 1 0 0 1 0-1.4z",
  send: "M4.2 4.3c-.6-.3-1.3.3-1.1 1l1.8 5.5L13 12l-8.1 1.2-1.8 5.5c-.2.7.5 1.3 1.1 1l16.3-7a.8.8 0 0 0 0-1.4z",
  stop: "M7.5 6h9c.8 0 1.5.7 1.5 1.5v9c0 .8-.7 1.5-1.5 1.5h-9c-.8 0-1.5-.7-1.5-1.5v-9C6 6.7 6.7 6 7.5 6z",
  close:
    "M6.7 5.3a1 1 0 0 0-1.4 1.4l5.3 5.3-5.3 5.3a1 1 0 1 0 1.4 1.4l5.3-5.3 5.3 5.3a1 1 0 0 0 1.4-1.4L13.4 12l5.3-5.3a1 1 0 0 0-1.4-1.4L12 10.6z",
} as const;
