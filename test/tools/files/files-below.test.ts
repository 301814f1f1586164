import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { CommandError } from "../../../src/operator/io.ts";
import { type FileWrites, fileWrites } from "../../../src/tools/files/file-writes.ts";
import { FilesBelow, type Replaced } from "../../../src/tools/files/files-below.ts";
import { temporaryDirectory } from "../local/given.ts";

const precious = "do not touch";

/** A directory, and another one with something precious. */
function given() {
  const outside = temporaryDirectory();
  writeFileSync(join(outside, "victim"), precious);
  const directory = temporaryDirectory();
  const untouched = (): void => {
    expect(readdirSync(outside)).toEqual(["victim"]);
    expect(readFileSync(join(outside, "victim"), "utf8")).toBe(precious);
  };
  return { directory, outside, untouched, files: new FilesBelow(directory) };
}

/** What somebody may have put in the place of a file, and how the refusal goes. */
const inTheWay: readonly (readonly [string, (path: string, outside: string) => void, RegExp])[] = [
  ["a link to a file", (path, outside) => symlinkSync(join(outside, "victim"), path), / is a link, .*: remove it/],
  ["a link to nothing", (path, outside) => symlinkSync(join(outside, "new"), path), / is a link, /],
  ["a link to a directory", (path, outside) => symlinkSync(outside, path), / is a link, /],
  ["a link to itself", (path) => symlinkSync(path, path), / is a link, /],
  ["a relative link", (path) => symlinkSync("other", path), / is a link, /],
  ["a link to a device", (path) => symlinkSync("/dev/zero", path), / is a link, /],
  ["a directory", (path) => mkdirSync(path), / is a directory where a file should be: move it/],
  ["a FIFO", (path) => execFileSync("mkfifo", [path]), / is neither a file nor a directory: remove it/],
];

/** What somebody may have put in the place of a directory. */
const inPlaceOfDirectory: typeof inTheWay = [
  ["a link to a directory", (path, outside) => symlinkSync(outside, path), / is a link, /],
  ["a link to nothing", (path, outside) => symlinkSync(join(outside, "new"), path), / is a link, /],
  ["a link to its parent", (path) => symlinkSync("..", path), / is a link, /],
  ["a file", (path) => writeFileSync(path, precious), / is a file where a directory should be: move it/],
  ["a FIFO", (path) => execFileSync("mkfifo", [path]), / is neither a file nor a directory: remove it/],
];

const everyWrite: readonly Replaced[] = ["nothing", "own", { text: precious }];

