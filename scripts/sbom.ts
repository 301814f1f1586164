/**
 * Writes `dist/sbom.cdx.json`: the bundled packages of the image, as CycloneDX. npm creates it from package-lock.json; parts
 * that differ between runs (a time, a random number, npm's version, the name of the folder) are removed, so that two
 * builds of one commit are equal.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import manifest from "../package.json" with { type: "json" };

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

/** A package in package-lock.json, by its path in node_modules. */
interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** Deterministic for a package-lock.json. */
export function sbom(): Sbom {
  const text = execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"], {
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  const { serialNumber: _random, metadata, components, dependencies, ...rest } = JSON.parse(text) as Sbom;
  const { timestamp: _now, tools: _npm, component, ...described } = metadata;
  const bundled = bundledPackages();
  const root = `${manifest.name}@${manifest.version}`;
  return {
    ...rest,
    metadata: { ...described, component: { ...component, type: "application", name: manifest.name } },
    components: components.filter((one) => bundled.has(one["bom-ref"])),
    dependencies: dependencies
      .filter(({ ref }) => ref === root || bundled.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => bundled.has(one)) })),
  };
}

/** `name@version` of all packages that are neither dev nor optional; npm's own `--omit` omits too many. */
function bundledPackages(): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const used = Object.entries(packages).filter(
    ([path, { dev, optional, devOptional }]) => path !== "" && !dev && !optional && !devOptional,
  );
  return new Set(used.map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  mkdirSync("dist", { recursive: true });
  writeFileSync("dist/sbom.cdx.json", `${JSON.stringify(sbom(), null, 1)}\n`);
}
