import { afterEach, describe, expect, it } from "vitest";
import type { JobDefinition } from "../../../src/api/v1alpha1/job-definition.ts";
import { identityOf, ownerTags, registeredAtTag } from "../../../src/controllers/ownership/ownership.ts";
import { jobDefinition } from "../../manifests.ts";
import { clusterOne, Simulation } from "../world.ts";
import { oneRevision } from "./one-revision.ts";

const name = "team_hello";
const open: Simulation[] = [];

afterEach(async () => {
  for (const world of open.splice(0)) await world.stop();
});

/** A world without an operator, in which the test does what one would. */
class World {
  readonly simulation = new Simulation({ seed: 1, oracles: [oneRevision], starts: false });
  readonly #object: JobDefinition;

  constructor() {
    open.push(this.simulation);
    this.simulation.apply(jobDefinition("hello"));
    this.#object = this.simulation.object("JobDefinition", "hello") as JobDefinition;
  }

  get broken(): readonly string[] {
    return this.simulation.violations.map(({ message }) => message);
  }

  async register(by: "operator" | "outside"): Promise<void> {
    const { aws, clock } = this.simulation;
    const { type, containerProperties } = this.#object.spec;
    const body = { jobDefinitionName: name, type, containerProperties } as never;
    const registeredAt = { [registeredAtTag]: new Date(clock.now()).toISOString() };
    const tags = { ...ownerTags(identityOf(this.#object, clusterOne)), ...registeredAt };
    if (by === "outside") await aws.outside.registerJobDefinition({ ...(body as object), tags: {} } as never);
    else await this.#answer(aws.batch.registerJobDefinition({ ...(body as object), tags } as never));
  }

  async deregister(revision: number, by: "operator" | "outside"): Promise<void> {
    const { aws } = this.simulation;
    const given = { jobDefinition: `${name}:${revision}` };
    if (by === "outside") await aws.outside.deregisterJobDefinition(given);
    else await this.#answer(aws.batch.deregisterJobDefinition(given));
  }

  async seconds(count: number): Promise<void> {
    await this.simulation.clock.advance(count * 1000);
  }

  async #answer(call: Promise<unknown>): Promise<void> {
    await Promise.all([call, this.seconds(1)]);
  }
}

describe("a second revision of one body", () => {
  it("breaks the promise", async () => {
    const world = new World();
    await world.register("operator");
    await world.seconds(60);
    await world.register("operator");
    expect(world.broken).toEqual([expect.stringContaining(`${name}:2 is the same body as ${name}:1`)]);
  });

  it("breaks none above a revision of somebody else, nor where that went in the same second", async () => {
    const world = new World();
    await world.register("operator");
    await world.register("outside");
    await world.seconds(60);
    await world.register("operator");
    await world.register("outside");
    await world.seconds(60);
    await world.deregister(4, "outside");
    await world.register("operator");
    expect(world.broken).toEqual([]);
  });

  it("breaks it where that went so long ago that a read has shown it", async () => {
    const world = new World();
    await world.register("operator");
    await world.register("outside");
    await world.seconds(60);
    await world.deregister(2, "outside");
    await world.seconds(20);
    await world.register("operator");
    expect(world.broken).toHaveLength(1);
  });

  it("breaks it where the operator itself has deregistered what was above", async () => {
    const world = new World();
    await world.register("operator");
    await world.register("outside");
    await world.seconds(60);
    await world.deregister(2, "operator");
    await world.register("operator");
    expect(world.broken).toHaveLength(1);
  });

  it("breaks it where an older revision of somebody else has gone", async () => {
    const world = new World();
    await world.register("outside");
    await world.register("operator");
    await world.seconds(60);
    await world.deregister(1, "outside");
    await world.register("operator");
    expect(world.broken).toHaveLength(1);
  });
});