describe("a file below a directory", () => {
  test.each(inTheWay)("is neither read nor written where there is %s", (_case, put, message) => {
    const { directory, outside, untouched, files } = given();
    put(join(directory, "a.yaml"), outside);
    const before = lstatSync(join(directory, "a.yaml"));
    expect(() => files.read("a.yaml")).toThrow(message);
    for (const replaced of everyWrite) expect(() => files.write("a.yaml", "x", replaced)).toThrow(message);
    expect(files.claim("a.yaml", "x")).toBe(false);
    expect(readdirSync(directory)).toEqual(["a.yaml"]);
    expect(lstatSync(join(directory, "a.yaml")).ino).toBe(before.ino);
    untouched();
  });

  describe.each(["b/a.yaml", "b/c/a.yaml", "c/b/d/a.yaml"])("at %s", (file) => {
    test.each(inPlaceOfDirectory)("is neither read nor written where b is %s", (_case, put, message) => {
      const { directory, outside, untouched, files } = given();
      const place = join(directory, file.slice(0, file.indexOf("b") + 1));
      mkdirSync(dirname(place), { recursive: true });
      put(place, outside);
      expect(() => files.read(file)).toThrow(message);
      for (const replaced of everyWrite) expect(() => files.write(file, "x", replaced)).toThrow(message);
      expect(() => files.claim(file, "x")).toThrow(message);
      expect(() => files.remove(file)).toThrow(message);
      expect(() => files.names(dirname(file))).toThrow(message);
      expect(() => files.makePrivate(dirname(file))).toThrow(message);
      untouched();
    });
  });

  test.each(["../a.yaml", "b/../../a.yaml", "/etc/a.yaml", "b/..", "a\0.yaml"])(
    "is not at %j, which leads out of it",
    (file) => {
      const { directory, files } = given();
      expect(() => files.read(file)).toThrow(CommandError);
      for (const replaced of everyWrite) expect(() => files.write(file, "x", replaced)).toThrow(CommandError);
      expect(readdirSync(directory)).toEqual([]);
    },
  );

  test.each(["-rf", "$(touch PWNED)", "`x`", "a\nb", "'", "::add-mask::x", "..a", "a b", "*", "~"])(
    "may have the name %j",
    (name) => {
      const { directory, files } = given();
      files.write(`b/${name}`, "x", "nothing");
      expect([files.read(`b/${name}`), readdirSync(join(directory, "b"))]).toEqual(["x", [name]]);
    },
  );

  test("is written below a directory that a person has named by a link", () => {
    const { directory, outside } = given();
    symlinkSync(directory, join(outside, "link"));
    new FilesBelow(join(outside, "link")).write("b/a.yaml", "x", "nothing");
    expect(readFileSync(join(directory, "b", "a.yaml"), "utf8")).toBe("x");
  });

  test.runIf(existsSync("/proc/self/fd"))("stays in its directory when a link takes that one's place meanwhile", () => {
    const { directory, outside, untouched } = given();
    const exchange = (): void => {
      renameSync(join(directory, "b"), join(directory, "moved"));
      symlinkSync(outside, join(directory, "b"));
    };
    const files = new FilesBelow(directory, {
      ...fileWrites,
      create: (path, mode) => {
        exchange();
        return fileWrites.create(path, mode);
      },
    });
    mkdirSync(join(directory, "b"));
    files.write("b/a.yaml", "x", "nothing");
    expect(readFileSync(join(directory, "moved", "a.yaml"), "utf8")).toBe("x");
    untouched();
  });
});

