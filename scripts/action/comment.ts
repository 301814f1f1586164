/** Comments of the GitHub Action on a pull request, by GitHub's REST API, and GraphQL for what that lacks. */

export interface PullRequest {
  /** e.g. `https://api.github.com/repos/OWNER/NAME`. */
  readonly repository: string;
  readonly number: number;
  readonly token: string;
  /** e.g. `https://api.github.com/graphql`. */
  readonly graphql: string;
}

interface Comment {
  readonly id: number;
  readonly body?: string;
  /** Null: the account was deleted. */
  readonly user?: { readonly login: string } | null;
}

/** GitHub refuses longer ones. */
const longestBody = 65_536;
const perPage = 100;

/** A comment of the action, which it finds again by its first line. What it leaves out it says before a fold that it cuts open. */
export function commentBody(marker: string, markdown: string): string {
  const body = `${marker}\n${markdown}`;
  if (body.length <= longestBody) return body;
  const cut = `${marker}\nThe plan is longer than a comment may be: the summary of the job has all of it.\n\n${markdown}`;
  return cut.slice(0, cut.lastIndexOf("\n", longestBody - 1) + 1);
}

/** The first line of the comment for a path and a cluster name; invisible. */
export function markerOf(path: string, clusterName: string): string {
  // oxlint-disable-next-line text-of-others/quote-in-shell -- a comment of HTML, which nobody runs
  return `<!-- aws-batch-operator plan ${JSON.stringify([path, clusterName]).replaceAll("--", "- -")} -->`;
}

/**
 * Writes the comment in place of the one that an earlier run wrote for the same marker, so that a pull request has one.
 * @throws Error with GitHub's words when it refuses, for example to a pull request from a fork
 */
export async function putComment(pull: PullRequest, marker: string, markdown: string, send = fetch): Promise<void> {
  const body = JSON.stringify({ body: commentBody(marker, markdown) });
  const call: Call = async (method, url, content) => {
    const answer = await send(url, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${pull.token}`,
        "content-type": "application/json",
        "x-github-api-version": "2022-11-28",
      },
      ...(content === undefined ? {} : { body: content }),
    });
    if (!answer.ok) throw new Error(`GitHub answered ${answer.status} to ${method} ${url}: ${await answer.text()}`);
    return await answer.json();
  };
  const author = await loginOf(pull, call);
  const before = await ownComment(pull, { marker, author }, call);
  if (before === undefined) await call("POST", `${pull.repository}/issues/${pull.number}/comments`, body);
  else await call("PATCH", `${pull.repository}/issues/comments/${before.id}`, body);
}

type Call = (method: string, url: string, content?: string) => Promise<unknown>;

/** Whose token it is, e.g. `github-actions[bot]`: REST answers that to no app. */
async function loginOf({ graphql }: PullRequest, call: Call): Promise<string> {
  const answer = (await call("POST", graphql, JSON.stringify({ query: "query { viewer { login } }" }))) as {
    readonly data?: { readonly viewer?: { readonly login?: string } } | null;
  };
  const login = answer.data?.viewer?.login;
  if (login === undefined) throw new Error(`GitHub does not say whose token it is: ${JSON.stringify(answer)}`);
  return login;
}

/** Anybody may write a comment that begins with the marker, and change it after the plan is in it. */
async function ownComment(
  { repository, number }: PullRequest,
  { marker, author }: { readonly marker: string; readonly author: string },
  call: Call,
): Promise<Comment | undefined> {
  for (let page = 1; ; page++) {
    const url = `${repository}/issues/${number}/comments?per_page=${perPage}&page=${page}`;
    const comments = (await call("GET", url)) as readonly Comment[];
    const own = comments.find(({ body, user }) => user?.login === author && body?.startsWith(marker) === true);
    if (own !== undefined || comments.length < perPage) return own;
  }
}
