import { runPart } from "./part.ts";

runPart(0, 2, 7);
