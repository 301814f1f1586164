import { describe, expect, test } from "vitest";
import { isComplete, type Report } from "../../../src/cli/import/report.ts";
import { account, accountWithQueue, containerJob, fargate, queue } from "../../simulator/account.ts";
import { isWrite } from "../../transcript.ts";
import { imported, MemoryFolder } from "./given.ts";

const home = "us-east-1";

function changes({ imported: all }: Report): readonly string[] {
  return all.map(({ file, change }) => `${file} ${change}`);
}

describe("an import", () => {
  test("writes the files, and plan finds nothing but adoptions", async () => {
    const { aws, clock } = await accountWithQueue();
    await aws.outside.registerJobDefinition(containerJob("d"));
    const folder = new MemoryFolder();
    const report = await imported({ [home]: aws }, { clock, folder });
    expect(changes(report)).toEqual([
      "us-east-1/batchcomputeenvironment-ce-1.yaml new",
      "us-east-1/jobqueue-q.yaml new",
      "us-east-1/jobdefinition-d.yaml new",
    ]);
    expect([...folder.files.keys()].toSorted()).toEqual(report.imported.map(({ file }) => file).toSorted());
    expect(report.plan?.entries.map(({ name, title }) => `${name} ${title}`)).toEqual([
      "ce-1 adopts ce-1: these tags, nothing else",
      "q adopts q: these tags, nothing else",
      "d adopts d:1: these tags, nothing else",
    ]);
    expect(isComplete(report)).toBe(true);
    const again = await imported({ [home]: aws }, { clock, folder });
    expect(new Set(again.imported.map(({ change }) => change))).toEqual(new Set(["unchanged"]));
    expect(aws.log.filter((call) => call.by === "operator" && isWrite(call))).toEqual([]);
  });

  test("writes nothing in a dry run, and plans all the same", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder();
    const report = await imported({ [home]: aws }, { clock, folder }, { dryRun: true });
    expect(folder.files.size).toBe(0);
    expect(report.plan?.entries).toHaveLength(2);
  });

  test("reports which flags the operator needs, and plans with them", async () => {
    const { aws, clock } = account();
    await aws.outside.registerJobDefinition(containerJob("prod-a", { tags: { "managed-by": "terraform", cost: "1" } }));
    await aws.outside.registerJobDefinition(containerJob("other"));
    const options = { names: ["prod-*", "none-*"] };
    const report = await imported({ [home]: aws }, { clock, folder: new MemoryFolder() }, options);
    expect(report.operatorFlags).toEqual(["--adoptable-names 'team/prod-*'", "--ignore-tag-keys 'managed-by'"]);
    expect(isComplete(report)).toBe(true);
  });

  test("leaves a file alone that says something else", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder({ "us-east-1/jobqueue-q.yaml": "# mine\n" });
    await expect(imported({ [home]: aws }, { clock, folder })).rejects.toThrow(
      "us-east-1/jobqueue-q.yaml exists and differs from what AWS has: import into another directory",
    );
    expect(folder.files.size).toBe(1);
  });

  test("keeps the names of objects that the directory has already, and reports what is invalid in it", async () => {
    const { aws, clock } = account();
    await aws.outside.registerJobDefinition(containerJob("Job_A"));
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    await aws.outside.registerJobDefinition(containerJob("job-a"));
    const report = await imported({ [home]: aws }, { clock, folder });
    expect(report.imported.map(({ awsName, name }) => `${awsName} ${name}`)).toEqual([
      "Job_A job-a",
      "job-a job-a-us-east-1",
    ]);
    folder.files.set("broken.yaml", "apiVersion: awsbatch.dev/v1alpha1\nkind: JobQueue\n");
    const broken = await imported({ [home]: aws }, { clock, folder });
    expect(broken.problems.map(({ file }) => file)).toContain("broken.yaml");
    expect([broken.plan, isComplete(broken)]).toEqual([undefined, false]);
  });

  test("is not complete while a value is hidden: plan says what differs", async () => {
    const { aws, clock } = account();
    const { containerProperties } = containerJob("d");
    const environment = [{ name: "TOKEN", value: "abcdef" }];
    const properties = { containerProperties: { ...containerProperties, environment } };
    await aws.outside.registerJobDefinition(containerJob("d", properties));
    const report = await imported({ [home]: aws }, { clock, folder: new MemoryFolder() });
    expect(report.secrets).toEqual([
      { file: "us-east-1/jobdefinition-d.yaml", line: 16, field: "spec.containerProperties.environment[0].value" },
    ]);
    expect(report.plan?.entries[0]?.blocked).toMatch(/^NotAdopted: .*environment\[TOKEN\]/);
    expect(isComplete(report)).toBe(false);
  });
});

test("12 environments, 30 queues and 200 definitions cost few calls, and plan finds 242 adoptions", async () => {
  const { aws, clock } = account();
  for (let at = 0; at < 12; at++) await aws.outside.createComputeEnvironment(fargate(`ce-${at}`));
  await clock.advance(60_000);
  for (let at = 0; at < 30; at++) await aws.outside.createJobQueue(queue(`q-${at}`, `ce-${at % 12}`));
  for (let at = 0; at < 200; at++) await aws.outside.registerJobDefinition(containerJob(`d-${at}`));
  await clock.advance(60_000);
  const before = aws.log.length;
  const report = await imported({ [home]: aws }, { clock, folder: new MemoryFolder() });
  expect(report.plan?.entries.filter(({ title }) => title.endsWith("these tags, nothing else"))).toHaveLength(242);
  expect(isComplete(report)).toBe(true);
  expect(aws.log.length - before).toBeLessThanOrEqual(15 + 2);
}, 120_000);
