import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/program.ts";
import { type FileWrites, fileWrites } from "../../../src/tools/files/file-writes.ts";
import { directorySource } from "../../../src/tools/local/directory.ts";
import { isInUse, isLocked, lockState } from "../../../src/tools/local/lock.ts";
import { readState, stateFile, writeState } from "../../../src/tools/local/state.ts";
import { testIo } from "../streams.ts";
import { quickstart, temporaryDirectory } from "./given.ts";

const state = { clusterUid: "uid", savedAt: 5, store: { resourceVersion: 3, objects: [] } };

describe("the state of a directory", () => {
  test("is what was written last, and no other file is left", () => {
    const directory = temporaryDirectory();
    const file = stateFile(directory, "team", false);
    expect(readState(file)).toBeUndefined();
    writeState(file, state);
    writeState(file, { ...state, savedAt: 6 });
    expect(readState(file)).toMatchObject({ clusterUid: "uid", savedAt: 6 });
    expect(readdirSync(join(directory, ".aws-batch-operator"))).toEqual([".gitignore", "aws.team.state"]);
  });

  test("can be read by its user alone, because it contains what the manifests contain, and git ignores it", () => {
    const directory = temporaryDirectory();
    const file = stateFile(directory, "team", false);
    // As an earlier version created it.
    mkdirSync(dirname(file), { mode: 0o755 });
    lockState(file);
    writeState(file, state);
    expect([dirname(file), file, `${file}.lock`].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
      "700",
      "600",
      "600",
    ]);
    expect(readFileSync(join(dirname(file), ".gitignore"), "utf8")).toBe("*\n");
  });

  test("leaves no temporary file of a killed process once the lock is taken again", () => {
    const file = stateFile(temporaryDirectory(), "team", false);
    const { files } = killedAt(firstSteps.indexOf("sync"));
    expect(() => writeState(file, state, files)).toThrow("killed");
    expect(readdirSync(dirname(file)).filter((name) => name.endsWith(".tmp"))).toHaveLength(1);
    lockState(file);
    expect(readdirSync(dirname(file))).toEqual([".gitignore", "aws.team.state.lock"]);
  });

  /** The directory, the file for git, the temporary file, and its name. */
  const firstSteps = ["chmod", "create", "write", "close", "create", "write", "sync", "close", "rename", "sync"];
  /** The file for git is there, and the new state gets the old one's permissions. */
  const steps = ["chmod", "create", "create", "write", "chmod", "sync", "close", "rename", "sync"];

  /** The real file system, until the process is killed before the n-th step, or in the middle of it when that writes. */
  function killedAt(fatal: number) {
    const done: string[] = [];
    const step = <Result>(name: string, act: () => Result): Result => {
      if (done.length >= fatal) throw new Error("killed");
      done.push(name);
      return act();
    };
    const files: FileWrites = {
      create: (path, mode) => step("create", () => fileWrites.create(path, mode)),
      write: (descriptor, text) => {
        if (done.length === fatal) fileWrites.write(descriptor, text.slice(0, text.length / 2));
        step("write", () => fileWrites.write(descriptor, text));
      },
      chmod: (descriptor, mode) => step("chmod", () => fileWrites.chmod(descriptor, mode)),
      sync: (descriptor) => step("sync", () => fileWrites.sync(descriptor)),
      close: (descriptor) => step("close", () => fileWrites.close(descriptor)),
      rename: (from, to) => step("rename", () => fileWrites.rename(from, to)),
      remove: (path) => step("remove", () => fileWrites.remove(path)),
    };
    return { files, done };
  }

  test.each(steps.map((step, at) => [step, at] as const))(
    "is the old one or the new one as a whole when the process is killed at %s (step %i)",
    (_step, at) => {
      const file = stateFile(temporaryDirectory(), "team", false);
      writeState(file, state);
      const { files } = killedAt(at);
      expect(() => writeState(file, { ...state, savedAt: 6 }, files)).toThrow("killed");
      const renamed = at > steps.indexOf("rename");
      expect(readState(file)).toEqual({ version: 1, ...state, savedAt: renamed ? 6 : 5 });
      writeState(file, { ...state, savedAt: 7 });
      expect(readState(file)).toMatchObject({ savedAt: 7 });
    },
  );

  test("on a full disk is the old one, and the operator says why it stops", () => {
    const file = stateFile(temporaryDirectory(), "team", false);
    writeState(file, state);
    const full = Object.assign(new Error("no space"), { code: "ENOSPC", errno: -28, syscall: "write" });
    const files: FileWrites = {
      ...fileWrites,
      write: () => {
        throw full;
      },
    };
    expect(() => writeState(file, { ...state, savedAt: 6 }, files)).toThrow(
      `${file} cannot be written: ENOSPC: no space left on device. The operator stops, `,
    );
    expect(readState(file)).toMatchObject({ savedAt: 5 });
    expect(readdirSync(dirname(file))).toEqual([".gitignore", "aws.team.state"]);
  });

  test("of a real AWS is on the disk before it takes the old one's place, and then its name is", () => {
    const { files, done } = killedAt(Number.POSITIVE_INFINITY);
    writeState(stateFile(temporaryDirectory(), "team", false), state, files);
    expect(done).toEqual(firstSteps);
  });

  test("of a simulation does not wait for the disk", () => {
    const { files, done } = killedAt(Number.POSITIVE_INFINITY);
    writeState(stateFile(temporaryDirectory(), "team", true), { ...state, aws: {} }, files);
    expect(done).not.toContain("sync");
  });

  test("of a simulation and of each cluster name lies in a file of its own", () => {
    const files = [stateFile("d", "a", true), stateFile("d", "a", false), stateFile("d", "b", false)];
    expect(new Set(files).size).toBe(3);
  });

  const reported = {
    apiVersion: "v",
    kind: "JobQueue",
    metadata: { name: "x", namespace: "y", uid: "u", resourceVersion: "1", generation: 1, creationTimestamp: "t" },
    spec: {},
    status: { arn: "secret" },
  };
  const store = { resourceVersion: 1, objects: [{ object: reported, applied: { labels: [], annotations: [] } }] };

  test("omits status, which is read again", () => {
    const file = stateFile(temporaryDirectory(), "team", false);
    writeState(file, { ...state, store });
    expect(readFileSync(file, "utf8")).not.toContain("secret");
  });

  test("of a simulation has the status for other commands, and no start gets it", () => {
    const file = stateFile(temporaryDirectory(), "team", true);
    writeState(file, { ...state, store, aws: {} });
    const { status, store: restored } = readState(file) ?? {};
    expect(status).toEqual({ u: { arn: "secret" } });
    expect(restored?.objects.map(({ object }) => object.status)).toEqual([undefined]);
  });

  test.each([
    ["{", /cannot be read \(.*\)\. It lists what was created in AWS: restore an older copy/],
    ['{"version":99}', /has version 99, not 1/],
    ["null", /contains no state/],
    ['{"version":1}', /is not whole/],
    ['{"version":1,"clusterUid":"uid","savedAt":5,"store":{"resourceVersion":3}}', /is not whole/],
  ])("that is %j is refused instead of overwritten", (text, expected) => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, ".aws-batch-operator"));
    const file = stateFile(directory, "team", false);
    writeFileSync(file, text);
    expect(() => readState(file)).toThrow(expected);
  });
});

