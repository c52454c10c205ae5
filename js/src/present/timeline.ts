// When the cues of a session come due, on the clock of its stream. Which word a cue belongs to is the
// kernel's to say; where the service tells no words, cues follow the length of the text.

import type { Captions } from "../model/captions.ts";
import type { Cue, CueAction, CuesMessage, SpeechMessage } from "../protocol.ts";

/** Letters per second of a usual voice, for services that tell no words. */
const PACE = 14;

/** A cue, or the beginning of a text that has a figure, and when it comes due. */
export interface Due {
  time: number;
  speech: number;
  /** Number of the cue in its text; -1 for the beginning. */
  cue: number;
  /** What is shown from then on; null where that stays as it is. */
  figure: number | null;
  actions: readonly CueAction[];
  calls: boolean;
}

interface Text {
  figure: number | null;
  cues: Cue[];
  places: number[];
  estimated: boolean;
  /** Where the stream was when its cues came, and of which session it was. */
  since: number;
  epoch: number;
}

export class Timeline {
  private readonly texts = new Map<number, Text>();

  /** Take note of cues; `now` is where the stream of the session `epoch` is. */
  add(message: CuesMessage, epoch: number, now: number): void {
    const { speech, figure, first, cues, places, estimated } = message;
    const known = this.texts.get(speech);
    this.texts.set(speech, {
      figure,
      cues: [...(known?.cues.slice(0, first) ?? []), ...cues],
      places: [...(known?.places.slice(0, first) ?? []), ...places],
      estimated,
      since: known?.since ?? now,
      epoch: known?.epoch ?? epoch,
    });
  }

  /** Whether cues of these texts follow their length. */
  isEstimated(speeches: readonly SpeechMessage[]): boolean {
    return speeches.some(({ id }) => this.texts.get(id)?.estimated);
  }

  /** The figure that is presented first. */
  get firstFigure(): number | null {
    return [...this.texts.values()].find(({ figure }) => figure !== null)?.figure ?? null;
  }

  /** The parts of a figure that cues show, so that they are hidden before. */
  hiddenIn(figure: number): string[] {
    const cues = [...this.texts.values()].flatMap((text) => text.cues);
    const actions = cues.filter((cue) => cue.figure === figure).flatMap((cue) => cue.actions);
    return actions.filter((action) => action.do === "show").map(({ target }) => target);
  }

  /** All that is known to come due, in order. */
  dues(captions: Captions, speeches: readonly SpeechMessage[]): Due[] {
    const dues: Due[] = [];
    const add = (speech: number, cue: number, time: number) => {
      const text = this.texts.get(speech);
      const { figure = null, actions = [], calls = false } = text?.cues[cue] ?? {};
      dues.push({
        time,
        speech,
        cue,
        figure: figure ?? text?.figure ?? null,
        actions,
        calls,
      });
    };
    if (this.isEstimated(speeches)) this.estimate(captions.epoch, speeches, add);
    else this.follow(captions, speeches, add);
    return dues.sort((one, other) => one.time - other.time || one.cue - other.cue);
  }

  private follow(
    { words }: Captions,
    speeches: readonly SpeechMessage[],
    add: (speech: number, cue: number, time: number) => void,
  ): void {
    const ends = new Map<number, number>();
    const heard = new Map<number, number>();
    for (const word of words) {
      const [speech] = word?.place ?? [];
      if (speech === undefined || !this.texts.has(speech)) continue;
      if (!ends.has(speech)) add(speech, -1, word.start);
      for (const cue of word.cues ?? []) {
        add(speech, cue, word.start);
        heard.set(speech, cue + 1);
      }
      ends.set(speech, Math.max(word.end, ends.get(speech) ?? 0));
    }
    // No word follows a mark at the end of a text.
    for (const { id, status } of speeches) {
      const end = ends.get(id);
      if (status !== "spoken" || end === undefined) continue;
      const { length } = this.texts.get(id)?.cues ?? [];
      for (let cue = heard.get(id) ?? 0; cue < length; cue += 1) add(id, cue, end);
    }
  }

  private estimate(
    epoch: number,
    speeches: readonly SpeechMessage[],
    add: (speech: number, cue: number, time: number) => void,
  ): void {
    let end = 0;
    for (const { id, text } of speeches) {
      const known = this.texts.get(id);
      const begin = Math.max(end, known?.epoch === epoch ? known.since : 0);
      end = begin + text.length / PACE;
      if (!known) continue;
      add(id, -1, begin);
      for (const [cue, place] of known.places.entries()) add(id, cue, begin + place / PACE);
    }
  }
}
