import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { archive, type Entry } from "../../../scripts/release/archive.ts";
import { runOrFail } from "../../integration/control-plane/run.ts";

const text = (path: string, content: string): Entry => ({ path, content: Buffer.from(content) });

describe("an archive", () => {
  test("is what tar reads, with contents of any length and long paths", async () => {
    const long = `${"folder/".repeat(20)}file.txt`;
    const entries = [text("b.txt", "x".repeat(512)), text("a/empty", ""), text(long, "y".repeat(513))];
    const directory = await mkdtemp(join(tmpdir(), "archive-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "archive.tar.gz"), archive(entries));
    const tar = (...args: readonly string[]) => runOrFail("tar", [...args, "archive.tar.gz"], { directory });
    expect((await tar("-tzf")).trim().split("\n")).toEqual(["a/empty", "b.txt", long]);
    for (const { path, content } of entries) {
      expect(await runOrFail("tar", ["-xzOf", "archive.tar.gz", path], { directory })).toBe(String(content));
    }
  });

  test("does not depend on the order in which its files are found", () => {
    const [a, b] = [text("a", "1"), text("b", "2")];
    expect(archive([a, b])).toEqual(archive([b, a]));
  });

  test("refuses a path that no reader would give back", () => {
    expect(() => archive([text("x".repeat(101), "")])).toThrow(/too long/);
    expect(() => archive([text(`${"x".repeat(156)}/${"y".repeat(50)}`, "")])).toThrow(/too long/);
  });
});
