import os
import stat

import pytest

from portal.runtime.settings import ROOT, Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.removeprefix("given_").upper(), raising=False)


def test_nothing_needs_to_be_configured():
    settings = load_settings()
    assert settings.data_dir == ROOT / "var"
    assert settings.database_url == f"sqlite:///{ROOT}/var/portal.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (settings.demo, settings.smtp, settings.sms, settings.embedded_redis) == (True, None, None, True)


def test_environment_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("DEMO", "0")
    settings = load_settings()
    assert (settings.public_url, settings.demo) == ("http://localhost:9000", False)
    assert settings.redis_url == f"unix://{tmp_path}/valkey.sock"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_addresses_use_our_driver(scheme):
    assert load_settings(database_url=f"{scheme}://u:p@db/x").database_url == "postgresql+psycopg://u:p@db/x"


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("PORT", "80a", "integer"),
        ("PORT", "70000", "65535"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("REDIS_URL", "localhost:6379", "redis://"),
        ("SMTP_URL", "mail.example.com", "smtp://"),
        ("SMTP_URL", "smtp://mail:abc", "between 1 and 65535"),
        ("SMS_URL", "https://host/", "ACCOUNT:TOKEN"),
        ("PUBLIC_URL", "portal.example.com", "https://"),
        ("SECRET_KEY", "short", "32"),
        ("LOG_LEVEL", "loud", "DEBUG"),
    ],
)
def test_bad_value_names_variable_and_fix(monkeypatch, name, value, fix):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: .*{fix}"):
        load_settings()


def test_no_secret_in_the_message(monkeypatch):
    monkeypatch.setenv("SMTP_URL", "mail://user:hunter2@host")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("smtp://u%40x:p%2F@h", 25, "none"),
        ("smtp://u%40x:p%2F@h?starttls=1", 587, "starttls"),
        ("smtps://u%40x:p%2F@h", 465, "tls"),
        ("smtps://u%40x:p%2F@h:2465", 2465, "tls"),
    ],
)
def test_smtp_url(url, port, security):
    server = load_settings(smtp_url=url).smtp
    assert (server.host, server.port, server.security) == ("h", port, security)
    assert (server.user, server.password) == ("u@x", "p/")


@pytest.mark.parametrize("sender", ["%2B15551234567", "+15551234567", "15551234567"])
def test_sms_url(sender):
    gateway = load_settings(sms_url=f"https://AC1:tok@sms.example.com:8443/api/?from={sender}").sms
    assert (gateway.url, gateway.account, gateway.token) == ("https://sms.example.com:8443/api", "AC1", "tok")
    assert gateway.sender == "+15551234567"


def test_secret_is_made_once_and_kept_private(tmp_path):
    first = load_settings(data_dir=tmp_path).secret_key
    assert load_settings(data_dir=tmp_path).secret_key == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert load_settings(data_dir=tmp_path, secret_key="x" * 40).secret_key == "x" * 40


def test_long_data_dir_gets_a_short_socket(tmp_path):
    long = tmp_path / ("d" * 120)
    sock = load_settings(data_dir=long).redis_socket
    assert len(os.fsencode(sock)) <= 100
    assert sock == load_settings(data_dir=long).redis_socket
    assert sock != load_settings(data_dir=tmp_path / ("e" * 120)).redis_socket
