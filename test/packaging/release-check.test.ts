import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { run, runOrFail } from "../integration/control-plane/run.ts";
import { root } from "./helm.ts";

const { version } = packageManifest;

test("npm run release:check makes all that a release has, twice the same, and says of each part that it is right", async () => {
  const output = await mkdtemp(join(tmpdir(), "release-check-"));
  onTestFinished(() => rm(output, { recursive: true }));
  const script = packageManifest.scripts["release:check"].replace(/^node /, "");
  const args = [script, "--output", output, "--image", "registry.test/operator:1", "--allow-dirty"];
  const { code, stdout, stderr } = await run(process.execPath, args, { directory: root });
  const lines = stdout.trim().split("\n");
  expect(lines.filter((line) => line.startsWith("✘"))).toEqual([]);
  expect(lines.filter((line) => line.startsWith("✔")).length).toBeGreaterThanOrEqual(14);
  expect([code, stderr]).toEqual([0, ""]);
  expect((await readdir(output)).toSorted()).toEqual([
    "CHANGELOG.md",
    "SHA256SUMS",
    `argocd-${version}.tar.gz`,
    `aws-batch-operator-${version}-npm.tgz`,
    `aws-batch-operator-${version}.tgz`,
    `aws-batch-operator-crds-${version}.tgz`,
    "crds.yaml",
    `image-${version}.tar.gz`,
    "install.yaml",
    `kustomize-${version}.tar.gz`,
    "sbom.cdx.json",
    "third-party-licences.txt",
    "trial.yaml",
  ]);
  await runOrFail("sha256sum", ["--check", "--strict", "SHA256SUMS"], { directory: output });
  await installs(join(output, `aws-batch-operator-${version}-npm.tgz`));
});

/** Installs the npm package as a person does, without a network, and runs each of its commands. */
async function installs(file: string): Promise<void> {
  const prefix = await mkdtemp(join(tmpdir(), "npm-prefix-"));
  onTestFinished(() => rm(prefix, { recursive: true }));
  await runOrFail("npm", ["install", "--global", "--offline", "--no-audit", "--no-fund", "--prefix", prefix, file]);
  const environment = { PATH: `${join(prefix, "bin")}${delimiter}${dirname(process.execPath)}` };
  for (const command of ["aws-batch-operator", "kubectl-awsbatch"]) {
    expect((await runOrFail(command, ["--version"], { environment })).trim()).toBe(version);
  }
  const validated = await runOrFail("kubectl-awsbatch", ["validate", "-f", join(root, "examples/quickstart")], {
    environment,
  });
  expect(validated).toBe("valid: 3 objects in 3 files\n");
}