describe("what a person wrote", () => {
  test("is not replaced by a new file", () => {
    const { directory, files } = given();
    writeFileSync(join(directory, "a.yaml"), precious);
    expect(() => files.write("a.yaml", "x", "nothing")).toThrow(/a\.yaml is there already: move it$/);
    expect(readFileSync(join(directory, "a.yaml"), "utf8")).toBe(precious);
  });

  test.each(["before", "while"])("%s the new text is written is not lost", (when) => {
    const { directory } = given();
    const edit = (): void => writeFileSync(join(directory, "a.yaml"), precious);
    const files = new FilesBelow(directory, {
      ...fileWrites,
      sync: (descriptor) => {
        if (when === "while") edit();
        fileWrites.sync(descriptor);
      },
    });
    writeFileSync(join(directory, "a.yaml"), "old");
    if (when === "before") edit();
    expect(() => files.write("a.yaml", "x", { text: "old" })).toThrow(
      /^somebody has changed .*a\.yaml just now: run the command again$/,
    );
    expect(readdirSync(directory)).toEqual(["a.yaml"]);
    expect(readFileSync(join(directory, "a.yaml"), "utf8")).toBe(precious);
  });

  test("and has removed is not written again", () => {
    const { directory, files } = given();
    expect(() => files.write("a.yaml", "x", { text: "old" })).toThrow(/^somebody has changed /);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a text", () => {
  test("replaces a file as a whole, so that who reads it has the old or the new one", () => {
    const { directory, files } = given();
    const file = join(directory, "a.yaml");
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    const reader = openSync(file, "r");
    files.write("a.yaml", "new", { text: "old" });
    expect([readFileSync(reader, "utf8"), readFileSync(file, "utf8")]).toEqual(["old", "new"]);
    closeSync(reader);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory)).toEqual(["a.yaml"]);
  });

  test("of the program's own is for its user alone, also where others could read it before", () => {
    const { directory, files } = given();
    mkdirSync(join(directory, "b"), { mode: 0o755 });
    writeFileSync(join(directory, "b", "state"), "old", { mode: 0o644 });
    files.makePrivate("b");
    files.write("b/state", "new", "own");
    const modes = ["b", "b/state"].map((name) => (statSync(join(directory, name)).mode & 0o777).toString(8));
    expect(modes).toEqual(["700", "600"]);
  });

  test("is claimed by one of two", () => {
    const { directory, files } = given();
    expect([files.claim("b/lock", "one"), files.claim("b/lock", "two")]).toEqual([true, false]);
    expect(readFileSync(join(directory, "b", "lock"), "utf8")).toBe("one");
    expect(statSync(join(directory, "b", "lock")).mode & 0o777).toBe(0o600);
  });

  const steps: readonly (keyof FileWrites)[] = ["create", "write", "chmod", "sync", "close", "rename"];
  test.each(steps)("that the file system refuses at %s leaves the old one, and nothing else", (step) => {
    const { directory } = given();
    writeFileSync(join(directory, "a.yaml"), "old");
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      errno: -28,
      syscall: "write",
    });
    const refuse = (): never => {
      throw full;
    };
    // What is refused has been begun.
    const begun = {
      ...fileWrites,
      write: (descriptor: number) => fileWrites.write(descriptor, "n"),
      close: (descriptor: number) => fileWrites.close(descriptor),
    };
    const files = new FilesBelow(directory, {
      ...fileWrites,
      [step]: (...given: never[]) => {
        if (step === "write" || step === "close") begun[step](...(given as unknown as [number]));
        return refuse();
      },
    });
    const write = (): void => files.write("a.yaml", "new", { text: "old" });
    expect(write).toThrow(CommandError);
    expect(write).toThrow(`${join(directory, "a.yaml")} cannot be written: ENOSPC: no space left on device`);
    expect(readdirSync(directory)).toEqual(["a.yaml"]);
    expect(readFileSync(join(directory, "a.yaml"), "utf8")).toBe("old");
    if (step !== "create" && step !== "write" && step !== "close") return;
    expect(() => files.claim("lock", "x")).toThrow(CommandError);
    expect(readdirSync(directory)).toEqual(["a.yaml"]);
  });

  test("in a directory that is read-only is refused with its path", () => {
    const { directory, files } = given();
    mkdirSync(join(directory, "b"), { mode: 0o555 });
    // Root may write anywhere.
    if (process.getuid?.() === 0) return;
    expect(() => files.write("b/a.yaml", "x", "nothing")).toThrow(
      /b\/a\.yaml cannot be written: EACCES: permission denied$/,
    );
  });

  test("of a killed process is removed by who takes its place, and what others have there stays", () => {
    const { directory, files } = given();
    mkdirSync(join(directory, "b"));
    for (const name of [".state.1.tmp", ".state.2.tmp", ".other.1.tmp", "state.1.tmp", "state"])
      writeFileSync(join(directory, "b", name), "");
    files.removeTemporaries("b/state");
    expect(readdirSync(join(directory, "b"))).toEqual([".other.1.tmp", "state", "state.1.tmp"]);
  });

  test("is not removed where a directory has its name", () => {
    const { directory, files } = given();
    mkdirSync(join(directory, "b", ".state.1.tmp"), { recursive: true });
    expect(() => files.removeTemporaries("b/state")).toThrow(/\.state\.1\.tmp cannot be removed: E/);
  });

  test("is missing where its directory is, which reading and removing do not make", () => {
    const directory = join(temporaryDirectory(), "gone");
    const files = new FilesBelow(directory);
    files.remove("b/a");
    expect([files.isThere(), files.read("b/a"), files.names("b")]).toEqual([false, undefined, []]);
    expect(existsSync(directory)).toBe(false);
  });
});
