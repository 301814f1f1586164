import { describeWithHelm } from "./helm.ts";
import { installStories } from "./install-stories.ts";

describeWithHelm("a release", installStories);
