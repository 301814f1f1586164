import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { quickstart } from "./tools/local/given.ts";

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "main-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return directory;
}

/** The program as a process of its own; `until` gives its output as soon as it holds the text. */
function program(...args: readonly string[]) {
  const child = spawn(process.execPath, ["src/main.ts", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const shown = { text: "" };
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    shown.text += text;
  });
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("exit", (code, signal) => resolve(code ?? signal));
  });
  const until = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!shown.text.includes(text)) return;
        child.stdout.off("data", check);
        resolve();
      };
      child.stdout.on("data", check);
      check();
    });
  return { child, exited, until, shown };
}

test("is killed without notice, started again, and stopped by a signal", async () => {
  const directory = directoryWith(quickstart);
  const args = ["local", "-f", directory, "--simulate", "--speed", "20"];
  const first = program(...args);
  await first.until("BatchComputeEnvironment/general Creating");
  first.child.kill("SIGKILL");
  expect(await first.exited).toBe("SIGKILL");
  expect(readFileSync(join(directory, ".aws-batch-operator", "simulated.local.state.lock"), "utf8")).toMatch(/^\d+ /);

  const second = program(...args);
  await second.until("JobQueue/high Available");
  second.child.kill("SIGTERM");
  expect(await second.exited).toBe(0);
  expect(second.shown.text).toMatch(/Stopped after .* start again to go on\.\n$/);
});

test.runIf(process.platform === "linux")("output that is cut off is an error", async () => {
  const full = openSync("/dev/full", "w");
  onTestFinished(() => closeSync(full));
  const child = spawn(process.execPath, ["src/main.ts", "iam-policy", "--features", "none"], {
    stdio: ["ignore", full, "pipe"],
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
  expect(said).toMatch(/error: cannot write the output \(ENOSPC: .*\): what is written of it is not whole\n/);
});
