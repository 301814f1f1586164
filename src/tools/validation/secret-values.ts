/** A form of values that only secrets have. */
export interface SecretForm {
  readonly what: string;
  readonly form: RegExp;
}

/**
 * The forms that providers document, or that gitleaks 8 has for their tokens, without its demand for a keyword near them.
 * Source: https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml
 */
export const secretForms: readonly SecretForm[] = [
  { what: "access key ID of AWS", form: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/ },
  { what: "Bedrock key of AWS", form: /\bABSK[A-Za-z0-9+/]{40,}|\bbedrock-api-key-\w{20,}/ },
  { what: "signed URL of AWS", form: /\bX-Amz-(?:Signature|Security-Token)=[\w%]{20,}/i },
  { what: "token of GitHub", form: /\bgh[pousr]_\w{30,}|\bgithub_pat_\w{30,}/ },
  { what: "token of GitLab", form: /\bgl(?:pat|dt|rt|ft|cbt|ptt|soat|agent)-[\w.-]{20,}/ },
  { what: "token of Slack", form: /\bxox[abeprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}/ },
  { what: "webhook of Slack", form: /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/]{20,}/ },
  { what: "webhook of Discord", form: /\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{20,}/ },
  { what: "webhook of Teams", form: /\.webhook\.office\.com\/webhookb2\/[\w@/-]{30,}/ },
  { what: "key of OpenAI", form: /\bsk-[A-Za-z0-9]{20,}|\bsk-(?:proj|svcacct|admin|or-v1|lf)-[\w-]{20,}/ },
  { what: "key of Anthropic", form: /\bsk-ant-[\w-]{20,}/ },
  { what: "token of Hugging Face", form: /\b(?:hf|api_org)_[A-Za-z0-9]{30,}/ },
  {
    what: "key of other model providers",
    form: /\bgsk_\w{40,}|\br8_\w{30,}|\b(?:pplx|xai)-\w{40,}|\bnvapi-[\w-]{40,}/,
  },
  { what: "key of Stripe", form: /\b(?:sk|rk)_(?:live|test|prod)_\w{10,}|\bwhsec_[\w+/]{20,}/ },
  { what: "token of npm", form: /\bnpm_[A-Za-z0-9]{30,}/ },
  { what: "token of PyPI", form: /\bpypi-[\w-]{40,}/ },
  { what: "token of RubyGems", form: /\brubygems_[0-9a-f]{40,}/ },
  { what: "token of Docker Hub", form: /\bdckr_(?:pat|oat)_[\w-]{20,}/ },
  { what: "key of Google", form: /\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20,}|\bya29\.[\w-]{20,}/ },
  { what: "key of Azure", form: /\b\w{3}\dQ~[\w.~-]{31,34}|[?&]sig=[\w%+/]{30,}/ },
  { what: "key of SendGrid", form: /\bSG\.[\w-]{16,}\.[\w-]{16,}/ },
  { what: "key of Twilio", form: /\bSK[0-9a-f]{32}\b/ },
  { what: "key of Mailgun", form: /\bkey-[0-9a-f]{32}\b/ },
  { what: "token of Databricks", form: /\bdapi[0-9a-f]{32}/ },
  { what: "token of DigitalOcean", form: /\bdo[opr]_v1_[0-9a-f]{64}/ },
  { what: "token of Grafana", form: /\bgl(?:sa|c)_[\w+/]{30,}/ },
  { what: "key of New Relic", form: /\bNR(?:AK|II|JS)-[\w-]{20,}/ },
  { what: "key of Datadog", form: /\bdd(?:ap|api|app)_\w{30,}/ },
  { what: "token of HashiCorp", form: /\bhv[sbr]\.[\w-]{20,}|\b\w{14}\.atlasv1\.[\w-]{60,}/ },
  { what: "token of Pulumi", form: /\bpul-[0-9a-f]{40}/ },
  { what: "token of Atlassian", form: /\bAT(?:ATT3|CTT3|BB)[\w=-]{20,}/ },
  { what: "token of Telegram", form: /\b\d{8,10}:AA[\w-]{30,}/ },
  { what: "token of Shopify", form: /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/ },
  { what: "token of Linear, Notion, Postman, PostHog", form: /\b(?:lin_api|ntn|PMAK|phx)[_-][\w-]{30,}/ },
  { what: "DSN of Sentry", form: /\bhttps?:\/\/[0-9a-f]{32}@[\w.-]+\/\d+/ },
  { what: "token of Sentry", form: /\bsntry[su]_[\w+/=-]{30,}/ },
  { what: "private key", form: /-----BEGIN [A-Z ]*PRIVATE KEY|\bAGE-SECRET-KEY-1|\bPuTTY-User-Key-File-\d/ },
  // "-----BEGIN " and the first letters of RSA PRIVATE, PRIVATE, OPENSSH and EC PRIVATE.
  { what: "private key in Base64", form: /\bLS0tLS1CRUdJTiB(?:SU0EgUFJJVk|QUklWQVRF|PUEVOU1NI|FQyBQUklW)/ },
  { what: "JSON Web Token", form: /\beyJ[\w-]{10,}\.[\w-]{10,}\./ },
  { what: "Authorization header", form: /\b(?:Bearer|Basic)\s+(?!\$)[\w+/.~-]{16,}/i },
  { what: "URL with a password", form: /:\/\/[^\s/:@]*:(?!\$|%|<|\{\{|Ref::)[^\s/@]+@/ },
];
