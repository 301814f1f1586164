import type {
  DescribeJobDefinitionsRequest,
  DescribeJobDefinitionsResponse,
  RegisterJobDefinitionRequest,
  RegisterJobDefinitionResponse,
} from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../aws/batch.ts";
import { describedBody } from "./job-definition-form.ts";
import { checkRegistration } from "./job-definition-rules.ts";
import { pageOf, RecordTable } from "./records.ts";
import { doesNotExist, invalid } from "./refusals.ts";
import type { Tagged } from "./tags.ts";
import type { World } from "./world.ts";

/** Time after which an INACTIVE revision is deleted. */
const inactiveMs = 180 * 24 * 3_600_000;

/** Job definitions. Revision numbers of a name only increase, also after all revisions are deleted. */
export class JobDefinitions {
  readonly #world: World;
  readonly #records: RecordTable<DefinitionRevision>;
  readonly #lastRevision = new Map<string, number>();
  /** Monotonic time of deregistration, by ARN. */
  readonly #inactiveSince = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.#records = new RecordTable(world.clock);
  }

  register(request: RegisterJobDefinitionRequest): RegisterJobDefinitionResponse {
    checkRegistration(request);
    const name = request.jobDefinitionName ?? "";
    const revision = (this.#lastRevision.get(name) ?? 0) + 1;
    this.#lastRevision.set(name, revision);
    const jobDefinitionArn = this.#world.arn("batch", `job-definition/${name}:${revision}`);
    this.#put({ ...describedBody(request), jobDefinitionName: name, jobDefinitionArn, revision });
    return { jobDefinitionName: name, jobDefinitionArn, revision };
  }

  deregister(reference: string): void {
    const stored = this.#records.get(this.#arnOf(reference));
    // Whether AWS answers a missing revision with success is not recorded; this answer is the harder case.
    if (stored === undefined) throw doesNotExist(this.#arnOf(reference));
    if (stored.status === "INACTIVE") return;
    this.#inactiveSince.set(stored.jobDefinitionArn, this.#world.clock.monotonic());
    this.#put({ ...stored, status: "INACTIVE" });
  }

  describe(input: DescribeJobDefinitionsRequest, asOf: number): DescribeJobDefinitionsResponse {
    this.#purge();
    const { jobDefinitionName: name, status } = input;
    const named = input.jobDefinitions?.map((reference) => this.#arnOf(reference));
    if (named !== undefined && (name !== undefined || status !== undefined || input.maxResults !== undefined)) {
      throw invalid("jobDefinitions cannot be combined with other parameters."); // our words
    }
    const seen = this.#records
      .asOf(asOf)
      .filter((one) => named === undefined || named.includes(one.jobDefinitionArn))
      .filter((one) => name === undefined || one.jobDefinitionName === name)
      .filter((one) => status === undefined || one.status === status);
    const { page, ...rest } = pageOf(seen, input, this.#world.knobs.pageSize);
    return { jobDefinitions: page, ...rest };
  }

  /** The ACTIVE revision that a job submitted with this name, `name:revision` or ARN runs. */
  findActive(reference: string): DefinitionRevision | undefined {
    const arn = this.#arnOf(reference);
    const active = this.#records.all().filter((one) => one.status === "ACTIVE");
    return active.find((one) => one.jobDefinitionArn === arn) ?? this.#latestOf(active, arn);
  }

  /** All revisions as they are now. */
  all(): DefinitionRevision[] {
    return this.#records.all();
  }

  /** Restores the records of an earlier process. */
  restore(revisions: readonly DefinitionRevision[]): void {
    for (const one of revisions) {
      const { jobDefinitionArn: arn, jobDefinitionName: name, revision, status } = one;
      this.#records.load(arn, one);
      this.#lastRevision.set(name, Math.max(revision, this.#lastRevision.get(name) ?? 0));
      if (status === "INACTIVE") this.#inactiveSince.set(arn, this.#world.clock.monotonic());
    }
  }

  tagged(arn: string): Tagged | undefined {
    const stored = this.#records.get(arn);
    return stored && { record: stored, tags: stored.tags ?? {}, replaceTags: (tags) => this.#put({ ...stored, tags }) };
  }

  #latestOf(active: readonly DefinitionRevision[], unversionedArn: string): DefinitionRevision | undefined {
    return active
      .filter((one) => one.jobDefinitionArn.replace(/:\d+$/, "") === unversionedArn)
      .reduce<DefinitionRevision | undefined>(
        (latest, one) => (latest === undefined || one.revision > latest.revision ? one : latest),
        undefined,
      );
  }

  #purge(): void {
    const before = this.#world.clock.monotonic() - inactiveMs;
    for (const [arn, since] of this.#inactiveSince) {
      if (since > before) continue;
      this.#inactiveSince.delete(arn);
      this.#records.remove(arn);
    }
  }

  #arnOf(reference: string): string {
    return reference.startsWith("arn:") ? reference : this.#world.arn("batch", `job-definition/${reference}`);
  }

  #put(revision: DefinitionRevision): void {
    this.#records.put(revision.jobDefinitionArn, revision);
    this.#world.note({
      kind: "jobDefinition",
      name: `${revision.jobDefinitionName}:${revision.revision}`,
      arn: revision.jobDefinitionArn,
      status: revision.status ?? "",
    });
  }
}
