// What was typed into the text box before, and the way through it. Knows no elements.

const MOST = 100;

export class History {
  private texts: string[] = [];

  /** The text sent last. */
  get last(): string | undefined {
    return this.texts.at(-1);
  }

  add(text: string): void {
    if (text.trim() === "" || text === this.last) return;
    this.texts = [...this.texts, text].slice(-MOST);
  }

  /** Begin at what is being typed, which the way down leads back to. */
  walk(draft: string): Walk {
    return new Walk([...this.texts, draft]);
  }
}

/** A way through what was typed, from the newest to the oldest and back. */
export class Walk {
  private at: number;

  constructor(private readonly texts: readonly string[]) {
    this.at = texts.length - 1;
  }

  /** Go one back (-1) or forth (1); undefined where the way ends. */
  step(direction: -1 | 1): string | undefined {
    const text = this.texts[this.at + direction];
    if (text !== undefined) this.at += direction;
    return text;
  }

  /** The text where it stands. */
  get text(): string | undefined {
    return this.texts[this.at];
  }
}
