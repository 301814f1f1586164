/** What must be undone however this process ends: children ended, directories removed. */

type Task = () => void;

const tasks: Task[] = [];
let listening = false;

/** Runs `task` when this process exits, or a signal ends it. Newest first. @returns forgets the task */
export function atExit(task: Task): () => void {
  if (!listening) listen();
  tasks.push(task);
  return () => {
    const index = tasks.indexOf(task);
    if (index >= 0) tasks.splice(index, 1);
  };
}

function listen(): void {
  listening = true;
  process.on("exit", runAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      runAll();
      // The listener is gone by now: the signal does what it would have done without us.
      process.kill(process.pid, signal);
    });
  }
}

function runAll(): void {
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) task();
}
