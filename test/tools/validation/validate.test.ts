import { describe, expect, test } from "vitest";
import { crds } from "../../../src/api/v1alpha1/crds.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { noteText } from "../../../src/tools/validation/problem.ts";
import { validateManifests, wholeDirectory } from "../../../src/tools/validation/validate.ts";
import { definition, environment, problemsOf, queue, together } from "./manifest.ts";

test("accepts manifests that Kubernetes and AWS would accept, with their keys", () => {
  const { documents } = documentsOf("m", together(environment, queue, definition));
  const { manifests, problems, notes } = validateManifests(documents, crds, { ...wholeDirectory, namespace: "team-a" });
  expect({ problems, notes }).toEqual({ problems: [], notes: [] });
  expect(manifests.map(({ key, object }) => [key.namespace, key.name, object.kind])).toEqual([
    ["team-a", "fargate", "BatchComputeEnvironment"],
    ["team-a", "nightly", "JobQueue"],
    ["team-a", "hello", "JobDefinition"],
  ]);
});

test("reports all problems at once, in the order of the lines", () => {
  const text = `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata:
  name: Fargate
  namespaces: team-a
spec:
  type: MANAGED
  computeResources:
    type: FARGATE
    instanceType: [m7i]
    maxvCpus: "16"
    minvCpus: 5
    subnets: [subnet-a, subnet-a]
    securityGroupIds: [sg-a]
`;
  expect(problemsOf(text)).toEqual([
    expect.stringContaining('m:5:3: BatchComputeEnvironment default/Fargate: metadata.name: found "Fargate", expected'),
    "m:6:3: BatchComputeEnvironment default/Fargate: metadata.namespaces: unknown field: did you mean namespace?",
    "m:11:5: BatchComputeEnvironment default/Fargate: spec.computeResources.instanceType: unknown field: did you mean instanceTypes?",
    'm:12:5: BatchComputeEnvironment default/Fargate: spec.computeResources.maxvCpus: found "16", expected a whole number: remove the quotes',
    "m:13:5: BatchComputeEnvironment default/Fargate: spec.computeResources.minvCpus: Fargate keeps nothing running: remove minvCpus",
    'm:14:25: BatchComputeEnvironment default/Fargate: spec.computeResources.subnets[1]: "subnet-a" is already in spec.computeResources.subnets[0]: remove one of the two',
  ]);
});

test("labels and annotations of Namespaces are read from their manifests", () => {
  const text = `apiVersion: v1
kind: Namespace
metadata:
  name: genomics
  labels: {team: genomics, odd: 1}
  annotations: {awsbatch.dev/allowed-role-arns: "*"}
---
apiVersion: v1
kind: Namespace
metadata: {name: plain}
`;
  const { namespaces, notes, problems } = validateManifests(documentsOf("m", text).documents, crds, wholeDirectory);
  expect([...namespaces]).toEqual([
    ["genomics", { labels: { team: "genomics" }, annotations: { "awsbatch.dev/allowed-role-arns": "*" } }],
    ["plain", { labels: {}, annotations: {} }],
  ]);
  expect([notes, problems]).toEqual([[], []]);
});

