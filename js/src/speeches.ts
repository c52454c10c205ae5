// The texts that the avatar was given in one session, in their order. Knows not what was heard.

import type { SpeechMessage } from "./protocol.ts";

export class Speeches {
  epoch = 0;
  readonly all: SpeechMessage[] = [];

  /** Take note of a text and of what became of it. */
  tell(message: SpeechMessage): void {
    if (message.epoch < this.epoch) return;
    this.begin(message.epoch);
    const at = this.all.findIndex(({ id }) => id === message.id);
    const known = this.all[at]?.text ?? "";
    const text = known.slice(0, message.first) + message.text;
    this.all[at < 0 ? this.all.length : at] = { ...message, text, first: 0 };
  }

  /** Forget what belongs to older sessions than `epoch`. */
  begin(epoch: number): void {
    if (epoch > this.epoch) this.all.length = 0;
    this.epoch = Math.max(this.epoch, epoch);
  }

  /** The text given last. */
  get latest(): string | undefined {
    return this.all.at(-1)?.text;
  }
}
