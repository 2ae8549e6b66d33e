import os
import subprocess
import sys

from portal.runtime import schema


def test_upgrade_from_empty_matches_the_models(new_database):
    url = new_database()
    assert schema.current(url) is None
    schema.upgrade(url)
    schema.upgrade(url)
    assert schema.current(url) == schema.head() is not None
    assert schema.differences(url) == []


def test_two_upgrades_at_once_make_one_schema(new_database, tmp_path):
    url = new_database()
    environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "portal", "migrate", "--json"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [one.communicate()[0] for one in both] == [f'{{"revision": "{schema.head()}"}}\n'] * 2
    assert [one.returncode for one in both] == [0, 0]
