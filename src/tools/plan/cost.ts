import type { Plan } from "./entry.ts";

/** What a plan changes in the account's costs per hour, as far as that is known without a call. */

/** USD for an hour of an interface endpoint in a zone, as AWS's Price List API had it on that day; traffic is extra. */
const endpointPrices: ReadonlyMap<string, { readonly usd: number; readonly usageType: string; readonly asOf: string }> =
  new Map([
    ["us-east-1", { usd: 0.01, usageType: "USE1-VpcEndpoint-Hours", asOf: "2026-08-20" }],
    ["us-west-2", { usd: 0.01, usageType: "USW2-VpcEndpoint-Hours", asOf: "2026-10-06" }],
  ]);

/**
 * One line; undefined: the plan changes nothing that is billed per hour by its existence alone. There is a price only
 * where its source and date are known.
 */
export function costLine({ entries }: Plan): string | undefined {
  const writes = entries.flatMap(({ steps, region }) =>
    steps.flatMap((step) => (step.kind === "write" ? [{ region, ...step.hourly }] : [])),
  );
  const regions = [...new Set(writes.map(({ region }) => region))];
  const endpoints = regions.flatMap((region) => {
    const count = total(writes.filter((write) => write.region === region).map((write) => write.endpoints));
    return count === 0 ? [] : [endpointsText(count, region)];
  });
  const vcpus = total(writes.map((write) => write.vcpus));
  const parts = [...endpoints, ...(vcpus === 0 ? [] : [`${signed(vcpus)} vCPU-hours by minvCpus`])];
  return parts.length === 0 ? undefined : `cost per hour: ${parts.join("; ")}`;
}

function endpointsText(count: number, region: string): string {
  const hours = `${signed(count)} hours of interface endpoints in ${region} (one for each endpoint and zone)`;
  const price = endpointPrices.get(region);
  if (price === undefined)
    return `${hours}, at a price that is not known here (https://aws.amazon.com/privatelink/pricing/)`;
  const { usd, usageType, asOf } = price;
  // No test can notice a change here: the known prices have two decimals.
  const sum = `USD ${signed(Number((count * usd).toFixed(4)))} without traffic`;
  return `${hours}, ${sum} (${usd} each: AWS Price List, ${usageType}, ${asOf})`;
}

function signed(value: number): string {
  // No test can notice a change here: a sum of 0 is not shown.
  return value > 0 ? `+${value}` : String(value);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
