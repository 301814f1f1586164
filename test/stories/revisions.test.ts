import { describe, expect, it } from "vitest";
import type { JobDefinitionSpec, JobDefinitionStatus } from "../../src/api/v1alpha1/job-definition.ts";
import { nameTag, retainedFromTag } from "../../src/controllers/ownership/ownership.ts";
import { MemoryStore } from "../../src/kube/memory-store.ts";
import { jobDefinition } from "../manifests.ts";
import type { World, WorldOptions } from "../world.ts";
import { aWorld, expectStory } from "./story.ts";

const container = (tag: string): NonNullable<JobDefinitionSpec["containerProperties"]> => ({
  image: `alpine:${tag}`,
  resourceRequirements: [
    { type: "VCPU", value: "1" },
    { type: "MEMORY", value: "1024" },
  ],
});
const image = (tag: string): Partial<JobDefinitionSpec> => ({ containerProperties: container(tag) });
const job = (tag: string, spec: Partial<JobDefinitionSpec> = {}) => jobDefinition("job", { ...image(tag), ...spec });

/** `revision:image` of the ACTIVE revisions, oldest first. */
function active(world: World): readonly string[] {
  return world.aws.truth
    .jobDefinitions()
    .filter(({ status }) => status === "ACTIVE")
    .map(({ revision, containerProperties }) => `${revision}:${containerProperties?.image}`);
}

const registrations = (world: World): number =>
  world.aws.log.filter(({ operation, by }) => operation === "RegisterJobDefinition" && by === "operator").length;
const stalled = (world: World, reason: string) => () =>
  world.condition("JobDefinition", "job", "Stalled")?.reason === reason;

/** Somebody else registers this image under the name, with these tags. */
async function intrude(world: World, tag: string, tags: Record<string, string> = {}): Promise<void> {
  world.note("user", `registers alpine:${tag} by hand`);
  await world.aws.outside.registerJobDefinition({
    jobDefinitionName: "team_job",
    type: "container",
    ...(image(tag) as object),
    tags,
  });
}

async function deregister(world: World, name: string): Promise<void> {
  world.note("user", `deregisters ${name} by hand`);
  await world.aws.outside.deregisterJobDefinition({ jobDefinition: name });
}

async function keeps(world: World, story: string): Promise<void> {
  await world.seconds(5);
  await expectStory(world, `revisions/${story}`);
}

describe("a job definition that is held by dry-run", () => {
  it("names in status.plan the fields that differ, without the values that may be secrets, and then costs nothing", async () => {
    const world = await aWorld();
    const withPassword = (tag: string, value: string) =>
      job(tag, { containerProperties: { ...container(tag), environment: [{ name: "PASSWORD", value }] } });
    world.apply(withPassword("1", "hunter1"));
    await world.untilReady();
    const edited = withPassword("2", "hunter2");
    world.apply({ ...edited, metadata: { ...edited.metadata, annotations: { "awsbatch.dev/dry-run": "true" } } });
    const status = () => world.object("JobDefinition", "job")?.status as JobDefinitionStatus | undefined;
    await world.until("the plan is reported", () => status()?.plan?.action === "Register");
    const why = "a revision never changes: another body is another revision";
    expect(status()?.plan?.changes).toEqual([
      { path: "spec.containerProperties.image", kind: "register", why, from: '"alpine:1"', to: '"alpine:2"' },
      { path: "spec.containerProperties.environment[PASSWORD].value", kind: "register", why },
    ]);
    expect(JSON.stringify([status(), world.log.lines, world.transcript()])).not.toContain("hunter");

    const reads = (): number => world.aws.log.filter(({ operation }) => operation === "DescribeJobDefinitions").length;
    const before = reads();
    await world.seconds(550);
    // One read a minute of the known revisions, as for any definition at rest.
    expect(reads() - before).toBeLessThanOrEqual(10);
    expect(registrations(world)).toBe(1);
  });
});

