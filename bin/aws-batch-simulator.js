#!/usr/bin/env node
import { launch } from "./launch.js";

await launch("aws-batch-simulator", "src/simulator-main.ts");
