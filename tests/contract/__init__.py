r"""Black-box tests of a running service.

The tests know a base URL, the Copier answers of the service, and an administrator:

    pytest tests/contract --base-url http://127.0.0.1:8000 --answers .copier-answers.yml \
        --admin-email admin@example.com --admin-password "..."

With `auth: api_key`, the password is the administrator's API key; with `auth: oauth2`, `--issuer`
replaces it: the folder of the OpenID Connect issuer (tests/oidc) that the service trusts.

The suite imports nothing from the service and expects no wording of a language or framework, so
the same tests apply to every stack. Tests that an answer rules out are deselected. The service
under test runs with a rate limit too high to be reached; `--expect-rate-limit 5/minute` runs only
the test of that limit, against a service started with it that has not received a request yet.
"""
