import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { unread } from "../../aws/kept-part.ts";
import type { NetworkReading } from "../../network/port.ts";
import { selectorText, type ToResolve } from "../../network/selection.ts";
import { DeadlineExceeded, withDeadline } from "../../runtime/abort.ts";
import { askedForMs, isAskedFor } from "../directives.ts";
import type { Ports } from "../ports.ts";
import { selectionsOf } from "./fill.ts";
import { restLookMs, soonLookMs } from "./plan.ts";
import type { SelectionSeen, SelectorAnswer } from "./seen.ts";

/** Only what cannot be made before is worth waiting for. */
const patienceMs = 2000;

/** What the selectors of an object select now, read as often as that may matter. */
export async function observeSelection(
  object: BatchComputeEnvironment,
  ports: Ports,
  signal: AbortSignal,
): Promise<SelectionSeen> {
  if (object.metadata.deletionTimestamp !== undefined) return { answers: [] };
  const answers: SelectorAnswer[] = [];
  for (const asked of selectionsOf(object)) {
    const reading = { signal, maxAgeMs: maxAgeMs(asked, object) };
    answers.push({ asked, found: await found(asked, object, ports, reading) });
  }
  return { answers };
}

function maxAgeMs({ before, selector }: ToResolve, object: BatchComputeEnvironment): number {
  if (isAskedFor(object)) return askedForMs;
  const rests = before?.selector === selectorText(selector) && before.candidate === undefined;
  return (rests ? restLookMs : soonLookMs) - 1000;
}

async function found(
  { selectable, selector, before }: ToResolve,
  { spec }: BatchComputeEnvironment,
  { clock, regions }: Ports,
  reading: NetworkReading,
): Promise<SelectorAnswer["found"]> {
  const { signal } = reading;
  const waits = before === undefined ? patienceMs : 0;
  try {
    // Only the waiting ends with our patience: what was asked for is kept for the pass that asks again.
    return await withDeadline(clock, waits, signal, "EC2", async () => {
      const { network } = await regions.ec2(spec.region, signal);
      return network.select(selectable, selector, reading);
    });
  } catch (error) {
    if (error instanceof DeadlineExceeded) return { kind: "pending" };
    return unread(error);
  }
}
