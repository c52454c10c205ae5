// Notebooks' themes as the widget meets them: the variables that it reads, with the values that
// JupyterLab 4.6, VS Code 1.10x, Colab and marimo 0.2x give them, and how each says light or dark.

export interface Theme {
  /** Attributes and classes of the page's body. */
  body: Record<string, string>;
  variables: Record<string, string>;
  /** What lies behind the widget. */
  ground: string;
}

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
  "vscode-dark": {
    body: { class: "vscode-dark" },
    variables: {
      "--vscode-foreground": "#cccccc",
      "--vscode-editor-background": "#1f1f1f",
      "--vscode-focusBorder": "#0078d4",
      "--vscode-font-family": "'Segoe WPC', 'Segoe UI', sans-serif",
      "--vscode-editor-font-family": "Consolas, 'Courier New', monospace",
    },
    ground: "#1f1f1f",
  },
  "colab-dark": {
    body: { theme: "dark" },
    variables: {
      "--colab-primary-text-color": "#d5d5d5",
      "--colab-primary-surface-color": "#383838",
    },
    ground: "#383838",
  },
  plain: { body: {}, variables: {}, ground: "white" },
} satisfies Record<string, Theme>;

export type ThemeName = keyof typeof THEMES;

/** Make the page look like a notebook of this theme. */
export function wear(name: ThemeName): void {
  const { body, variables, ground }: Theme = THEMES[name];
  const page = document.body;
  for (const { name: attribute } of [...page.attributes]) page.removeAttribute(attribute);
  for (const [attribute, value] of Object.entries(body)) page.setAttribute(attribute, value);
  for (const [variable, value] of Object.entries(variables)) {
    page.style.setProperty(variable, value);
  }
  page.style.background = ground;
}
