import { expect, test } from "vitest";
import { MemoryLeaseStore } from "../../../src/kube/memory-lease-store.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { LeaderElector } from "../../../src/runtime/leader.ts";
import { silentLog } from "../../../src/runtime/log.ts";
import { widget, widgetKind, world } from "../../kube/world.ts";

test("a process whose loop was blocked for longer than its lease sends no write afterwards, and has lost it", async () => {
  const clock = systemClock();
  const elector = new LeaderElector({
    leases: new MemoryLeaseStore(clock),
    identity: "a",
    clock,
    random: () => 0,
    quietMs: () => 0,
    log: silentLog,
    times: { leaseDurationMs: 200, renewDeadlineMs: 150, retryPeriodMs: 20, readPeriodMs: 1000, marginMs: 10 },
    onLeading: undefined,
  });
  const { server, store, signal } = await world({ clock, mayWrite: () => ({ deadlineMs: elector.remainingMs() }) });
  const write = (name: string): Promise<unknown> =>
    store.patchMetadata(widgetKind, widget(name, "7"), { addFinalizer: "f" }, signal).catch(String);
  const answers: Promise<unknown>[] = [];
  const result = await elector.run(signal, async (leading) => {
    // It waits for its connection while the loop is blocked.
    answers.push(write("before"));
    const until = clock.monotonic() + 200;
    while (clock.monotonic() < until);
    answers.push(write("after"));
    for (let turn = 0; turn < 10 || !leading.aborted; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      answers.push(write(`turn-${turn}`));
    }
  });
  expect(result).toBe("lost");
  // The deadline of the first one passed as well: which of the two is noticed first says nothing.
  const [first, ...rest] = (await Promise.all(answers)).map((answer) => String(answer).replace(/"[^"]*"/, "NAME"));
  expect(first).toMatch(/^StoreError: /);
  expect([...new Set(rest)]).toEqual(["StoreError: patch widgets.test.dev NAME was not sent: the lease has expired"]);
  expect(server.requests).toEqual([]);
});
