/**
 * Builds all files of a release and checks them: `npm run release:check [-- FLAGS]`. It prints a line for each check, and exits with 1 if
 * one fails. Nothing is published.
 *
 *     --output DIR      output directory (dist/release)
 *     --image IMAGE     image in install.yaml and trial.yaml, preferably by digest (aws-batch-operator:VERSION)
 *     --downloads URL   where awsbatch.yaml, the manifest for krew, finds the archives (https://downloads.example.com)
 *     --allow-dirty     allow uncommitted changes
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { kubectl35, kubectlTools } from "../../test/integration/control-plane/kubectl-package.ts";
import { printProgress } from "../../test/integration/control-plane/parts.ts";
import { placeholderImage } from "../install/install.ts";
import { checksumsFile, makeRelease, root } from "./artefacts.ts";
import { checks } from "./checks.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: join(root, "dist/release") },
    image: { type: "string", default: placeholderImage },
    downloads: { type: "string", default: "https://downloads.example.com" },
    "allow-dirty": { type: "boolean", default: false },
  },
});
const { image, downloads } = values;
const output = resolve(values.output);
const { helm, kubectl } = await kubectlTools(kubectl35, printProgress);
const scratch = await mkdtemp(join(tmpdir(), "release-"));
try {
  const release = await makeRelease(output, { helm, image, downloads, scratch });
  const again = await makeRelease(join(scratch, "again"), { helm, image, downloads, scratch });
  const context = { release, again, image, helm, kubectl, allowDirty: values["allow-dirty"] };
  for (const { name, run } of checks(context)) {
    try {
      console.log(`✔ ${name}: ${await run()}`);
    } catch (error) {
      console.log(`✘ ${name}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
  if (process.exitCode === undefined) console.log(`${output} is ready; ${checksumsFile} has the checksums`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
