"""A small bookshop that is monitored for real: the app behind `pydash up --demo`.

It is an ordinary Flask app with Flask-MonitoringDashboard and the exporter, as a user would
write it. What is special is only that it comes with thirty days of history and sends itself
gentle traffic, so that there is something to look at from the first minute.
"""
