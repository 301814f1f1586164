import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { documentsOf, loadManifests } from "../../../src/tools/validation/manifests.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "manifests-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(directory, path, ".."), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

const { signal } = new AbortController();

describe("a directory", () => {
  test("is read with those below it, in order; other files, hidden ones and a simulated account are left out", async () => {
    await write({
      "b.yml": "b: 1",
      "a/z.yaml": "z: 1",
      "c.json": '{"c": 1}',
      "README.md": "# no manifest",
      "simulated-aws.conf": "vpcs: []",
      ".hidden.yaml": "h: 1",
      ".aws-batch-operator/state.json": "{}",
      "node_modules/x/x.yaml": "x: 1",
    });
    const { documents, files, problems } = await loadManifests(directory, signal);
    expect(files.map((file) => relative(directory, file))).toEqual(["a/z.yaml", "b.yml", "c.json"]);
    expect(documents.map(({ value }) => value)).toEqual([{ z: 1 }, { b: 1 }, { c: 1 }]);
    expect(problems).toEqual([]);
  });

  test("without a manifest is empty", async () => {
    expect(await loadManifests(directory, signal)).toEqual({ documents: [], files: [], problems: [] });
  });

  test("is read through links to files, as a mounted ConfigMap is made of", async () => {
    await write({ "..data/a.yaml": "a: 1" });
    await symlink(join(directory, "..data", "a.yaml"), join(directory, "a.yaml"));
    const { documents, files, problems } = await loadManifests(directory, signal);
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }]);
    expect(files).toEqual([join(directory, "a.yaml")]);
    expect(problems).toEqual([]);
  });

  test.each([
    ["a device", "/dev/zero", "is not a regular file: remove it, or rename it"],
    ["a directory", tmpdir(), "is not a regular file: remove it, or rename it"],
    ["nothing", "/nowhere/at/all", "there is no such file or directory: a broken link"],
  ])("does not pass over a manifest that is a link to %s", async (_what, target, message) => {
    await write({ "a.yaml": "a: 1" });
    await symlink(target, join(directory, "b.yaml"));
    const { documents, problems } = await loadManifests(directory, signal);
    expect(documents).toHaveLength(1);
    expect(problems).toEqual([{ file: join(directory, "b.yaml"), field: "", message }]);
  });

  test("has nothing of a file outside of it, to which a clone of a repository brings a link along", async () => {
    const outside = await mkdtemp(join(tmpdir(), "outside-"));
    onTestFinished(() => rm(outside, { recursive: true }));
    await writeFile(join(outside, "secret"), "AWS_SECRET_ACCESS_KEY=secret");
    await write({ "a.yaml": "a: 1" });
    const links = { "b.yaml": join(outside, "secret"), "c.yaml": "/etc/passwd", "d.yaml": "/proc/self/environ" };
    for (const [link, target] of Object.entries(links)) await symlink(target, join(directory, link));
    await symlink(join(directory, "b.yaml"), join(directory, "e.yaml"));
    const { documents, problems } = await loadManifests(directory, signal);
    expect(documents).toHaveLength(1);
    const message = "is a link out of the directory: put the file in its place";
    expect(problems).toEqual(
      ["b.yaml", "c.yaml", "d.yaml", "e.yaml"].map((file) => ({
        file: join(directory, file),
        field: "",
        message,
      })),
    );
  });

  test("may itself be a link", async () => {
    await write({ "real/a.yaml": "a: 1" });
    await symlink("a.yaml", join(directory, "real", "b.yaml"));
    await symlink("real", join(directory, "link"));
    const { files, problems } = await loadManifests(join(directory, "link"), signal);
    expect(files.map((file) => relative(directory, file))).toEqual(["link/a.yaml", "link/b.yaml"]);
    expect(problems).toEqual([]);
  });

  test("is read in spite of a file that is broken", async () => {
    await write({ "a.yaml": "a: [1", "b.yaml": "b: 1" });
    const { documents, problems } = await loadManifests(directory, signal);
    expect(documents.map(({ value }) => value)).toEqual([{ b: 1 }]);
    expect(problems).toEqual([expect.objectContaining({ file: join(directory, "a.yaml"), line: 1 })]);
  });
});

describe("a path", () => {
  test("of one file is that file, whatever its name", async () => {
    await write({ manifest: "a: 1" });
    expect((await loadManifests(join(directory, "manifest"), signal)).documents.map(({ value }) => value)).toEqual([
      { a: 1 },
    ]);
  });

  test("that does not exist is a problem", async () => {
    const path = join(directory, "missing");
    expect((await loadManifests(path, signal)).problems).toEqual([
      { file: path, field: "", message: "there is no such file or directory" },
    ]);
  });

  test("of a device is a problem", async () => {
    expect((await loadManifests("/dev/null", signal)).problems).toEqual([
      expect.objectContaining({ message: "is neither a file nor a directory" }),
    ]);
  });

  test("of something too large is a problem, and it is not read", async () => {
    await write({ "a.yaml": "" });
    await truncate(join(directory, "a.yaml"), 4 * 1024 * 1024 + 1);
    expect((await loadManifests(directory, signal)).problems).toEqual([
      expect.objectContaining({ message: "has 4194305 bytes, more than 4194304: split it" }),
    ]);
  });

  test("are not parsed any more once the command was interrupted", async () => {
    await write({ "a.yaml": "a: 1" });
    await expect(loadManifests(directory, AbortSignal.abort(new Error("interrupted")))).rejects.toThrow("interrupted");
  });

  test.each([
    ["in its only line", "a: caf\u00e9", 1],
    ["in a line of several", "a: 1\nb: 2\nc: caf\u00e9\nd: 3\n", 3],
    ["in its last line", "a: 1\nb: caf\u00e9", 2],
  ])("of text in another encoding is a problem of the line: %s", async (_where, text, line) => {
    await write({ "a.yaml": Buffer.from(text, "latin1"), "b.yaml": "b: 1" });
    const { documents, problems } = await loadManifests(directory, signal);
    expect(problems).toEqual([
      { file: join(directory, "a.yaml"), line, field: "", message: "is not UTF-8 text: save it as UTF-8" },
    ]);
    expect(documents).toHaveLength(1);
  });
});

describe("a text", () => {
  test("of several documents is taken apart, empty ones are none", () => {
    const { documents } = documentsOf("m", "---\na: 1\n---\n# nothing\n---\nb: 2\n");
    expect(documents.map(({ value, placeOf }) => [value, placeOf([]).line])).toEqual([
      [{ a: 1 }, 2],
      [{ b: 2 }, 6],
    ]);
  });

  test("with a List is its items, each with its own lines", () => {
    const { documents } = documentsOf(
      "m",
      "kind: List\napiVersion: v1\nitems:\n- kind: A\n- kind: B\n  spec:\n    x: 1\n",
    );
    expect(documents.map(({ value }) => value)).toEqual([{ kind: "A" }, { kind: "B", spec: { x: 1 } }]);
    expect(documents.map(({ placeOf }) => [placeOf([]).line, placeOf(["spec", "x"]).line])).toEqual([
      [4, 4],
      [5, 7],
    ]);
  });

  test("with a List in a List is the items of both, as with kubectl", () => {
    const { documents } = documentsOf(
      "m",
      "kind: List\napiVersion: v1\nitems:\n- kind: A\n- kind: List\n  apiVersion: v1\n  items:\n  - kind: B\n",
    );
    expect(documents.map(({ value, placeOf }) => [value, placeOf(["kind"]).line])).toEqual([
      [{ kind: "A" }, 4],
      [{ kind: "B" }, 8],
    ]);
  });
});
