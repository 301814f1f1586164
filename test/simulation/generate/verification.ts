import type { AttemptCourse } from "../../../src/simulator/outcome.ts";
import { type Act, type Step, verificationDoings } from "../story.ts";
import type { Chance } from "./chance.ts";

/** Environments that prove themselves, take newer images in windows, and give queues back when jobs fail. */

type Members = Readonly<Record<string, unknown>>;

/** How the job of a verification goes from now on. */
const courses: readonly AttemptCourse[] = [
  {},
  {},
  { exitCode: 0, durationMs: 5000 },
  { exitCode: 3, durationMs: 5000 },
  { end: "NotStarted", reason: "CannotPullContainerError: no such image" },
  { durationMs: Number.POSITIVE_INFINITY },
];

/** The same steps, in which environments ask for what proves them, and some take what is newer. */
export function withVerification(steps: readonly Step[], chance: Chance): Step[] {
  return steps.map((step) => {
    const { act } = step;
    if (act.kind !== "apply" || act.manifest.kind !== "BatchComputeEnvironment" || !chance.is(0.8)) return step;
    const { manifest } = act;
    const spec = manifest.spec as Members;
    const replacement = {
      ...(spec["replacement"] as Members | undefined),
      ...(chance.is(0.8) ? { verify: verify(chance) } : {}),
      ...(chance.is(0.3) ? { rollback: { failedJobs: chance.whole(1, 3), withinSeconds: chance.of([60, 900]) } } : {}),
    };
    const { type } = (spec["computeResources"] ?? {}) as { readonly type?: string };
    const images = type?.startsWith("FARGATE") === true || !chance.is(0.5) ? {} : { imageUpdates: newer(chance) };
    return { ...step, act: { ...act, manifest: { ...manifest, spec: { ...spec, replacement, ...images } } } };
  });
}

function verify(chance: Chance): object {
  return {
    jobDefinitionRef: { name: chance.is(0.9) ? "jd-1" : "jd-2" },
    ...(chance.is(0.7) ? { timeoutSeconds: chance.of([300, 600, 1800]) } : {}),
    ...(chance.is(0.3) ? { attempts: chance.whole(1, 3) } : {}),
  };
}

function newer(chance: Chance): object {
  const schedule = chance.of(["0 */3 * * *", "30 */2 * * *"]);
  return {
    policy: chance.is(0.7) ? "Automatic" : "Report",
    ...(chance.is(0.4) ? { windows: [{ schedule, durationMinutes: 90 }] } : {}),
    ...(chance.is(0.3) ? { minAgeSeconds: chance.of([60, 1200]) } : {}),
    ...(chance.is(0.2) ? { approval: true } : {}),
  };
}

/** What happens to verifications and images. */
export function verificationSteps(chance: Chance, until: number): Step[] {
  const at = (act: Act): Step => ({ at: chance.number() * until, act });
  return [
    ...Array.from({ length: chance.whole(0, 4) }, () => at({ kind: "course", course: chance.of(courses) })),
    ...Array.from({ length: chance.whole(0, 4) }, () =>
      at({ kind: "tool", doing: chance.of(verificationDoings), pick: chance.whole(0, 100) }),
    ),
    ...(chance.is(0.3)
      ? [
          at({
            kind: "kill",
            replica: "leader",
            after: chance.skewed(4),
            what: `aws ${chance.of(["CreateJobQueue", "SubmitJob", "DeleteJobQueue", "TagResource"])}`,
          }),
        ]
      : []),
  ];
}
