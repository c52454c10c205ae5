import { expect, test, vi } from "vitest";
import { play, wordAt } from "../../src/account/speech_page.ts";

const NOW = 1_800_000_000_000;

function page(made: number): HTMLElement {
  const body = document.createElement("main");
  body.innerHTML = `<audio data-made="${made}"></audio>
    <p><span data-start="0.5">Hello</span>, <span data-start="1">world</span></p>`;
  document.body.replaceChildren(body);
  return body;
}

function playable(body: HTMLElement): {
  audio: HTMLAudioElement;
  started: ReturnType<typeof vi.fn>;
} {
  const audio = body.querySelector("audio") as HTMLAudioElement;
  const started = vi.fn(async () => {});
  audio.play = started;
  let time = 0;
  Object.defineProperty(audio, "currentTime", {
    get: () => time,
    set: (seconds: number) => {
      time = seconds;
    },
  });
  return { audio, started };
}

test("the word that is heard is the last that has begun", () => {
  const starts = [0.5, 1, 1];

  expect([0, 0.5, 0.9, 1, 9].map((time) => wordAt(starts, time))).toEqual([-1, 0, 0, 2, 2]);
  expect(wordAt([], 1)).toBe(-1);
});

test("a new speech plays by itself, one of a saved notebook does not", () => {
  for (const [age, times] of [
    [1, 1],
    [60, 0],
    [-60, 0],
  ] as const) {
    const body = page(NOW / 1000 - age);
    const { started } = playable(body);

    play(body, NOW);

    expect(started).toHaveBeenCalledTimes(times);
  }
});

test("the word that is heard is marked", () => {
  const body = page(0);
  const { audio } = playable(body);
  play(body, NOW);

  audio.currentTime = 0.7;
  audio.dispatchEvent(new Event("seeked"));
  expect(body.querySelector(".now")?.textContent).toBe("Hello");

  audio.currentTime = 1.2;
  audio.dispatchEvent(new Event("seeked"));
  expect([...body.querySelectorAll(".now")].map((word) => word.textContent)).toEqual(["world"]);
});

test("a click on a word plays from there", () => {
  const body = page(0);
  const { audio, started } = playable(body);
  play(body, NOW);

  body.querySelectorAll<HTMLElement>("[data-start]")[1]?.click();

  expect(audio.currentTime).toBe(1);
  expect(started).toHaveBeenCalledTimes(1);
});
