import { isRecord } from "./validation/defaults.ts";
import { nearest } from "./validation/nearest.ts";
import { type Finding, type Path, valueText } from "./validation/problem.ts";

/** What a member must be: its form in words, and the test for it. */
interface Form {
  readonly words: string;
  readonly test: (value: unknown) => boolean;
}

interface Section {
  readonly required: Readonly<Record<string, Form>>;
  readonly optional: Readonly<Record<string, Form>>;
}

const text: Form = form("text", (value) => typeof value === "string" && value !== "");
const truth: Form = form("true or false", (value) => typeof value === "boolean");
const count: Form = form("a whole number", (value) => Number.isInteger(value) && Number(value) >= 0);
const tags: Form = form(
  "a map of text to text",
  (value) => isRecord(value) && Object.values(value).every((one) => typeof one === "string"),
);
const block: Form = form("a CIDR block such as 10.0.0.0/16", (value) => {
  return typeof value === "string" && /^[\da-f.:]+\/\d{1,3}$/i.test(value);
});
const ports: Form = form("a port or a range such as 1024-65535", (value) => {
  return /^\d{1,5}(?:-\d{1,5})?$/.test(String(value));
});
const roleArn: Form = form("the ARN of a role or an instance profile", (value) => {
  return typeof value === "string" && /^arn:[a-z-]+:iam::\d{12}:(?:role|instance-profile)\/[\w+=,.@/-]+$/.test(value);
});
const records: Form = form("a list of launch template data", (value) => Array.isArray(value) && value.every(isRecord));

function form(words: string, test: (value: unknown) => boolean): Form {
  return { words, test };
}

function id(prefix: string): Form {
  return form(
    `an id that begins with ${prefix}-`,
    (value) => typeof value === "string" && value.startsWith(`${prefix}-`),
  );
}

function oneOf(...values: readonly string[]): Form {
  return form(`one of ${values.join(", ")}`, (value) => typeof value === "string" && values.includes(value));
}

function listOf(each: Form): Form {
  return form(`a list, each ${each.words}`, (value) => Array.isArray(value) && value.every(each.test));
}

/** A list of records, which the section of that name parses. */
function nested(name: string): Form & { readonly section: string } {
  return { words: "a list", test: Array.isArray, section: name };
}

const sections: Readonly<Record<string, Section>> = {
  vpcs: {
    required: { id: id("vpc"), cidr: block },
    optional: { dnsSupport: truth, dnsHostnames: truth, isDefault: truth, tags },
  },
  subnets: {
    required: { id: id("subnet"), vpc: id("vpc"), zone: text, cidr: block },
    optional: { mapPublicIps: truth, freeAddresses: count, tags },
  },
  internetGateways: { required: { id: id("igw") }, optional: { vpc: id("vpc"), tags } },
  egressOnlyInternetGateways: { required: { id: id("eigw"), vpc: id("vpc") }, optional: { tags } },
  natGateways: {
    required: { id: id("nat"), subnet: id("subnet") },
    optional: {
      state: oneOf("pending", "available", "failed", "deleting", "deleted"),
      connectivity: oneOf("public", "private"),
      tags,
    },
  },
  routeTables: {
    required: { id: id("rtb"), vpc: id("vpc") },
    optional: { main: truth, subnets: listOf(id("subnet")), routes: nested("routes"), tags },
  },
  securityGroups: {
    required: { id: id("sg"), vpc: id("vpc") },
    optional: { name: text, egress: nested("rules"), ingress: nested("rules"), tags },
  },
  networkAcls: {
    required: {
      id: id("acl"),
      vpc: id("vpc"),
      subnets: listOf(id("subnet")),
      egress: nested("aclEntries"),
      ingress: nested("aclEntries"),
    },
    optional: { tags },
  },
  vpcEndpoints: {
    required: { id: id("vpce"), vpc: id("vpc"), service: text },
    optional: {
      type: oneOf("Interface", "Gateway"),
      subnets: listOf(id("subnet")),
      securityGroups: listOf(id("sg")),
      routeTables: listOf(id("rtb")),
      privateDns: truth,
      state: oneOf("pending", "available", "failed", "rejected", "pendingAcceptance"),
      policy: text,
      tags,
    },
  },
  images: {
    required: { id: id("ami") },
    optional: {
      architecture: oneOf("x86_64", "arm64"),
      state: oneOf("available", "pending", "failed", "deregistered"),
    },
  },
  launchTemplates: { required: { id: id("lt"), name: text, versions: records }, optional: {} },
  jobs: { required: { name: text, queue: text, definition: text }, optional: { count } },
  outcomes: { required: { job: text, attempts: nested("attempts") }, optional: { indices: listOf(count) } },
};