describe("whose object it is", () => {
  test.each([
    ["apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}", "skipped ConfigMap of v1"],
    ["apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}", "skipped Job of batch/v1"],
    [
      "apiVersion: batch.services.k8s.aws/v1alpha1\nkind: JobQueue\nmetadata: {name: a}",
      "skipped JobQueue of batch.services.k8s.aws/v1alpha1",
    ],
  ])("an object of others is skipped with a note: %j", (text, note) => {
    const { documents } = documentsOf("m", text);
    const { notes, problems } = validateManifests(documents, crds, wholeDirectory);
    expect(notes).toEqual([{ file: "m", line: 1, column: 1, message: note }]);
    expect(problems).toEqual([]);
  });

  test.each([
    ["kind: JobQueue", "m:1:1: apiVersion: is missing: add one such as awsbatch.dev/v1alpha1"],
    ["apiVersion: awsbatch.dev/v1alpha1", "m:1:1: kind: is missing: add the kind of the object"],
    ["- a", 'm:1:1: found ["a"], expected a Kubernetes object'],
    [
      "apiVersion: awsbatch.dev/v1\nkind: JobQueue",
      "m:1:1: apiVersion: found awsbatch.dev/v1, expected awsbatch.dev/v1alpha1",
    ],
    [
      "apiVersion: awsbatch.io/v1alpha1\nkind: JobQueue",
      "m:1:1: apiVersion: found awsbatch.io/v1alpha1, expected awsbatch.dev/v1alpha1",
    ],
    [
      "apiVersion: awsbatch.dev/v1alpha1\nkind: ComputeEnvironment",
      "m:2:1: kind: awsbatch.dev has no kind ComputeEnvironment: did you mean BatchComputeEnvironment?",
    ],
    [
      "apiVersion: awsbatch.dev/v1alpha1\nkind: Cluster",
      "m:2:1: kind: awsbatch.dev has no kind Cluster: use one of BatchRole, BatchNetwork, BatchComputeEnvironment, SchedulingPolicy, ServiceEnvironment, JobQueue, QuotaShare, ConsumableResource, JobDefinition, BatchJob",
    ],
    ["apiVersion: v1alpha1\nkind: JobQueue", "m:1:1: apiVersion: found v1alpha1, expected awsbatch.dev/v1alpha1"],
    ["apiVersion: v1\nkind: List\nitems: 7", "m:3:1: items: found 7, expected a list of objects"],
    ["apiVersion: v1\nkind: List", "m:1:1: items: found nothing, expected a list of objects"],
  ])("what is meant as ours and is not is a problem: %j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test("an apiVersion and a kind that are not text are both problems", () => {
    expect(problemsOf("apiVersion: [awsbatch.dev/v1alpha1]\nkind: {a: b}")).toEqual([
      'm:1:1: apiVersion: found ["awsbatch.dev/v1alpha1"], expected one such as awsbatch.dev/v1alpha1',
      'm:2:1: kind: found {"a":"b"}, expected the kind of the object',
    ]);
  });
});

describe("identity", () => {
  test("two objects of one kind, namespace and name are a problem at the second", () => {
    expect(problemsOf(together(environment, environment))).toEqual([
      "m:17:3: BatchComputeEnvironment default/fargate: metadata.name: BatchComputeEnvironment default/fargate is already in m:2: remove or rename one of the two",
    ]);
  });

  test("the same name in another namespace, or of another kind, is another object", () => {
    const elsewhere = environment.replace("name: fargate", "name: fargate\n  namespace: team-a");
    const sameName = definition.replace("name: hello", "name: fargate");
    expect(problemsOf(together(environment, elsewhere, sameName))).toEqual([]);
  });

  test("two objects that mean one AWS object are a problem of both", () => {
    const explicit = queue
      .replace("name: nightly", "name: other")
      .replace("spec:", "spec:\n  jobQueueName: default_nightly");
    expect(problemsOf(together(environment, queue, explicit))).toEqual([
      "m:17:3: JobQueue default/nightly: metadata.name: JobQueue default/other has the same name in AWS: give one of the two another jobQueueName",
      "m:30:3: JobQueue default/other: spec.jobQueueName: JobQueue default/nightly has the same name in AWS: give one of the two another jobQueueName",
    ]);
  });

  test("several networks may be in one VPC", () => {
    const network = (name: string): string =>
      `apiVersion: awsbatch.dev/v1alpha1\nkind: BatchNetwork\nmetadata:\n  name: ${name}\nspec:\n  vpcId: vpc-0123456789abcdef0\n  subnets: [subnet-0123456789abcdef0]`;
    expect(problemsOf(`${network("one")}\n---\n${network("other")}\n`)).toEqual([]);
  });

  test("one AWS name in two regions is two objects", () => {
    const inRegion = (name: string, region: string) =>
      definition
        .replace("name: hello", `name: ${name}`)
        .replace("spec:", `spec:\n  region: ${region}\n  jobDefinitionName: hello`);
    expect(problemsOf(together(inRegion("a", "eu-central-1"), inRegion("b", "eu-west-1")))).toEqual([]);
  });
});

