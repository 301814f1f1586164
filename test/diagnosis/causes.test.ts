import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { causeCodes, causeKind } from "../../src/diagnosis/causes.ts";

const page = readFileSync(new URL("../../docs/jobs-not-starting.md", import.meta.url), "utf8");
const chapters = page.split(/^## /m).slice(1);
const entries = (chapter = ""): readonly string[] =>
  [...chapter.matchAll(/^### (\S+)$/gm)].map(([, code = ""]) => code);

describe("the page about jobs that do not start", () => {
  it("has an entry for each cause, and no other", () => {
    expect(entries(page).toSorted()).toEqual([...causeCodes].toSorted());
  });

  it("has each cause in the chapter of its kind", () => {
    const of = (kind: string) => causeCodes.filter((code) => causeKind(code) === kind);
    expect(chapters.map(entries).map((codes) => codes.toSorted())).toEqual(
      (["blocked", "waiting", "other"] as const).map((kind) => [...of(kind)].toSorted()),
    );
  });

  it("has words under each heading, and no link that leads nowhere", () => {
    const bodies = page.split(/^### \S+\n/m).slice(1);
    expect(bodies.filter((body) => body.trim().length < 60)).toEqual([]);
    const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors).not.toEqual([]);
    expect(anchors.filter((anchor) => !causeCodes.some((code) => code.toLowerCase() === anchor))).toEqual([]);
  });
});
