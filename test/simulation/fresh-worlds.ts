import { expect, it } from "vitest";
import { runApart } from "./apart.ts";
import { freshSeeds } from "./seeds.ts";

/** One file's share of the worlds. */
export function growWorlds(share: number): void {
  const { from, count } = freshSeeds(share);

  it(`keeps every promise in ${count} worlds that nobody has seen, from seed ${from} on`, {
    timeout: 1_800_000,
  }, async ({ signal }) => {
    const told: string[] = [];
    const args = ["--seeds", String(count), "--from", String(from), "--processes", "1", "--first"];
    const code = await runApart("simulate.ts", args, signal, (line) => told.push(line));
    expect(code, told.join("\n")).toBe(0);
    expect(told.at(-1)).toMatch(`${count} worlds from seed ${from}: 0 with a broken promise`);
  });
}
