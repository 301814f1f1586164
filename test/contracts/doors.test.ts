import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** A reader of a folder begins at its door: the file whose first comment says what is there, and where to go on. */

const src = fileURLToPath(new URL("../../src", import.meta.url));
const files = globSync("**/*.{ts,tsx}", { cwd: src }).map((file) => file.replaceAll("\\", "/"));
const largestWithout = 4;

const doors = files.filter((file) => /^\/\*\*\s+(?:\* )?The door of /.test(readFileSync(`${src}/${file}`, "utf8")));

/** The folder that a door opens: its own, or the one of its name next to it. The list of commands is outside of theirs. */
function folderOf(door: string): string {
  if (door === "program.ts") return "tools";
  const sameName = door.replace(/\.ts$/, "");
  return files.some((file) => dirname(file) === sameName) ? sameName : dirname(door);
}

test("each folder with more than a few files has one door", () => {
  const counts = Map.groupBy(files, (file) => dirname(file));
  const folders = [...counts].filter(([, those]) => those.length > largestWithout).map(([folder]) => folder);
  const opened = doors.map(folderOf);
  expect(opened.filter((folder, index) => opened.indexOf(folder) !== index)).toEqual([]);
  expect(folders.filter((folder) => folder !== "." && !opened.includes(folder))).toEqual([]);
});

test("the files that a door names are there", () => {
  const names = new Set(files.flatMap((file) => [file, file.slice(file.lastIndexOf("/") + 1)]));
  const missing = doors.flatMap((door) => {
    const [head = ""] = /^\/\*\*[\s\S]*?\*\//.exec(readFileSync(`${src}/${door}`, "utf8")) ?? [];
    return [...head.matchAll(/(?<![*>\w/-])[a-z][\w/-]*\.tsx?\b/g)].flatMap(([name]) =>
      names.has(name) || files.some((file) => file.endsWith(`/${name}`)) ? [] : [`${door}: ${name}`],
    );
  });
  expect(missing).toEqual([]);
});
