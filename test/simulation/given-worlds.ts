import { expect, it } from "vitest";
import { runApart } from "./apart.ts";

/**
 * The worlds of `npm test`: the same on each machine, so that a change is judged by worlds that it can be blamed for.
 * `npm run simulate` grows new ones.
 */
const given = { from: 3_950_000, count: 120 };
/** Test files among which they are divided, so that every core has some. */
const shares = 4;

/** One file's share of the worlds. */
export function growWorlds(share: number): void {
  const count = given.count / shares;
  const from = given.from + share * count;

  it(`keeps every promise in ${count} worlds, from seed ${from} on`, async ({ signal }) => {
    const reported: string[] = [];
    const args = ["--seeds", String(count), "--from", String(from), "--processes", "1", "--first"];
    const code = await runApart("simulate.ts", args, signal, (line) => reported.push(line));
    expect(code, reported.join("\n")).toBe(0);
    expect(reported.at(-1)).toMatch(`${count} worlds from seed ${from}: 0 with a broken promise`);
  });
}
