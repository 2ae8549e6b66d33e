"""Every macro, layout and error page renders to strict HTML, with the classes our stylesheets define."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import html5lib
import pytest
from flask import Flask, g, render_template, render_template_string

from portal.runtime.stylesheet import defined
from portal.web import assets, filters
from tests.web.pattern_page import NOW, ROOT, LeadForm, make_app

COMPONENTS = ("icon", "badge", "money", "table", "notes", "page", "line", "why", "chart", "field", "nav")


@pytest.fixture(scope="module")
def looks() -> Flask:
    return make_app()


def strict(html: str) -> str:
    """The same HTML, proven to parse without one error, with unique ids and without anything inline."""
    html5lib.HTMLParser(strict=True).parse(html)
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert sorted(set(ids)) == sorted(ids)
    assert not re.search(r'\sstyle="|\son[a-z]+="|<style|<script(?![^>]*\ssrc=)', html)
    return html


def rendered(app: Flask, source: str, **values: object) -> str:
    """One snippet with every macro at hand."""
    names = {
        name: re.findall(r"macro ([a-z]\w*)\(", (ROOT / f"templates/components/{name}.html").read_text())
        for name in COMPONENTS
    }
    imports = "".join(f'{{% from "components/{name}.html" import {", ".join(has)} %}}' for name, has in names.items())
    with app.test_request_context("/"):
        g.locale = values.pop("locale", "en")
        g.timezone = values.pop("timezone", "UTC")
        html = render_template_string(imports + source, **values)
    strict(f"<!doctype html><html lang=en><title>t</title><body>{html}</body></html>")
    return html.strip()


def test_the_pattern_page_holds_every_macro_and_is_strict_html(looks: Flask) -> None:
    html = strict(looks.test_client().get("/patterns").text)
    source = Path(__file__).with_name("patterns.html").read_text()
    macros = {
        macro
        for name in COMPONENTS
        for macro in re.findall(r"macro ([a-z]\w*)\(", (ROOT / f"templates/components/{name}.html").read_text())
    }
    used = {macro for macro in macros if re.search(rf"\b{macro}\(", source)}
    assert macros - used == {"avatar", "side"}  # person() and the layout draw these
    known = defined((ROOT / "static/tabler.css").read_text() + (ROOT / "static/portal.css").read_text())
    assert {word for value in re.findall(r'class="([^"]*)"', html) for word in value.split()} <= known


def test_the_theme_is_printed_by_the_server(looks: Flask) -> None:
    assert 'data-bs-theme="dark"' in looks.test_client().get("/patterns?theme=dark").text
    assert 'data-bs-theme="light"' in looks.test_client().get("/patterns?theme=<x>").text


def test_direction_and_language_follow_the_viewer(looks: Flask) -> None:
    assert '<html lang="ar" dir="rtl"' in looks.test_client().get("/patterns?locale=ar").text
    assert '<html lang="pt-BR" dir="ltr"' in looks.test_client().get("/patterns?locale=pt_BR").text


def test_flashed_undo_is_a_form_with_its_token(looks: Flask) -> None:
    html = looks.test_client().get("/patterns").text
    flashed = html[html.index('<div id="flash"') : html.index('<div class="head"')]
    assert 'method="post" action="/undo"' in flashed
    assert 'name="csrf_token"' in flashed
    assert "#alert-triangle" in flashed


def test_an_empty_flash_region_holds_no_blank(looks: Flask) -> None:
    assert rendered(looks, '{% include "layout/_flash.html" %}') == '<div id="flash" role="status"></div>'
    assert 'hx-swap-oob="true"' in rendered(looks, '{% set oob = true %}{% include "layout/_flash.html" %}')


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500, 503])
def test_error_pages_need_nothing_but_the_request(looks: Flask, status: int) -> None:
    with looks.test_request_context("/"):
        g.request_id = "7f3a-91c4"
        html = strict(render_template(f"errors/{status}.html"))
    assert html.count("<h1>") == 1
    assert "7f3a-91c4" in html
    assert re.search(r"<p>[A-Z][^<]{20,}</p>", html)


def test_error_page_says_what_the_domain_said(looks: Flask) -> None:
    class Refusal(Exception):
        message = "Quote Q-7 is <sealed>."

    with looks.test_request_context("/"):
        assert "Quote Q-7 is &lt;sealed&gt;." in strict(render_template("errors/409.html", error=Refusal()))


def test_public_layout_is_strict_html(looks: Flask) -> None:
    page = '{% extends "layout/public.html" %}{% block main %}<h1>Your offer</h1>{% endblock %}'
    with looks.test_request_context("/"):
        assert "<h1>Your offer</h1>" in strict(render_template_string(page, title="Your offer"))


@pytest.mark.parametrize(
    ("source", "has"),
    [
        ("{{ bar(5, 0) }}{{ bar(0, 0, target=0, pace=0) }}", 'width="0.00"'),
        ('{{ bar(dec("150"), dec("100")) }}', 'width="100.00"'),
        ("{{ bar(-5, 10) }}", 'width="0.00"'),
        ('{{ stacked([], "x", 10, 5) }}{{ stacked([("a", 1)], "x", 0, 5) }}', "No figures yet"),
        ('{{ stacked([("a", 0, 0)], "x", 10, 0) }}', ">0</text>"),
        ('{{ heat(["Mon"], [], 1, "x") }}', "No figures yet"),
        ('{{ heat(["Mon"], [("a", [0])], 0, "x") }}', 'class="q0"'),
    ],
)
def test_charts_bear_nothing_zero_and_one_value(looks: Flask, source: str, has: str) -> None:
    assert has in rendered(looks, source)


@pytest.mark.parametrize(
    ("source", "locale", "text"),
    [
        ('{{ money(dec("-1234.5"), "USD") }}', "en", "−$1,234.50"),
        ('{{ money(dec("1234.5"), "USD", cents=false) }}', "en", "$1,235"),
        ('{{ money(dec("1234.5"), "EUR") }}', "de", "1.234,50\xa0€"),
        ('{{ money(dec("1500"), "JPY") }}', "en", "¥1,500"),
        ('{{ short(dec("1234567"), "USD") }}', "en", "$1.23M"),
        ('{{ short(dec("45678"), "USD") }}', "de", "45.678\xa0$"),
        ('{{ dec("-3.5") | number }}', "de", "−3,5"),
        ("{{ day | date }}{{ none | date }}", "de", "09.01.2014"),
        ("{{ moment | datetime }}", "de", "14.01.2014 16:30"),
    ],
)
def test_figures_follow_the_viewer(looks: Flask, source: str, locale: str, text: str) -> None:
    html = rendered(looks, source, locale=locale, timezone="Asia/Bangkok", day=date(2014, 1, 9), moment=NOW)
    assert re.sub(r"<[^>]+>", "", html) == text


def test_the_currency_sign_stands_in_its_own_span(looks: Flask) -> None:
    assert rendered(looks, '{{ money(5, "USD") }}') == '<span class="money"><span class="cur">$</span>5.00</span>'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2014, 1, 14, 23, 0, tzinfo=UTC), "Tomorrow 06:00"),
        (datetime(2014, 1, 14, 1, 0, tzinfo=UTC), "Today 08:00"),
        (date(2014, 1, 13), "Yesterday"),
        (date(2014, 2, 20), "Do., 20. Feb."),
        (date(2012, 2, 20), "20.02.2012"),
        (None, ""),
    ],
)
def test_times_are_told_from_where_the_viewer_is(looks: Flask, value: date | None, text: str) -> None:
    with looks.test_request_context("/"):
        g.locale, g.timezone = "de", "Asia/Bangkok"
        assert filters.when(value, NOW).striptags() == text
        assert not value or f'datetime="{value.isoformat()[:4]}' in filters.when(value, NOW)


def test_a_datetime_without_zone_is_refused(looks: Flask) -> None:
    with looks.test_request_context("/"), pytest.raises(ValueError, match="without zone"):
        filters.when(datetime(2014, 1, 1), NOW)


def test_fields_tie_their_errors_and_hints_to_the_control(looks: Flask) -> None:
    html = looks.test_client().get("/patterns").text
    email = re.search(r'<input[^>]*id="email"[^>]*>', html)
    phone = re.search(r'<input[^>]*id="phone"[^>]*>', html)
    assert email
    assert phone
    assert 'aria-describedby="email-error"' in email[0]
    assert 'aria-invalid="true"' in email[0]
    assert "is-invalid" in email[0]
    assert 'aria-describedby="phone-hint"' in phone[0]
    assert "aria-invalid" not in phone[0]
    assert 'value="Helena &lt;Meyer&gt;"' in html
    assert re.search(r'<input[^>]*id="name"[^>]* required', html)
    assert "<textarea" in html
    assert 'rows="3"' in html


def test_error_summary_links_every_field_also_repeated_ones(looks: Flask) -> None:
    html = looks.test_client().get("/patterns").text
    summary = html[html.index('role="alert"') : html.index('class="fields two"')]
    links = re.findall(r'href="#([\w-]+)"', summary)
    assert "hosts-0" in links
    assert "email" in links
    assert "csrf_token" not in links
    assert all(f'id="{name}"' in html for name in links)
    assert "Belongs to Helen Meyer already." in summary


def test_error_summary_is_silent_on_a_fresh_form(looks: Flask) -> None:
    with looks.test_request_context("/"):
        form = LeadForm(formdata=None)
        source = '{% from "components/field.html" import error_summary %}{{ error_summary(form) }}'
        assert render_template_string(source, form=form) == ""


def test_only_the_right_fingerprint_is_kept_for_a_year(looks: Flask) -> None:
    client = looks.test_client()
    with looks.test_request_context("/"):
        address = assets.asset_url("portal.css")
    for url, kept in ((address, True), ("/static/portal.css", False), ("/static/portal.css?v=old", False)):
        with client.get(url) as answer:
            assert ("immutable" in answer.headers["Cache-Control"]) is kept
    assert client.get("/static/absent.css?v=1").status_code == 404
