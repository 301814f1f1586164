import { keyText } from "../../api/object.ts";
import { jsonLine } from "../../runtime/visible.ts";
import { jobHeadline } from "./job-document.ts";
import { isJobHealthy, type JobReport } from "./job-report.ts";

/** A diagnosis of a job for programs: one JSON object in one line. Pure. */
export function jobJson(report: JobReport): string {
  const { object, account, region, status, job, findings, dependencies } = report;
  const { tags: _tags, ...record } = job?.record ?? { tags: {} };
  return jsonLine({
    headline: jobHeadline(report),
    healthy: isJobHealthy(report),
    account,
    region,
    object: keyText(object.metadata),
    status,
    job: job === undefined ? undefined : { ...record, needs: job.described.needs },
    findings,
    dependencies,
  });
}
