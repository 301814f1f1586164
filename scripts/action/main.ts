import { spawn } from "node:child_process";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runAction } from "./run.ts";

/** The step of `action.yml`. */

const program = fileURLToPath(new URL("../../bin/aws-batch-operator.js", import.meta.url));

process.exitCode = await runAction({
  env: process.env,
  command: async (args) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 1));
    });
    const stdout = await text(child.stdout);
    return { exitCode: await ended, stdout };
  },
  print: (line) => void process.stdout.write(line),
});