describe("references", () => {
  test("one to an environment that is not there is a problem, with the nearest name", () => {
    expect(problemsOf(together(environment, queue.replace("name: fargate", "name: fargte")))).toEqual([
      "m:23:9: JobQueue default/nightly: spec.computeEnvironmentOrder[0].computeEnvironmentRef.name: BatchComputeEnvironment default/fargte is not among these manifests: did you mean fargate?",
    ]);
  });

  const job = (name: string, needs: string): string =>
    `\napiVersion: awsbatch.dev/v1alpha1\nkind: BatchJob\nmetadata: {name: ${name}}\nspec: {jobQueue: q, jobDefinition: d, dependsOn: [{jobRef: {name: ${needs}}}]}\n`;

  test("of jobs on each other in a circle are a problem of each of them", () => {
    expect(problemsOf(together(job("a", "b"), job("b", "c"), job("c", "b")))).toEqual([
      expect.stringContaining("BatchJob default/b depends on itself (b, c, b): remove one of these dependencies"),
      expect.stringContaining("BatchJob default/c depends on itself (c, b, c): remove one of these dependencies"),
    ]);
  });

  test.each([1025, 3000])("of %i jobs in one circle are a problem of each of them", (count) => {
    const ring = Array.from({ length: count }, (_, index) => job(`j-${index}`, `j-${(index + 1) % count}`));
    const problems = problemsOf(together(...ring), { ...wholeDirectory, closed: false });
    expect(problems).toHaveLength(count);
    expect(problems[0]).toContain(
      `BatchJob default/j-0 depends on itself (j-0, j-1, j-2, j-3, j-4 and on through ${count} jobs): remove one of these dependencies`,
    );
  });

  test("of a job to a consumable that is not there is a problem", () => {
    const held = "{consumableResourceList: [{consumableResourceRef: {name: seat}}]}";
    const holding = job("a", "b").replace(/dependsOn: .*/, `consumableResourcePropertiesOverride: ${held}}`);
    const seats =
      "\napiVersion: awsbatch.dev/v1alpha1\nkind: ConsumableResource\nmetadata: {name: seats}\nspec: {totalQuantity: 1}\n";
    expect(problemsOf(together(holding, seats))).toEqual([
      expect.stringMatching(
        /consumableResourceRef\.name: ConsumableResource default\/seat is not among these manifests: did you mean seats\?$/,
      ),
    ]);
  });

  test("of 2,000 jobs, each on the next, are none", () => {
    const chain = Array.from({ length: 2000 }, (_, index) => job(`j-${index}`, `j-${index + 1}`));
    expect(problemsOf(together(...chain), { ...wholeDirectory, closed: false })).toEqual([]);
  });

  test("one to an object that the cluster may have is none when the set is open", () => {
    expect(problemsOf(queue, { ...wholeDirectory, closed: false })).toEqual([]);
    expect(problemsOf(queue)).toEqual([expect.stringContaining("add it, or correct the name")]);
  });

  const elsewhere = queue.replace("name: fargate", "name: fargate\n        namespace: shared");
  const shared = environment.replace("name: fargate", "name: fargate\n  namespace: shared");

  test("one across namespaces needs the environment's permission", () => {
    expect(problemsOf(together(shared, elsewhere))).toEqual([
      expect.stringContaining(
        "allows only queues of its own namespace to reference it: set its spec.allowedNamespaces",
      ),
    ]);
  });

  test.each(["{from: All}", "{from: Selector, selector: {matchLabels: {team: a}}}"])(
    "one across namespaces is valid with allowedNamespaces %s",
    (allowed) => {
      expect(
        problemsOf(together(shared.replace("spec:", `spec:\n  allowedNamespaces: ${allowed}`), elsewhere)),
      ).toEqual([]);
    },
  );
});