describe("the state of a directory from a stranger", () => {
  const precious = "do not touch";

  /** A clone of a repository with a link, and a file outside of it. */
  function givenLink(link: string, target: "file" | "directory") {
    const outside = temporaryDirectory();
    const victim = join(outside, "victim");
    writeFileSync(victim, precious);
    const directory = temporaryDirectory();
    mkdirSync(dirname(join(directory, link)), { recursive: true });
    symlinkSync(target === "file" ? victim : outside, join(directory, link));
    return { outside, victim, file: stateFile(directory, "local", true) };
  }

  test("is not written through a link that has the name of its temporary file", () => {
    const { victim, file } = givenLink(".aws-batch-operator/simulated.local.state.tmp", "file");
    lockState(file);
    writeState(file, { ...state, aws: {} });
    expect(readFileSync(victim, "utf8")).toBe(precious);
    expect(readState(file)).toMatchObject({ clusterUid: "uid" });
  });

  test.each(["", "/.gitignore"])("writes nothing through a link at .aws-batch-operator%s", (path) => {
    const { outside, victim, file } = givenLink(`.aws-batch-operator${path}`, path === "" ? "directory" : "file");
    if (path === "") {
      const refused = /\.aws-batch-operator is a link, .*: remove it/;
      expect(() => lockState(file)).toThrow(refused);
      expect(() => writeState(file, state)).toThrow(refused);
      expect(() => readState(file)).toThrow(refused);
    } else writeState(file, state);
    expect(readdirSync(outside)).toEqual(["victim"]);
    expect(readFileSync(victim, "utf8")).toBe(precious);
  });

  test("is not read through a link", () => {
    const { file } = givenLink(".aws-batch-operator/simulated.local.state", "file");
    expect(() => readState(file)).toThrow(/simulated\.local\.state is a link/);
  });
});

