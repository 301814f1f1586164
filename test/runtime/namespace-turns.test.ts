import { describe, expect, test } from "vitest";
import { NamespaceTurns } from "../../src/runtime/namespace-turns.ts";

function turnsOf(...items: readonly string[]): NamespaceTurns<string[]> {
  const turns = new NamespaceTurns<string[]>(() => []);
  for (const item of items) turns.of(item.slice(0, 1)).push(item);
  return turns;
}

function taken(turns: NamespaceTurns<string[]>): string {
  const all: string[] = [];
  for (let one = turns.next((line) => line.shift()); one !== undefined; one = turns.next((line) => line.shift())) {
    all.push(one);
  }
  return all.join(" ");
}

describe("NamespaceTurns", () => {
  test("lets namespaces take turns, however much waits in one of them, in the order in which they came", () => {
    expect(taken(turnsOf("a1", "a2", "a3", "a4", "b1", "b2", "c1"))).toBe("a1 b1 c1 a2 b2 a3 a4");
  });

  test("keeps the order of turns while items come and go", () => {
    const turns = turnsOf("a1", "a2", "b1");
    expect(turns.next((line) => line.shift())).toBe("a1");
    turns.of("c").push("c1");
    // It has waited for nothing meanwhile, so it comes behind the others.
    turns.of("b").push("b2");
    expect(taken(turns)).toBe("b1 a2 c1 b2");
  });

  test("lets a namespace that can use no turn now keep it", () => {
    const turns = turnsOf("a1", "b1", "b2");
    const unless = (held: string) => turns.next((line) => (line[0] === held ? undefined : line.shift()));
    expect([unless("a1"), unless("a1"), unless("a1")]).toEqual(["b1", "b2", undefined]);
    expect(turns.length).toBe(1);
    turns.of("b").push("b3");
    expect(unless("none")).toBe("a1");
  });

  test("forgets a namespace in which nothing waits any more", () => {
    const turns = turnsOf("a1");
    turns.of("z");
    turns.next((line) => line.shift());
    turns.next((line) => line.shift());
    expect([...turns.lines]).toEqual([]);
    expect(turns.length).toBe(0);
  });

  test("asks each namespace once at most, however many items wait", () => {
    const turns = new NamespaceTurns<number[]>(() => []);
    for (let n = 0; n < 10_000; n++) turns.of(`n${n % 5}`).push(n);
    let asked = 0;
    turns.next((line) => {
      asked++;
      return line[-1];
    });
    expect(asked).toBe(5);
  });
});
