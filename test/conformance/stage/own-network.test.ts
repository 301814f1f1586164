import { expect, test } from "vitest";
import { askedBy } from "../../../conformance/account/account.ts";
import { cleanRun, conform } from "../../../conformance/run/conform.ts";
import { networkName } from "../../../conformance/stage/own-network.ts";
import { callsOf, leftAfter, stepOf } from "../killed.ts";
import { contents, killedAfter, request, simulated, simulatedInProcess } from "../simulated.ts";

const own = { network: "own", only: "DeleteJobQueue: while ENABLED" } as const;
const name = networkName({ id: "abc123" });

test("a run makes a network of its own, with a route to the internet, and leaves nothing of it", async () => {
  const { aws, ports, printed, ended } = await simulated({ stalenessMs: 3000 });
  const before = contents(aws);
  const made: string[] = [];
  const account = askedBy(ports.account, (ask) => async (operation, input) => {
    const outcome = await ask(operation, input);
    const isDryRun = "DryRun" in input;
    if (/Vpc|Subnet|Gateway|Route/.test(operation) && !operation.startsWith("Describe") && !isDryRun)
      made.push(operation);
    return outcome;
  });
  expect(await ended(conform(request(own), { ...ports, account }))).toBe(0);
  expect(contents(aws)).toEqual(before);
  expect(made).toEqual([
    "CreateVpc",
    "CreateSubnet",
    "ModifySubnetAttribute",
    "CreateInternetGateway",
    "AttachInternetGateway",
    "CreateRouteTable",
    "CreateRoute",
    "AssociateRouteTable",
    "DeleteSubnet",
    "DeleteRouteTable",
    "DetachInternetGateway",
    "DeleteInternetGateway",
    "DeleteVpc",
  ]);
  expect(printed[0]).toContain("A VPC with a subnet, a route table and an internet gateway, which cost nothing");
});

test("--clean leaves nothing of a network, whenever the run was killed", async () => {
  const quick = { ...own, only: "CreateSchedulingPolicy: " };
  const left: string[] = [];
  for (let call = await callsOf(quick); call > 0; call -= stepOf(2)) left.push(...(await leftAfter(call, quick)));
  expect(left).toEqual([]);
});

test("--clean leaves a subnet whose tag somebody removed, and the VPC around it, and names both", async () => {
  const { aws, ports, printed, ended } = await simulatedInProcess();
  let calls = 0;
  const counted = askedBy(ports.account, (ask) => (operation, input) => {
    calls++;
    if (operation === "CreateRoute") throw new Error(String(calls));
    return ask(operation, input);
  });
  await ended(conform(request(own), { ...ports, account: counted }));
  expect(printed.join()).toContain("Nothing of the run abc123 is left.");
  const account = killedAfter(ports.account, Number(/The run ended early: (\d+)/.exec(printed.join())?.[1]));
  await ended(conform(request(own), { ...ports, account })).catch(() => undefined);
  const { Subnets = [] } = await aws.ec2.describeSubnets({ Filters: [{ Name: "tag:Name", Values: [name] }] });
  const [subnet = ""] = Subnets.map(({ SubnetId }) => SubnetId);
  await aws.ec2.deleteTags({ Resources: [subnet], Tags: [{ Key: "aws-batch-conformance" }] });
  printed.length = 0;
  expect(await ended(cleanRun("abc123", ports))).toBe(1);
  const said = printed.join("\n");
  expect(said).toContain(`Subnet ${name} (${subnet}) has a name of the run and not its tag: it stays as it is.`);
  expect(said).toMatch(
    new RegExp(`Vpc ${name} \\(vpc-[0-9a-f]+\\) is still there\\. DeleteVpc: DependencyViolation: `),
  );
  expect(contents(aws)).toContain(`network ${subnet}`);
});