const inner: Readonly<Record<string, Section>> = {
  routes: { required: { to: text, via: text }, optional: { state: oneOf("active", "blackhole") } },
  rules: { required: { protocol: text, peer: text }, optional: { ports } },
  attempts: {
    required: {},
    optional: {
      durationMs: count,
      exitCode: count,
      reason: text,
      statusReason: text,
      end: oneOf("Exit", "InstanceLost", "NotStarted"),
      log: listOf(text),
    },
  },
  aclEntries: {
    required: { rule: count, action: oneOf("allow", "deny"), protocol: text, cidr: block },
    optional: { ports },
  },
};

const plain: Readonly<Record<string, Form>> = {
  region: text,
  keyPairs: listOf(text),
  placementGroups: listOf(text),
  roles: listOf(roleArn),
};

/** What refers to what else of the file by its id. */
const references: readonly { readonly section: string; readonly member: string; readonly to: string }[] = [
  { section: "subnets", member: "vpc", to: "vpcs" },
  { section: "internetGateways", member: "vpc", to: "vpcs" },
  { section: "egressOnlyInternetGateways", member: "vpc", to: "vpcs" },
  { section: "natGateways", member: "subnet", to: "subnets" },
  { section: "routeTables", member: "vpc", to: "vpcs" },
  { section: "routeTables", member: "subnets", to: "subnets" },
  { section: "securityGroups", member: "vpc", to: "vpcs" },
  { section: "networkAcls", member: "vpc", to: "vpcs" },
  { section: "networkAcls", member: "subnets", to: "subnets" },
  { section: "vpcEndpoints", member: "vpc", to: "vpcs" },
  { section: "vpcEndpoints", member: "subnets", to: "subnets" },
  { section: "vpcEndpoints", member: "securityGroups", to: "securityGroups" },
  { section: "vpcEndpoints", member: "routeTables", to: "routeTables" },
];

/** What is wrong with the description of an account: unknown or missing members, wrong forms, ids of nothing. */
export function accountFindings(value: unknown): readonly Finding[] {
  if (!isRecord(value)) return [{ path: [], message: "an account is a map of lists such as vpcs and subnets" }];
  const findings = Object.entries(value).flatMap(([key, member]) => {
    const simple = Object.hasOwn(plain, key) ? plain[key] : undefined;
    if (simple !== undefined) return simple.test(member) ? [] : [{ path: [key], message: `must be ${simple.words}` }];
    const section = Object.hasOwn(sections, key) ? sections[key] : undefined;
    if (section === undefined) return [unknown([key], key, [...Object.keys(sections), ...Object.keys(plain)])];
    return listFindings([key], member, section);
  });
  return findings.length > 0 ? findings : referenceFindings(value);
}

function listFindings(path: Path, value: unknown, section: Section): Finding[] {
  if (!Array.isArray(value)) return [{ path, message: "must be a list" }];
  return value.flatMap((item: unknown, index) => itemFindings([...path, index], item, section));
}

function itemFindings(path: Path, item: unknown, { required, optional }: Section): Finding[] {
  const known = { ...required, ...optional };
  if (!isRecord(item)) return [{ path, message: notAMap(required) }];
  const missing = Object.entries(required)
    .filter(([key]) => !Object.hasOwn(item, key))
    .map(([key, { words }]): Finding => ({ path, message: `${key} is missing: ${words}` }));
  const wrong = Object.entries(item).flatMap(([key, member]): Finding[] => {
    const expected = Object.hasOwn(known, key) ? known[key] : undefined;
    if (expected === undefined) return [unknown([...path, key], key, Object.keys(known))];
    const section = "section" in expected ? inner[String(expected.section)] : undefined;
    if (section !== undefined) return listFindings([...path, key], member, section);
    return expected.test(member) ? [] : [{ path: [...path, key], message: `must be ${expected.words}` }];
  });
  return [...missing, ...wrong];
}

function notAMap(required: Section["required"]): string {
  const members = Object.keys(required);
  return members.length === 0 ? "must be a map" : `must have ${members.join(", ")}`;
}

function referenceFindings(value: Readonly<Record<string, unknown>>): Finding[] {
  const ids = (section: string): ReadonlySet<unknown> => {
    const list = value[section];
    return new Set(Array.isArray(list) ? list.map((one: unknown) => (isRecord(one) ? one["id"] : undefined)) : []);
  };
  return references.flatMap(({ section, member, to }) => {
    const list = value[section];
    if (!Array.isArray(list)) return [];
    const known = ids(to);
    return list.flatMap((item: unknown, index): Finding[] => {
      const named = isRecord(item) ? item[member] : undefined;
      const all: unknown[] = Array.isArray(named) ? named : named === undefined ? [] : [named];
      const gone = all.find((one) => !known.has(one));
      return gone === undefined
        ? []
        : [{ path: [section, index, member], message: `${valueText(gone)} is not among the ${to} of this file` }];
    });
  });
}

function unknown(path: Path, key: string, candidates: readonly string[]): Finding {
  const near = nearest(key, candidates);
  const hint = near === undefined ? `known are ${candidates.join(", ")}` : `did you mean ${near}?`;
  return { path, message: `there is no ${key}: ${hint}` };
}
