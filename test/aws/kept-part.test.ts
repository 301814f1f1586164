import { expect, it } from "vitest";
import { KeptPart, keysPerCall } from "../../src/aws/kept-part.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";

const hourMs = 3_600_000;

function aPart() {
  const reads: (readonly string[])[] = [];
  const part = new KeptPart<string>(new VirtualClock());
  const read = async (keys: readonly string[]): Promise<readonly string[]> => {
    reads.push(keys);
    return keys;
  };
  const of = (keys: readonly string[], maxAgeMs: number, also: () => Iterable<string> = () => []) =>
    part.of(keys, maxAgeMs, { read, also });
  return { of, reads };
}

it("reads as many keys of others along as one call has room for, those last asked for first", async () => {
  const { of, reads } = aPart();
  const more = Array.from({ length: 500 }, (_, at) => `more${at}`);
  await of(["a"], hourMs);
  await of(["b"], -1, () => more);
  expect(reads.at(-1)?.slice(0, 3)).toEqual(["b", "a", "more0"]);
  expect(reads.at(-1)).toHaveLength(keysPerCall);
});

it("reads no key along that is known, so that thousands of keys take as few calls as they can", async () => {
  const { of, reads } = aPart();
  const all = Array.from({ length: 5000 }, (_, at) => `k${at}`);
  for (const key of all) await of([key], hourMs, () => all);
  expect(reads).toHaveLength(all.length / keysPerCall);
});

it("keeps the last reads alone, however many keys are asked for", async () => {
  const { of, reads } = aPart();
  for (let at = 0; at < 5000; at++) await of([`k${at}`], hourMs);
  const before = reads.length;
  await of(["k4999"], hourMs);
  expect(reads.length).toBe(before);
  await of(["k0"], hourMs);
  expect(reads.length).toBe(before + 1);
});

it("takes each key of others once, and none when there is no room for any", async () => {
  const { of, reads } = aPart();
  const all = Array.from({ length: 5000 }, (_, at) => `k${at}`);
  let seen = 0;
  function* also(): Iterable<string> {
    for (const key of all) {
      seen++;
      yield key;
    }
  }
  for (let at = 0; at < all.length; at += keysPerCall) await of(all.slice(at, at + keysPerCall), hourMs, also);
  expect(seen).toBe(0);
  await of(["new"], hourMs, also);
  expect(seen).toBeLessThanOrEqual(all.length);
  expect(reads.at(-1)).toEqual(["new"]);
});
