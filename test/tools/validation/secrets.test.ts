import { describe, expect, test } from "vitest";
import { isSecretName } from "../../../src/tools/validation/secret-names.ts";
import { secretForms } from "../../../src/tools/validation/secret-values.ts";
import { hasSecret, secretsIn } from "../../../src/tools/validation/secrets.ts";

// Put together here, so that no scanner of this repository takes them for real.
const letters = (count: number): string => "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8".repeat(8).slice(0, count);
const hex = (count: number): string => "0a1b2c3d4e5f67890123".repeat(8).slice(0, count);

/** For each form, values that it takes for a secret, and neighbours that it leaves alone. */
const examples: Readonly<Record<string, readonly [secrets: readonly string[], others: readonly string[]]>> = {
  "access key ID of AWS": [
    [`AKIA${"Q".repeat(16)}`, `--key=ASIA${"Z".repeat(16)}`],
    ["AKIAQ", `XAKIA${"Q".repeat(16)}`],
  ],
  "Bedrock key of AWS": [[`ABSK${letters(44)}`], ["ABSKY"]],
  "signed URL of AWS": [
    [`https://b.s3.amazonaws.com/k?X-Amz-Signature=${hex(64)}`],
    ["https://b.s3.amazonaws.com/k?X-Amz-Date=1"],
  ],
  "token of GitHub": [
    [`ghp_${letters(36)}`, `github_pat_${letters(40)}`],
    ["ghp_short", "github_patch"],
  ],
  "token of GitLab": [[`glpat-${letters(20)}`], ["glpat-x"]],
  "token of Slack": [[`xoxb-${letters(20)}`, `xapp-1-${letters(20)}`], ["xoxo-love"]],
  "webhook of Slack": [[`https://hooks.slack.com/services/T0/B0/${letters(24)}`], ["https://hooks.slack.com/docs"]],
  "webhook of Discord": [[`https://discord.com/api/webhooks/123/${letters(40)}`], ["https://discord.com/invite/abc"]],
  "webhook of Teams": [[`https://x.webhook.office.com/webhookb2/${letters(36)}`], ["https://office.com/webhookb2/"]],
  "key of OpenAI": [
    [`sk-${letters(48)}`, `sk-proj-${letters(40)}`],
    ["sk-learn-pipeline-of-the-production", "risk-aaaaaaaaaaaaaaaaaaaaaaaa"],
  ],
  "key of Anthropic": [[`sk-ant-api03-${letters(40)}`], ["sk-ant-x"]],
  "token of Hugging Face": [["hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"], ["hf_transfer", "hf_hub_download"]],
  "key of other model providers": [
    [`gsk_${letters(52)}`, `r8_${letters(37)}`],
    ["gsk_x", "r8_small"],
  ],
  "key of Stripe": [
    [`sk_live_${letters(24)}`, `rk_live_${letters(24)}`],
    ["pk_live_x", "sk_live"],
  ],
  "token of npm": [[`npm_${letters(36)}`], ["npm_config_registry"]],
  "token of PyPI": [[`pypi-${letters(60)}`], ["pypi-mirror"]],
  "token of RubyGems": [[`rubygems_${hex(48)}`], ["rubygems_host"]],
  "token of Docker Hub": [[`dckr_pat_${letters(27)}`], ["dckr_pat"]],
  "key of Google": [[`AIza${letters(35)}`, `GOCSPX-${letters(28)}`], ["AIzawa"]],
  "key of Azure": [[`abc8Q~${letters(34)}`, `https://x/y?sv=1&sig=${letters(44)}`], ["https://x/y?sig=1"]],
  "key of SendGrid": [[`SG.${letters(22)}.${letters(43)}`], ["SG.1.2"]],
  "key of Twilio": [[`SK${hex(32)}`], [`SK${hex(12)}`]],
  "key of Mailgun": [[`key-${hex(32)}`], ["key-1"]],
  "token of Databricks": [[`dapi${hex(32)}`], ["dapi"]],
  "token of DigitalOcean": [[`dop_v1_${hex(64)}`], ["dop_v1_"]],
  "token of Grafana": [[`glsa_${letters(40)}`], ["glsa_x"]],
  "key of New Relic": [[`NRAK-${letters(27)}`], ["NRAK-"]],
  "key of Datadog": [[`ddapi_${letters(40)}`], ["ddapi_x"]],
  "token of HashiCorp": [[`hvs.${letters(90)}`, `${letters(14)}.atlasv1.${letters(67)}`], ["hvs.x"]],
  "token of Pulumi": [[`pul-${hex(40)}`], ["pul-1"]],
  "token of Atlassian": [[`ATATT3${letters(60)}`], ["ATATT3"]],
  "token of Telegram": [[`123456789:AA${letters(33)}`], ["123456789:AA"]],
  "token of Shopify": [[`shpat_${hex(32)}`], ["shpat_"]],
  "token of Linear, Notion, Postman, PostHog": [[`lin_api_${letters(40)}`], ["lin_api_"]],
  "DSN of Sentry": [[`https://${hex(32)}@o1.ingest.sentry.io/42`], ["https://sentry.io/42"]],
  "token of Sentry": [[`sntrys_${letters(60)}`], ["sntrys_"]],
  "private key": [
    ["-----BEGIN RSA PRIVATE KEY-----\nabc", "-----BEGIN PRIVATE KEY-----"],
    ["-----BEGIN PUBLIC KEY-----"],
  ],
  "private key in Base64": [
    [Buffer.from("-----BEGIN RSA PRIVATE KEY-----").toString("base64")],
    [Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64")],
  ],
  "JSON Web Token": [["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig"], ["eyJ.eyJ"]],
  "Authorization header": [
    [`curl -H "Authorization: Bearer ${letters(20)}"`, `Basic ${letters(20)}`],
    ["Bearer $TOKEN", "Basic tests"],
  ],
  "URL with a password": [
    ["postgres://app:hunter22@db/app", "redis://:hunter22@cache"],
    ["https://app@host/", "https://u:$PASSWORD@host/", "s3://b/a:b@c"],
  ],
};

test("each form has examples of both kinds", () => {
  expect(Object.keys(examples)).toEqual(secretForms.map(({ what }) => what));
});

describe.each(secretForms)("$what", ({ what, form }) => {
  const [secrets, others] = examples[what] ?? [[], []];
  test.each(secrets)("%s", (value) => {
    expect([form.test(value), hasSecret(value)]).toEqual([true, true]);
  });
  test.each(others)("not %s", (value) => {
    expect([form.test(value), hasSecret(value)]).toEqual([false, false]);
  });
});

describe("a name of a secret", () => {
  test.each(
    `DB_PASS PGPASS SNOWFLAKE_PWD PASSPHRASE GPG_PASSPHRASE LICENSE_KEY API_KEY apiKey OPENAI_API_KEYS DB_PASSWORD db.password
     MYSQL_ROOT_PASSWORD SLACKTOKEN CLIENT_SECRET AWS_SECRET_ACCESS_KEY FERNET_KEY SSH_KEY GITHUB_PAT DB_PW WANDB_KEY
     splunk-token spring.datasource.password STORAGE_CONNECTION_STRING GOOGLE_CREDENTIALS VAULT_SECRET_ID SMTP_CREDS AccountKey`.split(
      /\s+/,
    ),
  )("is %s", (name) => {
    expect(isSecretName(name)).toBe(true);
  });
  test.each(
    `TOKENIZER TOKENIZERS_PARALLELISM MAX_TOKENS MAX_NEW_TOKENS PAD_TOKEN EOS_TOKEN PUBLIC_KEY SSH_PUBLIC_KEY KEY_NAME KEY_ID
     SECRET_NAME DB_SECRET_ARN TOKEN_PATH DB_PASSWORD_FILE TOKEN_URL TOKEN_TTL PARTITION_KEY S3_KEY INPUT_KEY KEY KMS_KEY_ID PWD OLDPWD
     COMPASS BYPASS SINGLE_PASS PASSENGERS KEYBOARD MONKEY TURKEY STAGE password-stdin secretName LOG_LEVEL AUTHOR`.split(
      /\s+/,
    ),
  )("is not %s", (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

/** Of a container's command, the indices of the arguments that are probably secrets. */
function inCommand(...command: readonly string[]): readonly unknown[] {
  return secretsIn({ containerProperties: { command } }).secrets.map(({ path }) => path.at(-1));
}

describe("an argument of a command", () => {
  test.each<[readonly string[], readonly number[]]>([
    [["run", "--password", "hunter2"], [2]],
    [["run", "--password=hunter2"], [1]],
    [
      ["run", "--api-key=abc", "--token", "def", "--client-secret", "ghi"],
      [1, 3, 5],
    ],
    [["java", "-Dspring.datasource.password=hunter2", "-jar", "a.jar"], [1]],
    [["curl", "-u", "me:hunter2", "https://host"], [2]],
    [["curl", "--user", "me:hunter2"], [2]],
    [["mysql", "-phunter2", "db"], [1]],
    [["sshpass", "-p", "hunter2", "ssh", "host"], [2]],
    [["sh", "-c", "curl -u me:hunter2 https://host | tee log"], [2]],
    [["sh", "-c", "export PGPASSWORD=hunter2; psql"], [2]],
    [["bash", "-lc", "login --password 'hunter2' && run"], [2]],
    [["bash", "-lc", "mysql -u root -phunter2 < dump.sql"], [2]],
    [["env", "DB_PASS=hunter2", "run"], [1]],
    [["run", '{"password": "hunter2"}'], [1]],
    [["run", '{"password":"hunter2","n":1}'], [1]],
    [["run", "jdbc:postgresql://h/db?user=u&password=p"], [1]],
    [["run", "Server=db;User=sa;Password=p"], [1]],
    [["curl", "-H", "X-Api-Key: abcdef"], [2]],
    [["run", "--set", "db.password=hunter2"], [2]],
    [["docker", "run", "-u", "1000:1000", "image"], []],
    [["python", "-u", "train.py", "--tokenizer", "bert-base-uncased", "--max-tokens", "512"], []],
    [["run", "--password", "Ref::password", "--token", "$TOKEN", `--api-key=\${API_KEY}`, "--secret", "$(cat f)"], []],
    [["run", "--password-stdin", "--token-file", "/run/token", "--secret-name", "db"], []],
    [["sh", "-c", 'PGPASSWORD="$PGPASSWORD" psql -h $HOST'], []],
    [["sh", "-c", "export TOKEN=$(aws ecr get-login-password) && run --token $TOKEN"], []],
    [["python", "-c", "token = os.environ['TOKEN']; print(token == 1)"], []],
    [["run", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"], []],
    [["run", "--no-password", "--verbose"], []],
    [["run", "--password", "--verbose"], []],
    [["run", "--key", "data/part-0.parquet", "--partition-key", "day"], []],
    [["echo", "Ref::input", "s3://bucket/secret:v1/x"], []],
  ])("%j: %j", (command, secrets) => {
    expect(inCommand(...command)).toEqual(secrets);
  });
});

test("secrets are found wherever people put values, and nowhere else", () => {
  const { secrets, values } = secretsIn({
    jobDefinition: "password=hunter2",
    parameters: { dbPass: "hunter2", key: "in/a.csv" },
    containerOverrides: { environment: [{ name: "PGPASS", value: "hunter2" }], command: ["--token", "abc"] },
    eksPropertiesOverride: {
      podProperties: { containers: [{ args: ["--password=x"], env: [{ name: "A_KEY", value: "x" }] }] },
    },
    containerProperties: { image: "registry/token:1", jobRoleArn: "arn:aws:iam::123456789012:role/secret" },
    eksProperties: { podProperties: { volumes: [{ name: "secret", secret: { secretName: "db-password" } }] } },
    ecsProperties: {
      taskProperties: [
        { containers: [{ logConfiguration: { logDriver: "splunk", options: { "splunk-token": "abc" } } }] },
      ],
    },
    tags: { password: "shown" },
  });
  expect(secrets.map(({ path, name }) => `${path.slice(1).join(".")} ${name}`)).toEqual([
    "parameters.dbPass dbPass",
    "containerOverrides.environment.0.value PGPASS",
    "containerOverrides.command.1 --token",
    "eksPropertiesOverride.podProperties.containers.0.args.0 args",
    "eksPropertiesOverride.podProperties.containers.0.env.0.value A_KEY",
    "ecsProperties.taskProperties.0.containers.0.logConfiguration.options.splunk-token splunk-token",
  ]);
  expect(values).toBeGreaterThan(secrets.length);
});

test("a text of 200,000 characters that is one name or many options has no secret", () => {
  const readings = [
    "a".repeat(200_000),
    "a.".repeat(100_000),
    " -a".repeat(66_000),
    "=".repeat(200_000),
    " ".repeat(200_000),
  ];
  expect(readings.map(hasSecret)).toEqual(readings.map(() => false));
});
