import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lastLogged, objectsInWords } from "./failure-text.ts";
import { listed, until } from "./wait.ts";

it("a wait ends with the first check that sees what is waited for", async () => {
  const checks: (true | string)[] = ["one pod", true];
  await until(() => checks.shift() ?? "one check too many", "two pods");
  expect(checks).toEqual([]);
});

it("a wait that ends by its limit says what was waited for and what was seen last", async () => {
  await expect(until(() => "one pod", "two pods", 0)).rejects.toThrow("waited 0 s for two pods; seen last: one pod");
});

it("a wait that ends by its limit says why the last check failed", async () => {
  const check = async (): Promise<true> => {
    throw new Error("connection refused");
  };
  await expect(until(check, "two pods", 0)).rejects.toThrow("waited 0 s for two pods; seen last: connection refused");
});

it("what was seen is listed, also where it is nothing", () => {
  expect([listed([]), listed(["a", "b"])]).toEqual(["nothing", "a, b"]);
});

it("what was seen of objects is their conditions", () => {
  const metadata = { name: "app", generation: 2, deletionTimestamp: "2026-01-01T00:00:00Z" };
  const time = { lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 2 };
  const conditions = [
    { type: "Ready" as const, status: "False" as const, reason: "Deleting", message: "wait", ...time },
  ];
  expect(objectsInWords([{ kind: "JobQueue", metadata, status: { conditions } }])).toBe(
    "\nJobQueue app (generation 2, being deleted): Ready=False Deleting: wait",
  );
});

it("what was logged of a namespace is the last lines of every operator that name it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "logs-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, "operator-1.log"), "team-a 1\nteam-b 1\nteam-a 2\n");
  writeFileSync(join(directory, "operator-2.log"), "team-a 3\n");
  writeFileSync(join(directory, "etcd.log"), "team-a 4\n");
  expect(await lastLogged(directory, "team-a", 2)).toBe("team-a 2\nteam-a 3");
});
