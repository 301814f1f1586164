import { useState } from "preact/hooks";
import {
  type Item,
  type JobLine,
  type JobList,
  type JobStatus,
  jobStatuses,
  type QueueDiagnosis,
  type Snapshot,
} from "../server/model.ts";
import { questionOf, useAnswer } from "./ask.ts";
import { JobDetails } from "./job.tsx";
import { StateSign } from "./signs.tsx";
import { Subjects, subjectOf } from "./subjects.tsx";
import { Moment } from "./time.tsx";

interface JobsProps {
  readonly snapshot: Snapshot;
  /** ID of the queue. */
  readonly open: string | undefined;
}

/** The jobs of a queue, and why they do not start. */
export function JobsView({ snapshot: { items }, open }: JobsProps) {
  const queues = Object.values(items).filter(({ kind }) => kind === "JobQueue");
  const subjects = { items: queues, open, isUrgent: isBlocked };
  const item = subjectOf(subjects);
  return (
    <>
      <h2>Jobs</h2>
      <Subjects {...subjects} view="jobs" shown={item} noun="a queue" />
      {item === undefined ? null : <QueueJobs key={item.id} item={item} />}
    </>
  );
}

function isBlocked({ warnings }: Item): boolean {
  return warnings.some(({ type }) => type === "JobsProgressing");
}

function QueueJobs({ item }: { readonly item: Item }) {
  const unfinished = new Map(item.jobs?.counts.map(({ status, count }) => [status, count]));
  const busiest = jobStatuses.findLast((status) => (unfinished.get(status) ?? "0") !== "0");
  const [chosen, setChosen] = useState<JobStatus>();
  const status = chosen ?? busiest ?? "SUCCEEDED";
  return (
    <section aria-label={`Jobs of ${item.name}`}>
      <Diagnosis item={item} />
      <fieldset class="statuses">
        <legend class="hidden">State of the jobs</legend>
        {jobStatuses.map((one) => (
          <button key={one} type="button" aria-pressed={one === status} onClick={() => setChosen(one)}>
            {one} {unfinished.has(one) ? <span class="count">{unfinished.get(one)}</span> : null}
          </button>
        ))}
      </fieldset>
      <List key={status} item={item} status={status} />
    </section>
  );
}

/** Why the first job does not start. */
function Diagnosis({ item }: { readonly item: Item }) {
  const { answer, again } = useAnswer<QueueDiagnosis>(questionOf("queue", { of: item.id }));
  return (
    <section class="panelBox" aria-label="Diagnosis" aria-busy={answer === undefined}>
      {answer === undefined ? <p role="status">Reading the queue, its environments and their network …</p> : null}
      {answer !== undefined && "problem" in answer ? <p class="whole">{answer.problem}</p> : null}
      {answer !== undefined && "data" in answer ? (
        <>
          <p class="stateLine">
            <StateSign state={answer.data.healthy ? "Current" : "Failed"} /> <strong>{answer.data.headline}</strong>
          </p>
          {answer.data.findings.map(({ code, sentence, fix }) => (
            <div key={`${code} ${sentence}`} class="warning">
              <p class="whole">
                <strong>{code}</strong> {sentence}
              </p>
              {fix === "" ? null : <p class="whole">Fix: {fix}</p>}
            </div>
          ))}
        </>
      ) : null}
      <button type="button" class="more" onClick={again} disabled={answer === undefined}>
        Read again
      </button>
    </section>
  );
}

interface ListProps {
  readonly item: Item;
  readonly status: JobStatus;
}

function List({ item, status }: ListProps) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState<string>();
  const { answer, again } = useAnswer<JobList>(questionOf("jobs", { of: item.id, status }));
  if (answer === undefined) return <p role="status">Reading jobs …</p>;
  if ("problem" in answer) return <p class="notice problem">{answer.problem}</p>;
  const { jobs, more } = answer.data;
  const shown = jobs.filter(({ id, name, statusReason = "" }) =>
    `${id} ${name} ${statusReason}`.toLowerCase().includes(text.toLowerCase()),
  );
  return (
    <>
      <div class="bar tools">
        <label>
          <span>Filter</span>
          <input type="search" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
        </label>
        <button type="button" onClick={again}>
          Read again
        </button>
        <output>
          {shown.length === jobs.length ? jobs.length : `${shown.length} of ${jobs.length}`}
          {jobs.length === 1 ? " job" : " jobs"}
          {more ? ", the newest of more" : ""}
        </output>
      </div>
      {jobs.length === 0 ? (
        <p class="notice">No job is {status}.</p>
      ) : (
        <ul class="jobList">
          {shown.map((job) => (
            <Job key={job.id} job={job} item={item} isOpen={job.id === open} onOpen={setOpen} />
          ))}
        </ul>
      )}
    </>
  );
}

interface JobProps {
  readonly job: JobLine;
  readonly item: Item;
  readonly isOpen: boolean;
  readonly onOpen: (id: string | undefined) => void;
}

function Job({ job, item, isOpen, onOpen }: JobProps) {
  const { id, name, statusReason, createdAt, startedAt, stoppedAt, children } = job;
  return (
    <li>
      <button type="button" aria-expanded={isOpen} onClick={() => onOpen(isOpen ? undefined : id)}>
        <b class="jobName">{name}</b>
        <span class="hopId">{id}</span>
        {children === undefined ? null : <span>{children} children</span>}
        {createdAt === undefined ? null : (
          <span class="at">
            submitted <Moment at={createdAt} />
          </span>
        )}
        {startedAt === undefined ? null : (
          <span class="at">
            started <Moment at={startedAt} isShort />
          </span>
        )}
        {stoppedAt === undefined ? null : (
          <span class="at">
            ended <Moment at={stoppedAt} isShort />
          </span>
        )}
        {statusReason === undefined ? null : <span class="whole">{statusReason}</span>}
      </button>
      {isOpen ? <JobDetails id={id} of={item.id} /> : null}
    </li>
  );
}
