"""Signing in at Microsoft, by its own client (msal)."""

from __future__ import annotations

import re
from typing import Any

from activity.errors import AuthenticationFailed, ServerFault, SourceError
from capture.credentials import checked_token
from capture.graph.clouds import CLOUDS
from capture.sign_in.provider import (
    AS_ITSELF,
    WAIT_SECONDS,
    Granted,
    NotGranted,
    Tell,
    in_plain_words,
    missing,
    session,
    too_late,
)
from capture.sign_in.settings import SignInSettings

_CODE = re.compile(r"AADSTS\d{1,9}")
_PASSING = ("server_error", "temporarily_unavailable", "slow_down")
_CONSENT = ("consent_required", "access_denied", "interaction_required")
_MENDED_BY = {
    "AADSTS7000218": "for --device-code the app registration must allow public client flows (Entra: Authentication)",
    "AADSTS50011": "the app registration needs the redirect URI http://localhost, as public client/native",
    "AADSTS700016": "is the client_id right, and the tenant? That organisation has no such app",
    "AADSTS90002": "is the tenant right? There is none of that name",
    "AADSTS53003": "a rule of your organisation's (Conditional Access) forbids it; sign in in the browser, or ask its"
    " administrator",
}  # learn.microsoft.com/entra/identity-platform/reference-error-codes
_NEEDS_ADMIN = ("AADSTS90094", "AADSTS65001", "AADSTS90097")


class MicrosoftClient:
    """Instances are cheap to make; msal is imported when one is asked for something."""

    def __init__(self, settings: SignInSettings) -> None:
        self._settings = settings
        self._authority = f"{settings.url or CLOUDS[settings.cloud].login}/{settings.tenant}"

    def in_browser(self, tell: Tell) -> Granted:
        """With PKCE, which msal does by itself; the answer comes to a loopback port."""
        app, cache = self._app("")
        first, *others = self._settings.audiences()
        more = [scope for audience in others for scope in self._settings.scopes(audience)]
        with in_plain_words(self._authority):
            try:
                answer = app.acquire_token_interactive(
                    self._settings.consented(first),
                    timeout=WAIT_SECONDS,
                    extra_scopes_to_consent=more or None,
                    prompt="select_account",
                    on_before_launching_ui=lambda **_: tell("Opening the browser …"),
                )
            except RuntimeError:  # msal's, when the time is over
                raise too_late(self._settings.command) from None
        return self._granted(answer, cache)

    def by_code(self, tell: Tell) -> Granted:
        app, cache = self._app("")
        with in_plain_words(self._authority):
            flow = app.initiate_device_flow(self._settings.consented(self._settings.audiences()[0]))
            if "user_code" not in flow:
                raise self._refused(flow)
            tell(f"On any machine, open {flow['verification_uri']} and type the code {flow['user_code']}")
            answer = app.acquire_token_by_device_flow(flow)
        return self._granted(answer, cache)

    def silently(self, state: str, audience: str, anew: bool) -> Granted:
        app, cache = self._app(state)
        scopes = self._settings.scopes(audience)
        with in_plain_words(self._authority):
            if self._settings.certificate is not None:
                if anew:
                    app.remove_tokens_for_client()
                answer = self._by_certificate(app, scopes)
            else:
                accounts = app.get_accounts()
                if not accounts:
                    raise NotGranted("nobody has signed in yet")
                answer = app.acquire_token_silent_with_error(scopes, accounts[0], force_refresh=anew)
        return self._granted(answer, cache)

    def _by_certificate(self, app: Any, scopes: list[str]) -> Any:
        try:
            return app.acquire_token_for_client(scopes)
        except Exception as error:
            if type(error).__module__.partition(".")[0] in ("jwt", "cryptography") or isinstance(error, ValueError):
                raise AuthenticationFailed(
                    f"{self._settings.certificate} cannot be used to sign in", "the app's key must be an RSA key"
                ) from None
            raise

    def _app(self, state: str) -> tuple[Any, Any]:
        try:
            import msal  # noqa: PLC0415 - 0.3 s, and an extra
        except ImportError:
            raise missing("msal", "microsoft") from None
        cache = msal.SerializableTokenCache()
        if state and self._settings.certificate is None:
            cache.deserialize(state)
        common = {
            "authority": self._authority,
            "token_cache": cache,
            "http_client": session(self._settings.ca_file),
            "instance_discovery": False,
        }
        with in_plain_words(self._authority):
            if (certificate := self._settings.certificate) is None:
                return msal.PublicClientApplication(self._settings.client_id, **common), cache
            pem = _pem(certificate)
            credential = {"private_key": pem, "public_certificate": pem}
            return msal.ConfidentialClientApplication(self._settings.client_id, credential, **common), cache

    def _granted(self, answer: dict[str, Any] | None, cache: Any) -> Granted:
        if not answer or "access_token" not in answer:
            raise self._refused(answer or {})
        claims = answer.get("id_token_claims")
        user = claims.get("preferred_username") if isinstance(claims, dict) else None
        state = cache.serialize() if self._settings.certificate is None else AS_ITSELF
        return Granted(
            state,
            checked_token(answer["access_token"], self._settings.command),
            float(answer.get("expires_in", 0)),
            str(user or ""),
        )

    def _refused(self, answer: dict[str, Any]) -> SourceError:
        """Of what Microsoft says only its codes are told: the rest may hold anything."""
        error, told = str(answer.get("error") or "no token was given"), str(answer.get("error_description") or "")
        code = found[0] if (found := _CODE.search(told)) else ""
        said = f"{error} {code}".strip() if re.fullmatch(r"[a-z_ ]{1,60}", error) else code or "it was refused"
        settings = self._settings
        if error in _PASSING:
            return ServerFault(f"Microsoft gives no token now ({said})", "it is tried again")
        if error in _CONSENT or code in _NEEDS_ADMIN:
            rights = ", ".join(
                scope.rpartition("/")[2] for one in settings.audiences() for scope in settings.consented(one)
            )
            return NotGranted(
                f"Microsoft grants nothing to this app ({said}): consent to {rights} is missing",
                f"agree to it when you sign in ({settings.command}); where only administrators may,"
                " one of yours must grant it in Entra, under the app's API permissions",
            )
        if settings.certificate is not None:
            return NotGranted(
                f"Microsoft does not take the app's certificate ({said})",
                "is it the one that the app registration shows, and still valid?",
            )
        return NotGranted(f"Microsoft does not grant a token ({said})", _MENDED_BY.get(code, settings.command))


def _pem(path: Any) -> str:
    try:
        text: str = path.read_text(encoding="ascii")
    except (OSError, ValueError):
        raise AuthenticationFailed(f"the certificate {path} cannot be read", "name a PEM file of your own") from None
    if "PRIVATE KEY-----" not in text or "-----BEGIN CERTIFICATE-----" not in text:
        raise AuthenticationFailed(
            f"{path} holds no private key with its certificate", "put both into it, one after the other, as PEM"
        )
    return text
