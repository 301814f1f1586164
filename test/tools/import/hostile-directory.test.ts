import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { runCli } from "../../../src/program.ts";
import { accountWithQueue, containerJob } from "../../simulator/account.ts";
import { temporaryDirectory } from "../local/given.ts";
import { serveRegions } from "../plan/two-regions.ts";
import { withCredentials } from "../plan/whole-command.ts";
import { testIo } from "../streams.ts";
import { stackResources, terraformState } from "./states.ts";

withCredentials();

/** A repository of somebody else, with something precious outside of it, and an account to import. */
async function given() {
  const { aws } = await accountWithQueue();
  await aws.outside.registerJobDefinition(containerJob("d"));
  vi.stubEnv("AWS_ENDPOINT_URL", await serveRegions({ "us-east-1": aws }));
  onTestFinished(() => void vi.unstubAllEnvs());
  const root = temporaryDirectory();
  const [repository, outside] = [join(root, "repository"), join(root, "outside")];
  for (const directory of [repository, outside]) mkdirSync(directory);
  writeFileSync(join(outside, "victim"), '{"specs": {}}');
  const run = async (more: readonly string[] = ["--terraform", "-"], list = terraformState(6)) => {
    const { io, stdout, stderr } = testIo({}, undefined, list);
    const args = ["import", "-n", "team", "-f", repository, "--aws-requests-per-second", "1000", ...more];
    const exitCode = await runCli(args, io);
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  };
  return { repository, outside, run };
}

const written = ["us-east-1/jobqueue-q.yaml", ".aws-batch-import", "terraform/removed.tf", "terraform/import.tf"];

/** Everything below a directory. */
function filesBelow(directory: string): readonly string[] {
  return (readdirSync(directory, { recursive: true }) as string[]).toSorted();
}

describe("an import into the repository of somebody else", () => {
  test.each([...written, "us-east-1", "terraform"])("writes nothing through a link at %s", async (path) => {
    const { repository, outside, run } = await given();
    const isDirectory = !written.includes(path);
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    symlinkSync(isDirectory ? outside : join(outside, "victim"), join(repository, path));
    const before = filesBelow(repository);
    const { exitCode, stderr } = await run();
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${join(repository, path)} is a link, `)]);
    expect(filesBelow(outside)).toEqual(["victim"]);
    expect(readFileSync(join(outside, "victim"), "utf8")).toBe('{"specs": {}}');
    expect(filesBelow(repository)).toEqual(before);
  });

  test.each([...written, "us-east-1", "terraform"])("does not wait for a FIFO at %s", async (path) => {
    const { repository, run } = await given();
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    execFileSync("mkfifo", [join(repository, path)]);
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      / is (neither a file nor a directory: remove it|not a regular file: remove it, or rename it)\n/,
    );
  });

  test.each(["terraform/removed.tf", "terraform/import.tf"])("leaves a person's own %s alone", async (path) => {
    const { repository, run } = await given();
    mkdirSync(join(repository, "terraform"));
    writeFileSync(join(repository, path), "# mine\n");
    for (const more of [[], ["--dry-run"]]) {
      const { exitCode, stderr } = await run(["--terraform", "-", ...more]);
      expect([exitCode, stderr.split("\n").at(-2)]).toEqual([
        1,
        `error: ${join(repository, path)} is there, and is not as an import has written it: move it, or import into another directory`,
      ]);
      expect(filesBelow(repository)).toEqual(["terraform", path]);
      expect(readFileSync(join(repository, path), "utf8")).toBe("# mine\n");
    }
  });

  test("replaces its own files for the other tool, and no longer once a person has changed them", async () => {
    const { repository, run } = await given();
    const file = join(repository, "terraform", "import.tf");
    expect((await run()).exitCode).toBe(0);
    const text = readFileSync(file, "utf8");
    expect((await run(["--terraform", "-", "--names", "q"])).exitCode).toBe(0);
    expect(readFileSync(file, "utf8")).not.toBe(text);
    expect((await run()).exitCode).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(text);
    writeFileSync(file, `${text}# mine\n`);
    expect((await run()).stderr).toContain("import.tf is there, and is not as an import has written it");
    expect(readFileSync(file, "utf8")).toBe(`${text}# mine\n`);
  });

  test("leaves a person's own file for CloudFormation alone", async () => {
    const { repository, run } = await given();
    const file = join(repository, "cloudformation", "s.import.txt");
    const args = ["--cloudformation", "-"];
    expect((await run(args, stackResources())).exitCode).toBe(0);
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, "[]\n");
    expect((await run(args, stackResources())).stderr).toContain("s.import.txt is there, and is not as");
    expect(readFileSync(file, "utf8")).toBe("[]\n");
  });

  test("changes no manifest that is a link to elsewhere", async () => {
    const { repository, outside, run } = await given();
    expect((await run([])).exitCode).toBe(0);
    const file = join(repository, "us-east-1", "jobqueue-q.yaml");
    const text = readFileSync(file, "utf8").replace("priority: 1", "priority: 7");
    const memory = join(repository, ".aws-batch-import");
    writeFileSync(memory, readFileSync(memory, "utf8").replace('"priority": 1', '"priority": 7'));
    writeFileSync(join(outside, "queue.yaml"), text);
    execFileSync("rm", [file]);
    symlinkSync(join(outside, "queue.yaml"), file);
    const { exitCode, stderr } = await run([]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${file} is a link, `)]);
    expect(readFileSync(join(outside, "queue.yaml"), "utf8")).toBe(text);
  });
});
