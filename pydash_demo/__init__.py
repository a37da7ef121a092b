"""A small monitored bookshop, which is the app of `pydash up --demo`.

It is an ordinary Flask app with Flask-MonitoringDashboard and the exporter. It starts with thirty
days of generated history, and sends itself a little traffic.
"""
