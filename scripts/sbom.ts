/**
 * The packages of a bundle, as CycloneDX. npm creates it from package-lock.json; parts that differ between runs (a time, a
 * random number, npm's version, the name of the folder) are removed, so that two builds of one commit are equal.
 */

import { execFileSync } from "node:child_process";
import manifest from "../package.json" with { type: "json" };
import type { BundledPackage } from "./licences.ts";

interface Sbom {
  readonly serialNumber?: string;
  readonly metadata: {
    readonly timestamp?: string;
    readonly tools?: unknown;
    readonly component: Readonly<Record<string, unknown>>;
    readonly [field: string]: unknown;
  };
  readonly components: readonly { readonly "bom-ref": string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly [field: string]: unknown;
}

/**
 * Deterministic for a package-lock.json.
 * @param packages that are in the bundle of the program
 */
export function sbom(
  { name, description }: { readonly name: string; readonly description: string },
  packages: readonly Pick<BundledPackage, "name" | "version">[],
): Sbom {
  const text = execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"], {
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  const { serialNumber: _random, metadata, components, dependencies, ...rest } = JSON.parse(text) as Sbom;
  const { timestamp: _now, tools: _npm, component, ...described } = metadata;
  const bundled = new Set(packages.map((one) => `${one.name}@${one.version}`));
  const root = `${manifest.name}@${manifest.version}`;
  return {
    ...rest,
    metadata: { ...described, component: { ...component, type: "application", name, description } },
    components: components.filter((one) => bundled.has(one["bom-ref"])),
    dependencies: dependencies
      .filter(({ ref }) => ref === root || bundled.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => bundled.has(one)) })),
  };
}