describe("a job definition", () => {
  it("is registered once, and then left alone", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    const calls = world.aws.log.length;
    await world.seconds(3600);
    expect(active(world)).toEqual(["1:alpine:1"]);
    expect(world.writes()).toHaveLength(1);
    expect(world.aws.log.length - calls).toBeLessThan(200);
    const status = world.object<JobDefinitionStatus>("JobDefinition", "job")?.status;
    expect(status).toMatchObject({
      name: "team_job",
      revision: 1,
      arn: "arn:aws:batch:eu-west-1:123456789012:job-definition/team_job:1",
      unversionedArn: "arn:aws:batch:eu-west-1:123456789012:job-definition/team_job",
      revisions: [{ revision: 1 }],
    });
    await keeps(world, "first-registration");
  });

  it("gets a new revision for another image, and again for the way back", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    world.apply(job("2"));
    await world.untilReady();
    world.apply(job("1"));
    await world.untilReady();
    await world.seconds(120);
    expect(active(world)).toEqual(["1:alpine:1", "2:alpine:2", "3:alpine:1"]);
    await keeps(world, "changed-image-and-rollback");
  });

  it("gets no new revision for a spec that means the same", async () => {
    const world = await aWorld();
    const environment = [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ];
    const container = (containerProperties: JobDefinitionSpec["containerProperties"]) =>
      jobDefinition("job", { containerProperties });
    world.apply(container({ image: "alpine", vcpus: 1, memory: 64, environment }));
    await world.untilReady();
    const empty = { name: "C", value: "" };
    world.apply(
      container({
        image: "alpine",
        vcpus: 1,
        memory: 64,
        environment: [...environment.toReversed(), empty],
        command: [],
      }),
    );
    await world.untilReady();
    await world.seconds(120);
    expect(registrations(world)).toBe(1);
  });

  it("covers somebody else's revision once, and yields to a second one within 10 minutes", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    await world.seconds(60);
    await intrude(world, "evil");
    await world.until("ours lies on top again", () => active(world).length === 3, 120);
    await intrude(world, "evil-2");
    await world.until("it is contested", stalled(world, "RevisionContested"), 120);
    await world.seconds(300);
    expect(active(world)).toEqual(["1:alpine:1", "2:alpine:evil", "3:alpine:1", "4:alpine:evil-2"]);
    await world.until("ours lies on top again after the 10 minutes", () => active(world).length === 5, 600);
    await world.untilReady();
    await keeps(world, "foreign-revision-on-top");
  });

  it("covers a revision that was copied by hand with its tags and another image", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    await intrude(world, "evil", { ...world.aws.truth.jobDefinitions()[0]?.tags });
    await world.until("ours lies on top again", () => active(world).length === 3, 120);
    await world.untilReady();
    expect(active(world)).toEqual(["1:alpine:1", "2:alpine:evil", "3:alpine:1"]);
  });

  it("covers a revision that was copied by hand also when the one that it was copied from is gone", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    await intrude(world, "evil", { ...world.aws.truth.jobDefinitions()[0]?.tags });
    await deregister(world, "team_job:1");
    await world.until("ours lies on top again", () => active(world).length === 2, 120);
    await world.untilReady();
    expect(active(world)).toEqual(["2:alpine:evil", "3:alpine:1"]);
    await deregister(world, "team_job:3");
    await world.until("ours lies on top again", () => active(world).length === 2, 120);
    await world.untilReady();
    expect(active(world)).toEqual(["2:alpine:evil", "4:alpine:1"]);
  });

  it("is registered again when it was deregistered by hand", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    world.apply(job("2"));
    await world.untilReady();
    await deregister(world, "team_job:2");
    await world.until("it is registered again", () => active(world).length === 2, 120);
    await world.untilReady();
    expect(active(world)).toEqual(["1:alpine:1", "3:alpine:2"]);
    await deregister(world, "team_job:1");
    await deregister(world, "team_job:3");
    await world.until("it is registered again", () => active(world).length === 1, 120);
    await world.untilReady();
    expect(active(world)).toEqual(["4:alpine:2"]);
    await keeps(world, "deregistered-by-hand");
  });

  it("keeps as many old revisions as desired, and those that have not been superseded for long", async () => {
    const world = await aWorld();
    const limits = { revisionHistoryLimit: 1, revisionMinAgeSeconds: 600 };
    for (const tag of ["1", "2", "3", "4"]) {
      world.apply(job(tag, limits));
      await world.untilReady();
      await world.seconds(120);
    }
    expect(active(world)).toEqual(["1:alpine:1", "2:alpine:2", "3:alpine:3", "4:alpine:4"]);
    await world.seconds(1200);
    expect(active(world)).toEqual(["3:alpine:3", "4:alpine:4"]);
    await keeps(world, "history");
  });

  it("changes tags in place", async () => {
    const world = await aWorld();
    world.apply(job("1", { tags: { team: "red", stage: "test" } }));
    await world.untilReady();
    world.apply(job("1", { tags: { team: "blue" } }));
    await world.untilReady();
    expect(active(world)).toEqual(["1:alpine:1"]);
    expect(world.aws.truth.jobDefinitions()[0]?.tags).toMatchObject({ team: "blue" });
    expect(world.aws.truth.jobDefinitions()[0]?.tags).not.toHaveProperty("stage");
    world.note("user", "removes the tag team by hand");
    const arn = "arn:aws:batch:eu-west-1:123456789012:job-definition/team_job:1";
    await world.aws.outside.untagResource({ resourceArn: arn, tagKeys: ["team"] });
    await world.until("the tag is back", () => world.aws.truth.jobDefinitions()[0]?.tags?.["team"] === "blue", 120);
    await keeps(world, "tags");
  });

  it("leaves a name that somebody else uses, unless it may be adopted", async () => {
    const world = await aWorld({ flags: { adoptableNames: ["team/team_*"] } });
    await intrude(world, "1", { owner: "terraform" });
    world.apply(job("2"));
    await world.until("it is not adopted", stalled(world, "NotAdopted"), 120);
    world.apply(job("2", { adoptionPolicy: "IfMatching" }));
    await world.until("it says why", () => message(world).includes("spec.containerProperties.image"), 120);
    world.apply(job("1", { adoptionPolicy: "IfMatching", tags: { owner: "terraform" } }));
    await world.untilReady();
    expect(active(world)).toEqual(["1:alpine:1"]);
    expect(world.aws.truth.jobDefinitions()[0]?.tags).toMatchObject({ [nameTag]: "job" });
    await keeps(world, "adoption-if-matching");
  });

  it("registers above somebody else's revision with IfExists, and leaves that one", async () => {
    const world = await aWorld({ flags: { adoptableNames: ["team/team_*"] } });
    await intrude(world, "1", { owner: "terraform" });
    world.apply(job("2", { adoptionPolicy: "IfExists" }));
    await world.untilReady();
    world.delete("JobDefinition", "job");
    await world.untilGone();
    expect(active(world)).toEqual(["1:alpine:1"]);
    expect(world.aws.truth.jobDefinitions()[0]?.tags).toEqual({ owner: "terraform" });
    await keeps(world, "adoption-if-exists");
  });

  it("leaves everything with Retain, and takes it up again without a new revision", async () => {
    const world = await aWorld();
    world.apply(job("1", { deletionPolicy: "Retain" }));
    await world.untilReady();
    world.delete("JobDefinition", "job");
    await world.untilGone();
    expect(world.aws.truth.jobDefinitions()[0]?.tags).toEqual({ [retainedFromTag]: "default/team/job" });
    world.apply(job("1"));
    await world.untilReady();
    expect(active(world)).toEqual(["1:alpine:1"]);
    expect(world.aws.truth.jobDefinitions()[0]?.tags).not.toHaveProperty(retainedFromTag);
    await keeps(world, "retain-and-return");
  });

  it("is deleted with all revisions that are ours", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    world.apply(job("2"));
    await world.untilReady();
    world.delete("JobDefinition", "job");
    await world.untilGone();
    expect(active(world)).toEqual([]);
    await keeps(world, "deletion");
  });

  it("is registered once although AWS's answer is lost", async () => {
    const world = await aWorld();
    world.aws.faults.add({ fault: { kind: "loseResponse" }, on: "RegisterJobDefinition", times: 1 });
    world.apply(job("1"));
    await world.untilReady();
    await world.seconds(120);
    expect(active(world)).toEqual(["1:alpine:1"]);
    expect(registrations(world)).toBe(1);
    await keeps(world, "lost-answer");
  });

  it("belongs to the older of two objects that claim one name", async () => {
    const world = await aWorld();
    const claiming = (name: string, tag: string) => jobDefinition(name, { ...image(tag), jobDefinitionName: "shared" });
    world.apply(claiming("job", "1"));
    await world.untilReady();
    world.apply(claiming("younger", "2"));
    await world.until(
      "the younger one is refused",
      () => world.condition("JobDefinition", "younger", "Stalled")?.reason === "Conflict",
      120,
    );
    world.delete("JobDefinition", "job");
    await world.untilReady(300);
    expect(active(world)).toEqual(["2:alpine:2"]);
    await keeps(world, "two-claimants");
  });
});

