import { inlinePoliciesMax } from "../../../api/v1alpha1/iam.ts";
import { documentFault } from "./documents.ts";

/** What IAM refuses in the inline policies of a role. Pure. */

/** What is wrong with one policy, or with all together. */
interface InlineFault {
  /** Its name; undefined: of all. */
  readonly policy: string | undefined;
  /** The end of a sentence about the field. */
  readonly message: string;
}

type Policies = Readonly<Record<string, string>>;

export function inlineFaults(policies: Policies): readonly InlineFault[] {
  const each = Object.entries(policies).flatMap(([policy, document]): InlineFault[] => {
    const fault = documentFault(document);
    return fault === undefined ? [] : [{ policy, message: `is not a policy document: ${fault}` }];
  });
  if (!isTooLong(policies)) return each;
  const message = `have ${lengthOf(policies)} characters together, but IAM accepts ${inlinePoliciesMax} (not counting white space). Use a managed policy`;
  return [...each, { policy: undefined, message }];
}

/** Whether IAM would refuse all of them on one role. */
export function isTooLong(policies: Policies): boolean {
  return lengthOf(policies) > inlinePoliciesMax;
}

function lengthOf(policies: Policies): number {
  return Object.values(policies).reduce((sum, document) => sum + document.replace(/\s/g, "").length, 0);
}
