import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** What differs from one run to the next. */
const chance = /Math\.random|performance\.timeOrigin|randomInt\(|randomUUID\(|FC_SEED/;

/** Who may have it, and why no test comes out differently by it. */
const allowed: Readonly<Record<string, string>> = {
  "test/setup.ts": "FC_SEED, on request",
  "test/simulation/simulate.ts": "a command, which prints its seed",
  "test/simulation/events/main.ts": "a command, which prints its seed",
  "test/simulation/exhaustive/main.ts": "--seed random, a command, which prints its seed",
  "test/integration/control-plane/ports.ts": "free ports",
  "test/integration/control-plane/credentials.ts": "tokens",
};

it("two clones of one commit run the same tests: nothing in them is drawn by chance or by the clock", () => {
  const files = globSync("test/**/*.ts").filter((file) => file !== "test/contracts/same-everywhere.test.ts");
  const drawing = files.filter((file) => chance.test(readFileSync(file, "utf8")));
  expect(drawing.toSorted()).toEqual(Object.keys(allowed).toSorted());
});
