import { describeWithHelm } from "./helm.ts";
import { namedNamespacesStory } from "./install-stories.ts";

describeWithHelm("a release", namedNamespacesStory);
