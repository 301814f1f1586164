import { describe, expect, test } from "vitest";
import { bodyChanges } from "../../../../src/controllers/kinds/job-definition/body-changes.ts";
import { shownRequest } from "../../../../src/controllers/kinds/job-definition/shown-values.ts";

type Body = Readonly<Record<string, unknown>>;

/** Where a container of ECS can stand in a body. */
const ecsContainers: readonly (readonly [string, (container: Body) => Body])[] = [
  ["containerProperties", (container) => ({ containerProperties: container })],
  ["a container of an ECS task", (container) => ({ ecsProperties: { taskProperties: [{ containers: [container] }] } })],
  [
    "the container of a node range",
    (container) => ({ nodeProperties: { nodeRangeProperties: [{ targetNodes: "0:", container }] } }),
  ],
  [
    "a container of an ECS task of a node range",
    (container) => ({
      nodeProperties: {
        nodeRangeProperties: [{ targetNodes: "0:", ecsProperties: { taskProperties: [{ containers: [container] }] } }],
      },
    }),
  ],
];

const eksContainers: readonly (readonly [string, (container: Body) => Body])[] = [
  ["a container of a pod", (container) => ({ eksProperties: { podProperties: { containers: [container] } } })],
  ["an initContainer of a pod", (container) => ({ eksProperties: { podProperties: { initContainers: [container] } } })],
  [
    "a container of a pod of a node range",
    (container) => ({
      nodeProperties: {
        nodeRangeProperties: [{ targetNodes: "0:", eksProperties: { podProperties: { containers: [container] } } }],
      },
    }),
  ],
];

/** Members of an ECS container with values that may be secrets; `secret` is one. */
const ecsMembers: readonly (readonly [string, (secret: string) => Body])[] = [
  ["environment", (secret) => ({ environment: [{ name: "A", value: secret }] })],
  ["command", (secret) => ({ command: ["run", secret] })],
  ["secrets", (secret) => ({ secrets: [{ name: "A", valueFrom: secret }] })],
  ["logConfiguration.options", (secret) => ({ logConfiguration: { logDriver: "splunk", options: { user: secret } } })],
  [
    "logConfiguration.secretOptions",
    (secret) => ({ logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "A", valueFrom: secret }] } }),
  ],
  ["repositoryCredentials", (secret) => ({ repositoryCredentials: { credentialsParameter: secret } })],
];

const eksMembers: readonly (readonly [string, (secret: string) => Body])[] = [
  ["env", (secret) => ({ env: [{ name: "A", value: secret }] })],
  ["command", (secret) => ({ command: ["run", secret] })],
  ["args", (secret) => ({ args: ["--password", secret] })],
];

/** Members of the body itself, or of a task or pod. */
const others: readonly (readonly [string, (secret: string) => Body])[] = [
  ["parameters", (secret) => ({ parameters: { password: secret } })],
  ["parameters with the name of a shown member", (secret) => ({ parameters: { image: secret, user: secret } })],
  ["labels of a pod", (secret) => ({ eksProperties: { podProperties: { metadata: { labels: { image: secret } } } } })],
  [
    "annotations of a pod",
    (secret) => ({ eksProperties: { podProperties: { metadata: { annotations: { type: secret } } } } }),
  ],
  [
    "firelensConfiguration of a container of an ECS task",
    (secret) => ({
      ecsProperties: {
        taskProperties: [{ containers: [{ firelensConfiguration: { type: "fluentbit", options: { user: secret } } }] }],
      },
    }),
  ],
];

/** Where a job overrides its definition. */
const overrides: readonly (readonly [string, (secret: string) => Body])[] = [
  ["containerOverrides", (container: Body) => ({ containerOverrides: container })] as const,
  [
    "a task of ecsPropertiesOverride",
    (container: Body) => ({ ecsPropertiesOverride: { taskProperties: [{ containers: [container] }] } }),
  ] as const,
  [
    "a node of nodeOverrides",
    (container: Body) => ({ nodeOverrides: { nodePropertyOverrides: [{ containerOverrides: container }] } }),
  ] as const,
].flatMap(([place, body]) =>
  ecsMembers
    .slice(0, 2)
    .map(([member, container]) => [`${member} of ${place}`, (secret: string) => body(container(secret))] as const),
);
const podOverrides = eksMembers.map(
  ([member, container]) =>
    [
      `${member} of a pod of eksPropertiesOverride`,
      (secret: string) => ({ eksPropertiesOverride: { podProperties: { containers: [container(secret)] } } }),
    ] as const,
);

const everyPlace = [
  ...ecsContainers.flatMap(([place, body]) =>
    ecsMembers.map(
      ([member, container]) => [`${member} of ${place}`, (secret: string) => body(container(secret))] as const,
    ),
  ),
  ...eksContainers.flatMap(([place, body]) =>
    eksMembers.map(
      ([member, container]) => [`${member} of ${place}`, (secret: string) => body(container(secret))] as const,
    ),
  ),
  ...others,
];

describe("a value that may be a secret", () => {
  test.each(everyPlace)("in %s is in no change that status.plan or the command plan shows", (_place, body) => {
    const changes = bodyChanges(body("hunter1"), body("hunter2"));
    expect(changes).not.toEqual([]);
    expect(JSON.stringify(changes)).not.toContain("hunter");
    expect(JSON.stringify([bodyChanges({}, body("hunter2")), bodyChanges(body("hunter1"), {})])).not.toContain(
      "hunter",
    );
  });

  test.each([...everyPlace, ...overrides, ...podOverrides])("in %s is in no write that is shown", (_place, body) => {
    const shown = JSON.stringify(shownRequest({ jobDefinitionName: "a", ...body("hunter2") }));
    expect(shown).not.toContain("hunter");
    expect(shown).toContain("[hidden]");
  });
});

describe("a write that is shown", () => {
  test.each(ecsContainers)("has the image and the resources of %s", (_place, body) => {
    const container = { image: "a:1", resourceRequirements: [{ type: "VCPU", value: "1" }], privileged: false };
    expect(shownRequest(body(container))).toEqual(body(container));
  });

  test.each(eksContainers)("has the image and the resources of %s", (_place, body) => {
    const container = { name: "main", image: "a:1", resources: { limits: { cpu: "1", memory: "1Gi" } } };
    expect(shownRequest(body(container))).toEqual(body(container));
  });

  test("has the resources, retries and consumables of a job", () => {
    const request = {
      jobName: "a",
      jobQueue: "q",
      jobDefinition: "d:1",
      arrayProperties: { size: 3 },
      containerOverrides: { resourceRequirements: [{ type: "VCPU", value: "1" }] },
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: "Host EC2*", action: "RETRY" }] },
      consumableResourcePropertiesOverride: { consumableResourceList: [{ consumableResource: "c", quantity: 2 }] },
    };
    expect(shownRequest(request)).toEqual(request);
  });

  test("has the names of what it hides, and all that is not of the body", () => {
    const request = {
      jobDefinitionName: "a",
      tags: { team: "web" },
      parameters: { password: "x" },
      containerProperties: { environment: [{ name: "A", value: "x" }] },
    };
    expect(shownRequest(request)).toEqual({
      jobDefinitionName: "a",
      tags: { team: "web" },
      parameters: { password: "[hidden]" },
      containerProperties: { environment: [{ name: "A", value: "[hidden]" }] },
    });
  });
});
