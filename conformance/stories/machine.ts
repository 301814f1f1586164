/** The operator as a process of this machine. */

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Machine, OperatorLine, OperatorRun } from "./stage.ts";

const program = fileURLToPath(new URL("../../bin/aws-batch-operator.js", import.meta.url));

/** @param signal ends what runs */
export function machineHere(signal: AbortSignal): Machine {
  return {
    operate(args, endpoint, region) {
      // The proxy has the credentials.
      const credentials = { AWS_ACCESS_KEY_ID: "of-the-proxy", AWS_SECRET_ACCESS_KEY: "of-the-proxy" };
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...credentials, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region },
        stdio: ["ignore", "pipe", "pipe"],
        signal,
      });
      let text = "";
      let rest = "";
      const lines: OperatorLine[] = [];
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const parts = (rest + chunk.toString()).split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts.filter((part) => part.startsWith("{")).map((part) => JSON.parse(part) as OperatorLine));
      });
      child.stderr.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      const exited = new Promise<number>((resolve) => {
        child.once("exit", (code) => resolve(code ?? 1));
        // It could not be started, or this program is to end.
        child.once("error", () => resolve(1));
      });
      const run: OperatorRun = {
        lines,
        text: () => text,
        exited,
        async stop() {
          child.kill("SIGINT");
          await exited;
        },
      };
      return run;
    },
    directory: () => mkdtemp(join(tmpdir(), "aws-batch-conformance-")),
    writeFile: (directory, name, text) => writeFile(join(directory, name), text),
    removeFile: (directory, name) => rm(join(directory, name)),
  };
}