describe("an operator that was killed", () => {
  const restarted = async (world: World, options: WorldOptions = {}): Promise<World> => {
    void world.stop();
    await world.clock.advance(0);
    return aWorld({ aws: world.aws, clock: world.clock, store: world.store, ...options });
  };

  it("registers nothing again when it had not yet reported that it registered", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.until("AWS has the revision", () => active(world).length === 1);
    const next = await restarted(world);
    await next.untilReady();
    await next.seconds(120);
    expect(active(next)).toEqual(["1:alpine:1"]);
  });

  it("finds everything at rest and writes nothing", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    await world.seconds(60);
    const before = world.condition("JobDefinition", "job", "Ready");
    const next = await restarted(world);
    await next.seconds(300);
    expect(next.condition("JobDefinition", "job", "Ready")).toEqual(before);
    expect(next.writes()).toHaveLength(1);
  });

  it("in a lost cluster leaves its revisions to the next one, which tags them only with --take-over-cluster-uid", async () => {
    const world = await aWorld();
    world.apply(job("1"));
    await world.untilReady();
    world.apply(job("2"));
    await world.untilReady();
    let uids = 0;
    const store = new MemoryStore({ clock: world.clock, newUid: () => `new-uid-${++uids}`, admit: undefined });
    const refused = await restarted(world, { store, cluster: { name: "default", uid: "cluster-2" } });
    refused.apply(job("2"));
    await refused.until("it is refused", stalled(refused, "OwnedByOtherCluster"), 120);
    await keeps(refused, "lost-cluster-refused");
    const takeOverUid = "cluster-1";
    const next = await restarted(refused, { cluster: { name: "default", uid: "cluster-2", takeOverUid } });
    await next.untilReady();
    await next.seconds(120);
    expect(active(next)).toEqual(["1:alpine:1", "2:alpine:2"]);
    expect(registrations(next)).toBe(2);
    await keeps(next, "lost-cluster-taken-over");
  });
});

function message(world: World): string {
  return world.condition("JobDefinition", "job", "Ready")?.message ?? "";
}
