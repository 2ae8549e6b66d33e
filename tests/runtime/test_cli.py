import json
import os
import subprocess
import sys

import pytest

from portal.runtime.settings import ROOT


@pytest.fixture
def portal(tmp_path):
    def portal(*arguments, **variables):
        kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        environment = kept | {"DATA_DIR": str(tmp_path)} | variables
        command = [sys.executable, "-m", "portal", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)

    return portal


def test_help_lists_the_commands(portal):
    done = portal("--help")
    assert done.returncode == 0
    for name in ("run", "web", "worker", "schedule", "doctor", "migrate", "backup", "restore", "assets", "routes"):
        assert f"  {name} " in done.stdout


def test_bad_setting_is_one_line_without_traceback(portal):
    done = portal("migrate", PORT="many")
    assert done.returncode == 1
    assert done.stderr.startswith("portal: PORT: ")
    assert len(done.stderr.splitlines()) == 1


def test_failure_is_json_when_asked_for(portal):
    done = portal("backup", "--json", "/nowhere/at/all.tar")
    assert done.returncode == 1
    assert "/nowhere/at" in json.loads(done.stdout)["error"]


def test_unknown_queue_is_refused(portal):
    done = portal("worker", "speed")
    assert done.returncode == 2
    assert "default, mail, pdf" in done.stderr


def test_doctor_fails_when_something_is_bad(portal):
    done = portal("doctor", "--json")
    report = json.loads(done.stdout)
    bad = {check["name"]: check for check in report["checks"] if check["verdict"] == "bad"}
    assert done.returncode == 1
    assert not report["healthy"]
    assert bad["queue_server"]["fix"] == "start it with ./go run"
