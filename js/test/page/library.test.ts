import { expect, test } from "vitest";
import { Shelf } from "../../src/page/library.ts";

let made = 0;
const shelf = () => new Shelf<{ answer: number }>(`test@${++made}`);
const source = () => new TextEncoder().encode("export const answer = 42;");

test("a library is asked for once, however many want it", () => {
  const library = shelf();
  const asked: string[] = [];
  const life = new AbortController();
  for (const name of ["a", "b"]) {
    library.order((onItsWay) => asked.push(`${name} ${onItsWay}`), life.signal);
  }
  expect(asked).toEqual(["a false", "b true"]);
});

test("one delivery serves all, and later ones need none", async () => {
  const library = shelf();
  const asked: string[] = [];
  const life = new AbortController();
  library.order((onItsWay) => asked.push(`a ${onItsWay}`), life.signal);
  await library.deliver(source());
  expect((await library.library).answer).toBe(42);
  library.order((onItsWay) => asked.push(`b ${onItsWay}`), life.signal);
  expect(asked).toEqual(["a false", "b true"]);
});

test("when the one that was to get it is gone, another one asks", () => {
  const library = shelf();
  const asked: string[] = [];
  const [first, second] = [new AbortController(), new AbortController()];
  library.order((onItsWay) => asked.push(`a ${onItsWay}`), first.signal);
  library.order((onItsWay) => asked.push(`b ${onItsWay}`), second.signal);
  first.abort();
  expect(asked).toEqual(["a false", "b true", "b false"]);
});

test("copies of this module share what they have", async () => {
  const name = `test@${++made}`;
  await new Shelf(name).deliver(source());
  expect(await new Shelf<{ answer: number }>(name).library).toMatchObject({ answer: 42 });
});
