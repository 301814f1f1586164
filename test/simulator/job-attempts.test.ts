import { expect, it } from "vitest";
import { accountWithQueue, ec2 } from "./account.ts";

const requirements = [
  { type: "VCPU" as const, value: "1" },
  { type: "MEMORY" as const, value: "512" },
];

it("each container of a task has its log stream; the first that fails decides", async () => {
  const { aws, clock } = await accountWithQueue();
  const container = (name: string, command: string[], essential: boolean) => {
    return { name, image: "busybox", command, essential, resourceRequirements: requirements };
  };
  const containers = [
    container("main", ["sh", "-c", "echo main; exit 3"], true),
    container("side", ["sh", "-c", "echo side; exit 1"], false),
  ];
  await aws.outside.registerJobDefinition({
    jobDefinitionName: "tasks",
    type: "container",
    ecsProperties: { taskProperties: [{ containers }] },
  });
  const { jobId = "" } = await aws.batch.submitJob({ jobName: "job", jobQueue: "q", jobDefinition: "tasks" });
  await clock.advance(300_000);
  const { jobs: [job] = [] } = await aws.batch.describeJobs({ jobs: [jobId] });
  const task = job?.ecsProperties?.taskProperties?.[0];
  expect(task?.containerInstanceArn).toMatch(/:container-instance\/AWSBatch-ce-1/);
  const id = task?.taskArn?.split("/").at(-1);
  const ended = [
    { name: "main", exitCode: 3, logStreamName: `tasks/main/${id}` },
    { name: "side", exitCode: 0, logStreamName: `tasks/side/${id}` },
  ];
  expect(task?.containers).toMatchObject(ended);
  expect(job?.attempts).toMatchObject([
    { container: {}, taskProperties: [{ taskArn: task?.taskArn, containers: ended }] },
  ]);
  const logs = ended.map(({ logStreamName }) =>
    aws.logs.getLogEvents({ logGroupName: "/aws/batch/job", logStreamName }),
  );
  expect((await Promise.all(logs)).map(({ events }) => events?.map(({ message }) => message))).toEqual([
    ["main"],
    ["side"],
  ]);
});

it("a pod has no log stream, and its attempts have a form of their own", async () => {
  const eksConfiguration = { eksClusterArn: "arn:aws:eks:us-east-1:123456789012:cluster/c", kubernetesNamespace: "b" };
  const { aws, clock } = await accountWithQueue({}, { ...ec2("ce-1"), eksConfiguration });
  const resources = { limits: { cpu: "1", memory: "512Mi" } };
  const containers = [{ name: "main", image: "busybox", command: ["sh", "-c"], args: ["exit 5"], resources }];
  await aws.outside.registerJobDefinition({
    jobDefinitionName: "pods",
    type: "container",
    eksProperties: { podProperties: { containers } },
  });
  const { jobId = "" } = await aws.batch.submitJob({ jobName: "job", jobQueue: "q", jobDefinition: "pods" });
  await clock.advance(300_000);
  const { jobs: [job] = [] } = await aws.batch.describeJobs({ jobs: [jobId] });
  const pod = job?.eksProperties?.podProperties;
  expect(pod?.podName).toMatch(/^aws-batch\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(pod?.containers).toMatchObject([{ name: "main", exitCode: 5 }]);
  expect(job?.attempts).toEqual([]);
  expect(job?.eksAttempts).toMatchObject([{ podName: pod?.podName, containers: [{ name: "main", exitCode: 5 }] }]);
});
