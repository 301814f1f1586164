import { describe, expect, it } from "vitest";
import { importedKinds } from "../../src/tools/import/kinds.ts";
import { isComplete } from "../../src/tools/import/report.ts";
import { account, containerJob, fargate, queue } from "../simulator/account.ts";
import { imported, MemoryFolder } from "../tools/import/given.ts";
import type { World } from "../world.ts";
import { callsOf, isLarge, movesAccounts, seeds, seedsOfNpmTest } from "./imports.ts";

movesAccounts(seedsOfNpmTest);

describe("what others have made", () => {
  it("is of each kind with each member that the generator knows, in small accounts too", async () => {
    for (const size of ["small", "large"] as const) {
      const ofSize = seeds.filter((seed) => isLarge(seed) === (size === "large"));
      const counts = await countsIn(ofSize);
      expect(counts).toMatchSnapshot(size);
      const calls = Object.keys(counts).filter((call) => /^(?:create|register)/.test(call));
      const missing = importedKinds.filter(
        ({ kind }) => !calls.some((call) => call.endsWith(` ${kind.awsName.field}`)),
      );
      expect([size, missing.map(({ kind }) => kind.kind)]).toEqual([size, []]);
    }
  });
});

/** How often each operation is called, and each member given to it. */
async function countsIn(some: readonly number[]): Promise<Readonly<Record<string, number>>> {
  const counts = new Map<string, number>();
  const count = (text: string): void => void counts.set(text, (counts.get(text) ?? 0) + 1);
  const outside = new Proxy({} as World["aws"]["outside"], {
    get: (_target, operation) => async (input: object) => {
      count(String(operation));
      for (const path of new Set(membersOf(input))) count(`${String(operation)} ${path}`);
    },
  });
  for (const seed of some) for (const call of callsOf(seed).flat()) await call(outside);
  return Object.fromEntries([...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** The paths of all values that are there; of choices in words with the word. */
function membersOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => membersOf(item, `${path}[]`));
  if (typeof value !== "object" || value === null) {
    const isChoice = typeof value === "string" && /^[A-Z][A-Z_0-9]+$/.test(value) && !path.endsWith("Name");
    return value === undefined ? [] : [isChoice ? `${path} ${value}` : path];
  }
  return Object.entries(value).flatMap(([key, member]) => membersOf(member, path === "" ? key : `${path}.${key}`));
}

it("1,000 job definitions cost at most 15 calls and one for each 100", async () => {
  const { aws, clock } = account();
  for (let at = 0; at < 1000; at++) await aws.outside.registerJobDefinition(containerJob(`d-${at}`));
  await aws.outside.createComputeEnvironment(fargate("ce"));
  await clock.advance(60_000);
  await aws.outside.createJobQueue(queue("q", "ce"));
  await clock.advance(60_000);
  const before = aws.log.length;
  const report = await imported({ "us-east-1": aws }, { clock, folder: new MemoryFolder() });
  expect([report.imported.length, isComplete(report)]).toEqual([1002, true]);
  expect(aws.log.length - before).toBeLessThanOrEqual(15 + 10);
});
