import { createHash } from "node:crypto";
import { yamlOf } from "../yaml.ts";
import type { Platform } from "./executables.ts";

/**
 * The manifest of the kubectl plugin `awsbatch` for krew.
 * @param archives file name and contents of the executable's archive, for each platform
 * @param downloads URL of the folder that serves the archives
 */
export function krewManifest(
  version: string,
  archives: readonly { readonly platform: Platform; readonly name: string; readonly content: Uint8Array }[],
  downloads: string,
): string {
  return yamlOf({
    apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
    kind: "Plugin",
    metadata: { name: "awsbatch" },
    spec: {
      version: `v${version}`,
      shortDescription: "Plan and diagnose AWS Batch resources",
      description:
        "Validates manifests of awsbatch.dev, plans every write that would follow in AWS, and explains why the jobs of\na queue do not start. The same program as aws-batch-operator.\n",
      platforms: archives.map(({ platform, name, content }) => ({
        selector: { matchLabels: { os: "linux", arch: platform.arch } },
        uri: `${downloads.replace(/\/$/, "")}/${name}`,
        sha256: createHash("sha256").update(content).digest("hex"),
        bin: "aws-batch-operator",
      })),
    },
  });
}
