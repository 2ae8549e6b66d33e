"""The browser's door to products, price lists and tax rates."""

from .routes import bp as bp