describe("metadata", () => {
  test.each([
    ["{}", "metadata.name: is missing: give the object a name"],
    ["[]", "metadata: found [], expected a map"],
    ...[
      ["n", "false"],
      ["y", "true"],
      ["yes", "true"],
      ["off", "false"],
      ["1e3", "1000"],
      ["012", "10"],
      ["1", "1"],
    ].flatMap(([written, read]): [string, string][] => [
      [`{name: ${written}}`, `metadata.name: found ${read}, expected a string: put it in quotes`],
      [`{name: a, namespace: ${written}}`, `metadata.namespace: found ${read}, expected a string: put it in quotes`],
      [`{name: a, labels: {team: ${written}}}`, `team: found ${read}, expected a string: put it in quotes`],
    ]),
    ["{name: null}", "metadata.name: is missing: give the object a name"],
    ["{name: a..b}", "metadata.name: found"],
    [`{name: ${"a".repeat(254)}}`, "metadata.name: found"],
    ["{name: a, namespace: a.b}", 'metadata.namespace: found "a.b", expected a namespace'],
    ["{name: a, labels: {team: 1}}", "metadata.labels.team: found 1, expected a string: put it in quotes"],
    ["{name: a, labels: {team: a b}}", "metadata.labels.team: found"],
    ["{name: a, annotations: {-x: a}}", 'metadata.annotations["-x"]: found "-x", expected a key'],
    ["{name: a, label: {}}", "metadata.label: unknown field: did you mean labels?"],
    ["{name: a, region: x}", "metadata.region: unknown field: remove it, or move it under spec"],
  ])("%s is a problem", (metadata, problem) => {
    const text = definition.replace("metadata:\n  name: hello", `metadata: ${metadata}`);
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    "{name: 2026-10-01, namespace: 'off', labels: {released: 2026-10-01}}",
    "{name: 1a.b-c, namespace: team-a, labels: {app.kubernetes.io/name: x, empty: ''}}",
    "{name: a, annotations: {awsbatch.dev/paused: 'true'}, uid: x, resourceVersion: '1', generation: 2}",
  ])("%s is valid", (metadata) => {
    expect(problemsOf(definition.replace("metadata:\n  name: hello", `metadata: ${metadata}`))).toEqual([]);
  });

  test("missing altogether is one problem", () => {
    expect(problemsOf(definition.replace("metadata:\n  name: hello\n", ""))).toEqual([
      "m:2:1: JobDefinition default/?: metadata: is missing: add metadata.name",
    ]);
  });
});

test("a status that came along from kubectl get is left aside", () => {
  expect(problemsOf(`${definition}status: {revision: nonsense}\n`)).toEqual([]);
});

test("a missing spec and an unknown field are both problems", () => {
  expect(problemsOf("apiVersion: awsbatch.dev/v1alpha1\nkind: JobQueue\nmetadata: {name: a}\nspecs: {}")).toEqual([
    "m:4:1: JobQueue default/a: specs: unknown field: did you mean spec?",
  ]);
});

test("a rule that cannot be evaluated is silent where the schema already says what is wrong", () => {
  const text = environment.replace("    maxvCpus: 16\n", "").replace("type: FARGATE", "type: EC2");
  expect(problemsOf(text)).toEqual([
    expect.stringContaining("spec.computeResources.maxvCpus: is missing: add it (a whole number)"),
    expect.stringContaining("add instanceRole"),
    expect.stringContaining("add instanceTypes"),
  ]);
});

