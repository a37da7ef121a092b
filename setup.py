"""PyDash: one place for all your Flask-MonitoringDashboards."""

from pathlib import Path

from setuptools import find_packages, setup

ROOMS = [
    "flask_monitoring_dashboard_client",
    "periodic_tasks",
    "pydash_app",
    "pydash_database",
    "pydash_demo",
    "pydash_logger",
    "pydash_mail",
    "pydash_supervisor",
    "pydash_web",
]

setup(
    name="pydash",
    version="1.0.0.dev0",
    description="One place for all your Flask-MonitoringDashboards",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    py_modules=["pydash"],
    packages=find_packages(include=[f"{room}*" for room in ROOMS]),
    package_data={
        # The built front end (pydash_web/static) and the mail templates travel in the wheel.
        "": ["py.typed"],
        "pydash_app": ["**/*.txt"],
        "pydash_mail": ["texts/*"],
        "pydash_web": ["static/**/*", "static/*", "templates/*"],
    },
    install_requires=[
        # The web application and its API.
        "flask>=3.0",
        "pydantic>=2.10",  # the models of requests and answers, and the API's document
        "email-validator>=2.2",  # the users' e-mail addresses
        "limits>=5.0",  # rate limits, in memory or in Redis
        "flask-compress>=1.17",  # JSON on its way to a phone
        "waitress>=3.0",  # the web server: pure Python, threads, no configuration
        "argon2-cffi>=23.1",  # password hashes
        "cryptography>=43",  # dashboard tokens at rest
        "zxcvbn>=4.5",  # its list of the most common passwords
        "prometheus-client>=0.21",  # /metrics
        "click>=8.1",  # the pydash command
        # The database.
        "ZODB>=6.0",
        "ZEO>=6.0,<7",  # pydash_database/storages.py extends its client
        "multi-indexed-collection>=1.1",
        # The cube.
        "numpy>=2.0",
        "zstandard>=0.23",  # columns at rest
        # The scheduler.
        "pqdict>=1.4",
        # The remote side.
        "requests>=2.32",
        "pyjwt>=2.9",
        "certifi>=2024.7.4",  # whom to trust, where the system does not say
        # Monitoring of PyDash itself, and of the demo.
        "Flask-MonitoringDashboard>=5.1",
        "pydash-exporter",
    ],
    extras_require={
        "test": [
            "pytest>=8.3",
            "pytest-timeout>=2.3",
            "pytest-xdist>=3.6",
            "hypothesis>=6.115",
            "tdigest>=0.5.2",  # the reference the cube's numbers are held against
            "playwright>=1.50",  # drives Debian's chromium
            "aiosmtpd>=1.4.6",  # a real mail server
            "schemathesis>=4.0",  # attacks the API by its own document
            "dask[distributed]>=2025.1",  # a real cluster for the executor
            "redis>=5.0",  # rate limits in a real Redis, where there is one
            "mypy>=1.13",
            "ruff>=0.8",
            "types-requests>=2.32",
            "types-zxcvbn>=4.5",
            "types-psutil>=6.0",
            "psutil>=6.0",  # looks at the processes that a test started
        ],
        "bench": ["duckdb>=1.1"],
        "dask": ["dask[distributed]>=2025.1"],
        "redis": ["redis>=5.0"],
        "postgresql": ["RelStorage[postgresql]>=4.0"],
    },
    entry_points={"console_scripts": ["pydash=pydash:main"]},
)
