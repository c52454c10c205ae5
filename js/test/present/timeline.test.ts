import { expect, test } from "vitest";
import { Captions } from "../../src/model/captions.ts";
import { Timeline } from "../../src/present/timeline.ts";
import type { Cue, CuesMessage, SpeechMessage, Word } from "../../src/protocol.ts";

const CUE: Cue = {
  figure: 7,
  actions: [{ do: "highlight", target: "line-2" }],
  calls: false,
};

function cues(change: Partial<CuesMessage> = {}): CuesMessage {
  return {
    kind: "cues",
    speech: 1,
    figure: 7,
    first: 0,
    cues: [CUE, { ...CUE, actions: [{ do: "show", target: "note" }] }],
    places: [4, 8],
    estimated: false,
    ...change,
  };
}

function speech(status: string, id = 1, text = "One two three"): SpeechMessage {
  return { kind: "speech", epoch: 1, id, text, status, first: 0 };
}

function heard(...words: Word[]): Captions {
  const captions = new Captions(1);
  captions.add({ kind: "words", epoch: 1, first: 0, words });
  return captions;
}

const ONE: Word = { word: "One", start: 1, end: 1.4, place: [1, 0, 3], cues: [] };
const TWO: Word = { word: "two", start: 2, end: 2.4, place: [1, 4, 7], cues: [0] };
const THREE: Word = { word: "three", start: 3, end: 3.4, place: [1, 8, 13], cues: [1] };

test("a figure is there from the first word of its text, and a cue comes due with its word", () => {
  const timeline = new Timeline();
  timeline.add(cues(), 1, 0);
  const dues = timeline.dues(heard(ONE, TWO, THREE), [speech("speaking")]);
  expect(dues.map(({ time, cue, figure }) => [time, cue, figure])).toEqual([
    [1, -1, 7],
    [2, 0, 7],
    [3, 1, 7],
  ]);
});

test("words that have not come yet make nothing come due", () => {
  const timeline = new Timeline();
  timeline.add(cues(), 1, 0);
  expect(timeline.dues(heard(ONE), [speech("speaking")])).toHaveLength(1);
  expect(timeline.dues(heard(), [])).toEqual([]);
});

test("a mark at the end of a text comes due when its last word is over", () => {
  const timeline = new Timeline();
  timeline.add(cues({ places: [4, 13] }), 1, 0);
  const words = [ONE, TWO, { ...THREE, cues: [] }];
  expect(timeline.dues(heard(...words), [speech("speaking")])).toHaveLength(2);
  expect(timeline.dues(heard(...words), [speech("spoken")]).at(-1)).toMatchObject({
    time: 3.4,
    cue: 1,
  });
});

test("cues of a stream come bit by bit, and twice without harm", () => {
  const timeline = new Timeline();
  const { cues: all, places } = cues();
  timeline.add(cues({ cues: all.slice(0, 1), places: places.slice(0, 1) }), 1, 0);
  timeline.add(cues({ first: 1, cues: all.slice(1), places: places.slice(1) }), 1, 0);
  timeline.add(cues(), 1, 0);
  expect(timeline.dues(heard(ONE, TWO, THREE), [speech("speaking")])).toHaveLength(3);
});

test("what a cue shows is hidden before", () => {
  const timeline = new Timeline();
  timeline.add(cues(), 1, 0);
  expect(timeline.hiddenIn(7)).toEqual(["note"]);
  expect(timeline.hiddenIn(8)).toEqual([]);
});

test("without words, cues follow the length of the texts, one after the other", () => {
  const timeline = new Timeline();
  timeline.add(cues({ speech: 2, estimated: true }), 1, 1);
  const speeches = [speech("sent", 1, "x".repeat(28)), speech("sent", 2)];
  const dues = timeline.dues(heard(), speeches);
  expect(timeline.isEstimated(speeches)).toBe(true);
  expect(dues.map(({ time }) => time)).toEqual([2, 2 + 4 / 14, 2 + 8 / 14]);
});

test("where an older stream was when they came says nothing of when cues come due", () => {
  const timeline = new Timeline();
  timeline.add(cues({ estimated: true }), 0, 300);
  expect(timeline.dues(heard(), [speech("sent")])[0]?.time).toBe(0);
});
