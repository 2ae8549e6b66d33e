"""The glue between the domain and Flask: pages, forms, errors, sign-in, filters, PDF and mail rendering."""