describe("a FIFO, for which a process would wait for ever,", () => {
  const command = async (directory: string, ...more: readonly string[]) => {
    const { io, stderr } = testIo();
    const exitCode = await runCli(["local", "-f", directory, "--simulate", "--until", "ready", ...more], io);
    return { exitCode, stderr: stderr.text };
  };

  test.each([
    ".aws-batch-operator",
    ".aws-batch-operator/simulated.local.state",
    ".aws-batch-operator/simulated.local.state.lock",
    "simulated-aws.conf",
  ])("is refused at %s", async (path) => {
    const directory = temporaryDirectory();
    for (const [file, text] of Object.entries(quickstart)) writeFileSync(join(directory, file), text);
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    execFileSync("mkfifo", [join(directory, path)]);
    const { exitCode, stderr } = await command(directory);
    expect([exitCode, stderr]).toEqual([
      1,
      `error: ${join(directory, path)} is neither a file nor a directory: remove it\n`,
    ]);
  });

  test("is not taken for a manifest either", async () => {
    const directory = temporaryDirectory();
    execFileSync("mkfifo", [join(directory, "a.yaml")]);
    expect((await command(directory)).stderr).toContain("a.yaml: is not a regular file: remove it, or rename it");
  });
});

describe("the lock of the state", () => {
  const startedAt = (pid: number | "self"): string | undefined =>
    readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19];
  const ownLock = `${process.pid} ${startedAt("self")}`;
  const given = (): { state: string; lock: string } => {
    const state = stateFile(temporaryDirectory(), "team", false);
    return { state, lock: `${state}.lock` };
  };

  test("keeps a second process out", () => {
    const { state, lock } = given();
    lockState(state);
    // As another living process would have written it.
    writeFileSync(lock, `${process.ppid} ${startedAt(process.ppid)}`);
    expect(() => lockState(state)).toThrow(`process ${process.ppid} already uses this directory`);
  });

  test("shows whether a process uses the state, or any state of the directory", () => {
    const { state, lock } = given();
    const seen = () => [isLocked(state), isInUse(dirname(state))];
    expect(seen()).toEqual([false, false]);
    const release = lockState(state);
    expect(seen()).toEqual([true, true]);
    release();
    expect(seen()).toEqual([false, false]);
    writeFileSync(lock, "2147483646 1");
    expect(seen()).toEqual([false, false]);
  });

  test.each([
    ["of a process that is gone", "2147483646 1"],
    ["whose process number is another's by now", `${process.ppid} 1`],
    ["of an earlier process with our own number, as in a container", ownLock],
    ["that was cut short", ""],
  ])("%s is taken over", (_case, text) => {
    const { state, lock } = given();
    lockState(state)();
    writeFileSync(lock, text);
    lockState(state);
    expect(readFileSync(lock, "utf8")).toMatch(new RegExp(`^${process.pid} `));
  });

  test("can be taken again once it is free", () => {
    const { state, lock } = given();
    lockState(state)();
    expect(existsSync(lock)).toBe(false);
    lockState(state);
  });

  test("says where it cannot write", () => {
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, "");
    expect(() => lockState(join(file, "state.json"))).toThrow(/file is a file where a directory should be: move it$/);
  });
});

describe("the fingerprint of a directory", () => {
  test("changes with manifests, and not with hidden and other files", async () => {
    const directory = temporaryDirectory();
    const source = directorySource(directory);
    mkdirSync(join(directory, "sub"));
    const empty = await source.fingerprint();
    writeFileSync(join(directory, "notes.txt"), "x");
    lockState(stateFile(directory, "team", false));
    expect(await source.fingerprint()).toBe(empty);
    writeFileSync(join(directory, "sub", "a.yaml"), "a: 1");
    const one = await source.fingerprint();
    expect(one).not.toBe(empty);
    writeFileSync(join(directory, "sub", "a.yaml"), "a: 12");
    expect(await source.fingerprint()).not.toBe(one);
  });

  test("distinguishes a missing directory from one that is empty", async () => {
    const directory = temporaryDirectory();
    const gone = directorySource(join(directory, "gone"));
    expect(await gone.fingerprint()).toContain("ENOENT");
    expect((await gone.read(new AbortController().signal)).problems).toEqual([
      expect.objectContaining({ message: "there is no such file or directory" }),
    ]);
  });
});
