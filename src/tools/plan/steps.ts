import { AsyncLocalStorage } from "node:async_hooks";
import type { Condition, KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import { batchCalls } from "../../aws/batch-calls.ts";
import type { CallTable } from "../../aws/call-facts.ts";
import { operationOf } from "../../aws/call-facts.ts";
import { eachCall } from "../../aws/calls.ts";
import { ec2Calls } from "../../aws/ec2-calls.ts";
import { iamCalls } from "../../aws/iam-calls.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import type { Cloud } from "../../operator/cloud.ts";
import type { Log } from "../../runtime/log.ts";
import type { SimulatedAws } from "../../simulator/simulated-aws.ts";
import { shownInput, subjectOf } from "../local/writes.ts";
import type { CopiedCloud } from "./copy/cloud.ts";
import { type Hourly, hourlyOf } from "./hourly.ts";
import { changedFields, decidedLater, type WrittenField } from "./written.ts";

/** What the operator does about an object, in order: its writes, and what it waits for in between. */
export type Step = WriteStep | WaitStep;

export interface WriteStep {
  readonly kind: "write";
  /** Its place among all writes of the plan, from 1 on. */
  readonly number: number;
  /** e.g. `CreateComputeEnvironment`. */
  readonly operation: string;
  /** What AWS calls it. */
  readonly subject: string;
  /** The reason and the words by which the operator reports the step. */
  readonly reason: string;
  readonly why: string;
  readonly fields: readonly WrittenField[];
  readonly hourly: Hourly;
}

export interface WaitStep {
  readonly kind: "wait";
  readonly reason: string;
  readonly why: string;
  /** It waits for jobs, and what follows is planned as if they had ended. */
  readonly assumed?: true;
}

/** Whose step a call belongs to, as the operator logs it before each act. */
interface Act {
  readonly object: string;
  readonly reason: string;
  readonly why: string;
}

/** Notes the steps of an operator, by object. */
export class Steps {
  /** By `objectText`. */
  readonly of = new Map<string, Step[]>();
  readonly #act = new AsyncLocalStorage<Act>();
  /** Names and ids that the copy has invented, with the words for them. */
  readonly invented = new Map<string, string>();
  /** IDs of the jobs that are submitted: on thousands of them others may depend. */
  readonly #jobs = new Set<string>();
  #writes = 0;

  get writes(): number {
    return this.#writes;
  }

  /** The same log; says which step the writes that follow belong to. */
  log(log: Log, fields: Readonly<Record<string, unknown>> = {}): Log {
    return {
      ...log,
      info: (message, more) => {
        if (message === "acts") this.#act.enterWith(actFrom({ ...fields, ...more }));
        log.info(message, more);
      },
      with: (more) => this.log(log.with(more), { ...fields, ...more }),
    };
  }

  /** The same cloud; notes each write that it accepts. */
  cloud(copied: CopiedCloud): Cloud {
    const { account, region, label } = copied;
    return {
      account,
      region,
      label,
      connect: async (name) => {
        const connection = await copied.connect(name);
        const [copy, home] = [copied.copy(name), copied.copy(region)];
        return {
          ...connection,
          batch: this.#noting(connection.batch, batchCalls, copy),
          iam: async () => this.#noting(await connection.iam(), iamCalls, home),
          ec2: async () => this.#noting(await connection.ec2(), ec2Calls, copy),
        };
      },
    };
  }

  /** Notes what an object waits for, as it reports it. */
  reported(object: KubeObject): void {
    const wait = waitOf(conditionsOf(object));
    if (wait === undefined) return;
    const steps = this.#stepsOf(objectText(object));
    const last = steps.at(-1);
    if (last?.kind === "wait" && last.assumed === undefined) steps.pop();
    steps.push(wait);
  }

  /** From here on the jobs that the object waits for are taken to have ended. */
  assume(object: KubeObject): void {
    const steps = this.#stepsOf(objectText(object));
    const last = steps.at(-1);
    if (last?.kind === "wait") steps.splice(-1, 1, { ...last, assumed: true });
  }

  #noting<A extends { readonly [Name in keyof A]: (input: never, options?: never) => Promise<unknown> }>(
    api: A,
    calls: CallTable<keyof A & string>,
    copy: SimulatedAws,
  ): A {
    return eachCall<never>(api as never, calls as never, (name: string, kind, call) => {
      if (kind === "read") return call;
      return async (input: object, options) => {
        const operation = operationOf(name);
        const shown = this.#withoutJobs(shownInput(operation, input) as Submission);
        const fields = changedFields(operation, shown, copy);
        const hourly = hourlyOf(operation, input, copy);
        const answer = await call(input as never, options);
        this.#invent(input, answer);
        this.#wrote({ operation, subject: subjectOf({ operation, input }), fields, hourly });
        return answer;
      };
    }) as A;
  }

  /** AWS decides ids, and the hash in the name of an environment follows from those in its request. */
  #invent(input: Naming, answer: unknown): void {
    const { GroupId: group, VpcEndpoint: endpoint, jobId } = (answer ?? {}) as Identified;
    if (jobId !== undefined) this.#jobs.add(jobId);
    if (group !== undefined && input.GroupName !== undefined) this.invented.set(group, "sg-(known after apply)");
    if (endpoint?.VpcEndpointId !== undefined) this.invented.set(endpoint.VpcEndpointId, "vpce-(known after apply)");
    const { computeEnvironmentName: name, computeResources } = input;
    const text = JSON.stringify(computeResources) ?? "";
    if (name === undefined || ![...this.invented.keys()].some((id) => text.includes(id))) return;
    this.invented.set(name, name.replace(/-[0-9a-f]{8}(?:-\d+)?$/, "-(known after apply)"));
  }

  /** The request, with words for the IDs of jobs that AWS has still to decide. */
  #withoutJobs(request: Submission): Submission {
    const { dependsOn } = request;
    if (dependsOn === undefined) return request;
    const shown = dependsOn.map((one) => (this.#jobs.has(one.jobId ?? "") ? { ...one, jobId: decidedLater } : one));
    return { ...request, dependsOn: shown };
  }

  #wrote(write: Pick<WriteStep, "operation" | "subject" | "fields" | "hourly">): void {
    const { object = "", reason = "", why = "" } = this.#act.getStore() ?? {};
    const number = ++this.#writes;
    this.#stepsOf(object).push({ kind: "write", number, ...write, reason, why });
  }

  #stepsOf(object: string): Step[] {
    const steps = this.of.get(object) ?? [];
    this.of.set(object, steps);
    return steps;
  }
}

