import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Release } from "../../../scripts/release/artefacts.ts";
import { checks } from "../../../scripts/release/checks.ts";
import { versionPlaces } from "../../../scripts/release/versions.ts";

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "checks-"));
});
afterAll(() => rm(scratch, { recursive: true }));

/** A release with these files of the bundle, and these of the release itself. */
async function releaseOf(name: string, bundle: Readonly<Record<string, string>>, files = {}): Promise<Release> {
  const [directory, bundleDirectory] = [join(scratch, name), join(scratch, name, "bundle")];
  await mkdir(bundleDirectory, { recursive: true });
  for (const [file, content] of Object.entries(bundle)) await writeFile(join(bundleDirectory, file), content, "latin1");
  for (const [file, content] of Object.entries(files)) await writeFile(join(directory, file), String(content));
  return { directory, bundleDirectory, packages: [{ name: "pino", version: "1.0.0", licence: "MIT", text: "text" }] };
}

async function outcome(name: string, release: Release, again: Release = release): Promise<string> {
  const context = { release, again, image: "image:1", helm: "false", kubectl: "false", allowDirty: true };
  const check = checks(context).find((one) => one.name === name);
  return await (check ?? expect.fail(`no check ${name}`)).run();
}

describe("before a release", () => {
  test("every place with the version has the one of package.json", async () => {
    expect((await versionPlaces()).length).toBeGreaterThan(15);
    await expect(outcome("versions", await releaseOf("versions", {}))).resolves.toMatch(/ in \d+ places$/);
  });

  test.each([
    ["an addon", { "addon.node": "x" }, /addon\.node is code of one architecture/],
    ["a program of Linux", { "tool.txt": "\x7fELF\x02" }, /tool\.txt is code of one architecture/],
    ["a program of macOS", { "tool.js": "\xcf\xfa\xed\xfe" }, /tool\.js is code of one architecture/],
    ["a part that loads an addon", { "a.js": 'require("./build/Release/a.node")' }, /a\.js loads a native addon/],
  ])("%s in the bundle is found: it would not run on the other architecture", async (name, files, words) => {
    await expect(outcome("architectures", await releaseOf(name, files))).rejects.toThrow(words);
  });

  test("a bundle of plain code is one for all architectures", async () => {
    const release = await releaseOf("plain", { "main.js": "process.node", "a.txt": "" });
    await expect(outcome("architectures", release)).resolves.toContain("2 files");
  });

  test("a package that the SBOM forgets is found", async () => {
    const sbom = JSON.stringify({ components: [{ name: "pino", version: "0.9.0" }] });
    const release = await releaseOf("sbom", { "sbom.cdx.json": sbom });
    await expect(outcome("SBOM", release)).rejects.toThrow("the bundle also has pino@1.0.0");
  });

  test("manifests with another image than the one that was asked for are found", async () => {
    const release = await releaseOf("manifests", {}, { "install.yaml": "          image: image:2\n" });
    await expect(outcome("manifests", release)).rejects.toThrow("install.yaml names image:2");
  });

  test("a file that is another when it is made again is named", async () => {
    const first = await releaseOf("first", {}, { SHA256SUMS: "1  a\n2  b\n" });
    const second = await releaseOf("second", {}, { SHA256SUMS: "1  a\n3  b\n" });
    await expect(outcome("reproducible", first, second)).rejects.toThrow("these differ: b");
    await expect(outcome("reproducible", first)).resolves.toContain("2 files");
  });
});
