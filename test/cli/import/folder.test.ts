import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderAt } from "../../../src/cli/import/folder.ts";
import { temporaryDirectory } from "../local/given.ts";

test("a file is replaced as a whole, so that who reads it has the old or the new text, and a full disk keeps the old one", async () => {
  const directory = temporaryDirectory();
  const file = join(directory, "a.yaml");
  writeFileSync(file, "old");
  chmodSync(file, 0o640);
  const reader = openSync(file, "r");
  await folderAt(directory).write(file, "new");
  expect([readFileSync(reader, "utf8"), readFileSync(file, "utf8")]).toEqual(["old", "new"]);
  closeSync(reader);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(directory)).toEqual(["a.yaml"]);
});

test("a new file is written below new directories", async () => {
  const directory = temporaryDirectory();
  const file = join(directory, "b", "c", "a.yaml");
  await folderAt(directory).write(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
});

test("of a link the file is replaced, and the link stays", async () => {
  const directory = temporaryDirectory();
  const [file, link] = [join(directory, "a.yaml"), join(directory, "link.yaml")];
  writeFileSync(file, "old");
  symlinkSync(file, link);
  await folderAt(directory).write(link, "new");
  expect([readFileSync(file, "utf8"), lstatSync(link).isSymbolicLink()]).toEqual(["new", true]);
});

test("what cannot be written is an error with its path, and leaves nothing behind", async () => {
  const directory = temporaryDirectory();
  const file = join(directory, "a.yaml");
  mkdirSync(file);
  await expect(folderAt(directory).write(file, "new")).rejects.toThrow(`${file} cannot be written: `);
  expect(readdirSync(directory)).toEqual(["a.yaml"]);
});
