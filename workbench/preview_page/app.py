"""The preview page over HTTP: one page, its two files, and what its script asks for.

Only for this machine: another host in the request, another page's request, and anything the page
did not bring along itself are refused.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request

from relay.config import LANGUAGES
from relay.words import Phrase
from workbench.preview_page import options as chosen
from workbench.preview_page.options import Options
from workbench.preview_page.page import AskError, Page
from workbench.preview_page.views import Edit, EditError, View
from workbench.preview_page.words import WORDS

PREFIX = "/_preview"
_HOSTS = ("127.0.0.1", "localhost", "::1")
_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SPOKEN = tuple(reversed(LANGUAGES))  # a browser that names neither gets the server's
_OURS = "X-Preview"  # a header that another page could only send after asking


def blueprint(page: Page, lang: str) -> Blueprint:
    """Return the routes of the page; *lang* is its language where the address names none."""
    routes = Blueprint(
        "preview",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path=f"{PREFIX}/static",
    )
    routes.before_request(_refuse_strangers)
    routes.after_request(_with_headers)
    views = _Views(page, lang)
    routes.add_url_rule(f"{PREFIX}/live", view_func=views.live)
    for name in ("show", "replay", "send", "save", "curl", "test"):
        routes.add_url_rule(f"{PREFIX}/{name}", view_func=getattr(views, name), methods=["POST"])
    return routes


def whole(page: Page, lang: str) -> Response:
    """Return the page itself; for the address `/`, which is the webhook's, too."""
    _refuse_strangers()
    return _with_headers(_Views(page, lang).whole())


_PLATFORMS = ("wecom", "dingtalk")


class _Views:
    def __init__(self, page: Page, lang: str) -> None:
        self._page = page
        self._lang = lang

    def whole(self) -> Response:
        options = chosen.read(
            request.args, request.accept_languages.best_match(_SPOKEN) or self._lang
        )
        missing = ""
        try:
            view = self._page.view(options, Edit())
        except AskError:  # an address from before the last start, or with a slip
            missing = f"#{options.received}" if options.received else options.event
            options = options._replace(event="", received="")
            view = self._page.view(options, Edit())
        context = {**self._context(options), "view": view, "missing": missing}
        text = render_template("page.html", **context, platforms=_platforms(view, options))
        return Response(text, mimetype="text/html")

    def live(self) -> Response:
        """Answer the poll: the list and the banner, or 204 while nothing has changed."""
        options = chosen.read(request.args, self._lang)
        context = self._context(options)
        seen = f"{self._page.trail.count}.{hash(context['banner'])}"
        if request.args.get("seen") == seen:
            return Response(status=204)
        return jsonify(
            seen=seen,
            count=self._page.trail.count,
            received=render_template("received.html", **context),
            banner=render_template("banner.html", **context),
        )

    def show(self) -> Response:
        def act(options: Options, edit: Edit) -> Response:
            view = self._page.view(options, edit)
            context = {**self._context(options), "view": view}
            return jsonify(
                cards=render_template("cards.html", **context),
                derived=render_template("derived.html", **context),
            )

        return self._answered(act)

    def replay(self) -> Response:
        def act(options: Options, edit: Edit) -> Response:
            self._page.replay(options.received)
            return jsonify({})

        return self._answered(act)

    def send(self) -> Response:
        def act(options: Options, edit: Edit) -> Response:
            self._page.trigger(options, edit)
            return jsonify({})

        return self._answered(act)

    def save(self) -> Response:
        def act(options: Options, edit: Edit) -> Response:
            path = self._page.save(options.received)
            told = "/".join(path.parts[-4:])
            return jsonify(told=WORDS["saved"].filled(path=told).of(options.lang))

        return self._answered(act)

    def curl(self) -> Response:
        return self._answered(
            lambda options, edit: jsonify(
                text=self._page.curl(options, edit, f"{request.host_url}hook")
            )
        )

    def test(self) -> Response:
        def act(options: Options, edit: Edit) -> Response:
            if not self._page.is_live:
                abort(404)
            name = str(_given().get("receiver", ""))
            return jsonify(told=self._page.test(name, options, edit))

        return self._answered(act)

    def _answered(self, act: Callable[[Options, Edit], Response]) -> Response:
        """Return what *act* answers, or why it cannot, for the page to show."""
        given = _given()
        options = chosen.read(given, self._lang)
        edit = Edit(_text(given, "payload"), _text(given, "template"))
        try:
            return act(options, edit)
        except EditError as error:
            told = {"where": error.where, "line": error.line, "code": error.code}
            return _refusal(error.phrase, options, **told)
        except AskError as error:
            return _refusal(error.phrase, options)

    def _context(self, options: Options) -> dict[str, Any]:
        def say(name: str, **values: object) -> str:
            return WORDS[name].filled(**values).of(options.lang)

        page = self._page
        return {
            "say": say,
            "hide": page.hiding().text,
            "options": options,
            "head": page.head(options.lang),
            "banner": page.banner(options.lang),
            "listed": page.listed,
            "arrivals": page.trail.arrivals()[::-1],
            "is_live": page.is_live,
            "is_file": page.given.is_file,
            "prefix": PREFIX,
            "widths": chosen.WIDTHS,
            "themes": chosen.THEMES,
            "forms": chosen.FORMS,
            "views": chosen.VIEWS,
            "allowed": chosen.ALLOWED,
            "webhook": f"{request.host_url}hook",
            "selected": page.selected(options),
        }


def _platforms(view: View, options: Options) -> list[str]:
    """Return for which platforms a type of message can be chosen: those that a card is of."""
    marks = {card.mark for card in (*view.cards, *view.others)}
    return [name for name in _PLATFORMS if name in marks or getattr(options, name)]


def _refuse_strangers() -> None:
    """Refuse other host names (a rebound name reads the page) and what another page sends."""
    host = urlsplit(f"//{request.host}").hostname
    if host not in _HOSTS:
        abort(403)
    if request.method == "POST" and (_OURS not in request.headers or not request.is_json):
        abort(403)


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _refusal(phrase: Phrase, options: Options, **told: object) -> Response:
    return jsonify(failed=True, told=phrase.of(options.lang), **told)


def _given() -> dict[str, Any]:
    found = request.get_json(silent=True)
    return found if isinstance(found, dict) else {}


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    return value if isinstance(value, str) else None
