import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "js-yaml";
import manifest from "../../package.json" with { type: "json" };
import packageLock from "../../package-lock.json" with { type: "json" };
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { versionAnnotation } from "../chart/crd-templates.ts";
import { charts, root } from "./artefacts.ts";

/** A place that contains the version. */
export interface VersionPlace {
  /** File, and the place in it. */
  readonly place: string;
  readonly version: string;
}

/** Every place that has to contain the version of package.json. */
export async function versionPlaces(): Promise<readonly VersionPlace[]> {
  const places = [
    { place: "package.json", version: manifest.version },
    { place: "package-lock.json", version: packageLock.version },
  ];
  for (const chart of charts) {
    const file = `charts/${chart}/Chart.yaml`;
    const { version, appVersion } = load(await text(file)) as {
      readonly version: string;
      readonly appVersion: string;
    };
    places.push({ place: `${file}, version`, version }, { place: `${file}, appVersion`, version: appVersion });
    for (const plural of kinds.map((kind) => kind.plural)) {
      const folder = chart === "aws-batch-operator" ? "templates/crds" : "templates";
      const template = `charts/${chart}/${folder}/${plural}.yaml`;
      places.push(...found(template, await text(template), new RegExp(`${versionAnnotation}: (\\S+)`, "g")));
    }
  }
  for (const file of ["manifests/install.yaml", "manifests/trial.yaml"]) {
    for (const image of imagesIn(await text(file))) {
      places.push({ place: `${file}, image`, version: image.split(":").at(-1) ?? "" });
    }
  }
  const inInstall = /REPOSITORY:(\S+)|VERSION=(\d\S+)|aws-batch-operator[-:](\d+\.\d+\.\d+)/g;
  places.push(...found("docs/install.md", await text("docs/install.md"), inInstall));
  const [newest] = await changelogEntries();
  return [...places, { place: "CHANGELOG.md, newest entry", version: newest?.version ?? "" }];
}

/** The entries of the changelog with their text, newest first. */
export async function changelogEntries(): Promise<readonly { readonly version: string; readonly body: string }[]> {
  const [, ...sections] = (await text("CHANGELOG.md")).split(/^## /m);
  return sections.map((section) => {
    const [version = "", ...lines] = section.split("\n");
    return { version: version.trim(), body: lines.join("\n").trim() };
  });
}

/** The images in a manifest; a schema contains the word without a value. */
export function imagesIn(manifests: string): readonly string[] {
  return [...manifests.matchAll(/^ +image: (\S+)$/gm)].map(([, image = ""]) => image);
}

function found(place: string, content: string, pattern: RegExp): readonly VersionPlace[] {
  const versions = [...content.matchAll(pattern)].map((match) => match.slice(1).find((one) => one !== undefined) ?? "");
  return versions.length === 0 ? [{ place, version: "none" }] : versions.map((version) => ({ place, version }));
}

function text(path: string): Promise<string> {
  return readFile(join(root, path), "utf8");
}