describe("environments of one queue", () => {
  const onInstances = (type: string): string =>
    environment
      .replace("name: fargate", "name: instances")
      .replace(
        "type: FARGATE",
        `type: ${type}\n    allocationStrategy: BEST_FIT_PROGRESSIVE\n    instanceTypes: [m7i.large]\n    instanceRole: arn:aws:iam::123456789012:instance-profile/batch`,
      );
  const both = `${queue}    - order: 2\n      computeEnvironmentRef:\n        name: instances\n`;

  test.each(["EC2", "SPOT"])("Fargate and %s are refused, as AWS refuses them", (type) => {
    expect(problemsOf(together(environment, onInstances(type), both))).toEqual([
      "m:41:9: JobQueue default/nightly: spec.computeEnvironmentOrder[1].computeEnvironmentRef.name: instances is EC2, but fargate is Fargate, and AWS accepts only one of them in a queue: use a queue for each",
    ]);
  });

  test("Fargate and Fargate Spot are accepted", () => {
    const spot = environment.replace("name: fargate", "name: instances").replace("type: FARGATE", "type: FARGATE_SPOT");
    expect(problemsOf(together(environment, spot, both))).toEqual([]);
  });
});

describe("a secret in plain text", () => {
  const withVariable = (name: string, value: string): string =>
    definition.replace(
      "    resourceRequirements:",
      `    environment:\n      - name: ${name}\n        value: "${value}"\n    resourceRequirements:`,
    );
  const notesOf = (text: string): readonly string[] =>
    validateManifests(documentsOf("m", text).documents, crds, wholeDirectory).notes.map(noteText);

  test.each(["DB_PASSWORD", "apiKey", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN"])("in %s is warned of", (name) => {
    expect(notesOf(withVariable(name, "hunter22"))).toEqual([
      `m:12:9: warning: JobDefinition default/hello: spec.containerProperties.environment[0].value: ${name} is probably a secret in plain text, which everyone can read who may describe job definitions: use secrets, or for EKS a Kubernetes Secret`,
    ]);
  });

  test("in a job is warned of, and where it belongs is said", () => {
    const job = `apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: hello}
spec:
  jobQueue: q
  jobDefinition: d
  containerOverrides:
    environment:
      - {name: DB_PASSWORD, value: hunter22}
`;
    expect(notesOf(job)).toEqual([
      "m:9:29: warning: BatchJob default/hello: spec.containerOverrides.environment[0].value: DB_PASSWORD is probably a secret in plain text, which everyone can read who may describe jobs: name it under secrets of the job definition, or for EKS in a Kubernetes Secret",
    ]);
  });

  test("in a job with a mistake is not in the error", () => {
    const job = `apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: hello}
spec:
  jobQueue: q
  jobDefinition: d
  parameters: {password: [hunter22]}
`;
    const [problem] = validateManifests(documentsOf("m", job).documents, crds, wholeDirectory).problems;
    expect(problem).toMatchObject({ field: "spec.parameters.password", found: "[hidden]" });
  });

  test.each([
    ["DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"],
    ["DB_SECRET_NAME", "db"],
    ["DB_PASSWORD", "Ref::password"],
    ["MAX_TOKENS", "4096"],
    ["STAGE", "production"],
  ])("is not seen in %s=%s", (name, value) => {
    expect(notesOf(withVariable(name, value))).toEqual([]);
  });
});

