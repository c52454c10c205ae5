// Notebooks' themes as the widget meets them: the variables that it reads, with the values that
// JupyterLab 4.6, VS Code 1.10x, Colab and marimo 0.2x give them, and how each says light or dark.

import styles from "../src/panel/widget.css?inline";

export interface Theme {
  /** Attributes and classes of the page's body. */
  body: Record<string, string>;
  variables: Record<string, string>;
  /** What lies behind the widget. */
  ground: string;
  /** The scheme that the widget inherits, in a shadow tree. */
  sheltered?: "light" | "dark";
}

const VSCODE = {
  "--vscode-font-family": "'Segoe WPC', 'Segoe UI', sans-serif",
  "--vscode-editor-font-family": "Consolas, 'Courier New', monospace",
};
const MARIMO = {
  "--text-font": '"PT Sans", sans-serif',
  "--monospace-font": '"Fira Mono", monospace',
};
const JUPYTER = {
  "--jp-ui-font-family": "system-ui, -apple-system, 'Segoe UI', helvetica, arial, sans-serif",
  "--jp-code-font-family": "menlo, consolas, 'DejaVu Sans Mono', monospace",
};

export const THEMES = {
  light: {
    body: { "data-jp-theme-light": "true" },
    variables: {
      ...JUPYTER,
      "--jp-ui-font-color1": "rgba(0, 0, 0, 0.87)",
      "--jp-layout-color1": "white",
      "--jp-brand-color1": "#1976d2",
    },
    ground: "white",
  },
  dark: {
    body: { "data-jp-theme-light": "false" },
    variables: {
      ...JUPYTER,
      "--jp-ui-font-color1": "rgba(255, 255, 255, 0.87)",
      "--jp-layout-color1": "#212121",
      "--jp-brand-color1": "#2196f3",
    },
    ground: "#111",
  },
  "vscode-light": {
    body: { class: "vscode-light" },
    variables: {
      ...VSCODE,
      "--vscode-foreground": "#3b3b3b",
      "--vscode-editor-background": "#ffffff",
      "--vscode-focusBorder": "#005fb8",
    },
    ground: "#ffffff",
  },
  "vscode-dark": {
    body: { class: "vscode-dark" },
    variables: {
      ...VSCODE,
      "--vscode-foreground": "#cccccc",
      "--vscode-editor-background": "#1f1f1f",
      "--vscode-focusBorder": "#0078d4",
    },
    ground: "#1f1f1f",
  },
  "colab-light": {
    body: { theme: "light" },
    variables: {
      "--colab-primary-text-color": "#212121",
      "--colab-primary-surface-color": "#ffffff",
    },
    ground: "#ffffff",
  },
  "colab-dark": {
    body: { theme: "dark" },
    variables: {
      "--colab-primary-text-color": "#d5d5d5",
      "--colab-primary-surface-color": "#383838",
    },
    ground: "#383838",
  },
  "marimo-light": {
    body: { class: "light light-theme" },
    variables: {
      ...MARIMO,
      "--foreground": "#0f172a",
      "--background": "#fff",
      "--link": "#0b68cb",
    },
    ground: "#fff",
    sheltered: "light",
  },
  "marimo-dark": {
    body: { class: "dark dark-theme" },
    variables: {
      ...MARIMO,
      "--foreground": "#eceeed",
      "--background": "#181c1a",
      "--link": "#479bf5",
    },
    ground: "#181c1a",
    sheltered: "dark",
  },
  plain: { body: {}, variables: {}, ground: "white" },
} satisfies Record<string, Theme>;

export type ThemeName = keyof typeof THEMES;

/** Make the page look like a notebook of this theme; returns where the widget is to be. */
export function wear(name: ThemeName): HTMLElement | ShadowRoot {
  const { body, variables, ground, sheltered }: Theme = THEMES[name];
  const page = document.body;
  for (const { name: attribute } of [...page.attributes]) page.removeAttribute(attribute);
  for (const [attribute, value] of Object.entries(body)) page.setAttribute(attribute, value);
  for (const [variable, value] of Object.entries(variables)) {
    page.style.setProperty(variable, value);
  }
  page.style.background = ground;
  return sheltered ? shelter(sheltered) : page;
}

/** A shadow tree with the widget's style sheet in it. */
function shelter(scheme: "light" | "dark"): ShadowRoot {
  const host = document.createElement("div");
  host.style.colorScheme = scheme;
  document.body.append(host);
  const tree = host.attachShadow({ mode: "open" });
  const sheet = document.createElement("style");
  sheet.textContent = styles;
  tree.append(sheet);
  return tree;
}
