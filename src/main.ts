import { calledAs } from "./operator/io.ts";
import { runProcess } from "./process.ts";
import { runCli } from "./program.ts";

runProcess(runCli, calledAs);