describe("manifests of a stranger who wants them to take long", () => {
  const missing = (names: readonly string[], reference: string): string[] =>
    problemsOf(
      together(
        ...names.map((name) => environment.replace("name: fargate", `name: ${name}`)),
        queue.replace("name: fargate", `name: ${reference}`),
      ),
    );
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `environment-${index}`);

  test("a reference to nothing is compared with at most 200 names", () => {
    const found = (problems: readonly string[]) =>
      problems.filter((one) => one.includes("is not among these manifests"));
    expect(found(missing(names(200), "environment-1x"))).toEqual([
      expect.stringContaining("did you mean environment-1?"),
    ]);
    expect(found(missing(names(201), "environment-1x"))).toEqual([
      expect.stringContaining("add it, or correct the name"),
    ]);
  });

  test("another instance type is suggested for five unknown ones of an object", () => {
    const types = Array.from({ length: 7 }, () => "m6i.lagre").join(", ");
    const resources = `type: EC2\n    instanceRole: r\n    instanceTypes: [${types}]`;
    const { notes } = validateManifests(
      documentsOf("m", environment.replace("type: FARGATE", resources)).documents,
      crds,
      wholeDirectory,
    );
    expect(notes.filter(({ message }) => message.includes("unknown instance type"))).toHaveLength(7);
    expect(notes.filter(({ message }) => message.includes("did you mean m6i.large?"))).toHaveLength(5);
  });
});

test("a window that no schedule or time zone opens is found, and only that one", () => {
  const resources = "type: EC2\n    instanceRole: r\n    instanceTypes: [m6i.large]";
  const windows = [
    '{schedule: "0 2 * * SAT", timeZone: Europe/Berlin, durationMinutes: 60}',
    '{schedule: "0 2 * * SAT", timeZone: Europe/Berlni, durationMinutes: 60}',
    '{schedule: "0 2 31 2 *", durationMinutes: 60}',
  ];
  const spec = `spec:\n  imageUpdates: {windows: [${windows.join(", ")}]}`;
  const given = environment.replace("type: FARGATE", resources).replace("spec:", spec);
  const { notes } = validateManifests(documentsOf("m", given).documents, crds, wholeDirectory);
  const found = notes.flatMap(({ message }) => (message.includes("no newer image") ? [message] : []));
  expect(found).toEqual([
    expect.stringContaining("Europe/Berlni"),
    expect.stringContaining("0 2 31 2 * names no date that exists"),
  ]);
});

describe("EFS with IAM", () => {
  const volumes =
    "[{name: data, efsVolumeConfiguration: {fileSystemId: fs-1, transitEncryption: ENABLED, authorizationConfig: {iam: ENABLED}}}]";
  const resources = "[{type: VCPU, value: '1'}, {type: MEMORY, value: '512'}]";
  const container = (more: string) =>
    `containerProperties: {image: a, resourceRequirements: ${resources}, volumes: ${volumes}${more}}`;
  const task = (more: string) =>
    `ecsProperties: {taskProperties: [{containers: [{name: a, image: a, resourceRequirements: ${resources}}], volumes: ${volumes}${more}}]}`;
  const found = (body: string) => {
    const text = `apiVersion: awsbatch.dev/v1alpha1\nkind: JobDefinition\nmetadata: {name: hello}\nspec:\n  type: container\n  ${body}\n`;
    const { problems, notes } = validateManifests(documentsOf("m", text).documents, crds, wholeDirectory);
    expect(problems).toEqual([]);
    return notes.map(
      ({ object, message, isWarning = false }) => `${isWarning ? "warning: " : ""}${object}: ${message}`,
    );
  };
  const arn = "arn:aws:iam::123456789012:role/r";

  test.each([
    ["containerProperties", container("")],
    ["ecsProperties.taskProperties[0]", task("")],
  ])("without a role for the job is warned of in %s", (place, body) => {
    expect(found(body)).toEqual([
      `warning: JobDefinition default/hello: spec.${place}.volumes[0]: EFS with IAM is mounted with the job's role, and there is none, so no job starts: add jobRoleArn (of a task: taskRoleArn) or jobRoleRef, or iam.jobRole to let the operator create one`,
    ]);
  });

  test.each([
    ["jobRoleArn", container(`, jobRoleArn: "${arn}"`)],
    ["taskRoleArn", task(`, taskRoleArn: "${arn}"`)],
    ["a role of the operator", `${container("")}\n  iam: {jobRole: {}}`],
  ])("with %s is not", (_what, body) => {
    expect(found(body)).toEqual([]);
  });
});
