import { Gauge, type Registry } from "prom-client";
import type { Operator } from "../operator.ts";

/** Registers whether events arrive, and what they did not announce; nothing without `--events-queue`. */
export function followEvents(
  operator: Pick<Operator, "events">,
  { registry, labelOf }: { readonly registry: Registry; readonly labelOf: (region: string) => string },
): void {
  const registers = [registry];
  new Gauge({
    name: "awsbatch_events_live",
    help: "1 while heartbeats come back through EventBridge and the queue, else 0.",
    labelNames: ["region"],
    registers,
    collect() {
      this.reset();
      for (const { place, isLive } of operator.events() ?? [])
        this.set({ region: labelOf(place.region) }, Number(isLive));
    },
  });
  new Gauge({
    name: "awsbatch_events_trusted",
    help: "1 while AWS is read less often because events announce this: ends of jobs, or changes of resources by others.",
    labelNames: ["region", "announced"],
    registers,
    collect() {
      this.reset();
      for (const { place, trusts } of operator.events() ?? []) {
        for (const [announced, trusted] of Object.entries(trusts)) {
          this.set({ region: labelOf(place.region), announced }, Number(trusted));
        }
      }
    },
  });
  new Gauge({
    name: "awsbatch_unannounced_changes",
    help: "Ends of jobs, and changes of resources by others, that a read has shown and no event announced, since the region was opened.",
    labelNames: ["region", "announced"],
    registers,
    collect() {
      this.reset();
      for (const { place, missed } of operator.events() ?? []) {
        for (const [announced, count] of Object.entries(missed)) {
          this.inc({ region: labelOf(place.region), announced }, count);
        }
      }
    },
  });
}
