import { useState } from "preact/hooks";
import type { JobDescription, JobLog } from "../server/model.ts";
import { questionOf, useAnswer } from "./ask.ts";
import { Moment } from "./time.tsx";

interface JobProps {
  /** ID of the job in AWS. */
  readonly id: string;
  /** ID of the object that it belongs to: its queue or its BatchJob. */
  readonly of: string;
}

/** A job with its attempts and the end of its log; of an array or a multi-node job also one of its parts. */
export function JobDetails({ id, of }: JobProps) {
  const { answer } = useAnswer<JobDescription>(questionOf("job", { of, id }));
  if (answer === undefined) return <p role="status">Reading the job …</p>;
  if ("problem" in answer) return <p class="notice problem">{answer.problem}</p>;
  const { children, nodes, latestAttempt } = answer.data;
  return (
    <div class="jobDetails">
      <Facts job={answer.data} />
      <Attempts job={answer.data} />
      {children === undefined ? null : <Parts id={id} of={of} count={children} separator=":" noun="child" />}
      {nodes === undefined ? null : <Parts id={id} of={of} count={nodes} separator="#" noun="node" />}
      {children === undefined && nodes === undefined ? <Log id={id} of={of} attempts={latestAttempt} /> : null}
    </div>
  );
}

function Facts({ job }: { readonly job: JobDescription }) {
  const { definition, exitCode, reason, logStream, dependsOn, statusReason } = job;
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ["Definition", definition],
    ["AWS's reason", statusReason],
    ["Exit code", exitCode],
    ["Reason of the container", reason],
    ["Log stream", logStream],
    ["Waits for", dependsOn.length === 0 ? undefined : dependsOn.join(", ")],
  ];
  return (
    <dl>
      {facts.map(([label, value]) =>
        value === undefined ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Attempts({ job: { attempts } }: { readonly job: JobDescription }) {
  if (attempts.length === 0) return null;
  return (
    <>
      <h3>Attempts</h3>
      <ol class="attempts">
        {attempts.map((attempt, index) => (
          <li key={`${index} ${attempt.startedAt}`}>
            {attempt.startedAt === undefined ? "never started" : <Moment at={attempt.startedAt} />}
            {attempt.stoppedAt === undefined ? null : (
              <>
                {" to "}
                <Moment at={attempt.stoppedAt} isShort />
              </>
            )}
            {attempt.exitCode === undefined ? "" : `, exit code ${attempt.exitCode}`}
            {attempt.reason === undefined ? "" : `: ${attempt.reason}`}
          </li>
        ))}
      </ol>
    </>
  );
}

interface PartsProps extends JobProps {
  readonly count: number;
  /** Between the ID of the job and the index of the part. */
  readonly separator: string;
  readonly noun: string;
}

/** A part of a job, chosen by its index: what it printed is not in a log of the whole job. */
function Parts({ id, of, count, separator, noun }: PartsProps) {
  const [text, setText] = useState("");
  const index = partIn(text, count);
  return (
    <section class="partOfJob" aria-label={`One ${noun}`}>
      <label class="tools">
        <span>
          Open a {noun}, from 0 to {count - 1}
        </span>
        <input type="number" min={0} max={count - 1} onInput={({ currentTarget: { value } }) => setText(value)} />
      </label>
      {text === "" || index !== undefined ? null : (
        <p class="notice problem">
          There is no {noun} {text}: they are numbered from 0 to {count - 1}.
        </p>
      )}
      {index === undefined ? null : <JobDetails key={index} id={`${id}${separator}${index}`} of={of} />}
    </section>
  );
}

/** The index that a person typed; undefined: there is no such part. */
function partIn(text: string, count: number): number | undefined {
  const index = /^\d+$/.test(text) ? Number(text) : count;
  return index < count ? index : undefined;
}

interface LogProps extends JobProps {
  /** Number of the latest attempt; 0: none has begun. */
  readonly attempts: number;
}

/** The last lines that an attempt printed. */
function Log({ id, of, attempts }: LogProps) {
  const [attempt, setAttempt] = useState(attempts);
  const question = questionOf("log", { of, id, attempt: String(attempt) });
  const { answer, again } = useAnswer<JobLog>(attempts === 0 ? undefined : question);
  if (attempts === 0) return <p class="hint">It has not started, so it has no log.</p>;
  return (
    <section class="log" aria-label={`Log of attempt ${attempt}`} aria-busy={answer === undefined}>
      <h3>Log</h3>
      <div class="bar tools">
        {attempts === 1 ? null : (
          <label>
            <span>Attempt</span>
            <select value={attempt} onChange={({ currentTarget: { value } }) => setAttempt(Number(value))}>
              {Array.from({ length: attempts }, (_, before) => (
                <option key={before} value={before + 1}>
                  {before + 1} of {attempts}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" onClick={again} disabled={answer === undefined}>
          Read again
        </button>
      </div>
      {answer === undefined ? <p role="status">Reading the log …</p> : <LogLines answer={answer} />}
    </section>
  );
}

function LogLines({ answer }: { readonly answer: { readonly data: JobLog } | { readonly problem: string } }) {
  if ("problem" in answer) return <p class="notice problem">{answer.problem}</p>;
  const { lines, more } = answer.data;
  if (lines.length === 0) return <p class="hint">Nothing is in the log yet.</p>;
  return (
    <>
      {more ? <p class="hint">The last {lines.length} lines. The command logs prints all of them.</p> : null}
      <ol class="lines">
        {lines.map(({ at, container, text }, index) => (
          <li key={`${index} ${at}`}>
            <Moment at={at} isShort />
            {container === undefined ? null : <b>{container}</b>}
            <code>{text}</code>
          </li>
        ))}
      </ol>
    </>
  );
}
