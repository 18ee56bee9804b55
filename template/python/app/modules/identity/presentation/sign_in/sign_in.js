// Signs users in at the issuer: authorization code flow with PKCE (RFC 7636). The client is public,
// because a page cannot protect a secret. Single-page applications can start from a copy of this file.

const PAGE = `${location.origin}/sign-in`;
const CALLBACK = `${PAGE}/callback`;
// Session storage is limited to this tab, until it is closed.
const ATTEMPT = "sign-in.attempt";
const TOKENS = "sign-in.tokens";

const element = (id) => document.getElementById(id);
let configuration;

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

// Returns the JSON of a response, or throws the error that the server describes.
async function fetchJson(url, options) {
  const response = await fetch(url, options);
  const content = await response.json();
  if (!response.ok) {
    throw new Error(content.detail ?? content.error_description ?? content.error ?? response.statusText);
  }
  return content;
}

function takeItem(key) {
  const value = JSON.parse(sessionStorage.getItem(key));
  sessionStorage.removeItem(key);
  return value;
}

function redirect(url, parameters) {
  const target = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    target.searchParams.set(name, value);
  }
  location.assign(target);
}

async function signIn() {
  const attempt = { state: randomText(), verifier: randomText() };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  redirect(configuration.authorization_endpoint, {
    ...configuration.parameters,
    response_type: "code",
    client_id: configuration.client_id,
    redirect_uri: CALLBACK,
    scope: configuration.scope,
    state: attempt.state,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: "S256",
  });
}

// Handles the redirect of the issuer, which has a code or an error.
async function finishSignIn(response) {
  const attempt = takeItem(ATTEMPT);
  history.replaceState(null, "", PAGE); // keeps the code out of the browser's history
  if (!attempt || response.get("state") !== attempt.state) {
    throw new Error("This response belongs to no sign-in of this tab. Sign in again.");
  }
  if (response.has("iss") && response.get("iss") !== configuration.issuer) {
    throw new Error("This response comes from another issuer.");
  }
  if (response.has("error")) {
    throw new Error(response.get("error_description") ?? response.get("error"));
  }
  const tokens = await fetchJson(configuration.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      ...configuration.parameters,
      grant_type: "authorization_code",
      client_id: configuration.client_id,
      code: response.get("code"),
      redirect_uri: CALLBACK,
      code_verifier: attempt.verifier,
    }),
  });
  sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
}

async function showProfile(tokens) {
  const headers = { Authorization: `Bearer ${tokens.access_token}` };
  const profile = await fetchJson("/api/v1/me", { headers });
  element("name").textContent = profile.email ?? profile.id;
  element("profile").textContent = JSON.stringify(profile, null, 2);
  element("signed-in").hidden = false;
}

function signOut() {
  const tokens = takeItem(TOKENS);
  if (configuration.end_session_endpoint) {
    const hint = tokens?.id_token ? { id_token_hint: tokens.id_token } : {};
    const parameters = { client_id: configuration.client_id, post_logout_redirect_uri: PAGE };
    redirect(configuration.end_session_endpoint, { ...parameters, ...hint });
  } else {
    location.assign(PAGE);
  }
}

async function copyToken() {
  const tokens = JSON.parse(sessionStorage.getItem(TOKENS));
  await navigator.clipboard.writeText(tokens.access_token);
  element("status").textContent = "Copied. Anyone who has the token can act as you until it expires.";
}

function handle(id, action) {
  element(id).addEventListener("click", () => Promise.resolve().then(action).catch(report));
}

function report(error) {
  element("problem").textContent = error.message;
  element("problem").hidden = false;
}

handle("sign-in", signIn);
handle("sign-out", signOut);
handle("copy", copyToken);
try {
  configuration = await fetchJson("/sign-in/configuration");
  if (location.href.startsWith(CALLBACK)) {
    await finishSignIn(new URLSearchParams(location.search));
  }
  const tokens = JSON.parse(sessionStorage.getItem(TOKENS));
  if (tokens) {
    await showProfile(tokens);
  }
} catch (error) {
  sessionStorage.removeItem(TOKENS);
  report(error);
}
element("sign-in").hidden = !configuration || !element("signed-in").hidden;
