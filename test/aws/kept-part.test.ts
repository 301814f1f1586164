import { expect, it } from "vitest";
import { KeptPart, keysPerCall } from "../../src/aws/kept-part.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";

const hourMs = 3_600_000;

function aPart() {
  const reads: (readonly string[])[] = [];
  const part = new KeptPart<string>(new VirtualClock(), async (keys) => {
    reads.push(keys);
    return keys;
  });
  return { part, reads };
}

it("reads as many keys of others along as one call has room for, those last asked for first", async () => {
  const { part, reads } = aPart();
  const more = Array.from({ length: 500 }, (_, at) => `more${at}`);
  await part.of(["a"], hourMs);
  await part.of(["b"], -1, { also: () => more });
  expect(reads.at(-1)?.slice(0, 3)).toEqual(["b", "a", "more0"]);
  expect(reads.at(-1)).toHaveLength(keysPerCall);
});

it("reads no key along that is known, so that thousands of keys take as few calls as they can", async () => {
  const { part, reads } = aPart();
  const all = Array.from({ length: 5000 }, (_, at) => `k${at}`);
  for (const key of all) await part.of([key], hourMs, { also: () => all });
  expect(reads).toHaveLength(all.length / keysPerCall);
});

it("keeps the last reads alone, however many keys are asked for", async () => {
  const { part, reads } = aPart();
  for (let at = 0; at < 5000; at++) await part.of([`k${at}`], hourMs);
  const before = reads.length;
  await part.of(["k4999"], hourMs);
  expect(reads.length).toBe(before);
  await part.of(["k0"], hourMs);
  expect(reads.length).toBe(before + 1);
});

it("takes each key of others once, and none when there is no room for any", async () => {
  const { part, reads } = aPart();
  const all = Array.from({ length: 5000 }, (_, at) => `k${at}`);
  let seen = 0;
  function* also(): Iterable<string> {
    for (const key of all) {
      seen++;
      yield key;
    }
  }
  for (let at = 0; at < all.length; at += keysPerCall) await part.of(all.slice(at, at + keysPerCall), hourMs, { also });
  expect(seen).toBe(0);
  await part.of(["new"], hourMs, { also });
  expect(seen).toBeLessThanOrEqual(all.length);
  expect(reads.at(-1)).toEqual(["new"]);
});
