/** The licences of bundled packages, which require their text in every copy. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX, from its package.json. */
  readonly licence: string;
  /** Its licence texts, concatenated; empty: none. */
  readonly text: string;
}

/** Accepted licences in the bundle: they require their text and a notice, but nothing for our own code. */
export const acceptedLicences: readonly string[] = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];

/**
 * The bundled packages, by name.
 * @param root directory of node_modules, and base of the paths in the metafile
 */
export async function bundledPackages(metafile: Metafile, root: string): Promise<readonly BundledPackage[]> {
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const known = [...new Set(folders)].filter((folder) => folder !== undefined).toSorted();
  return await Promise.all(known.map((folder) => packageIn(join(root, folder))));
}

async function packageIn(folder: string): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i.test(file));
  const texts = await Promise.all(files.toSorted().map((file) => readFile(join(folder, file), "utf8")));
  const { name, version, license = "" } = manifest;
  return {
    name,
    version,
    licence: license,
    text: texts.map((text) => text.replaceAll("\r\n", "\n").trim()).join("\n\n"),
  };
}

/** Their problems, one per line. */
export function licenceProblems(packages: readonly BundledPackage[]): readonly string[] {
  return packages.flatMap((one) => {
    const { name, version, licence } = one;
    if (!acceptedLicences.includes(licence)) {
      return [
        `${name}@${version} is under ${licence || "no licence"}, which is not among ${acceptedLicences.join(", ")}`,
      ];
    }
    return textOf(one, packages) === "" ? [`${name}@${version} has no text of its licence, ${licence}`] : [];
  });
}

/**
 * Every package with its licence, and each text once. A package without a text has that of a sibling of the same scope
 * and licence: some packages of AWS omit the file of their common repository.
 */
export function licencesText(packages: readonly BundledPackage[]): string {
  const byText = Map.groupBy(packages, (one) => textOf(one, packages));
  const sections = [...byText].map(([text, those]) => {
    const names = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${"=".repeat(80)}\n${names.join("\n")}\n${"=".repeat(80)}\n\n${text}\n`;
  });
  return `The program contains code of these packages, under these licences.\n\n${sections.join("\n")}`;
}

function textOf({ name, licence, text }: BundledPackage, packages: readonly BundledPackage[]): string {
  if (text !== "") return text;
  const scope = /^@[^/]+\//.exec(name)?.[0];
  if (scope === undefined) return "";
  return packages.find((one) => one.name.startsWith(scope) && one.licence === licence && one.text !== "")?.text ?? "";
}
