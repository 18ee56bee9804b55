r"""Black-box tests of a running service.

They know a base URL, the answers that the service was generated from, and an administrator:

    pytest tests/contract --base-url http://127.0.0.1:8000 --answers .copier-answers.yml \
        --admin-email admin@example.com --admin-password "..."

Where `auth` is `api_key`, the password is the administrator's key; where it is `oauth2`, `--issuer`
takes its place: the folder of the issuer (tests/oidc) that the service believes.

They import nothing of the service and expect no wording of any language or framework, so that
they judge every stack alike. What an answer rules out is deselected. The service under test runs
with a rate limit too high to be met; `--expect-rate-limit 5/minute` runs only the test of that
limit, against a service that was started with it and has not been asked yet.
"""
