import { batchCalls } from "./batch-calls.ts";
import { type NeededAction, needsOf } from "./call-facts.ts";
import { ec2Calls } from "./ec2-calls.ts";
import { busCalls, queueCalls } from "./events-calls.ts";
import { iamCalls } from "./iam-calls.ts";
import { logsCalls } from "./logs-calls.ts";
import {
  type Conditions,
  type Grounds,
  type PolicyScope,
  type StatementName,
  statements,
} from "./policy-statements.ts";

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

/** What all calls of the operator need. Everybody may ask STS who they are, whatever their policies say. */
export const allNeeds: readonly NeededAction[] = [
  ...needsOf("batch", batchCalls),
  ...needsOf("iam", iamCalls),
  ...needsOf("ec2", ec2Calls),
  ...needsOf("logs", logsCalls),
  ...needsOf("sqs", queueCalls),
  ...needsOf("events", busCalls),
];

/** The least that the operator needs in this scope: every action comes from a call, every limit from the scope. */
export function operatorPolicy(scope: PolicyScope): PolicyDocument {
  const names = Object.keys(statements) as StatementName[];
  return {
    Version: "2012-10-17",
    Statement: names.flatMap((name): readonly PolicyStatement[] => {
      const grounds: Grounds | undefined = statements[name](scope);
      if (grounds === undefined) return [];
      const actions = allNeeds.filter(([, statement]) => statement === name).map(([action]) => action);
      const { resources, conditions = {} } = grounds;
      return [
        {
          Sid: name,
          Effect: "Allow",
          Action: short([...new Set(actions.map(inFamily))].toSorted()),
          Resource: short(resources),
          ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
        },
      ];
    }),
  };
}

/** Reads whose actions are written as one: the operator calls all that begin so, and a policy has a limit of size. */
export const families: readonly string[] = [
  "batch:DescribeJob*",
  "batch:DescribeS*",
  "batch:ListJobs*",
  "ec2:DescribeInstanceType*",
  "ec2:DescribeLaunchTemplate*",
];

function inFamily(action: string): string {
  return families.find((family) => action.startsWith(family.slice(0, -1))) ?? action;
}

/** A list of one is written as that one: policies have a limit of size. */
function short(list: readonly string[]): string | readonly string[] {
  const [only, ...more] = list;
  return only !== undefined && more.length === 0 ? only : list;
}

/** Characters of the largest managed policy; white space does not count. */
export const largestPolicy = 6144;

/** Characters of all inline policies of one role together; white space does not count. */
export const largestInlinePolicy = 10_240;
