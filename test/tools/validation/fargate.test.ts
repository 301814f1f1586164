import { expect, test } from "vitest";
import { fargateSizeMessage } from "../../../src/api/v1alpha1/platform-rules.ts";
import { withNextSize } from "../../../src/tools/validation/fargate.ts";

function container(vcpus: string, memory: string) {
  const resourceRequirements = [
    { type: "VCPU", value: vcpus },
    { type: "MEMORY", value: memory },
  ];
  return { image: "x", resourceRequirements };
}

const shared = (message = fargateSizeMessage) => ({ path: ["spec"], message });

test.each([
  ["1", "1024", "Fargate does not offer 1 vCPU with 1024 MiB: use 1 vCPU with 2048 MiB, the next size that has both"],
  ["1", "9000", "Fargate does not offer 1 vCPU with 9000 MiB: use 2 vCPU with 9216 MiB, the next size that has both"],
  ["3", "8192", "Fargate does not offer 3 vCPU with 8192 MiB: use 4 vCPU with 8192 MiB, the next size that has both"],
  ["32", "999999", "Fargate offers nothing as large as 32 vCPU with 999999 MiB: use at most 32 vCPU and 249856 MiB"],
])("a size that Fargate does not offer is answered with the next one: %s vCPU, %s MiB", (vcpus, memory, message) => {
  const object = { spec: { containerProperties: container(vcpus, memory) } };
  expect(withNextSize(shared(), object)).toEqual(shared(message));
});

test("the containers of a task count together", () => {
  const taskProperties = [{ containers: [container("0.25", "512"), container("0.5", "512")] }];
  const message = `the containers together: ${fargateSizeMessage}`;
  expect(withNextSize(shared(message), { spec: { ecsProperties: { taskProperties } } }).message).toBe(
    "the containers together: Fargate does not offer 0.75 vCPU with 1024 MiB: use 1 vCPU with 2048 MiB, the next size that has both",
  );
});

test("other findings stay as they are", () => {
  expect(withNextSize(shared("something else"), { spec: {} })).toEqual(shared("something else"));
});
