"""Write the API's OpenAPI document to standard output: `python -m pydash_web.api`."""

import json
import sys

from pydash_web.api import openapi

sys.stdout.write(json.dumps(openapi.document(), indent=2, ensure_ascii=False) + "\n")
