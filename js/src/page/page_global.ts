// What the widgets of one page share, whichever copy of this module they run: values on
// `globalThis`, by name. Knows nothing of what they are.

/** The page's value called `name`; made by `make` when it is first asked for. */
export function shared<Value>(name: string, make: () => Value): Value {
  const page = globalThis as { [key: symbol]: Value | undefined };
  const key = Symbol.for(`heygen_widget.${name}`);
  page[key] ??= make();
  return page[key];
}
