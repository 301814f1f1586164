import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const program = "bin/aws-batch-operator.js";

test("runs the program from its source", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, "--version"]);
  expect(stdout).toBe(`${manifest.version}\n`);
});

test("ends with one sentence where Node is too old", async () => {
  const older = 'data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.20.2" } })';
  const running = promisify(execFile)(process.execPath, ["--import", older, program, "--version"]);
  await expect(running).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr:
      "aws-batch-operator needs Node 24 or later, and this is Node 20.20.2: install a newer one (https://nodejs.org), or use the container image\n",
  });
});
