import type { Line } from "../../test/examples/local-session.ts";

/** What the drawing shows from one moment on. */
export interface Frame {
  /** Since the beginning of the run. */
  readonly second: number;
  /** The changed field of the manifest. */
  readonly spec: string;
  /** The oldest first. */
  readonly environments: readonly DrawnEnvironment[];
  /** The environment in the queue's order. */
  readonly serving: string | undefined;
  /** As AWS describes the queue; undefined: there is none yet. */
  readonly queue: string | undefined;
  /** What the object reports. */
  readonly report: string;
}

export interface DrawnEnvironment {
  readonly name: string;
  /** State and status in AWS. */
  readonly inAws: string;
  /** Step of its removal. */
  readonly step: string | undefined;
}

/** A line of `local -o json`, or a change of the manifest by the person. */
export type Recorded = Line | { readonly type: "spec"; readonly time: string; readonly spec: string };

/** Changes that follow each other faster are one frame. */
const togetherSeconds = 2.5;

interface Status {
  readonly predecessors?: readonly { readonly name: string; readonly step: string }[];
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[];
}

/** The frames of a run with one environment object and one queue. Pure. */
export function framesOf(lines: readonly Recorded[]): readonly Frame[] {
  const [first] = lines;
  if (first === undefined) return [];
  const start = Date.parse(first.time);
  const frames: Frame[] = [];
  const inAws = new Map<string, string>();
  let steps = new Map<string, string>();
  let now: Frame = { second: 0, spec: "", environments: [], serving: undefined, queue: undefined, report: "" };
  for (const line of lines) {
    if (line.type === "spec") now = { ...now, spec: line.spec };
    if (line.type === "aws" && line.kind === "computeEnvironment") {
      if (line.status === "DELETED") inAws.delete(line.name);
      else inAws.set(line.name, `${line.state} ${line.status}`);
    }
    if (line.type === "aws" && line.kind === "jobQueue") {
      now = { ...now, queue: `${line.state} ${line.status}`, serving: line.order?.[0] };
    }
    if (line.type === "status" && line.kind === "BatchComputeEnvironment") {
      const { predecessors = [], conditions = [] } = (line.status ?? {}) as Status;
      steps = new Map(predecessors.map(({ name, step }) => [name, step]));
      const retiring = conditions.find(({ type, status }) => type === "Retiring" && status === "True");
      now = { ...now, report: retiring?.message ?? line.message };
    }
    const environments = [...inAws].map(([name, text]) => ({ name, inAws: text, step: steps.get(name) }));
    const second = (Date.parse(line.time) - start) / 1000;
    const next: Frame = { ...now, environments, second };
    const last = frames.at(-1);
    if (last !== undefined && isEqual(last, next)) continue;
    if (last !== undefined && second - last.second < togetherSeconds) frames.pop();
    frames.push(last !== undefined && second - last.second < togetherSeconds ? { ...next, second: last.second } : next);
    now = next;
  }
  return frames;
}

function isEqual({ second: _one, ...left }: Frame, { second: _other, ...right }: Frame): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
