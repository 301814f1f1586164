import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCli } from "../../src/program.ts";
import { environment } from "./local/given.ts";
import { testIo } from "./streams.ts";

/** A directory for the PATH, with a `kubectl` that is this shell script; undefined: without one. */
function pathWith(script: string | undefined): string {
  const directory = mkdtempSync(join(tmpdir(), "kubectl-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  if (script === undefined) return directory;
  const file = join(directory, "kubectl");
  writeFileSync(file, `#!/bin/sh\n${script}`);
  chmodSync(file, 0o755);
  return directory;
}

async function validate(script: string | undefined) {
  const { io, stdout, stderr } = testIo({ PATH: `${pathWith(script)}` });
  const exitCode = await runCli(["validate", "-k", "overlays/prod"], io);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

describe("-k", () => {
  test("reads what the person's kubectl renders", async () => {
    // Only builtins: the PATH has nothing else.
    const script = `[ "$*" = "kustomize overlays/prod" ] || exit 9\nwhile IFS= read -r line; do echo "$line"; done <<'END'\n${environment()}END\n`;
    expect(await validate(script)).toEqual({ exitCode: 0, stdout: "valid: 1 object in 1 file\n", stderr: "" });
  });

  test("says with kubectl's words why a kustomization cannot be rendered", async () => {
    expect(await validate("echo 'no such resource: a.yaml' >&2; exit 1")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "error: kubectl kustomize overlays/prod failed: no such resource: a.yaml\n",
    });
  });

  test("names the other way where there is no kubectl", async () => {
    const { exitCode, stderr } = await validate(undefined);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "error: there is no kubectl on the PATH. Install it, or give what kustomize renders: kustomize build overlays/prod | aws-batch-operator validate -f -\n",
    );
  });
});
