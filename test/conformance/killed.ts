import { askedBy } from "../../conformance/account/account.ts";
import { cleanRun, conform } from "../../conformance/run/conform.ts";
import { contents, killedAfter, request, simulatedInProcess } from "./simulated.ts";

/** How many calls a run makes with its removal. @param only as the option of this name */
export async function callsOf(only: string): Promise<number> {
  const { ports, ended } = await simulatedInProcess({ stalenessMs: 3000 });
  let made = 0;
  const account = askedBy(ports.account, (ask) => (operation, input) => {
    made++;
    return ask(operation, input);
  });
  await ended(conform(request({ only }), { ...ports, account }));
  return made;
}

/** What `--clean` leaves of a run that ended with this call, whose answer it did not hear, and how it exits. */
export async function leftAfter(call: number, only: string): Promise<readonly string[]> {
  const { aws, ports, ended } = await simulatedInProcess({ stalenessMs: 3000 });
  const before = new Set(contents(aws));
  const account = killedAfter(ports.account, call);
  await ended(conform(request({ only }), { ...ports, account })).catch(() => undefined);
  const code = await ended(cleanRun(request().id, ports));
  const left = contents(aws).filter((one) => !before.has(one));
  return [...left, ...(code === 0 ? [] : [`exit ${code}`])].map((one) => `after call ${call}: ${one}`);
}