interface Naming {
  readonly GroupName?: string;
  readonly computeEnvironmentName?: string;
  readonly computeResources?: object;
}

interface Submission {
  readonly dependsOn?: readonly { readonly jobId?: string }[];
}

interface Identified {
  readonly jobId?: string;
  readonly GroupId?: string;
  readonly VpcEndpoint?: { readonly VpcEndpointId?: string };
}

/** A copy of plain data with the words for what the copy of the account has invented in every text. */
export function withoutInvented<T>(value: T, invented: ReadonlyMap<string, string>): T;
export function withoutInvented(value: unknown, invented: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string")
    return [...invented].reduce((text, [name, words]) => text.replaceAll(name, words), value);
  if (Array.isArray(value)) return value.map((item: unknown) => withoutInvented(item, invented));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutInvented(member, invented)]));
}

/** A reconciler of what several objects share names the object for which it acts. */
function actFrom({ controller, namespace, name, object, reason, why }: Readonly<Record<string, unknown>>): Act {
  const own = `${String(controller)} ${keyText({ namespace: String(namespace), name: String(name) })}`;
  return { object: typeof object === "string" ? object : own, reason: String(reason), why: String(why) };
}

/** Ready says what an object waits for; while it is Ready, Retiring says what its predecessors wait for. */
function waitOf(conditions: readonly Condition[]): WaitStep | undefined {
  const ready = conditions.find(({ type }) => type === "Ready");
  const retiring = conditions.find(({ type, status }) => type === "Retiring" && status === "True");
  const wait = ready?.status === "True" ? retiring : ready;
  return wait && { kind: "wait", reason: wait.reason, why: wait.message };
}

/** `kind namespace/name`. */
export function objectText({ kind, metadata }: Pick<KubeObject, "kind" | "metadata">): string {
  return `${kind} ${keyText(metadata)}`;
}
