import type { KubeObject } from "../../../api/object.ts";
import { unread } from "../../../aws/kept-part.ts";
import type { NetworkReading } from "../../../network/port.ts";
import { selectorText, type ToResolve } from "../../../network/selection.ts";
import { DeadlineExceeded, withDeadline } from "../../../runtime/abort.ts";
import { askedForMaxAgeMs, checkSlackMs, ec2PatienceMs, restCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import { isAskedFor } from "../../pass/directives.ts";
import type { Ports } from "../../ports.ts";
import type { SelectionSeen, SelectorAnswer } from "./seen.ts";

type InRegion = KubeObject<{ readonly region?: string | undefined }>;

/** Reads what the selectors of an object select, as often as the result may matter. */
export async function observeSelection(
  object: InRegion,
  selections: readonly ToResolve[],
  ports: Ports,
  signal: AbortSignal,
): Promise<SelectionSeen> {
  if (object.metadata.deletionTimestamp !== undefined) return { answers: [] };
  const answers: SelectorAnswer[] = [];
  for (const asked of selections) {
    const reading = { signal, maxAgeMs: maxAgeMs(asked, object) };
    answers.push({ asked, found: await found(asked, object, ports, reading) });
  }
  return { answers };
}

function maxAgeMs({ before, selector }: ToResolve, object: KubeObject): number {
  if (isAskedFor(object)) return askedForMaxAgeMs;
  const rests = before?.selector === selectorText(selector) && before.candidate === undefined;
  return (rests ? restCheckMs : unwatchedCheckMs) - checkSlackMs;
}

async function found(
  { selectable, selector, before }: ToResolve,
  { spec, metadata }: InRegion,
  { clock, regions }: Ports,
  reading: NetworkReading,
): Promise<SelectorAnswer["found"]> {
  const { signal } = reading;
  // Otherwise the object would say at each check that it waits for an answer that it has had.
  const waits = before?.selector === selectorText(selector) ? 0 : ec2PatienceMs;
  try {
    // Only the wait ends here. The call goes on, and the next pass gets its answer.
    return await withDeadline(clock, waits, signal, "EC2", async () => {
      const { network } = await regions.ec2(spec.region, signal, metadata.namespace);
      return network.select(selectable, selector, reading);
    });
  } catch (error) {
    if (error instanceof DeadlineExceeded) return { kind: "pending" };
    return unread(error);
  }
}
