import { describe, expect, test } from "vitest";
import { ownerTags } from "../../../src/controllers/ownership/ownership.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { createSimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { documentMarkdown } from "../../../src/tools/document/markdown.ts";
import { documentText } from "../../../src/tools/document/text.ts";
import { importDocument } from "../../../src/tools/import/document.ts";
import { isComplete, type Report, reportJson } from "../../../src/tools/import/report.ts";
import { paintFor } from "../../../src/tools/terminal/paint.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { account, accountWithQueue, containerJob, ec2, fargate, queue, trustOf } from "../../simulator/account.ts";
import { isWrite } from "../../transcript.ts";
import { imported, MemoryFolder } from "./given.ts";

const home = "us-east-1";

const plain = { paint: paintFor({ colour: false, unicode: true }), columns: undefined };
const textOf = (report: Report): string => documentText(importDocument(report), plain);
const markdownOf = (report: Report): string => documentMarkdown(importDocument(report));

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
    expect([...folder.files.keys()].toSorted()).toEqual(
      [".aws-batch-import", ...report.imported.map(({ file }) => file)].toSorted(),
    );
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
    expect(report.operatorFlags).toEqual(["--adoptable-names 'team/prod-*'", "--ignore-tag-keys managed-by"]);
    expect(isComplete(report)).toBe(true);
  });

  test("of several regions reports that the operator has to allow them", async () => {
    const { aws, clock } = account();
    const knobs = { latencyMs: 0, stalenessMs: 0 };
    const other = createSimulatedAws({ clock, random: seededRandom(1), region: "eu-west-1", knobs });
    for (const one of [aws, other]) await one.outside.registerJobDefinition(containerJob("d"));
    const regions = { [home]: aws, "eu-west-1": other };
    const report = await imported(regions, { clock, folder: new MemoryFolder() }, { regions: Object.keys(regions) });
    expect(report.operatorFlags).toEqual(["--adoptable-names team/d", "--allowed-regions 'eu-west-1,us-east-1'"]);
    expect(isComplete(report)).toBe(true);
  });

  test("reports the roles that the manifests name, because the chart allows none", async () => {
    const { aws, clock } = account();
    await aws.outside.createComputeEnvironment(ec2("ce"));
    await clock.advance(60_000);
    const report = await imported({ [home]: aws }, { clock, folder: new MemoryFolder() });
    const arn = "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole";
    expect(report.namedRoles).toEqual([arn]);
    const title =
      "he chart and the plain manifests allow no role: there the operator also needs in flags.allowedRoleArns or --allowed-role-arns";
    expect(textOf(report)).toContain(`t${title}:\n  ${arn}\n`);
    expect(markdownOf(report)).toContain(`**T${title}**\n\n- ${arn}\n`);
  });

  test("keeps references to what objects of the directory have adopted, also by a successor", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    const file = "us-east-1/jobqueue-q.yaml";
    const written = folder.files.get(file) ?? "";
    expect(written).toContain("computeEnvironmentRef:\n        name: ce-1\n");
    const cluster = { name: "default", uid: "u" };
    const tags = ownerTags({ cluster, namespace: "team", name: "ce-1", uid: "1" });
    const resourceArn = `arn:aws:batch:${home}:123456789012:compute-environment/ce-1`;
    await aws.outside.tagResource({ resourceArn, tags });
    await clock.advance(60_000);
    const adopted = await imported({ [home]: aws }, { clock, folder });
    expect([changes(adopted), adopted.skipped.map(({ awsName }) => awsName)]).toEqual([
      [`${file} unchanged`],
      ["ce-1"],
    ]);

    await aws.outside.createComputeEnvironment({ ...ec2("ce-1-0a1b2c3d"), tags });
    await clock.advance(60_000);
    const computeEnvironmentOrder = [{ order: 1, computeEnvironment: "ce-1-0a1b2c3d" }];
    await aws.outside.updateJobQueue({ jobQueue: "q", computeEnvironmentOrder });
    await clock.advance(60_000);
    const replaced = await imported({ [home]: aws }, { clock, folder });
    expect([changes(replaced), folder.files.get(file)]).toEqual([[`${file} unchanged`], written]);
  });

  test("of fewer names into the same directory keeps references to the others", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    const report = await imported({ [home]: aws }, { clock, folder }, { names: ["q"] });
    expect(changes(report)).toEqual(["us-east-1/jobqueue-q.yaml unchanged"]);
  });

  test("after a deletion in AWS names the files that would create it again, and plans them", async () => {
    const { aws, clock } = await accountWithQueue();
    await aws.outside.registerJobDefinition(containerJob("d"));
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    const [file, written] = ["us-east-1/jobdefinition-d.yaml", new Map(folder.files)];
    await aws.outside.deregisterJobDefinition({ jobDefinition: "d:1" });
    await clock.advance(60_000);
    const report = await imported({ [home]: aws }, { clock, folder });
    expect(report.gone).toEqual([
      { kind: "JobDefinition", region: home, awsName: "d", name: "d", file, isAlone: true },
    ]);
    const title = "escribes what AWS no longer has: applied, it is created";
    const line = `${file}: JobDefinition d in us-east-1: remove the file, unless you want it again`;
    expect(textOf(report)).toContain(`d${title}:\n  ${line}\n`);
    expect(markdownOf(report)).toContain(`**D${title}**\n\n- ${line}\n`);
    expect(JSON.parse(reportJson(report))).toMatchObject({ complete: false, gone: report.gone });
    expect(report.plan?.entries.map(({ name, action }) => `${name} ${action}`)).toEqual([
      "ce-1 adopt",
      "q adopt",
      "d create",
    ]);
    expect([folder.files, isComplete(report)]).toEqual([written, false]);

    folder.files.set(
      "all.yaml",
      [...folder.files]
        .filter(([name]) => name.endsWith(".yaml"))
        .map(([, text]) => text)
        .join("---\n"),
    );
    for (const name of written.keys()) if (name.endsWith(".yaml")) folder.files.delete(name);
    const inOneFile = await imported({ [home]: aws }, { clock, folder });
    expect(textOf(inOneFile)).toContain(
      "  all.yaml: JobDefinition d in us-east-1: remove JobDefinition d from the file, unless you want it again\n",
    );
  });

  test("plans what a person has added to the directory, and does not call it gone", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    const added = (folder.files.get("us-east-1/jobqueue-q.yaml") ?? "").replaceAll(/: q$/gm, ": q2");
    folder.files.set("mine.yaml", added);
    folder.files.set("other.yaml", added.replaceAll("q2", "q3").replaceAll(home, "eu-west-1"));
    const report = await imported({ [home]: aws }, { clock, folder });
    expect([report.gone, report.plan?.entries.map(({ name, action }) => `${name} ${action}`)]).toEqual([
      [],
      ["ce-1 adopt", "q adopt", "q2 create"],
    ]);
  });

  test("proposes to let the namespace adopt what it imports, and no less than what it has adopted already", async () => {
    const { aws, clock } = await accountWithQueue();
    await aws.outside.registerJobDefinition(containerJob("team_d"));
    await aws.outside.registerJobDefinition(containerJob("legacy_d"));
    const folder = new MemoryFolder();
    const flags = async (): Promise<string | undefined> => {
      await clock.advance(60_000);
      return (await imported({ [home]: aws }, { clock, folder })).operatorFlags[0];
    };
    expect(await flags()).toBe("--adoptable-names 'team/ce-1,team/legacy_d,team/q,team/team_d'");
    for (const name of ["team_d", "legacy_d"]) {
      const cluster = { name: "default", uid: "u" };
      const tags = ownerTags({
        cluster,
        namespace: "team",
        name: name.replace("team_", "").replace("_", "-"),
        uid: "1",
      });
      await aws.outside.tagResource({
        resourceArn: `arn:aws:batch:${home}:123456789012:job-definition/${name}:1`,
        tags,
      });
    }
    expect(await flags()).toBe("--adoptable-names 'team/ce-1,team/legacy_d,team/q'");
  });

  test("with the cluster's name in all names, writes each name that is not the default, and proposes what needs permission", async () => {
    const { aws, clock } = account();
    for (const name of ["team_d", "default_team_e", "default_f"])
      await aws.outside.registerJobDefinition(containerJob(name));
    const folder = new MemoryFolder();
    const withCluster = { flags: { namesWithCluster: true } };
    const report = await imported({ [home]: aws }, { clock, folder }, withCluster);
    expect(report.imported.map(({ name }) => name).toSorted()).toEqual(["d", "default-f", "e"]);
    const written = (name: string) => folder.files.get(`us-east-1/jobdefinition-${name}.yaml`);
    expect(written("d")).toContain("jobDefinitionName: team_d\n");
    expect(written("default-f")).toContain("jobDefinitionName: default_f\n");
    expect(written("e")).not.toContain("jobDefinitionName");
    expect(isComplete(report)).toBe(true);
    for (const [awsName, name] of [
      ["team_d", "d"],
      ["default_team_e", "e"],
    ] as const) {
      const cluster = { name: "default", uid: "u" };
      const resourceArn = `arn:aws:batch:${home}:123456789012:job-definition/${awsName}:1`;
      await aws.outside.tagResource({ resourceArn, tags: ownerTags({ cluster, namespace: "team", name, uid: "1" }) });
    }
    await clock.advance(60_000);
    const again = await imported({ [home]: aws }, { clock, folder }, withCluster);
    expect(again.operatorFlags[0]).toBe("--adoptable-names 'team/default_f,team/team_d'");
  });

  test("does not replace a file of another object", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder({ "us-east-1/jobqueue-q.yaml": "# mine\n" });
    await expect(imported({ [home]: aws }, { clock, folder })).rejects.toThrow(
      "us-east-1/jobqueue-q.yaml is there, and is not of JobQueue q: move it, or import into another directory",
    );
    expect(folder.files.size).toBe(1);
  });

  test("into the same directory changes only what has changed in AWS, and keeps what a person wrote", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    const [file, moved] = ["us-east-1/jobqueue-q.yaml", "queues.yaml"];
    const written = folder.files.get(file) ?? "";
    const mine = written.replace(
      "  priority: 1\n",
      "  # as agreed with Ann\n  priority: 1 # low\n  drain: {policy: Wait}\n",
    );
    folder.files.delete(file);
    folder.files.set(moved, mine);
    const environment = folder.files.get("us-east-1/batchcomputeenvironment-ce-1.yaml");

    const same = await imported({ [home]: aws }, { clock, folder });
    expect(changes(same)).toEqual(["us-east-1/batchcomputeenvironment-ce-1.yaml unchanged", `${moved} unchanged`]);
    expect(folder.files.get(moved)).toBe(mine);

    await aws.outside.updateJobQueue({ jobQueue: "q", priority: 9 });
    await clock.advance(10_000);
    const dry = await imported({ [home]: aws }, { clock, folder }, { dryRun: true });
    expect([changes(dry)[1], folder.files.get(moved)]).toEqual([`${moved} updated`, mine]);
    const report = await imported({ [home]: aws }, { clock, folder });
    expect(report.imported[1]).toMatchObject({ file: moved, change: "updated", fields: ["spec.priority"], kept: [] });
    expect(folder.files.get(moved)).toBe(mine.replace("priority: 1 # low", "priority: 9 # low"));
    expect(folder.files.get("us-east-1/batchcomputeenvironment-ce-1.yaml")).toBe(environment);
    expect(isComplete(report)).toBe(true);

    folder.files.set(moved, (folder.files.get(moved) ?? "").replace("priority: 9", "priority: 5"));
    await aws.outside.updateJobQueue({ jobQueue: "q", priority: 7 });
    await clock.advance(10_000);
    const conflict = await imported({ [home]: aws }, { clock, folder });
    expect(conflict.imported[1]).toMatchObject({ change: "unchanged", kept: ["spec.priority"] });
    expect(isComplete(conflict)).toBe(false);
  });

  test("into a directory whose manifest is JSON by now is refused with the file", async () => {
    const { aws, clock } = await accountWithQueue();
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    const file = "us-east-1/jobqueue-q.yaml";
    folder.files.set(file, JSON.stringify(documentsOf(file, folder.files.get(file) ?? "").documents[0]?.value));
    await aws.outside.updateJobQueue({ jobQueue: "q", priority: 7 });
    await clock.advance(60_000);
    await expect(imported({ [home]: aws }, { clock, folder })).rejects.toThrow(
      `${file} is JSON, or has JobQueue q in braces: write it as YAML of one line per field`,
    );
  });

  test("leaves a manifest as it is that no import has written", async () => {
    const { aws, clock } = account();
    await aws.outside.registerJobDefinition(containerJob("d"));
    const spec =
      "{jobDefinitionName: d, region: us-east-1, type: container, adoptionPolicy: IfMatching, containerProperties: {image: mine}}";
    const text = `apiVersion: awsbatch.dev/v1alpha1\nkind: JobDefinition\nmetadata: {name: own, namespace: team}\nspec: ${spec}\n`;
    const folder = new MemoryFolder({ "mine.yaml": text });
    const report = await imported({ [home]: aws }, { clock, folder });
    expect(report.imported).toMatchObject([{ name: "own", file: "mine.yaml", change: "unchanged" }]);
    expect(folder.files.get("mine.yaml")).toBe(text);
  });

  test("does not write a value again that a person has moved to a secret", async () => {
    const { aws, clock } = account();
    const { containerProperties } = containerJob("d");
    const register = async (image: string): Promise<void> => {
      const environment = [{ name: "TOKEN", value: "abcdef" }];
      const body = { ...containerProperties, image, environment };
      await aws.outside.registerJobDefinition(containerJob("d", { containerProperties: body }));
    };
    await register("a");
    const folder = new MemoryFolder();
    await imported({ [home]: aws }, { clock, folder });
    const file = "us-east-1/jobdefinition-d.yaml";
    const moved = (folder.files.get(file) ?? "").replace(
      / {4}environment:\n.*\n.*\n.*value: TODO\n/,
      "    secrets: []\n",
    );
    folder.files.set(file, moved);
    await register("b");
    const report = await imported({ [home]: aws }, { clock, folder });
    expect(folder.files.get(file)).toBe(moved.replace("image: a", "image: b"));
    expect(report.secrets).toEqual([]);
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

  test("with roles of the operator's own writes no placeholder to AWS", async () => {
    const { aws, clock } = account();
    await aws.outside.iam.createRole({
      RoleName: "crunch",
      AssumeRolePolicyDocument: trustOf("ecs-tasks.amazonaws.com"),
    });
    const { containerProperties } = containerJob("d");
    const environment = [{ name: "TOKEN", value: "abcdef" }];
    const jobRoleArn = "arn:aws:iam::123456789012:role/crunch";
    const properties = { containerProperties: { ...containerProperties, environment, jobRoleArn } };
    await aws.outside.registerJobDefinition(containerJob("d", properties));
    await clock.advance(60_000);
    const report = await imported({ [home]: aws }, { clock, folder: new MemoryFolder() }, { roles: "manage" });
    expect(report.roles.kept.map(({ why }) => why)).toEqual(["a value of its manifest is still TODO"]);
    expect(report.plan?.entries[0]?.blocked).toMatch(/^NotAdopted: /);
  });

  test("says how many values it has written, and keeps one in the files that --keep-value names", async () => {
    const { aws, clock } = account();
    const { containerProperties } = containerJob("d");
    const environment = [
      { name: "SECRET_SAUCE", value: "ketchup-and-mayonnaise" },
      { name: "STAGE", value: "production-of-sauces" },
      { name: "DB_PASS", value: "letmein1" },
    ];
    const command = ["run", "--password", "hunter2"];
    const properties = { containerProperties: { ...containerProperties, environment, command } };
    await aws.outside.registerJobDefinition(containerJob("d", properties));
    const folder = new MemoryFolder();
    const report = await imported({ [home]: aws }, { clock, folder });
    expect(report.secrets).toHaveLength(3);
    expect(report.values).toEqual({ values: 6, written: 3 });
    expect(textOf(report)).toContain(
      "\n3 of 6 values of environments, commands, parameters and options are in the manifests: check them before you commit",
    );
    expect(markdownOf(report)).toContain("3 of 6 values");
    const again = await imported({ [home]: aws }, { clock, folder }, { keptValues: ["SECRET_SAUCE"] });
    expect(again.secrets).toHaveLength(2);
    const texts = [...folder.files.values()].join("\n");
    expect(texts).toContain("ketchup-and-mayonnaise");
    expect(texts).not.toMatch(/letmein1|hunter2/);
    expect(folder.files.get(".aws-batch-import")).not.toMatch(/ketchup|production|TODO/);
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
    expect(report.plan?.entries[0]?.notes).toEqual([
      "us-east-1/jobdefinition-d.yaml:16: spec.containerProperties.environment[0].value is TODO, in place of what import takes for a secret. Keep it in AWS Secrets Manager or SSM Parameter Store, add {name: TOKEN, valueFrom: its ARN} under secrets, and remove this entry; with adoptionPolicy: IfExists the operator then registers a revision",
    ]);
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
});
