def test_app_starts(app):
    assert app
