"""The plug-in that lets PyDash read an app monitored by Flask-MonitoringDashboard."""

from pathlib import Path

from setuptools import setup

setup(
    name="pydash-exporter",
    version="1.0.0",
    description="Lets PyDash read the measurements of Flask-MonitoringDashboard 2.1 and newer",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.8",
    packages=["pydash_exporter"],
    package_data={"pydash_exporter": ["py.typed"]},
    # Nothing else: what it uses (Flask, SQLAlchemy) comes with the monitoring itself.
    install_requires=["Flask-MonitoringDashboard>=2.1"],
)
