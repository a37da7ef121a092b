"""A small monitored bookshop: the app of `pydash up --demo`.

It is an ordinary Flask app with Flask-MonitoringDashboard and the exporter. Only its data are
special: it starts with thirty days of history, and sends itself a little traffic.
"""
