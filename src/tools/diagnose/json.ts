import { jsonLine } from "../../runtime/visible.ts";
import { headline } from "./queue-document.ts";
import { isHealthy, type QueueReport } from "./report.ts";

/** A diagnosis for programs: one JSON object in one line. Pure. */
export function diagnosisJson(report: QueueReport): string {
  const { facts, account, region, object, counts, diagnosis, findings, networks, capacity } = report;
  const { jobQueueName: name, jobQueueArn: arn, state, status, priority } = facts.queue;
  const head = facts.jobs?.head;
  return jsonLine({
    headline: headline(report),
    healthy: isHealthy(report),
    verdict: diagnosis.verdict,
    account,
    region,
    object,
    queue: { name, arn, state, status, priority },
    jobs: counts,
    firstJob:
      head === undefined
        ? undefined
        : { jobId: head.jobId, since: new Date(head.since).toISOString(), ...head.described },
    findings,
    consumables: facts.consumables.length === 0 ? undefined : facts.consumables,
    capacity,
    environments: facts.environments.map(({ name: environment, environment: described }) => {
      const { type, desiredvCpus, maxvCpus, instanceTypes } = described?.computeResources ?? {};
      const network = networks.get(environment);
      return {
        name: environment,
        exists: described !== undefined,
        state: described?.state,
        status: described?.status,
        statusReason: described?.statusReason,
        type,
        desiredvCpus,
        maxvCpus,
        instanceTypes,
        network: network === undefined ? undefined : { ...network.fact, picture: network.picture },
      };
    }),
  });
}
