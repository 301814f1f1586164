import { describeWithHelm } from "./helm.ts";
import { clusterWideStory } from "./install-stories.ts";

describeWithHelm("a release", clusterWideStory);
