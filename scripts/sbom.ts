/**
 * Writes `dist/sbom.cdx.json`: what is bundled into the image, as CycloneDX. npm makes it from package-lock.json; what
 * differs from run to run (a time, a random number, npm's version, the name of the folder) is taken out, so that two
 * builds of one commit are the same.
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

/** A package as package-lock.json has it, by its path in node_modules. */
interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** The same for the same package-lock.json. */
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

/** `name@version` of all that is neither of the development nor optional; npm's own `--omit` leaves out too much. */
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
