import type { Filter } from "@aws-sdk/client-ec2";
import { type Candidate, isSelected, type Selector } from "../network/selection.ts";
import type { Ec2Api } from "./ec2.ts";
import { tagPrefix } from "./names.ts";
import { groupFact, subnetFact } from "./network-facts.ts";
import { everyRecord } from "./network-reads.ts";

/** What selectors select; each reads for selectors as `selectorText` writes them, with a call for each. */
export function selectionReads(ec2: Ec2Api) {
  return {
    subnets: (selectors: readonly string[]) =>
      selectedBy(
        selectors,
        (Filters) =>
          everyRecord(
            (page) => ec2.describeSubnets({ Filters, ...page }),
            (answer) => answer.Subnets,
          ),
        (raw) => ({ ...subnetFact(raw), id: raw.SubnetId ?? "" }),
      ),
    securityGroups: (selectors: readonly string[]) =>
      selectedBy(
        selectors,
        (Filters) =>
          everyRecord(
            (page) => ec2.describeSecurityGroups({ Filters, ...page }),
            (answer) => answer.SecurityGroups,
          ),
        (raw) => ({ ...groupFact(raw), id: raw.GroupId ?? "" }),
      ),
  };
}

/** What was selected, by which selector. */
export interface Selected extends Candidate {
  readonly selector: string;
}

async function selectedBy<Raw>(
  selectors: readonly string[],
  read: (filters: Filter[]) => Promise<readonly Raw[]>,
  fact: (raw: Raw) => Candidate & { readonly tags: Readonly<Record<string, string>> },
): Promise<readonly Selected[]> {
  const found: Selected[] = [];
  for (const text of selectors) {
    const selector = JSON.parse(text) as Selector;
    const facts = (await read(filtersOf(selector))).map(fact);
    // The filters of EC2 have wildcards of their own and may let through more.
    for (const { id, vpcId } of facts.filter((one) => !isMade(one) && isSelected(selector, one))) {
      found.push({ selector: text, id, vpcId });
    }
  }
  return found;
}

/**
 * Whether an operator made it, so that its tags are those that some tenant gave in a spec. Selected by another one, it could open the
 * ports of that one's instances.
 */
function isMade({ tags }: { readonly tags: Readonly<Record<string, string>> }): boolean {
  return Object.keys(tags).some((key) => key.startsWith(tagPrefix));
}

function filtersOf({ vpcId, tags = {} }: Selector): Filter[] {
  const byTag = Object.entries(tags).map(([key, value]): Filter => {
    // In a filter a backslash takes the meaning from what follows.
    return value.includes("\\") || value === "*"
      ? { Name: "tag-key", Values: [key] }
      : { Name: `tag:${key}`, Values: [value] };
  });
  return [...(vpcId === undefined ? [] : [{ Name: "vpc-id", Values: [vpcId] }]), ...byTag];
}
