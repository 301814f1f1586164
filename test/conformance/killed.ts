import process from "node:process";
import { askedBy } from "../../conformance/account/account.ts";
import { cleanRun, conform, type Request } from "../../conformance/run/conform.ts";
import { contents, killedAfter, request, simulatedInProcess } from "./simulated.ts";

/** With CONFORMANCE_KILLS=1 runs are killed at each of their calls, otherwise at some. */
export function stepOf(usual: number): number {
  return Number(process.env["CONFORMANCE_KILLS"] ?? usual);
}

/** How many calls a run makes with its removal. */
export async function callsOf(change: Partial<Request>): Promise<number> {
  const { ports, ended } = await simulatedInProcess({ stalenessMs: 3000 });
  let made = 0;
  const account = askedBy(ports.account, (ask) => (operation, input) => {
    made++;
    return ask(operation, input);
  });
  await ended(conform(request(change), { ...ports, account }));
  return made;
}

/** What `--clean` leaves of a run that ended with this call, whose answer it did not hear, and how it exits. */
export async function leftAfter(call: number, change: Partial<Request>): Promise<readonly string[]> {
  const { aws, ports, ended } = await simulatedInProcess({ stalenessMs: 3000 });
  const before = new Set(contents(aws));
  const account = killedAfter(ports.account, call);
  await ended(conform(request(change), { ...ports, account })).catch(() => undefined);
  const code = await ended(cleanRun(request().id, ports));
  const left = contents(aws).filter((one) => !before.has(one));
  return [...left, ...(code === 0 ? [] : [`exit ${code}`])].map((one) => `after call ${call}: ${one}`);
}
