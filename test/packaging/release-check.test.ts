import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import process from "node:process";
import { load } from "js-yaml";
import { expect, onTestFinished, test } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { kubectl35, kubectlTools } from "../integration/control-plane/kubectl-package.ts";
import { printProgress } from "../integration/control-plane/parts.ts";
import { run, runOrFail } from "../integration/control-plane/run.ts";
import { root } from "./helm.ts";

const { version } = packageManifest;

test("npm run release:check makes all that a release has, twice the same, and says of each part that it is right", async () => {
  const output = await mkdtemp(join(tmpdir(), "release-check-"));
  onTestFinished(() => rm(output, { recursive: true }));
  const script = packageManifest.scripts["release:check"].replace(/^node /, "");
  const downloads = ["--downloads", "https://downloads.test/v1"];
  const args = [script, "--output", output, "--image", "registry.test/operator:1", ...downloads, "--allow-dirty"];
  const { code, stdout, stderr } = await run(process.execPath, args, { directory: root });
  const lines = stdout.trim().split("\n");
  expect(lines.filter((line) => line.startsWith("✘"))).toEqual([]);
  expect(lines.filter((line) => line.startsWith("✔")).length).toBeGreaterThanOrEqual(15);
  // On a new machine it says what it fetches, or that another test fetches it.
  const complaints = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("[control plane] "));
  expect([code, complaints]).toEqual([0, []]);
  expect((await readdir(output)).toSorted()).toEqual([
    "CHANGELOG.md",
    "SHA256SUMS",
    `argocd-${version}.tar.gz`,
    `aws-batch-operator-${version}-linux-arm64.tar.gz`,
    `aws-batch-operator-${version}-linux-x64.tar.gz`,
    `aws-batch-operator-${version}-npm.tgz`,
    `aws-batch-operator-${version}.tgz`,
    `aws-batch-operator-crds-${version}.tgz`,
    `aws-batch-simulator-${version}-linux-arm64.tar.gz`,
    `aws-batch-simulator-${version}-linux-x64.tar.gz`,
    `aws-batch-simulator-${version}-npm.tgz`,
    "awsbatch.yaml",
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
  await testsInTypeScript(join(output, `aws-batch-simulator-${version}-npm.tgz`));
  if (process.arch === "x64") await extendsKubectl(output);
});

/** Installs the simulator's package in a project, and compiles and runs the test that its README shows. */
async function testsInTypeScript(file: string): Promise<void> {
  const project = await mkdtemp(join(tmpdir(), "simulator-user-"));
  onTestFinished(() => rm(project, { recursive: true }));
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module" }));
  await runOrFail("npm", ["install", "--offline", "--no-audit", "--no-fund", file], { directory: project });
  // What such a project has anyway.
  for (const scope of ["@aws-sdk", "@smithy", "@types"]) {
    await symlink(join(root, "node_modules", scope), join(project, "node_modules", scope));
  }
  const readme = await readFile(join(project, "node_modules/aws-batch-simulator/README.md"), "utf8");
  const [, example = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  await writeFile(join(project, "batch.test.ts"), example);
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
  const libraries = ["--lib", "es2024,esnext.disposable"];
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  await runOrFail(process.execPath, [compiler, ...options, ...libraries, "batch.test.ts"], { directory: project });
  const said = await runOrFail(process.execPath, ["--test", "--test-reporter=tap", "batch.test.ts"], {
    directory: project,
  });
  expect(said).toContain("# pass 1");
  const command = join(project, "node_modules/.bin/aws-batch-simulator");
  expect((await runOrFail(command, ["--version"], { directory: project })).trim()).toBe(version);
}

/** Installs the executable as krew does from the manifest of the release, and lets kubectl call it where there is no Node. */
async function extendsKubectl(output: string): Promise<void> {
  const { spec } = load(await readFile(join(output, "awsbatch.yaml"), "utf8")) as Krew;
  const [plugin] = spec.platforms.filter(({ selector }) => selector.matchLabels.arch === "amd64");
  const archive = basename(plugin?.uri ?? "");
  expect(plugin?.uri).toBe(`https://downloads.test/v1/aws-batch-operator-${version}-linux-x64.tar.gz`);
  expect(await readFile(join(output, "SHA256SUMS"), "utf8")).toContain(`${plugin?.sha256}  ${archive}\n`);
  const folder = await mkdtemp(join(tmpdir(), "krew-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await runOrFail("tar", ["-xzf", join(output, archive)], { directory: folder });
  await symlink(plugin?.bin ?? "", join(folder, "kubectl-awsbatch"));
  const { kubectl } = await kubectlTools(kubectl35, printProgress);
  const awsbatch = (...args: readonly string[]) =>
    runOrFail(kubectl, ["awsbatch", ...args], { environment: { PATH: folder } });
  const help = await awsbatch("--help");
  expect(help).toContain("Usage: kubectl awsbatch ");
  expect(help).toContain("$ kubectl awsbatch plan -f manifests/");
  expect(await awsbatch("validate", "-f", join(root, "examples/quickstart"))).toBe("valid: 4 objects in 4 files\n");
}

/** The manifest of a plugin of kubectl, as far as it is read here. */
interface Krew {
  readonly spec: {
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: { readonly arch: string } };
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
    }[];
  };
}

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
  expect(validated).toBe("valid: 4 objects in 4 files\n");
}
