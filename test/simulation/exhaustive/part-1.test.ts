import { runPart } from "./part.ts";

runPart(0, 4, 1);
